// What a back end of the store gives: the functions of store.h, in a table.
#pragma once

#include "store.h"

struct store_backend {
	void (*close)(struct store *store);
	const char *(*error)(const struct store *store);
	int (*write)(struct store *store, struct store_entry *entries, size_t n_entries);
	int (*next_mark)(struct store *store, struct store_mark *ret_mark);
	int (*visit_reports)(struct store *store, const struct store_mark *mark,
	                     store_visit_payload *visit, void *arg);
	int (*replace_window)(struct store *store, const struct store_mark *mark,
	                      const struct window *window, uint64_t now_ns);
	int (*visit_cells)(struct store *store, uint64_t from_ns, uint64_t to_ns,
	                   store_visit_cell *visit, void *arg);
	int (*visit_last_cells)(struct store *store, uint64_t from_ns, uint64_t to_ns,
	                        store_visit_last *visit, void *arg);
	int (*visit_probes)(struct store *store, store_visit_probe *visit, void *arg);
	int (*visit_links)(struct store *store, store_visit_link *visit, void *arg);
	int (*visit_scopes)(struct store *store, uint64_t from_ns, uint64_t to_ns,
	                    store_visit_scope *visit, void *arg);
	int (*visit_scope_keys)(struct store *store, uint64_t from_ns, uint64_t to_ns,
	                        store_visit_scope_key *visit, void *arg);
	int (*visit_plan_groups)(struct store *store, const struct plan_id *plan,
	                         store_visit_group *visit, void *arg);
	int (*read_sketch)(struct store *store, const struct store_sketch *which,
	                   struct user_sketch *ret_sketch);
	int (*expire)(struct store *store, uint64_t now_ns);
	int (*use_zone)(struct store *store, const char *zone);
	int (*count)(struct store *store, struct store_counts *ret_counts);
};

// First member of every back end's own struct.
struct store {
	const struct store_backend *backend;
};

int sqlite_open(const char *path, struct store **ret_store, char *why);
