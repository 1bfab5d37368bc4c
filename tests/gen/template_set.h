// All templates that traffic needs: each kind in each carrier it can have, by protocol, by place in
// the flow and by size.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "settings.h"
#include "template.h"

enum {
	// Grain of the weights of kinds: a kind gets so many of so many lucks, and at least one.
	TEMPLATE_LUCKS = 1024,
	TEMPLATE_MAX_STACKS = 2 * N_FAMILIES * N_FLOW_KINDS,
};

struct template_set {
	struct template *templates;
	uint32_t n_templates;
	uint32_t n_sizes;
	uint8_t stacks[N_FAMILIES][TEMPLATE_LUCKS]; // a kind and its carrier, by luck
};

// Whether frames of this kind can be copied from a template.
bool template_set_has(enum kind kind);

// Plans the templates for kinds by their weights. 0 or -ENOMEM.
int template_set_init(struct template_set *set, const struct settings *settings);
void template_set_fini(struct template_set *set);

// Number of a template; luck is below TEMPLATE_LUCKS.
static inline uint32_t template_set_number(const struct template_set *set, enum family family,
                                           uint32_t luck, bool udp, enum segment segment,
                                           uint32_t size)
{
	uint32_t stack = set->stacks[family][luck];

	return ((stack * 2 + udp) * N_SEGMENTS + segment) * set->n_sizes + size;
}
