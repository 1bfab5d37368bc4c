#include "test_all.h"

#include <errno.h>
#include <string.h>

#include "collector/rollup/user_sketch.h"
#include "proto/siphash.h"

static struct user_sketch sketch_of(uint64_t first, uint64_t n)
{
	static const struct user_identity_domain domain = {
		.group = {.carrier = "a",
	                  .region = "north",
	                  .access = ACCESS_FIXED,
	                  .class_name = "home",
	                  .family = FAMILY_IPV4,
	                  .user_len = 32,
	                  .port_block = 512},
		.key_id = 7,
		.grade = GRADE_CONFIRMED,
	};
	struct siphash_key key = {1, 2};
	struct user_sketch sketch = {.domain = domain};

	for (uint64_t i = first; i < first + n; i++)
		sketch_add(&sketch.sketch, siphash_2_4(&key, &i, sizeof(i)));
	return sketch;
}

static void a_union_counts_each_user_once(void **state)
{
	struct user_sketch into = sketch_of(0, 1000), other = sketch_of(500, 1000);
	struct user_sketch both = sketch_of(0, 1500);

	assert_int_equal(user_sketch_union(&into, &other), 0);
	assert_memory_equal(&into.sketch, &both.sketch, sizeof(into.sketch));
	assert_int_equal(user_sketch_union(&into, &other), 0);
	assert_memory_equal(&into.sketch, &both.sketch, sizeof(into.sketch));
}

static void refuses(const struct user_sketch *other)
{
	struct user_sketch into = sketch_of(0, 10), before = into;

	assert_int_equal(user_sketch_union(&into, other), -EXDEV);
	assert_memory_equal(&into.sketch, &before.sketch, sizeof(into.sketch));
}

static void another_key_is_refused(void **state)
{
	struct user_sketch other = sketch_of(20, 10);

	other.domain.key_id = 8;
	refuses(&other);
}

static void another_grade_is_refused(void **state)
{
	struct user_sketch other = sketch_of(20, 10);

	other.domain.grade = GRADE_SENT;
	refuses(&other);
}

static void another_group_is_refused(void **state)
{
	struct user_sketch other = sketch_of(20, 10);

	strcpy(other.domain.group.carrier, "b");
	refuses(&other);
	other = sketch_of(20, 10);
	strcpy(other.domain.group.region, "south");
	refuses(&other);
	other = sketch_of(20, 10);
	strcpy(other.domain.group.class_name, "");
	refuses(&other);
	other = sketch_of(20, 10);
	other.domain.group.access = ACCESS_MOBILE;
	refuses(&other);
	other = sketch_of(20, 10);
	other.domain.group.family = FAMILY_IPV6;
	refuses(&other);
}

static void another_normalisation_is_refused(void **state)
{
	struct user_sketch other = sketch_of(20, 10);

	other.domain.group.port_block = 1024;
	refuses(&other);
	other = sketch_of(20, 10);
	other.domain.group.user_len = 24;
	refuses(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_union_counts_each_user_once),
		cmocka_unit_test(another_key_is_refused),
		cmocka_unit_test(another_grade_is_refused),
		cmocka_unit_test(another_group_is_refused),
		cmocka_unit_test(another_normalisation_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
