#include "refusal.h"

static const char *const refusal_names[N_REFUSALS] = {
	[REFUSAL_NONE] = "none",       [REFUSAL_UNDECODABLE] = "undecodable",
	[REFUSAL_FOREIGN] = "foreign", [REFUSAL_SEQUENCE] = "sequence",
	[REFUSAL_WINDOW] = "window",   [REFUSAL_LATE] = "late",
	[REFUSAL_FUTURE] = "future",   [REFUSAL_BOUND] = "bound",
	[REFUSAL_GROUPS] = "groups",   [REFUSAL_CONFLICT] = "conflict",
};

const char *refusal_name(enum refusal refusal)
{
	return refusal_names[refusal];
}
