// The secret keys under which subscribers are counted, and which of them hold at a time: one begins
// every 31 days and lives for 62, so any 30 days lie inside the life of one.
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "proto/message.h"

#include "probe/meter/user_keys.h"

struct keys;

enum key_state {
	KEY_ACTIVE,
	KEY_LATER, // it has not begun
	KEY_EXPIRED, // never used again, and to be destroyed
};

// Reads every *.key of the directory; those that have expired are not kept. 0; -errno, with one
// line in why (CONFIG_WHY_BYTES) that names the file, what is wrong and the mend. That no key is
// active is such an error.
int keys_load(const char *directory, uint64_t now_ns, struct keys **ret_keys, char *why);

// Keys of this probe's own, for one that is given none: random, in the same memory, enough for
// three months, and gone with the process. Nobody else has them, so what is counted under them can
// be united neither with other probes nor over a restart. 0 or -errno as above.
int keys_make(uint64_t now_ns, struct keys **ret_keys, char *why);

// Wipes them. What keys_active() gave is gone. Accepts NULL.
void keys_free(struct keys *keys);

// Those that hold at this time, the older first, with their ids and starts; NULL when none does,
// and nothing is told of them then. The struct never changes while keys exist, and the same pointer
// comes for as long as the same keys hold: workers may use one while others are given the next.
const struct user_keys *keys_active(const struct keys *keys, uint64_t now_ns,
                                    struct report_key ret_about[MAX_USER_KEYS]);

// How many there are, in order of their starts.
uint32_t keys_count(const struct keys *keys);

// One line about one of them (CONFIG_WHY_BYTES), its id and days but never the key.
enum key_state keys_describe(const struct keys *keys, uint32_t at, uint64_t now_ns, char *ret_line);

// All of them, as comments of the configuration that names their directory.
void keys_print(FILE *out, const struct keys *keys, uint64_t now_ns);
