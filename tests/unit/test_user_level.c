#include "test_all.h"

#include <stdlib.h>
#include <time.h>

#include "collector/rollup/user_level.h"

#define DAY_NS (24 * USER_HOUR_NS)

static void use_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

// Nanoseconds of a time in UTC.
static uint64_t utc(int year, int month, int day, int hour, int minute)
{
	struct tm tm = {.tm_year = year - 1900,
	                .tm_mon = month - 1,
	                .tm_mday = day,
	                .tm_hour = hour,
	                .tm_min = minute};

	return (uint64_t)timegm(&tm) * USER_SECOND_NS;
}

static void day_is(uint64_t at_ns, uint64_t start_ns, uint64_t end_ns)
{
	struct user_tile day = user_tile_at(USER_LEVEL_DAY, at_ns);

	assert_int_equal(day.level, USER_LEVEL_DAY);
	assert_int_equal(day.start_ns, start_ns);
	assert_int_equal(day.end_ns, end_ns);
}

static void scopes_and_hours_are_those_of_utc(void **state)
{
	uint64_t at_ns = utc(2026, 11, 24, 19, 58) + 17;
	struct user_tile tile;

	use_zone("Asia/Shanghai");
	tile = user_tile_at(USER_LEVEL_SCOPE, at_ns);
	assert_int_equal(tile.start_ns, utc(2026, 11, 24, 19, 55));
	assert_int_equal(tile.end_ns, utc(2026, 11, 24, 20, 0));
	tile = user_tile_at(USER_LEVEL_HOUR, at_ns);
	assert_int_equal(tile.start_ns, utc(2026, 11, 24, 19, 0));
	assert_int_equal(tile.end_ns, utc(2026, 11, 24, 20, 0));
}

static void days_are_those_of_the_zone(void **state)
{
	use_zone("Asia/Shanghai");
	day_is(utc(2026, 11, 24, 15, 59), utc(2026, 11, 23, 16, 0), utc(2026, 11, 24, 16, 0));
	day_is(utc(2026, 11, 24, 16, 0), utc(2026, 11, 24, 16, 0), utc(2026, 11, 25, 16, 0));
	use_zone("UTC");
	day_is(utc(2026, 11, 24, 15, 59), utc(2026, 11, 24, 0, 0), utc(2026, 11, 25, 0, 0));
}

// Berlin changes its clocks at night; Sao Paulo did at midnight, which one day did not have and
// another had twice; Shanghai itself had summer time until 1991.
static void days_on_which_clocks_change_have_23_or_25_hours(void **state)
{
	use_zone("Europe/Berlin");
	day_is(utc(2026, 3, 29, 12, 0), utc(2026, 3, 28, 23, 0), utc(2026, 3, 29, 22, 0));
	day_is(utc(2026, 10, 25, 0, 30), utc(2026, 10, 24, 22, 0), utc(2026, 10, 25, 23, 0));
	use_zone("America/Sao_Paulo");
	day_is(utc(2018, 11, 4, 12, 0), utc(2018, 11, 4, 3, 0), utc(2018, 11, 5, 2, 0));
	day_is(utc(2018, 2, 17, 23, 0), utc(2018, 2, 17, 2, 0), utc(2018, 2, 18, 3, 0));
	use_zone("Asia/Shanghai");
	day_is(utc(1990, 4, 15, 6, 0), utc(1990, 4, 14, 16, 0), utc(1990, 4, 15, 15, 0));
}

static void each_day_begins_where_the_one_before_ended(void **state)
{
	static const char *const zones[] = {"Asia/Shanghai",  "America/Sao_Paulo", "Europe/Berlin",
	                                    "America/Havana", "Pacific/Apia",      "UTC"};

	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		uint64_t at_ns;

		use_zone(zones[i]);
		at_ns = user_tile_at(USER_LEVEL_DAY, utc(2010, 6, 1, 0, 0)).start_ns;
		while (at_ns < utc(2020, 6, 1, 0, 0)) {
			struct user_tile day = user_tile_at(USER_LEVEL_DAY, at_ns);

			assert_int_equal(day.start_ns, at_ns);
			assert_in_range(day.end_ns - day.start_ns, 23 * USER_HOUR_NS,
			                25 * USER_HOUR_NS);
			at_ns = day.end_ns;
		}
	}
}

static void a_window_is_cut_into_the_longest_tiles_that_fit(void **state)
{
	static const enum user_level expected[] = {
		USER_LEVEL_SCOPE, USER_LEVEL_SCOPE, USER_LEVEL_HOUR, USER_LEVEL_DAY,
		USER_LEVEL_DAY,   USER_LEVEL_HOUR,  USER_LEVEL_HOUR, USER_LEVEL_SCOPE,
	};
	struct user_tile tiles[USER_MAX_TILES];
	uint64_t start_ns = utc(2026, 11, 20, 14, 50), end_ns = utc(2026, 11, 22, 18, 5);
	size_t n_tiles;

	use_zone("Asia/Shanghai");
	n_tiles = user_tiles(start_ns, end_ns, tiles);
	assert_int_equal(n_tiles, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < n_tiles; i++) {
		assert_int_equal(tiles[i].level, expected[i]);
		assert_int_equal(tiles[i].start_ns, i == 0 ? start_ns : tiles[i - 1].end_ns);
	}
	assert_int_equal(tiles[n_tiles - 1].end_ns, end_ns);
}

static void the_longest_windows_fit_and_longer_ones_are_refused(void **state)
{
	struct user_tile tiles[USER_MAX_TILES];
	uint64_t start_ns = utc(2026, 1, 1, 17, 5);
	size_t n_tiles;

	use_zone("Europe/Berlin");
	n_tiles = user_tiles(start_ns, start_ns + USER_MAX_DAYS * DAY_NS, tiles);
	assert_in_range(n_tiles, USER_MAX_DAYS, USER_MAX_TILES);
	assert_int_equal(tiles[n_tiles - 1].end_ns, start_ns + USER_MAX_DAYS * DAY_NS);
	assert_int_equal(
		user_tiles(start_ns, start_ns + USER_MAX_DAYS * DAY_NS + USER_SCOPE_NS, tiles), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scopes_and_hours_are_those_of_utc),
		cmocka_unit_test(days_are_those_of_the_zone),
		cmocka_unit_test(days_on_which_clocks_change_have_23_or_25_hours),
		cmocka_unit_test(each_day_begins_where_the_one_before_ended),
		cmocka_unit_test(a_window_is_cut_into_the_longest_tiles_that_fit),
		cmocka_unit_test(the_longest_windows_fit_and_longer_ones_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
