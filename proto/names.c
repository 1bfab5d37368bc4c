#include "names.h"

#include <string.h>

static const char *const family_names[N_FAMILIES] = {"ipv4", "ipv6"};

static const char *const frame_verdict_names[N_FRAME_VERDICTS] = {"ipv4", "ipv6", "other",
                                                                  "malformed"};

static const char *const drop_reason_names[N_DROP_REASONS] = {"missed", "no_buffer", "error",
                                                              "ring_full"};

static const char *const link_state_names[N_LINK_STATES] = {"unknown", "up", "down", "gone"};

static const char *const transition_names[N_TRANSITIONS] = {
	"native4", "native6", "6in4", "6to4", "6rd", "isatap", "teredo", "4in6", "nat64"};

static const char *const surface_names[N_SURFACES] = {"metro", "mobile-core", "interconnect",
                                                      "international"};

static const char *const access_names[N_ACCESSES] = {"mobile", "fixed",     "enterprise",
                                                     "idc",    "broadcast", "iot"};

static const char *const grade_names[N_GRADES] = {"sent", "confirmed"};

const char *family_name(enum family family)
{
	return family_names[family];
}

const char *frame_verdict_name(enum frame_verdict verdict)
{
	return frame_verdict_names[verdict];
}

const char *drop_reason_name(enum drop_reason reason)
{
	return drop_reason_names[reason];
}

const char *link_state_name(enum link_state state)
{
	return link_state_names[state];
}

const char *transition_name(enum transition transition)
{
	return transition_names[transition];
}

const char *surface_name(enum surface surface)
{
	return surface_names[surface];
}

const char *access_name(enum access access)
{
	return access_names[access];
}

const char *grade_name(enum grade grade)
{
	return grade_names[grade];
}

static int from_name(const char *const *names, int n_names, const char *name)
{
	for (int i = 0; i < n_names; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

int surface_from_name(const char *name)
{
	return from_name(surface_names, N_SURFACES, name);
}

int access_from_name(const char *name)
{
	return from_name(access_names, N_ACCESSES, name);
}
