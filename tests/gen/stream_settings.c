#include "stream_settings.h"

#include <errno.h>
#include <string.h>

#include "proto/base/clock.h"

#include "number.h"
#include "settings.h"
#include "template_set.h"

enum {
	MIN_SIZE_BYTES = TEMPLATE_MIN_BYTES,
	MAX_SIZE_BYTES = TEMPLATE_MAX_BYTES,
};

// Numbers of flows of one subscriber, and of all of them.
#define MAX_FLOWS_EACH (UINT64_C(1) << 32)
#define MAX_FLOWS      (UINT64_C(1) << 40)
// Of the 2^24 subscribers that IPv4 has, in a sweep.
#define MAX_SWEPT_FLOWS (SWEEP_FLOWS_EACH << 24)

const char *const stream_choices[] = {"uniform", "zipf", NULL};
const char *const stream_protocols[] = {"both", "tcp", "udp", NULL};

// Which patterns know an option.
enum {
	OF_STREAM = 1 << PATTERN_STREAM,
	OF_SCAN = 1 << PATTERN_SCAN,
	OF_FLOOD = 1 << PATTERN_SYN_FLOOD,
};

// Options that only some patterns know.
static int check_pattern(const struct settings_text *text, enum pattern pattern, char *why)
{
	const struct {
		const char *name, *text;
		unsigned int patterns;
		const char *profiles;
	} options[] = {
		{"subscribers", text->subscribers, OF_STREAM | OF_SCAN | OF_FLOOD,
	         "stream, scan or syn-flood"},
		{"choose", text->choose, OF_STREAM, "stream"},
		{"new-share", text->new_share, OF_STREAM, "stream"},
		{"protocol", text->protocol, OF_STREAM | OF_SCAN | OF_FLOOD,
	         "stream, scan or syn-flood"},
		{"size", text->size, OF_STREAM | OF_SCAN | OF_FLOOD, "stream, scan or syn-flood"},
		{"answered", text->answered, OF_SCAN | OF_FLOOD, "scan or syn-flood"},
		{"reset", text->reset, OF_SCAN | OF_FLOOD, "scan or syn-flood"},
		{"guess", text->guess, OF_FLOOD, "syn-flood"},
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (options[i].text != NULL && (options[i].patterns & 1u << pattern) == 0)
			return settings_complain(why,
			                         "--%s is for another profile: add --profile %s",
			                         options[i].name, options[i].profiles);
	}
	return 0;
}

static int check_others(const struct settings_text *text, const struct settings *settings,
                        char *why)
{
	bool sweep = settings->pattern != PATTERN_STREAM;

	if (settings->shape != SHAPE_FLAT)
		return settings_complain(why, "--shape swell is for the profiles mix, demo and "
		                              "plain: leave it out");
	if (sweep && (text->flows != NULL || text->churn != NULL))
		return settings_complain(why,
		                         "--%s means nothing to the profiles scan and syn-flood, "
		                         "every frame is a flow: leave it out",
		                         text->flows != NULL ? "flows" : "churn");
	for (enum kind kind = 0; kind < N_KINDS; kind++) {
		if (settings->weights[kind] > 0 && !template_set_has(kind))
			return settings_complain(why,
			                         "--mix: \"%s\" is for the profiles mix, demo and "
			                         "plain: leave it out",
			                         kind_name(kind));
	}
	return 0;
}

// The Internet mix of old: of twelve packets, seven of 40 bytes, four of 576 and one of 1,500. Here
// they are spread over the cycle, and the short ones have 50 or what their headers take.
static void use_internet_mix(struct stream_settings *stream)
{
	static const struct stream_settings mix = {
		.n_sizes = 3,
		.n_cycle = 12,
		.sizes = {64, 590, 1514},
		.cycle = {0, 1, 0, 0, 1, 0, 2, 0, 1, 0, 1, 0},
	};

	stream->n_sizes = mix.n_sizes;
	stream->n_cycle = mix.n_cycle;
	memcpy(stream->sizes, mix.sizes, sizeof(mix.sizes));
	memcpy(stream->cycle, mix.cycle, sizeof(mix.cycle));
}

static int parse_size(const char *text, struct stream_settings *stream, char *why)
{
	uint64_t n_bytes = MIN_SIZE_BYTES;

	if (text != NULL && strcmp(text, "imix") == 0) {
		use_internet_mix(stream);
		return 0;
	}
	if (text != NULL && !number_parse_integer(text, MIN_SIZE_BYTES, MAX_SIZE_BYTES, &n_bytes))
		return settings_complain(why,
		                         "--size must be imix or bytes of a frame, from %d to %d",
		                         MIN_SIZE_BYTES, MAX_SIZE_BYTES);
	stream->n_sizes = stream->n_cycle = 1;
	stream->sizes[0] = (uint16_t)n_bytes;
	return 0;
}

