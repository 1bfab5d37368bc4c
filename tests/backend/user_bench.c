#include "user_bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/siphash.h"
#include "tests/unit/test_all.h"

struct report_group bench_group(const char *carrier, uint32_t user_len)
{
	struct report_group group = {
		.region = "north",
		.access = ACCESS_FIXED,
		.class_name = "home",
		.family = FAMILY_IPV6,
		.user_len = user_len,
	};

	strcpy(group.carrier, carrier);
	return group;
}

void bench_add_users(struct sketch *sketch, uint64_t key_id, uint64_t first, uint64_t n)
{
	struct siphash_key key = {key_id, 5};

	for (uint64_t i = first; i < first + n; i++)
		sketch_add(sketch, siphash_2_4(&key, &i, sizeof(i)));
}

static void add_sketches(struct report *report, const struct bench_user_report *users)
{
	report->n_sketch_bytes = 0;
	for (uint32_t i = 0; i < users->n_sketches; i++) {
		const struct bench_users *row = &users->sketches[i];
		struct sketch sketch = {0};
		size_t n_bytes;

		bench_add_users(&sketch, users->keys[row->key].id, row->first, row->n);
		n_bytes = sketch_encode(&sketch, report->sketch_data + report->n_sketch_bytes);
		report->sketches[i] = (struct report_sketch){row->key, row->group, row->grade,
		                                             row->scope_seconds, (uint32_t)n_bytes};
		report->n_sketch_bytes += (uint32_t)n_bytes;
	}
}

struct store_entry bench_user_entry(const struct bench *bench, uint64_t sequence, uint64_t start_ns,
                                    const struct bench_user_report *users)
{
	struct report *report = report_new(&(struct report_sizes){
		.n_links = 1,
		.n_groups = users->n_groups,
		.n_keys = users->n_keys,
		.n_sketches = users->n_sketches,
		.n_sketch_bytes = users->n_sketches * SKETCH_MAX_ENCODED_BYTES,
	});

	strcpy(report->probe, bench->probe);
	memset(report->spool.bytes, 7, SPOOL_ID_BYTES);
	report->sequence = sequence;
	report->window_start_ns = start_ns;
	report->window_length_ns = MINUTE_NS;
	report->observed_ns = MINUTE_NS;
	strcpy(report->links[0].name, "lab0");
	report->links[0].is_asymmetric = users->is_asymmetric;
	report->plan.bytes[3] = users->plan;
	report->covered_ends[FAMILY_IPV6] = users->covered_ends;
	report->uncovered_ends[FAMILY_IPV6] = users->uncovered_ends;
	memcpy(report->keys, users->keys, users->n_keys * sizeof(users->keys[0]));
	memcpy(report->groups, users->groups, users->n_groups * sizeof(users->groups[0]));
	add_sketches(report, users);
	return bench_entry_of(bench, report);
}

enum store_outcome bench_put_users(const struct bench *bench, uint64_t sequence, uint64_t start_ns,
                                   const struct bench_user_report *users)
{
	struct store_entry entry = bench_user_entry(bench, sequence, start_ns, users);
	enum store_outcome outcome = bench_write(bench, &entry);

	bench_entry_fini(&entry);
	return outcome;
}

static struct bench_user_report report_of(uint64_t first, uint64_t n)
{
	return (struct bench_user_report){
		.plan = 1,
		.n_keys = 2,
		.keys = {{OLDER, 1000}, {YOUNGER, 2000}},
		.n_groups = 1,
		.groups = {bench_group("a", 56)},
		.n_sketches = 3,
		.sketches = {{0, 0, GRADE_SENT, SCOPE_SECONDS, first, n},
	                     {0, 0, GRADE_CONFIRMED, SCOPE_SECONDS, first, n / 2},
	                     {1, 0, GRADE_SENT, LONG_SCOPE_SECONDS, first, n}},
	};
}

struct bench_user_report bench_report_for(const char *carrier, uint64_t first, uint64_t n)
{
	struct bench_user_report report = report_of(first, n);

	report.groups[0] = bench_group(carrier, 56);
	return report;
}

static int read_sketch(const struct bench *bench, const char *carrier, enum user_level level,
                       uint64_t start_ns, uint64_t key_id, enum grade grade,
                       struct user_sketch *ret_sketch)
{
	struct store_sketch which = {level, start_ns, {bench_group(carrier, 56), key_id, grade}};

	return store_read_sketch(bench->store, &which, ret_sketch);
}

void bench_holds(const struct bench *bench, const char *carrier, enum user_level level,
                 uint64_t start_ns, uint64_t key_id, uint64_t first, uint64_t n)
{
	struct sketch expected = {0};
	struct user_sketch sketch;

	bench_add_users(&expected, key_id, first, n);
	assert_int_equal(read_sketch(bench, carrier, level, start_ns, key_id, GRADE_SENT, &sketch),
	                 0);
	assert_memory_equal(&sketch.sketch, &expected, sizeof(expected));
	assert_int_equal(sketch.domain.key_id, key_id);
	assert_string_equal(sketch.domain.group.carrier, carrier);
}

void bench_has_none(const struct bench *bench, const char *carrier, enum user_level level,
                    uint64_t start_ns, uint64_t key_id)
{
	struct user_sketch sketch;

	assert_int_equal(read_sketch(bench, carrier, level, start_ns, key_id, GRADE_SENT, &sketch),
	                 -ENOENT);
}

uint64_t bench_n_sketches(const struct bench *bench)
{
	struct store_counts counts;

	assert_int_equal(store_count(bench->store, &counts), 0);
	return counts.sketches;
}

static int note_scope(void *arg, const struct user_scope *scope)
{
	struct bench_scopes *scopes = arg;

	if (strcmp(scope->probe, scopes->probe) == 0) {
		scopes->n++;
		scopes->last = *scope;
	}
	return 0;
}

static int note_key(void *arg, const struct user_scope_key *key)
{
	struct bench_scopes *scopes = arg;

	if (strcmp(key->probe, scopes->probe) == 0 && scopes->n_keys < 4)
		scopes->keys[scopes->n_keys++] = *key;
	return 0;
}

struct bench_scopes bench_scopes_of(const struct bench *bench, uint64_t from_ns, uint64_t to_ns)
{
	struct bench_scopes scopes = {.probe = bench->probe};

	assert_int_equal(store_visit_scopes(bench->store, from_ns, to_ns, note_scope, &scopes), 0);
	assert_int_equal(store_visit_scope_keys(bench->store, from_ns, to_ns, note_key, &scopes),
	                 0);
	return scopes;
}
