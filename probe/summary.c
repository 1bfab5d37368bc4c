#include "summary.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>

#include "proto/base/clock.h"
#include "proto/names.h"
#include "proto/sketch.h"

// Packets and bytes under one heading.
struct count {
	uint64_t packets, bytes;
};

static struct count carrier_count(const struct summary *summary, enum family family)
{
	const struct link_tally *link = &summary->tally->links[0];
	struct count count = {0};

	for (int p = 0; p < N_FAMILIES; p++)
		for (int t = 0; t < N_TRANSITIONS; t++) {
			count.packets += link->traffic[family][p][t].packets;
			count.bytes += link->traffic[family][p][t].carrier_bytes;
		}
	return count;
}

static struct count payload_count(const struct summary *summary, enum family family)
{
	const struct link_tally *link = &summary->tally->links[0];
	struct count count = {0};

	for (int c = 0; c < N_FAMILIES; c++)
		for (int t = 0; t < N_TRANSITIONS; t++) {
			count.packets += link->traffic[c][family][t].packets;
			count.bytes += link->traffic[c][family][t].payload_bytes;
		}
	return count;
}

static struct count transition_count(const struct summary *summary, enum transition transition)
{
	const struct link_tally *link = &summary->tally->links[0];
	struct count count = {0};

	for (int c = 0; c < N_FAMILIES; c++)
		for (int p = 0; p < N_FAMILIES; p++) {
			count.packets += link->traffic[c][p][transition].packets;
			count.bytes += link->traffic[c][p][transition].payload_bytes;
		}
	return count;
}

static uint64_t distinct_count(const struct distinct *set)
{
	return set->overflowed ? (uint64_t)llround(sketch_estimate(&set->sketch)) : set->n_exact;
}

static double duration_seconds(const struct tally *tally)
{
	return tally->first_ns > tally->last_ns
	               ? 0
	               : (double)(tally->last_ns - tally->first_ns) / (double)NS_PER_S;
}

static json_t *json_number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static json_t *json_time(const struct tally *tally, uint64_t wall_ns)
{
	char text[CLOCK_TEXT_BYTES];

	if (tally->first_ns > tally->last_ns) // no frame
		return json_null();
	clock_format_ns(wall_ns, text);
	return json_string(text);
}

static json_t *json_capture(const struct summary *summary)
{
	const struct tally *tally = summary->tally;

	return json_pack("{s:o, s:o, s:o, s:o, s:f}", "files", json_number(summary->n_files),
	                 "frames", json_number(link_tally_frames(&tally->links[0])), "first",
	                 json_time(tally, tally->first_ns), "last",
	                 json_time(tally, tally->last_ns), "duration_seconds",
	                 duration_seconds(tally));
}

static json_t *json_frames(const struct summary *summary)
{
	const struct link_tally *link = &summary->tally->links[0];
	json_t *object = json_object();

	for (int v = 0; v < N_FRAME_VERDICTS; v++)
		json_object_set_new(object, frame_verdict_name((enum frame_verdict)v),
		                    json_number(link->frames[v]));
	json_object_set_new(object, "truncated", json_number(link->truncated_frames));
	return object;
}

static json_t *json_count(struct count count)
{
	return json_pack("{s:o, s:o}", "packets", json_number(count.packets), "bytes",
	                 json_number(count.bytes));
}

static json_t *json_counts(const struct summary *summary,
                           struct count (*count)(const struct summary *, enum family))
{
	json_t *object = json_object();

	for (int f = 0; f < N_FAMILIES; f++)
		json_object_set_new(object, family_name((enum family)f),
		                    json_count(count(summary, (enum family)f)));
	return object;
}

static json_t *json_transition(const struct summary *summary)
{
	json_t *object = json_object();

	for (int t = 0; t < N_TRANSITIONS; t++)
		json_object_set_new(object, transition_name((enum transition)t),
		                    json_count(transition_count(summary, (enum transition)t)));
	return object;
}

static json_t *json_pair(uint64_t ipv4, uint64_t ipv6)
{
	return json_pack("{s:o, s:o}", family_name(FAMILY_IPV4), json_number(ipv4),
	                 family_name(FAMILY_IPV6), json_number(ipv6));
}

static json_t *json_sources(const struct distinct_sources *sources)
{
	json_t *object = json_pair(distinct_count(&sources->ipv4), distinct_count(&sources->ipv6));

	json_object_set_new(object, "ipv6_64", json_number(distinct_count(&sources->ipv6_64)));
	return object;
}

static json_t *json_user(const struct summary_user *user)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:f}", "group", user->name, "family",
	                 family_name(user->family), grade_name(GRADE_SENT),
	                 json_number((uint64_t)llround(user->users[GRADE_SENT])),
	                 grade_name(GRADE_CONFIRMED),
	                 json_number((uint64_t)llround(user->users[GRADE_CONFIRMED])),
	                 "standard_error", user->standard_error);
}

static json_t *json_users(const struct summary *summary)
{
	json_t *users = json_array();

	for (uint32_t i = 0; i < summary->n_users; i++)
		json_array_append_new(users, json_user(&summary->users[i]));
	return users;
}

static json_t *json_summary(const struct summary *summary)
{
	const struct flow_cell *flows = summary->tally->links[0].flows;

	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "capture", json_capture(summary),
		"frames", json_frames(summary), "carrier", json_counts(summary, carrier_count),
		"payload", json_counts(summary, payload_count), "transition",
		json_transition(summary), "fragments",
		json_pair(flows[FAMILY_IPV4].fragments, flows[FAMILY_IPV6].fragments), "flows",
		json_pair(flows[FAMILY_IPV4].new_flows, flows[FAMILY_IPV6].new_flows), "sources",
		json_sources(summary->sources));
}

