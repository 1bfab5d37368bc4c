#include "test_all.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/zone.h"

static void a_zone_of_whole_hours_can_be_used(void **state)
{
	time_t noon = 43200;
	struct tm local;

	assert_null(zone_fault("Asia/Shanghai"));
	assert_null(zone_fault("Europe/Berlin"));
	assert_null(zone_fault("UTC"));
	zone_use("Asia/Shanghai");
	localtime_r(&noon, &local);
	assert_int_equal(local.tm_hour, 20);
}

static void names_that_are_no_zone_are_refused(void **state)
{
	static const char *const names[] = {"Asia/Shanghia",  "",     "Asia", "../zoneinfo/UTC",
	                                    "/etc/localtime", ":UTC", "CST-8"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_non_null(strstr(zone_fault(names[i]), "no time zone of this machine"));
}

static void zones_between_the_hours_are_refused(void **state)
{
	assert_non_null(strstr(zone_fault("Asia/Kolkata"), "whole hours"));
	assert_non_null(strstr(zone_fault("Australia/Lord_Howe"), "whole hours"));
}

static void asking_leaves_the_zone_as_it_was(void **state)
{
	setenv("TZ", "Europe/Berlin", 1);
	assert_null(zone_fault("Asia/Shanghai"));
	assert_string_equal(getenv("TZ"), "Europe/Berlin");
	unsetenv("TZ");
	assert_null(zone_fault("Asia/Shanghai"));
	assert_null(getenv("TZ"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_of_whole_hours_can_be_used),
		cmocka_unit_test(names_that_are_no_zone_are_refused),
		cmocka_unit_test(zones_between_the_hours_are_refused),
		cmocka_unit_test(asking_leaves_the_zone_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
