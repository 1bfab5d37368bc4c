#include "test_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/plan/group_list.h"

static struct group_list *list;
static struct report_group sorted[MAX_REPORT_GROUPS];
static uint16_t places[MAX_REPORT_GROUPS];

static int make_list(void **state)
{
	list = calloc(1, sizeof(*list));
	return list == NULL;
}

static int free_list(void **state)
{
	free(list);
	return 0;
}

static struct report_group group_of(uint32_t number)
{
	struct report_group group = {.access = (enum access)(number % N_ACCESSES),
	                             .family = (enum family)(number / N_ACCESSES % N_FAMILIES),
	                             .user_len = 32};

	snprintf(group.carrier, sizeof(group.carrier), "c%u", number % 7);
	snprintf(group.region, sizeof(group.region), "r%u", number / 84);
	return group;
}

static uint32_t added(uint32_t number)
{
	struct report_group group = group_of(number);
	uint32_t index = UINT32_MAX;

	assert_int_equal(group_list_add(list, &group, &index), 0);
	return index;
}

static void a_group_is_added_once(void **state)
{
	assert_int_equal(added(5), 0);
	assert_int_equal(added(3), 1);
	assert_int_equal(added(5), 0);
	assert_int_equal(added(3), 1);
	assert_int_equal(added(3), 1);
	assert_int_equal(list->n, 2);
}

static void every_column_makes_another_group(void **state)
{
	struct report_group group = {.user_len = 32};
	uint32_t index;

	assert_int_equal(group_list_add(list, &group, &index), 0);
	group.port_block = 512;
	assert_int_equal(group_list_add(list, &group, &index), 0);
	group.user_len = 31;
	assert_int_equal(group_list_add(list, &group, &index), 0);
	group.family = FAMILY_IPV6;
	assert_int_equal(group_list_add(list, &group, &index), 0);
	group.class_name[0] = 'a';
	assert_int_equal(group_list_add(list, &group, &index), 0);
	group.access = ACCESS_IOT;
	assert_int_equal(group_list_add(list, &group, &index), 0);
	group.region[0] = 'a';
	assert_int_equal(group_list_add(list, &group, &index), 0);
	group.carrier[0] = 'a';
	assert_int_equal(group_list_add(list, &group, &index), 0);
	assert_int_equal(index, 7);
}

static void there_is_room_for_as_many_as_a_report_has_and_they_sort(void **state)
{
	struct report_group group = group_of(MAX_REPORT_GROUPS);
	uint32_t index = 77;

	// 2,741 is coprime to the number, so this meets each of them once.
	for (uint32_t i = 0; i < MAX_REPORT_GROUPS; i++)
		assert_int_equal(added(i * 2741 % MAX_REPORT_GROUPS), i);
	assert_int_equal(group_list_add(list, &group, &index), -ENOSPC);
	assert_int_equal(index, 77);
	group_list_sort(list, sorted, places);
	for (uint32_t i = 1; i < MAX_REPORT_GROUPS; i++)
		assert_true(report_group_compare(&sorted[i - 1], &sorted[i]) < 0);
	for (uint32_t i = 0; i < MAX_REPORT_GROUPS; i++) {
		group = group_of(i * 2741 % MAX_REPORT_GROUPS);
		assert_int_equal(report_group_compare(&sorted[places[i]], &group), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_group_is_added_once, make_list, free_list),
		cmocka_unit_test_setup_teardown(every_column_makes_another_group, make_list,
	                                        free_list),
		cmocka_unit_test_setup_teardown(
			there_is_room_for_as_many_as_a_report_has_and_they_sort, make_list,
			free_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
