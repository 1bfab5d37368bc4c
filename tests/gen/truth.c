#include "truth.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/names.h"

#include "plan_file.h"

// First byte of a key: what it is a key of. Never 0, so that no key is all zeros.
enum key_of {
	KEY_OF_FLOW = 1,
	KEY_OF_SOURCE,
	KEY_OF_NETWORK,
};

void truth_fini(struct truth *truth)
{
	key_set_fini(&truth->seen);
	user_truth_fini(&truth->users);
}

// Both directions of a flow have one key: the smaller end comes first.
static struct key flow_key(const struct expectation *expected)
{
	struct key key = {{KEY_OF_FLOW, (uint8_t)expected->payload, expected->protocol}};
	uint8_t source[ADDRESS_END_BYTES], destination[ADDRESS_END_BYTES];
	bool in_order;

	address_put_end(&expected->path.source, expected->path.source_port, source);
	address_put_end(&expected->path.destination, expected->path.destination_port, destination);
	in_order = memcmp(source, destination, ADDRESS_END_BYTES) <= 0;
	memcpy(key.bytes + 3, in_order ? source : destination, ADDRESS_END_BYTES);
	memcpy(key.bytes + 3 + ADDRESS_END_BYTES, in_order ? destination : source,
	       ADDRESS_END_BYTES);
	return key;
}
static_assert(3 + 2 * ADDRESS_END_BYTES <= KEY_BYTES, "a flow fits a key");

static struct key source_key(enum key_of of, const struct address *source, size_t n_bytes)
{
	struct key key = {{(uint8_t)of, (uint8_t)source->family}};

	memcpy(key.bytes + 2, source->bytes, n_bytes);
	return key;
}

// Counts a key the first time it is seen.
static int count_new(struct truth *truth, struct key key, uint64_t *counter)
{
	bool is_new;
	int r = key_set_add(&truth->seen, &key, &is_new);

	if (r < 0)
		return r;
	*counter += is_new;
	return 0;
}

static int count_distinct(struct truth *truth, const struct expectation *expected)
{
	const struct address *source = &expected->path.source;
	int r = count_new(truth, flow_key(expected), &truth->flows[expected->payload]);

	if (r < 0)
		return r;
	r = count_new(truth, source_key(KEY_OF_SOURCE, source, address_bytes(source->family)),
	              &truth->sources[source->family]);
	if (r < 0 || source->family == FAMILY_IPV4)
		return r;
	return count_new(truth, source_key(KEY_OF_NETWORK, source, 8), &truth->ipv6_networks);
}

static void sum_up(struct traffic_sum *sum, uint64_t bytes)
{
	sum->packets++;
	sum->bytes += bytes;
}

int truth_add(struct truth *truth, const struct expectation *expected, uint64_t time_ns,
              bool truncated)
{
	if (truth->n_frames == 0)
		truth->first_ns = time_ns;
	truth->last_ns = time_ns;
	truth->n_frames++;
	truth->frames[expected->verdict]++;
	truth->truncated_frames += truncated;
	if (expected->verdict != FRAME_IPV4 && expected->verdict != FRAME_IPV6)
		return 0;
	sum_up(&truth->carrier[expected->verdict == FRAME_IPV4 ? FAMILY_IPV4 : FAMILY_IPV6],
	       expected->carrier_bytes);
	sum_up(&truth->payload[expected->payload], expected->payload_bytes);
	sum_up(&truth->transition[expected->transition], expected->payload_bytes);
	truth->fragments[expected->payload] += expected->is_fragment;
	if (truth->users.wanted && user_truth_add(&truth->users, expected) < 0)
		return -ENOMEM;
	return count_distinct(truth, expected);
}

static json_t *sum_json(const struct traffic_sum *sum)
{
	return json_pack("{s:I, s:I}", "packets", (json_int_t)sum->packets, "bytes",
	                 (json_int_t)sum->bytes);
}

static json_t *families_json(const struct traffic_sum *sums)
{
	return json_pack("{s:o, s:o}", family_name(FAMILY_IPV4), sum_json(&sums[FAMILY_IPV4]),
	                 family_name(FAMILY_IPV6), sum_json(&sums[FAMILY_IPV6]));
}

static json_t *counts_json(const uint64_t *counts)
{
	return json_pack("{s:I, s:I}", family_name(FAMILY_IPV4), (json_int_t)counts[FAMILY_IPV4],
	                 family_name(FAMILY_IPV6), (json_int_t)counts[FAMILY_IPV6]);
}

static json_t *capture_json(const struct truth *truth)
{
	char first[CLOCK_TEXT_BYTES], last[CLOCK_TEXT_BYTES];
	double seconds = (double)(truth->last_ns - truth->first_ns) / (double)NS_PER_S;

	if (truth->n_frames == 0)
		return json_pack("{s:i, s:i, s:n, s:n, s:f}", "files", 1, "frames", 0, "first",
		                 "last", "duration_seconds", 0.0);
	clock_format_ns(truth->first_ns, first);
	clock_format_ns(truth->last_ns, last);
	return json_pack("{s:i, s:I, s:s, s:s, s:f}", "files", 1, "frames",
	                 (json_int_t)truth->n_frames, "first", first, "last", last,
	                 "duration_seconds", seconds);
}

static json_t *frames_json(const struct truth *truth)
{
	json_t *frames = json_object();

	for (enum frame_verdict verdict = 0; verdict < N_FRAME_VERDICTS; verdict++)
		json_object_set_new(frames, frame_verdict_name(verdict),
		                    json_integer((json_int_t)truth->frames[verdict]));
	json_object_set_new(frames, "truncated", json_integer((json_int_t)truth->truncated_frames));
	return frames;
}

static json_t *transition_json(const struct truth *truth)
{
	json_t *classes = json_object();

	for (enum transition class = 0; class < N_TRANSITIONS; class ++)
		json_object_set_new(classes, transition_name(class),
		                    sum_json(&truth->transition[class]));
	return classes;
}

static json_t *sources_json(const struct truth *truth)
{
	return json_pack("{s:I, s:I, s:I}", "ipv4", (json_int_t)truth->sources[FAMILY_IPV4], "ipv6",
	                 (json_int_t)truth->sources[FAMILY_IPV6], "ipv6_64",
	                 (json_int_t)truth->ipv6_networks);
}

static json_t *users_json(const struct user_truth *users)
{
	json_t *rows = json_array();

	for (enum family family = 0; family < N_FAMILIES; family++)
		json_array_append_new(
			rows, json_pack("{s:s, s:s, s:I, s:I}", "group", PLAN_GROUP, "family",
		                        family_name(family), grade_name(GRADE_SENT),
		                        (json_int_t)users->n[family][GRADE_SENT],
		                        grade_name(GRADE_CONFIRMED),
		                        (json_int_t)users->n[family][GRADE_CONFIRMED]));
	return rows;
}

int truth_write(const struct truth *truth, FILE *out)
{
	json_t *summary = json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "capture", capture_json(truth),
		"frames", frames_json(truth), "carrier", families_json(truth->carrier), "payload",
		families_json(truth->payload), "transition", transition_json(truth), "fragments",
		counts_json(truth->fragments), "flows", counts_json(truth->flows), "sources",
		sources_json(truth));
	int r = 0;

	if (summary == NULL)
		return -ENOMEM;
	if (truth->users.wanted)
		json_object_set_new(summary, "users", users_json(&truth->users));
	if (json_dumpf(summary, out, JSON_INDENT(2)) < 0 || fputc('\n', out) == EOF ||
	    fflush(out) == EOF)
		r = -EIO;
	json_decref(summary);
	return r;
}
