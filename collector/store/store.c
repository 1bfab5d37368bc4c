#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend.h"

static const char *after_scheme(const char *address, const char *scheme)
{
	size_t n_bytes = strlen(scheme);

	return strncmp(address, scheme, n_bytes) == 0 ? address + n_bytes : NULL;
}

const char *store_check_address(const char *address)
{
	const char *path = after_scheme(address, "sqlite:");

	if (path)
		return *path ? NULL : "no path after \"sqlite:\", write sqlite:/path/to/file.db";
	if (after_scheme(address, "redis:") || after_scheme(address, "redis-cluster:"))
		return "this build has no Redis store, use sqlite:/path/to/file.db";
	return "not a store, write sqlite:/path/to/file.db";
}

int store_open(const char *address, struct store **ret_store, char *why)
{
	const char *fault = store_check_address(address);

	if (fault) {
		snprintf(why, STORE_WHY_BYTES, "%s", fault);
		return -EINVAL;
	}
	return sqlite_open(after_scheme(address, "sqlite:"), ret_store, why);
}

void store_close(struct store *store)
{
	if (store)
		store->backend->close(store);
}

const char *store_error(const struct store *store)
{
	return store->backend->error(store);
}

int store_write(struct store *store, struct store_entry *entries, size_t n_entries)
{
	return store->backend->write(store, entries, n_entries);
}

int store_next_mark(struct store *store, struct store_mark *ret_mark)
{
	return store->backend->next_mark(store, ret_mark);
}

int store_visit_reports(struct store *store, const struct store_mark *mark,
                        store_visit_payload *visit, void *arg)
{
	return store->backend->visit_reports(store, mark, visit, arg);
}

int store_replace_window(struct store *store, const struct store_mark *mark,
                         const struct window *window, uint64_t now_ns)
{
	return store->backend->replace_window(store, mark, window, now_ns);
}

int store_visit_cells(struct store *store, uint64_t from_ns, uint64_t to_ns,
                      store_visit_cell *visit, void *arg)
{
	return store->backend->visit_cells(store, from_ns, to_ns, visit, arg);
}

int store_visit_last_cells(struct store *store, uint64_t from_ns, uint64_t to_ns,
                           store_visit_last *visit, void *arg)
{
	return store->backend->visit_last_cells(store, from_ns, to_ns, visit, arg);
}

int store_visit_probes(struct store *store, store_visit_probe *visit, void *arg)
{
	return store->backend->visit_probes(store, visit, arg);
}

int store_visit_links(struct store *store, store_visit_link *visit, void *arg)
{
	return store->backend->visit_links(store, visit, arg);
}

int store_visit_scopes(struct store *store, uint64_t from_ns, uint64_t to_ns,
                       store_visit_scope *visit, void *arg)
{
	return store->backend->visit_scopes(store, from_ns, to_ns, visit, arg);
}

int store_visit_scope_keys(struct store *store, uint64_t from_ns, uint64_t to_ns,
                           store_visit_scope_key *visit, void *arg)
{
	return store->backend->visit_scope_keys(store, from_ns, to_ns, visit, arg);
}

int store_visit_plan_groups(struct store *store, const struct plan_id *plan,
                            store_visit_group *visit, void *arg)
{
	return store->backend->visit_plan_groups(store, plan, visit, arg);
}

int store_read_sketch(struct store *store, const struct store_sketch *which,
                      struct user_sketch *ret_sketch)
{
	return store->backend->read_sketch(store, which, ret_sketch);
}

int store_expire(struct store *store, uint64_t now_ns)
{
	return store->backend->expire(store, now_ns);
}

int store_use_zone(struct store *store, const char *zone)
{
	return store->backend->use_zone(store, zone);
}

int store_count(struct store *store, struct store_counts *ret_counts)
{
	return store->backend->count(store, ret_counts);
}
