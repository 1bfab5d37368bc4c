#include "user_roll.h"

void user_roll_add(struct user_roll *roll, uint32_t group, uint64_t hash, uint32_t grades)
{
	uint32_t slot = (uint32_t)(hash >> 32) % USER_ROLL_SLOTS;
	struct user_roll_entry *entry = &roll->slots[slot];

	while (entry->grades != 0) {
		if (entry->hash == hash && entry->group == group) {
			entry->grades |= (uint8_t)grades;
			return;
		}
		slot = (slot + 1) % USER_ROLL_SLOTS;
		entry = &roll->slots[slot];
	}
	if (roll->n == USER_ROLL_MAX) {
		roll->overflowed = true;
		return;
	}
	roll->n++;
	*entry = (struct user_roll_entry){hash, (uint16_t)group, (uint8_t)grades};
}

void user_roll_count(const struct user_roll *roll, uint64_t (*counts)[N_GRADES])
{
	for (uint32_t slot = 0; slot < USER_ROLL_SLOTS; slot++) {
		const struct user_roll_entry *entry = &roll->slots[slot];

		for (int grade = 0; grade < N_GRADES && entry->grades != 0; grade++)
			counts[entry->group][grade] += entry->grades >> grade & 1;
	}
}
