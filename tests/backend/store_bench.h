// What tests of the store share: reports to write, windows to make and cells to look at.
#pragma once

#include "collector/store/store.h"

#define MINUTE_NS UINT64_C(60000000000)
#define NOON_NS   (UINT64_C(1763800020) * 1000000000)

// Each test writes under a probe of its own, so that all share one store.
struct bench {
	struct store *store;
	const char *probe;
};

// What was found of the bench's probe in a span.
struct sums {
	const char *probe;
	int n_cells;
	struct cell last;
	uint64_t packets;
};

// The address of the store all benches open.
void bench_set_address(const char *address);
void bench_open(struct bench *bench, const char *probe);
void bench_reopen(struct bench *bench);

// An entry as ingest makes it, with a payload of its own: sequence + 10 packets on one link.
struct store_entry bench_entry(const struct bench *bench, uint64_t sequence, uint64_t start_ns,
                               const char *link);
struct store_entry bench_entry_of(const struct bench *bench, struct report *take_report);
void bench_entry_fini(struct store_entry *entry);
enum store_outcome bench_write(const struct bench *bench, struct store_entry *entry);

// Writes such an entry for the link lab0.
enum store_outcome bench_put(const struct bench *bench, uint64_t sequence, uint64_t start_ns);
uint64_t bench_dead_letters(const struct bench *bench);

// Adds a stored report to the window at arg, as a visitor does.
int bench_add_report(void *arg, const struct store_payload *payload);

// Makes a window as if at once, and as if at another time.
void bench_make(const struct bench *bench, const struct store_mark *mark);
void bench_make_at(const struct bench *bench, const struct store_mark *mark, uint64_t now_ns);

// Makes every dirty window; returns how many there were.
int bench_make_all(const struct bench *bench);
struct sums bench_cells(const struct bench *bench, uint64_t from_ns, uint64_t to_ns);
