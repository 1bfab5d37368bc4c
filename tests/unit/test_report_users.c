#include "test_all.h"

#include <errno.h>
#include <string.h>

#include "proto/check.h"
#include "report_fault.h"
#include "sample_report.h"

static void group_without_carrier(struct report *report)
{
	report->groups[1].carrier[0] = 0;
}

static void group_name_cut_in_a_letter(struct report *report)
{
	report->groups[1].carrier[2] = 0;
}

static void group_with_a_slash(struct report *report)
{
	strcpy(report->groups[0].class_name, "a/b");
}

static void group_access_unknown(struct report *report)
{
	report->groups[0].access = N_ACCESSES;
}

static void group_family_unknown(struct report *report)
{
	report->groups[0].family = N_FAMILIES;
}

static void group_user_len_too_long(struct report *report)
{
	report->groups[1].user_len = 33;
}

static void group_port_block_of_ipv6(struct report *report)
{
	report->groups[0].port_block = 1;
}

static void group_twice(struct report *report)
{
	report->groups[1] = report->groups[0];
}

static void too_many_groups(struct report *report)
{
	report->n_groups = MAX_REPORT_GROUPS + 1;
}

static void key_too_large(struct report *report)
{
	report->keys[0].id = UINT64_MAX;
}

static void keys_out_of_order(struct report *report)
{
	report->keys[1].start_ns = report->keys[0].start_ns;
}

static void too_many_keys(struct report *report)
{
	report->n_keys = MAX_REPORT_KEYS + 1;
}

static void sketch_of_no_key(struct report *report)
{
	report->sketches[2].key = 2;
}

static void sketch_of_no_group(struct report *report)
{
	report->sketches[2].group = 2;
}

static void sketch_grade_unknown(struct report *report)
{
	report->sketches[1].grade = N_GRADES;
}

static void sketch_scope_unknown(struct report *report)
{
	report->sketches[1].scope_seconds = 60;
}

static void sketch_twice(struct report *report)
{
	report->sketches[1].grade = GRADE_SENT;
}

static void sketch_damaged(struct report *report)
{
	report->sketch_data[2] = 0;
}

static void sketch_too_long(struct report *report)
{
	report->sketches[2].n_bytes++;
}

static void sketch_bytes_left(struct report *report)
{
	report->n_sketches--;
}

static void ends_too_large(struct report *report)
{
	report->covered_ends[FAMILY_IPV4] = UINT64_MAX;
}

static const struct report_fault faults[] = {
	{group_without_carrier, "group_carrier[1]: empty"},
	{group_name_cut_in_a_letter,
         "group_carrier[1]: not UTF-8 without control characters and slashes"},
	{group_with_a_slash, "group_class[0]: not UTF-8 without control characters and slashes"},
	{group_access_unknown, "group_access[0]: 6 is not one of the 6 kinds"},
	{group_family_unknown, "group_family[0]: 2 is not one of the 2 families"},
	{group_user_len_too_long, "group_user_len[1]: 33 is not 1 to 32"},
	{group_port_block_of_ipv6, "group_port_block[0]: 1 is not 0 to 32768, or not of IPv4"},
	{group_twice, "group_carrier[1]: the row stands twice or is not in sorted order"},
	{too_many_groups, "group_carrier: more than 4096 elements"},
	{key_too_large, "key_id: 18446744073709551615 does not fit 63 bits"},
	{keys_out_of_order, "key_id[1]: the row stands twice or is not in sorted order"},
	{too_many_keys, "key_id: more than 2 elements"},
	{sketch_of_no_key, "sketch_key[2]: 2 is not one of the 2 keys"},
	{sketch_of_no_group, "sketch_group[2]: 2 is not one of the 2 groups"},
	{sketch_grade_unknown, "sketch_grade[1]: 2 is not one of the 2 grades"},
	{sketch_scope_unknown, "sketch_scope_seconds[1]: 60 is not 300 or 3600"},
	{sketch_twice, "sketch_key[1]: the row stands twice or is not in sorted order"},
	{sketch_damaged, "sketch_data: the 2 bytes of sketch 1 are not one"},
	{sketch_too_long, "sketch_data: the 4 bytes of sketch 2 are not one"},
	{sketch_bytes_left, "sketch_data: 7 bytes, of which 4 are used"},
	{ends_too_large, "covered_ends: 18446744073709551615 does not fit 63 bits"},
};

static void every_fault_is_named_and_never_sent(void **state)
{
	(void)state;
	assert_faults_are_named_and_never_sent(faults, sizeof(faults) / sizeof(faults[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_is_named_and_never_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
