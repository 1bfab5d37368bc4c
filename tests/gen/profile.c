#include "profile.h"

#include <assert.h>
#include <string.h>

static const char *const names[] = {"mix", "demo", "plain", "stream", "scan", "syn-flood", NULL};

// Every kind alike: a test meets them all soon.
static void apply_mix(struct settings *settings)
{
	for (int kind = 0; kind < N_KINDS; kind++)
		settings->weights[kind] = 10;
	settings->weights[KIND_OTHER] = 4;
	settings->weights[KIND_MALFORMED] = 2;
}

// About what an interconnection link might carry, tunnels exaggerated so that they can be seen.
static void apply_demo(struct settings *settings)
{
	static const uint32_t weights[N_KINDS] = {
		[KIND_PLAIN] = 5500,   [KIND_VLAN] = 900,  [KIND_QINQ] = 200, [KIND_MPLS] = 600,
		[KIND_PPPOE] = 800,    [KIND_6IN4] = 250,  [KIND_6TO4] = 60,  [KIND_ISATAP] = 20,
		[KIND_TEREDO] = 60,    [KIND_4IN6] = 500,  [KIND_GRE] = 200,  [KIND_VXLAN] = 200,
		[KIND_GTPU] = 800,     [KIND_GENEVE] = 50, [KIND_SRV6] = 150, [KIND_NAT64] = 300,
		[KIND_FRAGMENTS] = 40, [KIND_ICMP] = 100,  [KIND_OTHER] = 20, [KIND_MALFORMED] = 3,
	};

	memcpy(settings->weights, weights, sizeof(weights));
	settings->shape = SHAPE_SWELL;
	settings->churn_per_second = settings->rate_fps / 50;
}

static enum pattern pattern_of(const char *name)
{
	if (strcmp(name, "stream") == 0)
		return PATTERN_STREAM;
	if (strcmp(name, "scan") == 0)
		return PATTERN_SCAN;
	if (strcmp(name, "syn-flood") == 0)
		return PATTERN_SYN_FLOOD;
	assert(strcmp(name, "plain") == 0);
	return PATTERN_CONVERSATIONS;
}

const char *const *profile_names(void)
{
	return names;
}

void profile_apply(const char *name, struct settings *settings)
{
	if (strcmp(name, "mix") == 0)
		apply_mix(settings);
	else if (strcmp(name, "demo") == 0)
		apply_demo(settings);
	else {
		settings->weights[KIND_PLAIN] = 1;
		settings->pattern = pattern_of(name);
	}
}
