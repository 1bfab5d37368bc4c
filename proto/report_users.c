// What a report must say about users to be believed: groups, keys and sketches.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "sketch.h"
#include "utf8.h"

static const uint32_t family_bits[N_FAMILIES] = {32, 128};

enum {
	MAX_PORT_BLOCK = 32768,
};

int report_group_compare(const struct report_group *a, const struct report_group *b)
{
	int order = strcmp(a->carrier, b->carrier);

	if (order == 0)
		order = strcmp(a->region, b->region);
	if (order == 0)
		order = (a->access > b->access) - (a->access < b->access);
	if (order == 0)
		order = strcmp(a->class_name, b->class_name);
	if (order == 0)
		order = (a->family > b->family) - (a->family < b->family);
	if (order == 0)
		order = (a->user_len > b->user_len) - (a->user_len < b->user_len);
	return order != 0 ? order
	                  : (a->port_block > b->port_block) - (a->port_block < b->port_block);
}

static int group_name_check(const char *field, uint32_t i, const char *name, size_t min_bytes,
                            char *why)
{
	size_t n_bytes = strnlen(name, MAX_GROUP_NAME_BYTES);

	if (n_bytes < min_bytes)
		return check_fault(why, "%s[%" PRIu32 "]: empty", field, i);
	if (n_bytes == MAX_GROUP_NAME_BYTES)
		return check_fault(why, "%s[%" PRIu32 "]: more than %d bytes", field, i,
		                   MAX_GROUP_NAME_BYTES - 1);
	if (strchr(name, '/') || !utf8_is_printable(name, n_bytes))
		return check_fault(why,
		                   "%s[%" PRIu32 "]: not UTF-8 without control characters and "
		                   "slashes",
		                   field, i);
	return 0;
}

static int group_names_check(const struct report_group *group, uint32_t i, char *why)
{
	int r = group_name_check("group_carrier", i, group->carrier, 1, why);

	if (r == 0)
		r = group_name_check("group_region", i, group->region, 1, why);
	return r < 0 ? r : group_name_check("group_class", i, group->class_name, 0, why);
}

static int group_numbers_check(const struct report_group *group, uint32_t i, char *why)
{
	if ((uint32_t)group->access >= N_ACCESSES)
		return check_fault(
			why, "group_access[%" PRIu32 "]: %" PRIu32 " is not one of the %d kinds", i,
			(uint32_t)group->access, N_ACCESSES);
	if ((uint32_t)group->family >= N_FAMILIES)
		return check_fault(
			why, "group_family[%" PRIu32 "]: %" PRIu32 " is not one of the %d families",
			i, (uint32_t)group->family, N_FAMILIES);
	if (group->user_len == 0 || group->user_len > family_bits[group->family])
		return check_fault(why, "group_user_len[%" PRIu32 "]: %" PRIu32 " is not 1 to %u",
		                   i, group->user_len, family_bits[group->family]);
	if (group->port_block > MAX_PORT_BLOCK ||
	    (group->port_block > 0 && group->family != FAMILY_IPV4))
		return check_fault(why,
		                   "group_port_block[%" PRIu32 "]: %" PRIu32
		                   " is not 0 to %d, or not of IPv4",
		                   i, group->port_block, MAX_PORT_BLOCK);
	return 0;
}

static int groups_check(const struct report *report, char *why)
{
	if (report->n_groups > MAX_REPORT_GROUPS)
		return check_fault(why, "group_carrier: more than %d elements", MAX_REPORT_GROUPS);
	for (uint32_t i = 0; i < report->n_groups; i++) {
		const struct report_group *group = &report->groups[i];
		int r = group_names_check(group, i, why);

		if (r == 0)
			r = group_numbers_check(group, i, why);
		if (r < 0)
			return r;
		if (i > 0 && report_group_compare(group - 1, group) >= 0)
			return check_fault(why,
			                   "group_carrier[%" PRIu32
			                   "]: the row stands twice or is not in sorted order",
			                   i);
	}
	return 0;
}

