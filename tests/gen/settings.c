#include "settings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/cli.h"
#include "proto/base/clock.h"

#include "number.h"
#include "profile.h"

enum {
	MAX_RATE_FPS = 1000000000,
	MAX_DURATION_SECONDS = 366 * 86400,
	MAX_WEIGHT = 1000000,
	MAX_SNAPLEN = 262144,
};

#define MAX_FRAMES (UINT64_C(1) << 40)

int settings_complain(char *why, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, SETTINGS_WHY_BYTES, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

static const char *or_default(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

// RFC 3339, Unix seconds, "now" or "now-SECONDS".
static bool parse_start(const char *text, uint64_t *ret_start_ns)
{
	uint64_t now_ns = clock_wall_ns();
	uint64_t seconds = 0;

	if (strncmp(text, "now", 3) != 0)
		return clock_parse(text, ret_start_ns) == 0;
	if (text[3] != '\0' &&
	    (text[3] != '-' || !number_parse_integer(text + 4, 0, now_ns / NS_PER_S, &seconds)))
		return false;
	*ret_start_ns = now_ns - seconds * NS_PER_S;
	return true;
}

// In a flood the port says how fast frames leave, so nothing can be told by the second.
static int check_flood(const struct settings_text *text, char *why)
{
	if (!text->flood)
		return 0;
	if (text->rate != NULL)
		return settings_complain(why, "--flood and --rate exclude each other, give one");
	if (text->duration != NULL)
		return settings_complain(why, "--flood has no --duration: give --frames");
	if (text->churn != NULL)
		return settings_complain(
			why, "--flood has no --churn, which is by the second: give --rate instead "
			     "of --flood, or --new-share, which is by the frame, to a stream");
	return 0;
}

// A capture ends after so many frames or so much time; the duration is also what a shape spans.
static int parse_length(const struct settings_text *text, struct settings *settings, char *why)
{
	double seconds;

	if (text->frames != NULL && text->duration != NULL)
		return settings_complain(why,
		                         "--frames and --duration exclude each other, give one");
	if (text->duration != NULL) {
		if (!number_parse_real(text->duration, 1e-6, MAX_DURATION_SECONDS, &seconds))
			return settings_complain(
				why, "--duration must be seconds, above 0 and at most %d",
				MAX_DURATION_SECONDS);
	} else {
		if (!number_parse_integer(or_default(text->frames, "10000"), 1, MAX_FRAMES,
		                          &settings->n_frames))
			return settings_complain(
				why, "--frames must be a whole number from 1 to %" PRIu64,
				MAX_FRAMES);
		seconds = (double)settings->n_frames / settings->rate_fps;
		if (seconds > MAX_DURATION_SECONDS && !text->flood)
			return settings_complain(
				why,
				"--frames would take longer than %d seconds: raise "
				"--rate",
				MAX_DURATION_SECONDS);
	}
	settings->duration_ns = (uint64_t)(seconds * (double)NS_PER_S);
	return 0;
}

// Seconds have 32 bits in a pcap file. Gaps are random, so the end gets twice its time.
static int check_end(const struct settings *settings, char *why)
{
	if (settings->start_ns + 2 * settings->duration_ns > UINT32_MAX * NS_PER_S)
		return settings_complain(why, "--start is too late: a pcap file holds times up to "
		                              "2106-02-07T06:28:15Z");
	return 0;
}

static int parse_mix_entry(char *entry, struct settings *settings, char *why)
{
	char *equals = strchr(entry, '=');
	uint64_t weight;
	int kind;

	if (equals == NULL)
		return settings_complain(why, "--mix: \"%.40s\" has no weight, write KIND=WEIGHT",
		                         entry);
	*equals = '\0';
	kind = kind_from_name(entry);
	if (kind < 0) {
		const char *nearest = cli_nearest(entry, kind_names());

		return settings_complain(why, "--mix: no kind \"%.40s\", %s \"%s\"%s", entry,
		                         nearest != NULL ? "did you mean" : "kinds are like",
		                         nearest != NULL ? nearest : kind_name(0),
		                         nearest != NULL ? "?" : "; see --help");
	}
	if (!number_parse_integer(equals + 1, 0, MAX_WEIGHT, &weight))
		return settings_complain(why,
		                         "--mix: weight of \"%s\" must be a whole number up to %d",
		                         entry, MAX_WEIGHT);
	settings->weights[kind] = (uint32_t)weight;
	return 0;
}

// "plain=80,vlan=5": the kinds named and no others.
static int parse_mix(const char *text, struct settings *settings, char *why)
{
	char *copy = strdup(text);
	char *rest = copy;
	int r = 0;

	if (copy == NULL)
		return settings_complain(why, "out of memory");
	memset(settings->weights, 0, sizeof(settings->weights));
	while (r == 0 && rest != NULL)
		r = parse_mix_entry(strsep(&rest, ","), settings, why);
	free(copy);
	return r;
}

static bool any_kind_carries(const struct settings *settings, enum family family)
{
	for (enum kind kind = 0; kind < N_FLOW_KINDS; kind++) {
		if (settings->weights[kind] > 0 && kind_carries(kind, family))
			return true;
	}
	return false;
}

// Both families that flows should have need a kind to travel in.
static int check_families(const struct settings *settings, char *why)
{
	if (settings->v6_share < 1 && !any_kind_carries(settings, FAMILY_IPV4))
		return settings_complain(
			why, "--mix: no kind carries IPv4; add one or say --v6-share 1");
	if (settings->v6_share > 0 && !any_kind_carries(settings, FAMILY_IPV6))
		return settings_complain(
			why, "--mix: no kind carries IPv6; add one or say --v6-share 0");
	return 0;
}

// What a cut frame counts as is only known beforehand if no header is cut.
static int check_snaplen(const struct settings *settings, char *why)
{
	for (enum kind kind = 0; kind < N_KINDS; kind++) {
		uint32_t n_bytes = kind_max_header_bytes(kind);

		if (settings->weights[kind] > 0 && settings->snaplen < n_bytes)
			return settings_complain(
				why,
				"--snaplen %u would cut headers of \"%s\": give at least "
				"%u, or leave the kind out of --mix",
				settings->snaplen, kind_name(kind), n_bytes);
	}
	return 0;
}

static int parse_numbers(const struct settings_text *text, struct settings *settings, char *why)
{
	uint64_t n_flows, snaplen;

	if (!number_parse_integer(or_default(text->seed, "1"), 0, UINT64_MAX, &settings->seed))
		return settings_complain(why, "--seed must be a whole number");
	if (!parse_start(or_default(text->start, "2026-01-01T00:00:00Z"), &settings->start_ns))
		return settings_complain(
			why, "--start must be RFC 3339, Unix seconds, now or now-SECONDS");
	if (!number_parse_real(or_default(text->rate, "1000"), 1e-3, MAX_RATE_FPS,
	                       &settings->rate_fps))
		return settings_complain(why, "--rate must be frames per second from 0.001 to %d",
		                         MAX_RATE_FPS);
	if (!number_parse_integer(or_default(text->flows, "200"), 1, SETTINGS_MAX_FLOWS, &n_flows))
		return settings_complain(why, "--flows must be a whole number from 1 to %d",
		                         SETTINGS_MAX_FLOWS);
	if (!number_parse_real(or_default(text->v6_share, "0.5"), 0, 1, &settings->v6_share))
		return settings_complain(why, "--v6-share must be between 0 and 1");
	if (!number_parse_integer(or_default(text->snaplen, "65535"), 1, MAX_SNAPLEN, &snaplen))
		return settings_complain(why, "--snaplen must be bytes up to %d", MAX_SNAPLEN);
	settings->n_flows = (uint32_t)n_flows;
	settings->snaplen = (uint32_t)snaplen;
	return 0;
}

// What a profile decides and an option can overrule.
static int parse_traffic(const struct settings_text *text, struct settings *settings, char *why)
{
	profile_apply(or_default(text->profile, profile_names()[0]), settings);
	if (text->shape != NULL)
		settings->shape = strcmp(text->shape, "swell") == 0 ? SHAPE_SWELL : SHAPE_FLAT;
	if (text->churn != NULL &&
	    !number_parse_real(text->churn, 0, MAX_RATE_FPS, &settings->churn_per_second))
		return settings_complain(why, "--churn must be flows per second, from 0 to %d",
		                         MAX_RATE_FPS);
	return text->mix != NULL ? parse_mix(text->mix, settings, why) : 0;
}

int settings_parse(const struct settings_text *text, struct settings *ret_settings, char *why)
{
	struct settings settings = {.counts_users = text->counts_users};
	int r = check_flood(text, why);

	if (r == 0)
		r = parse_numbers(text, &settings, why);
	if (r == 0)
		r = parse_length(text, &settings, why);
	if (r == 0 && !text->flood)
		r = check_end(&settings, why);
	if (r == 0)
		r = parse_traffic(text, &settings, why);
	if (r == 0)
		r = stream_settings_parse(text, &settings, why);
	if (r == 0)
		r = check_families(&settings, why);
	if (r == 0)
		r = check_snaplen(&settings, why);
	if (r == 0)
		*ret_settings = settings;
	return r;
}
