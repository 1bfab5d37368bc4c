// The cache of windows of users over a store. The argument is the address of an empty store.
#include "tests/unit/test_all.h"

#include <stdio.h>
#include <stdlib.h>

#include "collector/api/user_cache.h"
#include "proto/base/clock.h"

static const char *address;
static struct store *store;
static struct user_cache cache;

static int start(void **state)
{
	char why[STORE_WHY_BYTES];

	return store_open(address, &store, why);
}

static int stop(void **state)
{
	user_cache_fini(&cache);
	store_close(store);
	return 0;
}

static uint64_t an_hour_ago(void)
{
	uint64_t now_ns = clock_wall_ns();

	return now_ns - now_ns % USER_HOUR_NS - USER_HOUR_NS;
}

static const struct user_window *asked(enum user_span_kind kind, uint64_t start_ns, uint64_t end_ns)
{
	const struct user_window *window;

	assert_int_equal(user_cache_window(&cache, store, kind,
	                                   (struct user_span){start_ns, end_ns}, &window),
	                 0);
	return window;
}

static void what_was_made_is_shown_again(void **state)
{
	uint64_t start_ns = an_hour_ago();
	const struct user_window *first = asked(USER_SPAN_1H, start_ns, start_ns + USER_HOUR_NS);
	uint64_t made_ns = cache.entries[0].made_ns;

	assert_true(made_ns > 0);
	assert_ptr_equal(asked(USER_SPAN_1H, start_ns, start_ns + USER_HOUR_NS), first);
	assert_int_equal(cache.entries[0].made_ns, made_ns);
}

static const struct user_table *table_of(const struct user_window *window)
{
	const struct user_table *table;

	assert_int_equal(user_cache_table(&cache, window, FAMILY_IPV6, 100, &table), 0);
	return table;
}

static void a_table_is_made_once_for_a_window(void **state)
{
	uint64_t start_ns = an_hour_ago();
	const struct user_window *window = asked(USER_SPAN_1H, start_ns, start_ns + USER_HOUR_NS);
	const struct user_table *table = table_of(window);
	const struct user_place *places = table->places[PRIVACY_CARRIER];

	assert_ptr_equal(table_of(asked(USER_SPAN_1H, start_ns, start_ns + USER_HOUR_NS)), table);
	assert_ptr_equal(table->places[PRIVACY_CARRIER], places);
	assert_true(cache.entries[0].has_table[FAMILY_IPV6]);
	assert_false(cache.entries[0].has_table[FAMILY_IPV4]);
	user_cache_changed(&cache, start_ns);
	cache.entries[0].cost_ns = 0;
	asked(USER_SPAN_1H, start_ns, start_ns + USER_HOUR_NS);
	assert_false(cache.entries[0].has_table[FAMILY_IPV6]);
}

// An hour after midnight the last hour and today begin together. Today has just been made, ends a
// little earlier and rests.
static void kinds_that_begin_together_are_kept_apart(void **state)
{
	uint64_t start_ns = an_hour_ago();
	const struct user_window *today = asked(USER_SPAN_TODAY, start_ns,
	                                        start_ns + USER_HOUR_NS - USER_SCOPE_NS);
	const struct user_window *hour;

	// As though it had taken a minute.
	cache.entries[0].cost_ns = 60 * NS_PER_S;
	assert_ptr_equal(today, &cache.entries[0].window);
	hour = asked(USER_SPAN_1H, start_ns, start_ns + USER_HOUR_NS);
	assert_ptr_not_equal(hour, today);
	assert_int_equal(hour->end_ns, start_ns + USER_HOUR_NS);
	assert_int_equal(today->end_ns, start_ns + USER_HOUR_NS - USER_SCOPE_NS);
	assert_ptr_equal(asked(USER_SPAN_TODAY, start_ns, start_ns + USER_HOUR_NS), today);
	assert_int_equal(today->end_ns, start_ns + USER_HOUR_NS - USER_SCOPE_NS);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_made_is_shown_again, start, stop),
		cmocka_unit_test_setup_teardown(a_table_is_made_once_for_a_window, start, stop),
		cmocka_unit_test_setup_teardown(kinds_that_begin_together_are_kept_apart, start,
	                                        stop),
	};

	if (argc != 2)
		return EXIT_FAILURE;
	address = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
