#include "user_bench.h"

#include <stdlib.h>
#include <string.h>

#include "proto/siphash.h"

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
