#include "transition_list.h"

// A prefix as bytes, and its mask.
static struct transition_match match_of(const struct transition_prefix *prefix)
{
	uint8_t mask[16] = {0};
	struct transition_match match;

	for (uint32_t bit = 0; bit < prefix->length; bit++)
		mask[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	memcpy(match.value, prefix->address, sizeof(match.value));
	memcpy(match.mask, mask, sizeof(match.mask));
	return match;
}

// What two have in common need not be a prefix: any bits will do.
static void narrow(struct transition_match *common, const struct transition_match *match)
{
	for (int i = 0; i < 2; i++) {
		common->mask[i] &= match->mask[i] & ~(common->value[i] ^ match->value[i]);
		common->value[i] &= common->mask[i];
	}
}

void transition_list_init(struct transition_list *list, const struct user_plan *plan,
                          enum transition transition)
{
	list->n = 0;
	for (uint32_t i = 0; i < plan->n_transitions && list->n < MAX_TRANSITION_PREFIXES; i++) {
		const struct transition_prefix *prefix = &plan->transitions[i];

		if (prefix->transition != transition)
			continue;
		list->at[list->n] = match_of(prefix);
		if (list->n == 0)
			list->common = list->at[0];
		narrow(&list->common, &list->at[list->n]);
		list->n++;
	}
}
