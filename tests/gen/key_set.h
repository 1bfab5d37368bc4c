// A set of fixed-size keys that only grows: how the truth counts distinct flows and sources.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KEY_BYTES = 40,
};

struct key {
	uint8_t bytes[KEY_BYTES]; // never all zero: that marks an empty slot
};

struct key_set {
	struct key *slots;
	size_t n_slots; // 0 or a power of two
	size_t n_keys;
};

void key_set_fini(struct key_set *set);

bool key_set_has(const struct key_set *set, const struct key *key);

// Puts a key in. *ret_new says whether it was not there before. 0 or -ENOMEM.
int key_set_add(struct key_set *set, const struct key *key, bool *ret_new);