int summary_print_json(const struct summary *summary, FILE *out)
{
	json_t *object = json_summary(summary);
	int r;

	if (!object)
		return -ENOMEM;
	if (summary->users)
		json_object_set_new(object, "users", json_users(summary));
	r = json_dumpf(object, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	json_decref(object);
	return r < 0 || fputc('\n', out) == EOF || fflush(out) == EOF ? -EIO : 0;
}

static double percent(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

static void print_heading(const struct summary *summary, FILE *out)
{
	const struct tally *tally = summary->tally;
	const struct link_tally *link = &tally->links[0];
	char first[CLOCK_TEXT_BYTES], last[CLOCK_TEXT_BYTES];

	fprintf(out, "%" PRIu64 " frames in %u %s", link_tally_frames(link), summary->n_files,
	        summary->n_files == 1 ? "file" : "files");
	if (tally->first_ns <= tally->last_ns) {
		clock_format_ns(tally->first_ns, first);
		clock_format_ns(tally->last_ns, last);
		fprintf(out, ", %s to %s (%.3f s)", first, last, duration_seconds(tally));
	}
	fprintf(out,
	        "\n  IPv4 %" PRIu64 ", IPv6 %" PRIu64 ", other %" PRIu64 ", malformed %" PRIu64
	        "; cut by the capture %" PRIu64 ", too deep %" PRIu64 "\n",
	        link->frames[FRAME_IPV4], link->frames[FRAME_IPV6], link->frames[FRAME_OTHER],
	        link->frames[FRAME_MALFORMED], link->truncated_frames, link->deep_frames);
}

static void print_row(FILE *out, const char *name, struct count count, uint64_t all_bytes)
{
	fprintf(out, "  %-12s %14" PRIu64 " %16" PRIu64 " %8.2f %%\n", name, count.packets,
	        count.bytes, percent(count.bytes, all_bytes));
}

static void print_families(const struct summary *summary, FILE *out, const char *title,
                           struct count (*count)(const struct summary *, enum family))
{
	struct count ipv4 = count(summary, FAMILY_IPV4), ipv6 = count(summary, FAMILY_IPV6);

	fprintf(out, "\n%-14s %14s %16s %10s\n", title, "packets", "bytes", "of bytes");
	print_row(out, "IPv4", ipv4, ipv4.bytes + ipv6.bytes);
	print_row(out, "IPv6", ipv6, ipv4.bytes + ipv6.bytes);
}

static void print_transition(const struct summary *summary, FILE *out)
{
	uint64_t all_bytes = payload_count(summary, FAMILY_IPV4).bytes +
	                     payload_count(summary, FAMILY_IPV6).bytes;

	fprintf(out, "\n%-14s %14s %16s %10s\n", "transition", "packets", "bytes", "of bytes");
	for (int t = 0; t < N_TRANSITIONS; t++) {
		struct count count = transition_count(summary, (enum transition)t);

		if (count.packets > 0)
			print_row(out, transition_name((enum transition)t), count, all_bytes);
	}
}

static void print_sources(const char *name, const struct distinct *set, FILE *out)
{
	fprintf(out, "  %s %s%" PRIu64, name, set->overflowed ? "about " : "", distinct_count(set));
}

static void print_users(const struct summary *summary, FILE *out)
{
	if (!summary->users)
		return;
	fprintf(out, "\n%-30s %6s %12s %12s %10s\n", "users", "", "sent", "confirmed", "error");
	for (uint32_t i = 0; i < summary->n_users; i++) {
		const struct summary_user *user = &summary->users[i];

		if (user->users[GRADE_SENT] > 0)
			fprintf(out, "%-30s %6s %12.0f %12.0f %10.0f\n", user->name,
			        user->family == FAMILY_IPV4 ? "IPv4" : "IPv6",
			        user->users[GRADE_SENT], user->users[GRADE_CONFIRMED],
			        user->standard_error);
	}
}

int summary_print_table(const struct summary *summary, FILE *out)
{
	const struct flow_cell *flows = summary->tally->links[0].flows;
	uint64_t evicted = flows[FAMILY_IPV4].evicted_flows + flows[FAMILY_IPV6].evicted_flows;

	print_heading(summary, out);
	print_families(summary, out, "outermost", carrier_count);
	print_families(summary, out, "innermost", payload_count);
	print_transition(summary, out);
	fprintf(out, "\nflows       IPv4 %" PRIu64 "  IPv6 %" PRIu64 "\n",
	        flows[FAMILY_IPV4].new_flows, flows[FAMILY_IPV6].new_flows);
	if (evicted > 0)
		fprintf(out,
		        "            a bound: %" PRIu64
		        " flows had to be pushed out of the table\n",
		        evicted);
	fprintf(out, "fragments   IPv4 %" PRIu64 "  IPv6 %" PRIu64 "\n",
	        flows[FAMILY_IPV4].fragments, flows[FAMILY_IPV6].fragments);
	fprintf(out, "sources   ");
	print_sources("IPv4", &summary->sources->ipv4, out);
	print_sources("IPv6", &summary->sources->ipv6, out);
	print_sources("IPv6 /64", &summary->sources->ipv6_64, out);
	fputc('\n', out);
	print_users(summary, out);
	return fputs("", out) == EOF || fflush(out) == EOF || ferror(out) ? -EIO : 0;
}