static int keys_check(const struct report *report, char *why)
{
	if (report->n_keys > MAX_REPORT_KEYS)
		return check_fault(why, "key_id: more than %d elements", MAX_REPORT_KEYS);
	for (uint32_t i = 0; i < report->n_keys; i++) {
		const struct report_key *key = &report->keys[i];
		int r = number_check("key_id", key->id, why);

		if (r == 0)
			r = number_check("key_start_ns", key->start_ns, why);
		if (r < 0)
			return r;
		if (i > 0 && (key[-1].start_ns >= key->start_ns || key[-1].id == key->id))
			return check_fault(why,
			                   "key_id[%" PRIu32 "]: the row stands twice or is not in "
			                   "sorted order",
			                   i);
	}
	return 0;
}

static uint64_t sketch_order(const struct report_sketch *row)
{
	return ((uint64_t)row->key * MAX_REPORT_GROUPS + row->group) * N_GRADES + row->grade;
}

static int sketch_row_check(const struct report *report, uint32_t i, char *why)
{
	const struct report_sketch *row = &report->sketches[i];

	if (row->key >= report->n_keys)
		return check_fault(why,
		                   "sketch_key[%" PRIu32 "]: %" PRIu32 " is not one of the %" PRIu32
		                   " keys",
		                   i, row->key, report->n_keys);
	if (row->group >= report->n_groups)
		return check_fault(why,
		                   "sketch_group[%" PRIu32 "]: %" PRIu32
		                   " is not one of the %" PRIu32 " groups",
		                   i, row->group, report->n_groups);
	if ((uint32_t)row->grade >= N_GRADES)
		return check_fault(
			why, "sketch_grade[%" PRIu32 "]: %" PRIu32 " is not one of the %d grades",
			i, (uint32_t)row->grade, N_GRADES);
	if (row->scope_seconds != SCOPE_SECONDS && row->scope_seconds != LONG_SCOPE_SECONDS)
		return check_fault(why,
		                   "sketch_scope_seconds[%" PRIu32 "]: %" PRIu32 " is not %d or %d",
		                   i, row->scope_seconds, SCOPE_SECONDS, LONG_SCOPE_SECONDS);
	if (i > 0 && sketch_order(row - 1) >= sketch_order(row))
		return check_fault(why,
		                   "sketch_key[%" PRIu32
		                   "]: the row stands twice or is not in sorted order",
		                   i);
	return 0;
}

// Each sketch must be one, and all of them together all there is.
static int sketches_check(const struct report *report, char *why)
{
	uint32_t at = 0;

	if (report->n_sketches > MAX_REPORT_SKETCHES)
		return check_fault(why, "sketch_key: more than %d elements", MAX_REPORT_SKETCHES);
	for (uint32_t i = 0; i < report->n_sketches; i++) {
		uint32_t n_bytes = report->sketches[i].n_bytes;
		int r = sketch_row_check(report, i, why);
		struct sketch sketch;

		if (r < 0)
			return r;
		if (n_bytes > report->n_sketch_bytes - at ||
		    sketch_decode(report->sketch_data + at, n_bytes, &sketch) < 0)
			return check_fault(why,
			                   "sketch_data: the %" PRIu32 " bytes of sketch %" PRIu32
			                   " are not one",
			                   n_bytes, i);
		at += n_bytes;
	}
	if (at != report->n_sketch_bytes)
		return check_fault(why,
		                   "sketch_data: %" PRIu32 " bytes, of which %" PRIu32 " are used",
		                   report->n_sketch_bytes, at);
	return 0;
}

static int ends_check(const struct report *report, char *why)
{
	for (int family = 0; family < N_FAMILIES; family++) {
		int r = number_check("covered_ends", report->covered_ends[family], why);

		if (r == 0)
			r = number_check("uncovered_ends", report->uncovered_ends[family], why);
		if (r < 0)
			return r;
	}
	return 0;
}

int report_users_check(const struct report *report, char *why)
{
	int r = ends_check(report, why);

	if (r == 0)
		r = groups_check(report, why);
	if (r == 0)
		r = keys_check(report, why);
	return r < 0 ? r : sketches_check(report, why);
}
