#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/meter/flow_table.h"
#include "probe/meter/tags.h"
#include "probe/meter/tags_portable.h"

static uint32_t next_random(uint32_t *random)
{
	*random = *random * 1664525 + 1013904223;
	return *random >> 8;
}

// What stands behind the tags of a line, its ages, may look like a tag and must not match.
static void the_fast_way_matches_what_the_portable_one_does(void **state)
{
	struct flow_line line = {.n_displaced = 0};
	uint32_t random = 3;

	for (int round = 0; round < 100000; round++) {
		uint16_t wanted = (uint16_t)(next_random(&random) % 4);

		for (uint32_t slot = 0; slot < LINE_SLOTS; slot++) {
			line.tags[slot] = (uint16_t)(next_random(&random) % 4);
			line.ages[slot] = (uint8_t)(next_random(&random) % 4);
		}
		assert_int_equal(tags_match(line.tags, LINE_SLOTS, wanted),
		                 tags_match_portable(line.tags, LINE_SLOTS, wanted));
	}
}

static void every_slot_can_match_alone(void **state)
{
	for (uint32_t slot = 0; slot < LINE_SLOTS; slot++) {
		struct flow_line line = {.n_displaced = 0};

		line.tags[slot] = 0xffff;
		assert_int_equal(tags_match(line.tags, LINE_SLOTS, 0xffff), 1u << slot);
		assert_int_equal(tags_match_portable(line.tags, LINE_SLOTS, 0xffff), 1u << slot);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_fast_way_matches_what_the_portable_one_does),
		cmocka_unit_test(every_slot_can_match_alone),
	};

	return cmocka_run_group_tests_name("tags", tests, NULL, NULL);
}
