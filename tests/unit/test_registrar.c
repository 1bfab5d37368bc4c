#include "test_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "probe/registrar.h"

#define DAY_NS    (86400 * NS_PER_S)
#define MINUTE_NS (60 * NS_PER_S)

static char path[] = "/tmp/sixgauge-registrar-XXXXXX";
static struct probe_config config = {.plan = path, .plan_path = path};
static struct registrar registrar;

static int open_registrar(void **state)
{
	static const char plan[] = "prefix,carrier,region,access,class,user_len,port_block\n"
				   "2001:db8::/32,net,lab,mobile,,64,\n";
	int fd;

	strcpy(path + strlen(path) - 6, "XXXXXX");
	fd = mkstemp(path);
	if (fd < 0 || write(fd, plan, strlen(plan)) < 0 || close(fd) < 0)
		return -1;
	log_set_level(LOG_ERROR);
	if (registrar_open(&config, &registrar) != 0)
		return -1;
	return registrar_begin(&registrar, 2);
}

static int close_registrar(void **state)
{
	registrar_close(&registrar);
	return unlink(path);
}

// A window as control ends it: whether each of the workers that turn has been lent something.
static bool turn(uint64_t now_ns, uint64_t epoch, uint32_t n_workers)
{
	struct window window = window_at(now_ns, MINUTE_NS);
	bool counting = true;

	registrar_turn(&registrar, now_ns);
	for (uint32_t i = 0; i < n_workers; i++)
		counting &= registrar_lend(&registrar, i, epoch % 2, epoch, window) != NULL;
	return counting;
}

static void keys_of_its_own_follow_the_clock_there_and_back(void **state)
{
	uint64_t now_ns = clock_wall_ns(), later_ns = now_ns + 3 * 365 * DAY_NS;
	uint64_t epoch = 1;

	assert_true(turn(now_ns, epoch++, 2));
	assert_true(turn(later_ns, epoch++, 2));
	assert_true(census_is_current(registrar.census, later_ns));
	for (int i = 0; i < 4; i++)
		assert_true(turn(now_ns + (uint64_t)i * MINUTE_NS, epoch++, 2));
	assert_true(census_is_current(registrar.census, now_ns));
}

static void what_left_goes_when_every_worker_has_turned_twice(void **state)
{
	uint64_t now_ns = clock_wall_ns();

	assert_true(turn(now_ns, 1, 2));
	assert_true(turn(now_ns + 31 * DAY_NS, 2, 2));
	assert_int_equal(registrar.n_leaving, 1);
	assert_true(turn(now_ns + 31 * DAY_NS, 3, 2));
	assert_true(turn(now_ns + 31 * DAY_NS, 4, 2));
	assert_int_equal(registrar.n_leaving, 0);
}

// The second worker never turns again: the first goes on under the keys of each month.
static void a_worker_that_hangs_holds_nobody_else_up(void **state)
{
	uint64_t now_ns = clock_wall_ns();
	const struct census *first;

	assert_true(turn(now_ns, 1, 2));
	first = registrar.census;
	assert_true(turn(now_ns + 31 * DAY_NS, 2, 1));
	assert_ptr_not_equal(registrar.census, first);
	first = registrar.census;
	assert_true(turn(now_ns + 62 * DAY_NS, 3, 1));
	assert_ptr_not_equal(registrar.census, first);
	assert_int_equal(registrar.n_leaving, 2);
}

static void without_a_plan_nobody_is_counted(void **state)
{
	static struct probe_config bare;
	struct registrar idle;

	assert_int_equal(registrar_open(&bare, &idle), 0);
	assert_int_equal(registrar_begin(&idle, 1), 0);
	registrar_turn(&idle, clock_wall_ns());
	assert_null(registrar_lend(&idle, 0, 0, 0, window_at(clock_wall_ns(), MINUTE_NS)));
	registrar_close(&idle);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_registrar, close_registrar)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keys_of_its_own_follow_the_clock_there_and_back),
		TEST(what_left_goes_when_every_worker_has_turned_twice),
		TEST(a_worker_that_hangs_holds_nobody_else_up),
		cmocka_unit_test(without_a_plan_nobody_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
