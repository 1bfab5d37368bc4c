#include "plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/memory.h"
#include "proto/names.h"

#include "plan_file.h"
#include "plan_id.h"
#include "plan_rows.h"

// What only the plan itself knows.
struct plan_memory {
	struct plan plan;
	struct transition_prefix transitions[MAX_TRANSITION_PREFIXES];
	struct user_group *user_groups;
	struct report_group *groups;
	void *table;
	size_t table_bytes;
};

void plan_free(struct plan *plan)
{
	struct plan_memory *memory = (struct plan_memory *)plan;

	if (!memory)
		return;
	memory_give_back(memory->table, memory->table_bytes);
	free(memory->user_groups);
	free(memory->groups);
	free(memory);
}

static void count_rows(const struct plan_rows *rows, struct plan *plan)
{
	for (uint32_t i = 0; i < rows->n_rows; i++)
		plan->n_rows[rows->rows[i].family]++;
	for (uint32_t i = 0; i < rows->n_transitions; i++)
		plan->n_transitions[rows->transitions[i].transition]++;
}

static void warn(struct plan *plan, const struct plan_nested *nested)
{
	if (nested->n_rows > 0)
		snprintf(plan->warnings[plan->n_warnings++], PLAN_WARNING_BYTES,
		         "rows within a row of another carrier, from which they take their "
		         "addresses: %" PRIu32 ", the first %s",
		         nested->n_rows, nested->first);
	if (plan->n_rows[FAMILY_IPV6] == 0)
		snprintf(plan->warnings[plan->n_warnings++], PLAN_WARNING_BYTES,
		         "no row with users is IPv6: no IPv6 user can be counted");
}

// Takes the groups over.
static int take_groups(struct plan_rows *rows, struct plan_memory *memory)
{
	memory->user_groups = calloc(rows->n_groups, sizeof(*memory->user_groups));
	if (!memory->user_groups)
		return -ENOMEM;
	for (uint32_t i = 0; i < rows->n_groups; i++)
		memory->user_groups[i] = (struct user_group){
			.family = (uint8_t)rows->groups[i].family,
			.user_len = (uint8_t)rows->groups[i].user_len,
			.port_block = (uint16_t)rows->groups[i].port_block,
		};
	memcpy(memory->transitions, rows->transitions, sizeof(memory->transitions));
	memory->groups = rows->groups;
	rows->groups = NULL;
	return 0;
}

// The rows have been checked, so only memory can be missing.
static int build_table(const struct plan_rows *rows, struct plan_memory *memory)
{
	struct prefix_size size = prefix_table_size(rows->rows, rows->n_rows);
	struct prefix_fault_place place;
	enum prefix_fault fault;
	void *scratch = malloc(size.scratch_bytes);

	memory->table = memory_take(size.table_bytes);
	memory->table_bytes = size.table_bytes;
	if (memory->table && scratch)
		memory->plan.users.prefixes = prefix_table_init(memory->table, scratch, rows->rows,
		                                                rows->n_rows, &fault, &place);
	free(scratch);
	return memory->plan.users.prefixes ? 0 : -ENOMEM;
}

static void fill_plan(uint32_t n_groups, uint32_t n_transitions, struct plan_memory *memory)
{
	struct plan *plan = &memory->plan;

	plan->groups = memory->groups;
	plan->users.groups = memory->user_groups;
	plan->users.n_groups = n_groups;
	plan->users.transitions = memory->transitions;
	plan->users.n_transitions = n_transitions;
	plan->memory_bytes = sizeof(*memory) + prefix_table_bytes(plan->users.prefixes) +
	                     n_groups * (sizeof(*memory->groups) + sizeof(*memory->user_groups));
}

// From sorted rows that go together.
static int make_plan(const struct complaint *complaint, struct plan_rows *rows,
                     const struct plan_nested *nested, struct plan **ret_plan)
{
	struct plan_memory *memory = calloc(1, sizeof(*memory));
	int rc = memory ? build_table(rows, memory) : -ENOMEM;

	if (rc == 0) {
		memory->plan.id = plan_rows_id(rows);
		count_rows(rows, &memory->plan);
		warn(&memory->plan, nested);
		rc = take_groups(rows, memory);
	}
	if (rc < 0) {
		plan_free(memory ? &memory->plan : NULL);
		complain(complaint, 0, "out of memory for %" PRIu32 " rows", rows->n_rows);
		return rc;
	}
	fill_plan(rows->n_groups, rows->n_transitions, memory);
	*ret_plan = &memory->plan;
	return 0;
}

static int finish(const struct complaint *complaint, struct plan_rows *rows, struct plan **ret_plan)
{
	struct plan_nested nested;
	int rc = plan_rows_sort(complaint, rows);

	if (rc == 0)
		rc = plan_rows_check(complaint, rows, &nested);
	return rc == 0 ? make_plan(complaint, rows, &nested, ret_plan) : rc;
}

int plan_read(const char *name, char *text, size_t n_bytes, struct plan **ret_plan, char *why)
{
	struct complaint complaint = {name, why};
	struct plan_rows rows;
	int rc = plan_rows_read(&complaint, text, n_bytes, &rows);

	if (rc == 0)
		rc = finish(&complaint, &rows, ret_plan);
	plan_rows_fini(&rows);
	return rc;
}

int plan_load(const char *path, struct plan **ret_plan, char *why)
{
	struct complaint complaint = {path, why};
	struct plan_rows rows;
	size_t n_bytes;
	char *text;
	int rc = plan_file_read(&complaint, &text, &n_bytes);

	if (rc < 0)
		return rc;
	rc = plan_rows_read(&complaint, text, n_bytes, &rows);
	// The rows need a lot of memory themselves.
	free(text);
	if (rc == 0)
		rc = finish(&complaint, &rows, ret_plan);
	plan_rows_fini(&rows);
	return rc;
}

void plan_group_name(const struct report_group *group, char ret_name[PLAN_NAME_BYTES])
{
	snprintf(ret_name, PLAN_NAME_BYTES, "%s/%s/%s", group->carrier, group->region,
	         access_name(group->access));
}

void plan_id_text(const struct plan_id *id, char ret_text[PLAN_ID_TEXT_BYTES])
{
	for (int i = 0; i < PLAN_ID_BYTES; i++)
		snprintf(ret_text + 2 * i, 3, "%02x", id->bytes[i]);
}
