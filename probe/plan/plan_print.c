#include "plan_print.h"

#include <inttypes.h>
#include <string.h>

#include "proto/names.h"

// Groups that are one to people.
static uint32_t count_names(const struct plan *plan)
{
	char name[PLAN_NAME_BYTES], before[PLAN_NAME_BYTES] = "";
	uint32_t n = 0;

	for (uint32_t i = 0; i < plan->users.n_groups; i++) {
		plan_group_name(&plan->groups[i], name);
		n += strcmp(name, before) != 0;
		memcpy(before, name, sizeof(before));
	}
	return n;
}

void plan_print(FILE *out, const char *path, const struct plan *plan)
{
	char id[PLAN_ID_TEXT_BYTES];

	plan_id_text(&plan->id, id);
	fprintf(out, "# the plan in %s:\n", path);
	fprintf(out, "#   id: %s\n", id);
	fprintf(out, "#   rows with users: %" PRIu32 " of IPv6, %" PRIu32 " of IPv4\n",
	        plan->n_rows[FAMILY_IPV6], plan->n_rows[FAMILY_IPV4]);
	fprintf(out, "#   groups: %" PRIu32 ", shown as %" PRIu32 " of carrier/region/access\n",
	        plan->users.n_groups, count_names(plan));
	fprintf(out, "#   transition prefixes: %" PRIu32 " of %s, %" PRIu32 " of %s\n",
	        plan->n_transitions[TRANSITION_6RD], transition_name(TRANSITION_6RD),
	        plan->n_transitions[TRANSITION_NAT64], transition_name(TRANSITION_NAT64));
	fprintf(out, "#   memory: %zu KiB\n", (plan->memory_bytes + 1023) >> 10);
	for (uint32_t i = 0; i < plan->n_warnings; i++)
		fprintf(out, "#   warning: %s\n", plan->warnings[i]);
}