// A sweep is of one protocol.
static int parse_protocol(const char *text, bool sweep, struct stream_settings *stream, char *why)
{
	if (text == NULL || strcmp(text, "both") == 0) {
		if (text != NULL && sweep)
			return settings_complain(
				why, "--protocol both is for the profile stream: give tcp or udp");
		stream->protocols = sweep ? PROTOCOLS_TCP : PROTOCOLS_BOTH;
		return 0;
	}
	stream->protocols = strcmp(text, "tcp") == 0 ? PROTOCOLS_TCP : PROTOCOLS_UDP;
	return 0;
}

static int parse_share(const char *name, const char *text, double *ret_share, char *why)
{
	if (text != NULL && !number_parse_real(text, 0, 1, ret_share))
		return settings_complain(why, "--%s must be between 0 and 1", name);
	return 0;
}

static int parse_shares(const struct settings_text *text, struct stream_settings *stream, char *why)
{
	int r = parse_share("new-share", text->new_share, &stream->new_share, why);

	if (r == 0)
		r = parse_share("answered", text->answered, &stream->answered_share, why);
	if (r == 0)
		r = parse_share("reset", text->reset, &stream->reset_share, why);
	if (r == 0)
		r = parse_share("guess", text->guess, &stream->guess_share, why);
	if (r < 0)
		return r;
	if (stream->reset_share + stream->guess_share > 1)
		return settings_complain(why, "--reset and --guess are shares of what is answered, "
		                              "1 together at most");
	if (stream->protocols == PROTOCOLS_UDP && (text->reset != NULL || text->guess != NULL))
		return settings_complain(why, "--%s is for TCP: leave --protocol udp out",
		                         text->reset != NULL ? "reset" : "guess");
	return 0;
}

static int parse_flows(const struct settings_text *text, const struct settings *settings,
                       struct stream_settings *stream, char *why)
{
	bool sweep = settings->pattern != PATTERN_STREAM;
	uint64_t n_subscribers = sweep ? 0 : settings->n_flows;
	int r;

	if (text->subscribers != NULL &&
	    !number_parse_integer(text->subscribers, 1, STREAM_MAX_SUBSCRIBERS, &n_subscribers))
		return settings_complain(why, "--subscribers must be a whole number from 1 to %d",
		                         STREAM_MAX_SUBSCRIBERS);
	stream->n_subscribers = (uint32_t)n_subscribers;
	stream->zipf = text->choose != NULL && strcmp(text->choose, "zipf") == 0;
	r = parse_protocol(text->protocol, sweep, stream, why);
	return r == 0 ? parse_shares(text, stream, why) : r;
}

// Every frame of a sweep may begin a flow. IPv4 has fewer clients than any number asked for.
static int check_sweep(const struct settings *settings, double n_frames, char *why)
{
	uint32_t n_subscribers = settings->stream.n_subscribers;

	if (n_subscribers == 0 && n_frames > (double)MAX_SWEPT_FLOWS)
		return settings_complain(why, "scan and syn-flood begin a flow with every frame, "
		                              "2^39 at most: give less --frames or --duration");
	if (n_subscribers > 0 && n_frames > (double)n_subscribers * (double)SWEEP_FLOWS_EACH)
		return settings_complain(why,
		                         "--subscribers %u have 32768 flows each, and more frames "
		                         "are asked for: raise it",
		                         n_subscribers);
	return 0;
}

// No 5-tuple may come twice for different flows, so there are only so many.
static int check_numbers(const struct settings *settings, char *why)
{
	double seconds = (double)settings->duration_ns / (double)NS_PER_S;
	double n_frames = settings->rate_fps * seconds + 1;
	double n_ended = settings->churn_per_second * seconds;

	if (settings->pattern != PATTERN_STREAM)
		return check_sweep(settings, n_frames, why);
	if (settings->n_flows + n_ended + n_frames > (double)MAX_FLOWS)
		return settings_complain(why, "--duration, --frames or --churn ask for more than "
		                              "2^40 flows: give less");
	if (settings->stream.new_share * n_frames + n_ended + settings->n_flows >
	    (double)settings->stream.n_subscribers * (double)MAX_FLOWS_EACH)
		return settings_complain(why,
		                         "--subscribers %u have 2^32 flows each, and more are "
		                         "asked for: raise it",
		                         settings->stream.n_subscribers);
	return 0;
}

int stream_settings_parse(const struct settings_text *text, struct settings *settings, char *why)
{
	int r = check_pattern(text, settings->pattern, why);

	if (r < 0 || settings->pattern == PATTERN_CONVERSATIONS)
		return r;
	r = check_others(text, settings, why);
	if (r == 0)
		r = parse_size(text->size, &settings->stream, why);
	if (r == 0)
		r = parse_flows(text, settings, &settings->stream, why);
	return r == 0 ? check_numbers(settings, why) : r;
}
