#include "test_all.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/settings.h"
#include "collector/targets.h"
#include "proto/enums.h"

static struct settings settings;
static char why[CONFIG_WHY_BYTES];

// Loads a collector's configuration of these lines beside the least there must be.
static int load(const char *lines)
{
	char path[] = "/tmp/sixgauge_settings_XXXXXX";
	int descriptor = mkstemp(path);
	int error;

	assert_true(descriptor >= 0);
	assert_true(dprintf(descriptor, "store: sqlite:/nowhere/x.db\n%s", lines) > 0);
	close(descriptor);
	error = settings_load(path, &settings, why);
	unlink(path);
	return error;
}

static int stop(void **state)
{
	(void)state;
	settings_fini(&settings);
	return 0;
}

static void refuses(const char *lines, const char *sentence)
{
	assert_true(load(lines) < 0);
	if (!strstr(why, sentence))
		fail_msg("\"%s\" is not in: %s", sentence, why);
	settings_fini(&settings);
}

static void without_a_word_there_are_the_targets_of_the_action_plan(void **state)
{
	struct target target;

	(void)state;
	assert_int_equal(load(""), 0);
	assert_int_equal(settings.privacy_threshold, 100);
	assert_int_equal(settings.internet_users.number, 0);
	assert_int_equal(targets_count(&settings.targets), 5);
	target = targets_at(&settings.targets, 2);
	assert_int_equal(target.access, ACCESS_MOBILE);
	assert_true(target.value == 50e6);
}

static void more_targets_follow_those_of_the_action_plan(void **state)
{
	struct target target;

	(void)state;
	assert_int_equal(
		load("privacy_threshold: 0\n"
	             "internet_users: {number: 1_123_000_000, date: 2025-06}\n"
	             "targets:\n"
	             "  - {name: later, indicator: v6_user_share, value: 80%, date: 2027}\n"
	             "  - {name: iot, indicator: v6_active_users, access: iot,\n"
	             "     value: 4_000_000, date: 2026-12-31}\n"),
		0);
	assert_int_equal(settings.privacy_threshold, 0);
	assert_int_equal(settings.internet_users.number, 1123000000);
	assert_int_equal(targets_count(&settings.targets), 7);
	target = targets_at(&settings.targets, 5);
	assert_string_equal(target.name, "later");
	assert_int_equal(target.indicator, TARGET_SHARE);
	assert_int_equal(target.access, -1);
	assert_true(fabs(target.value - 0.8) < 1e-12);
	target = targets_at(&settings.targets, 6);
	assert_int_equal(target.access, ACCESS_IOT);
	assert_true(target.value == 4e6);
	assert_string_equal(target.date, "2026-12-31");
}

static void what_makes_no_sense_is_refused_with_the_mend(void **state)
{
	(void)state;
	refuses("privacy_threshold: -1\n", "privacy_threshold");
	refuses("privacy_treshold: 5\n", "did you mean \"privacy_threshold\"?");
	refuses("internet_users: {number: 5}\n", "\"date\" is missing");
	refuses("internet_users: {date: 2025-06}\n", "\"number\" is missing");
	refuses("internet_users: {number: 0, date: 2025-06}\n", "number");
	refuses("internet_users: {number: 5, date: June}\n", "2025-06");
	refuses("internet_users: {number: 5, date: 2025-13}\n", "2025-06");
	refuses("targets: [{name: a, indicator: v6_active_users, date: 2020}]\n", "\"value\"");
	refuses("targets: [{name: a, indicator: v6_share, value: 1, date: 2020}]\n",
	        "v6_user_share");
	refuses("targets: [{name: a, indicator: v6_user_share, value: 50, date: 2020}]\n", "80%");
	refuses("targets: [{name: a, indicator: v6_user_share, value: 1.2.3, date: 2020}]\n",
	        "50%");
	refuses("targets: [{name: a, indicator: v6_active_users, value: 0.5, date: 2020}]\n",
	        "targets[0]");
	refuses("targets: [{name: a, indicator: v6_active_users, value: 0, date: 2020}]\n",
	        "above 0");
	refuses("targets: [{name: a, indicator: v6_user_share, access: iot, value: 0.5,"
	        " date: 2020}]\n",
	        "leave \"access\" out");
	refuses("targets: [{name: a, indicator: v6_active_users, access: wired, value: 5,"
	        " date: 2020}]\n",
	        "fixed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(without_a_word_there_are_the_targets_of_the_action_plan,
	                                  stop),
		cmocka_unit_test_teardown(more_targets_follow_those_of_the_action_plan, stop),
		cmocka_unit_test_teardown(what_makes_no_sense_is_refused_with_the_mend, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
