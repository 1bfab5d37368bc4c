// Writes to standard output the frames of one window's reports, as the probe makes them of many
// users: user_reports PROBE SPOOL START_NS GROUPS USERS_OF_A_GROUP. The spool is 16 characters.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/meter/user_sketches.h"
#include "probe/scopes.h"
#include "proto/base/clock.h"

enum {
	N_ARGUMENTS = 6,
	BOTH_GRADES = 1 << GRADE_SENT | 1 << GRADE_CONFIRMED,
};

static void fail(const char *what)
{
	fprintf(stderr, "user_reports: %s\n", what);
	exit(1);
}

// Users of every group, under both keys, as a worker counts them; the memory is the caller's.
static void *count_users(const struct user_plan *plan, const struct user_keys *keys,
                         uint64_t n_users, struct user_tally *tally)
{
	size_t n_bytes = (user_tally_memory_bytes(plan->n_groups, keys->n) + 63) / 64 * 64;
	void *memory = aligned_alloc(64, n_bytes);

	if (memory == NULL)
		fail("out of memory");
	memset(memory, 0, n_bytes);
	user_tally_init(tally, memory, plan, keys);
	for (uint32_t group = 0; group < plan->n_groups; group++) {
		for (uint64_t i = 0; i < n_users; i++) {
			uint64_t user = group * n_users + i;

			for (uint32_t key = 0; key < keys->n; key++)
				user_sketches_add(
					&tally->sketches, user_tally_set(group, key),
					siphash_2_4(&keys->keys[key], &user, sizeof(user)),
					BOTH_GRADES);
		}
	}
	return memory;
}

static void write_reports(const struct report_list *list)
{
	for (uint32_t i = 0; i < list->n; i++) {
		uint8_t *frame;
		size_t n_bytes;

		list->reports[i]->sequence = i + 1;
		if (report_encode(list->reports[i], &frame, &n_bytes) < 0 ||
		    fwrite(frame, 1, n_bytes, stdout) != n_bytes)
			fail("a report cannot be encoded or written");
		free(frame);
	}
}

static void name_groups(struct report_group *groups, uint32_t n_groups)
{
	for (uint32_t i = 0; i < n_groups; i++) {
		groups[i] = (struct report_group){.family = FAMILY_IPV6, .user_len = 56};
		snprintf(groups[i].carrier, sizeof(groups[i].carrier), "carrier-%04u", i);
		snprintf(groups[i].region, sizeof(groups[i].region), "region");
	}
}

// The reports of a probe that ends with this window, so that both keys are told.
static void report_users(const struct report_origin *origin, struct window window,
                         uint32_t n_groups, uint64_t n_users)
{
	static const struct user_keys keys = {MAX_USER_KEYS, {{1, 2}, {3, 4}}};
	static const struct report_key report_keys[MAX_USER_KEYS] = {{1, 1}, {2, 2}};
	static const struct report_port port = {.name = "lab0", .surface = SURFACE_INTERCONNECT};
	static struct report_group groups[MAX_REPORT_GROUPS];
	static struct user_group user_groups[MAX_REPORT_GROUPS];
	static struct tally tally;
	const struct user_plan plan = {.groups = user_groups, .n_groups = n_groups};
	const struct report_window about = {window.start_ns, window.length_ns, window.length_ns};
	struct report_users users = {{{1}}, groups, n_groups, report_keys, keys.n};
	struct user_tally user_tally;
	struct report_list list;
	struct scopes *scopes;
	void *memory;

	name_groups(groups, n_groups);
	if (scopes_new(groups, n_groups, &scopes) < 0)
		fail("out of memory");
	memory = count_users(&plan, &keys, n_users, &user_tally);
	scopes_add(scopes, window, &user_tally);
	free(memory);
	if (scopes_rows(scopes, window, true, &users.rows) < 0 ||
	    report_build(origin, &about, &port, 1, &tally, &users, &list) < 0)
		fail("out of memory");
	write_reports(&list);
	report_list_fini(&list);
	scopes_free(scopes);
}

int main(int argc, char **argv)
{
	struct report_origin origin = {.software = "user_reports"};
	struct window window = {.length_ns = 60 * NS_PER_S};
	uint32_t n_groups;

	if (argc != N_ARGUMENTS || strlen(argv[2]) != SPOOL_ID_BYTES)
		fail("usage: PROBE SPOOL START_NS GROUPS USERS_OF_A_GROUP");
	origin.probe = argv[1];
	memcpy(&origin.spool, argv[2], SPOOL_ID_BYTES);
	window.start_ns = strtoull(argv[3], NULL, 10);
	n_groups = (uint32_t)strtoul(argv[4], NULL, 10);
	if (n_groups > MAX_REPORT_GROUPS)
		fail("more groups than there may be");
	report_users(&origin, window, n_groups, strtoull(argv[5], NULL, 10));
	return 0;
}
