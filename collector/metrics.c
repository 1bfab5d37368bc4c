#include "metrics.h"

static const char *const session_end_names[N_SESSION_ENDS] = {
	[SESSION_END_PEER] = "peer",         [SESSION_END_NETWORK] = "network",
	[SESSION_END_FRAMING] = "framing",   [SESSION_END_PROTOCOL] = "protocol",
	[SESSION_END_VERSION] = "version",   [SESSION_END_DEADLINE] = "deadline",
	[SESSION_END_REPLACED] = "replaced", [SESSION_END_SLOW] = "slow",
	[SESSION_END_STORE] = "store",       [SESSION_END_STOPPING] = "stopping",
	[SESSION_END_MEMORY] = "memory",
};

const char *session_end_name(enum session_end end)
{
	return session_end_names[end];
}
