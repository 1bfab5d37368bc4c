// Where secret keys live: memory of its own that is never paged out, is in no core dump and is
// wiped before it is given back.
#pragma once

#include <stdint.h>

#include "probe/meter/user_keys.h"

enum {
	MAX_KEY_FILES = 32,
	KEY_FILE_BYTES = 1024, // at most
};

// A key, ready for the packet path as it will be used in its two periods: when it has just begun,
// with the key before it if there is one, and alone, as long as no other begins.
struct held_key {
	struct user_keys begun, alone;
};

struct key_page {
	struct held_key keys[MAX_KEY_FILES];
	// Of the file that is being read.
	struct siphash_key read;
	char text[KEY_FILE_BYTES];
};

// 0; -errno, with one line in why (CONFIG_WHY_BYTES).
int key_page_new(struct key_page **ret_page, char *why);

// Wipes it and gives it back. Accepts NULL.
void key_page_free(struct key_page *page);
