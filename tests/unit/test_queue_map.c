#include "test_all.h"

#include <stdlib.h>

#include "probe/queue_map.h"

static void queues_near_a_worker_are_polled_by_it(void **state)
{
	const int nodes[] = {0, 0, 1, 1};
	const struct queue_map_port ports[] = {{4, 1}, {4, 0}};
	struct queue_map map;

	queue_map_make(nodes, 4, ports, 2, &map);
	for (int q = 0; q < 4; q++) {
		assert_int_equal(map.worker[0][q], 2 + q % 2);
		assert_int_equal(map.worker[1][q], q % 2);
	}
}

static void a_far_worker_takes_what_would_be_too_much_near_by(void **state)
{
	const int nodes[] = {0, 1, 1};
	const struct queue_map_port ports[] = {{3, 0}};
	struct queue_map map;

	queue_map_make(nodes, 3, ports, 1, &map);
	assert_int_equal(map.worker[0][0], 0);
	assert_int_equal(map.worker[0][1], 1);
	assert_int_equal(map.worker[0][2], 2);
}

static void a_port_of_no_node_fills_up_what_others_left(void **state)
{
	const int nodes[] = {0, 1};
	const struct queue_map_port ports[] = {{1, ANY_NODE}, {1, 0}};
	struct queue_map map;

	queue_map_make(nodes, 2, ports, 2, &map);
	assert_int_equal(map.worker[0][0], 1);
	assert_int_equal(map.worker[1][0], 0);
}

static void no_worker_has_more_than_its_share(void **state)
{
	srand(1);
	for (int round = 0; round < 2000; round++) {
		uint32_t n_workers = 1 + (uint32_t)rand() % MAX_WORKERS, n_queues = 0;
		uint32_t n_ports = 1 + (uint32_t)rand() % MAX_LINKS;
		uint32_t load[MAX_WORKERS] = {0};
		struct queue_map_port ports[MAX_LINKS];
		int nodes[MAX_WORKERS];
		struct queue_map map;

		for (uint32_t i = 0; i < n_workers; i++)
			nodes[i] = rand() % 3;
		for (uint32_t i = 0; i < n_ports; i++) {
			ports[i].n_queues = 1 + (uint32_t)rand() % MAX_QUEUES;
			ports[i].node = rand() % 4 - 1;
			n_queues += ports[i].n_queues;
		}
		queue_map_make(nodes, n_workers, ports, n_ports, &map);
		for (uint32_t i = 0; i < n_ports; i++)
			for (uint32_t q = 0; q < ports[i].n_queues; q++) {
				assert_true(map.worker[i][q] < n_workers);
				load[map.worker[i][q]]++;
			}
		for (uint32_t i = 0; i < n_workers; i++)
			assert_true(load[i] <= (n_queues + n_workers - 1) / n_workers);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queues_near_a_worker_are_polled_by_it),
		cmocka_unit_test(a_far_worker_takes_what_would_be_too_much_near_by),
		cmocka_unit_test(a_port_of_no_node_fills_up_what_others_left),
		cmocka_unit_test(no_worker_has_more_than_its_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
