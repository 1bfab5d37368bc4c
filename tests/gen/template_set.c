#include "template_set.h"

#include <errno.h>
#include <stdlib.h>

// Kind and carrier of a payload family.
struct stack {
	enum kind kind;
	enum family payload, carrier;
	uint32_t weight;
};

struct stacks {
	struct stack stacks[TEMPLATE_MAX_STACKS];
	uint32_t n_stacks;
};

bool template_set_has(enum kind kind)
{
	switch (kind) {
	case KIND_6TO4: // these have the client's address in the tunnel's, or the other way round
	case KIND_ISATAP:
	case KIND_TEREDO:
	case KIND_NAT64:
	case KIND_FRAGMENTS: // these differ in more than their ends
	case KIND_ICMP:
	case KIND_OTHER:
	case KIND_MALFORMED:
		return false;
	default:
		return true;
	}
}

// Kinds that can have either carrier have both, half each.
static void add_stacks(struct stacks *stacks, enum kind kind, enum family payload, uint32_t weight)
{
	bool either = kind_travels_in(kind, payload, FAMILY_IPV4) &&
	              kind_travels_in(kind, payload, FAMILY_IPV6);

	for (enum family carrier = 0; carrier < N_FAMILIES; carrier++) {
		if (kind_travels_in(kind, payload, carrier))
			stacks->stacks[stacks->n_stacks++] = (struct stack){
				kind, payload, carrier, either ? weight : 2 * weight};
	}
}

static void list_stacks(const struct settings *settings, struct stacks *ret_stacks)
{
	ret_stacks->n_stacks = 0;
	for (enum family payload = 0; payload < N_FAMILIES; payload++) {
		for (enum kind kind = 0; kind < N_FLOW_KINDS; kind++) {
			if (settings->weights[kind] > 0 && kind_carries(kind, payload))
				add_stacks(ret_stacks, kind, payload, settings->weights[kind]);
		}
	}
}

// Deals out the lucks of a family: everybody one, and the rest by weight.
static void deal_lucks(struct template_set *set, const struct stacks *stacks, enum family payload)
{
	uint64_t total = 0, before = 0;
	uint32_t n = 0, luck = 0, n_free;

	for (uint32_t i = 0; i < stacks->n_stacks; i++) {
		if (stacks->stacks[i].payload == payload) {
			total += stacks->stacks[i].weight;
			n++;
		}
	}
	n_free = TEMPLATE_LUCKS - n;
	n = 0;
	for (uint32_t i = 0; i < stacks->n_stacks; i++) {
		if (stacks->stacks[i].payload != payload)
			continue;
		before += stacks->stacks[i].weight;
		n++;
		while (luck < n + before * n_free / total)
			set->stacks[payload][luck++] = (uint8_t)i;
	}
}

static int make_template(struct template_set *set, const struct stack *stack, uint32_t variant,
                         const struct stream_settings *stream)
{
	uint32_t size = variant % set->n_sizes;
	uint32_t rest = variant / set->n_sizes;
	const struct template_plan plan = {
		.kind = stack->kind,
		.payload = stack->payload,
		.carrier = stack->carrier,
		.segment = rest % N_SEGMENTS,
		.udp = rest / N_SEGMENTS != 0,
		.n_bytes = stream->sizes[size],
	};

	return template_init(&set->templates[set->n_templates++], &plan);
}

int template_set_init(struct template_set *set, const struct settings *settings)
{
	struct stacks stacks;
	uint32_t n_variants = 2 * N_SEGMENTS * settings->stream.n_sizes;
	int r = 0;

	*set = (struct template_set){.n_sizes = settings->stream.n_sizes};
	list_stacks(settings, &stacks);
	for (enum family payload = 0; payload < N_FAMILIES; payload++)
		deal_lucks(set, &stacks, payload);
	set->templates = calloc(stacks.n_stacks, n_variants * sizeof(*set->templates));
	if (set->templates == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < stacks.n_stacks; i++) {
		for (uint32_t variant = 0; variant < n_variants && r == 0; variant++)
			r = make_template(set, &stacks.stacks[i], variant, &settings->stream);
	}
	if (r < 0)
		template_set_fini(set);
	return r;
}

void template_set_fini(struct template_set *set)
{
	for (uint32_t i = 0; i < set->n_templates; i++)
		template_fini(&set->templates[i]);
	free(set->templates);
	*set = (struct template_set){0};
}
