#include "test_all.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "probe/port_slot.h"

enum {
	N_EXCHANGES = 1000,
	POLLS_BEFORE_YIELD = 64, // where both threads share a processor
};

// What control closes and opens: a worker that used it too late would touch freed memory, and one
// that two threads used at once would be seen by the thread sanitizer.
struct dpdk_port {
	uint64_t n_polls;
};

static void a_port_is_the_workers_until_it_has_taken_another(void **state)
{
	struct dpdk_port first, second;
	struct port_slot slot;

	port_slot_init(&slot, &first);
	assert_ptr_equal(port_slot_take(&slot), &first);
	assert_false(port_slot_change(&slot, NULL));
	assert_null(port_slot_take(&slot));
	assert_true(port_slot_change(&slot, NULL));
	assert_false(port_slot_change(&slot, &second));
	assert_ptr_equal(port_slot_take(&slot), &second);
	assert_true(port_slot_change(&slot, &second));
}

static void a_worker_that_has_not_run_yet_keeps_its_first_port(void **state)
{
	struct dpdk_port port;
	struct port_slot slot;

	port_slot_init(&slot, &port);
	assert_true(port_slot_change(&slot, &port));
	assert_false(port_slot_change(&slot, NULL));
}

struct polling {
	struct port_slot slot;
	_Atomic bool stop;
	uint64_t n_polls;
};

static void *poll_ports(void *argument)
{
	struct polling *polling = argument;
	uint32_t n = 0;

	while (!atomic_load(&polling->stop)) {
		struct dpdk_port *port = port_slot_take(&polling->slot);

		if (++n % POLLS_BEFORE_YIELD == 0)
			sched_yield();
		if (port == NULL)
			continue;
		port->n_polls++;
		polling->n_polls++;
	}
	return NULL;
}

static void change(struct polling *polling, struct dpdk_port *port)
{
	while (!port_slot_change(&polling->slot, port))
		sched_yield();
}

static void a_port_that_was_given_up_is_never_polled_again(void **state)
{
	struct dpdk_port *port = calloc(1, sizeof(*port));
	struct polling polling = {.n_polls = 0};
	uint64_t n_polls = 0;
	pthread_t thread;

	port_slot_init(&polling.slot, port);
	assert_int_equal(pthread_create(&thread, NULL, poll_ports, &polling), 0);
	for (int i = 0; i < N_EXCHANGES; i++) {
		change(&polling, NULL);
		n_polls += port->n_polls;
		free(port);
		port = calloc(1, sizeof(*port));
		change(&polling, port);
	}
	atomic_store(&polling.stop, true);
	pthread_join(thread, NULL);
	assert_int_equal(n_polls + port->n_polls, polling.n_polls);
	free(port);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_is_the_workers_until_it_has_taken_another),
		cmocka_unit_test(a_worker_that_has_not_run_yet_keeps_its_first_port),
		cmocka_unit_test(a_port_that_was_given_up_is_never_polled_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
