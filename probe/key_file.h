// One key file: lines "start: DATE" and "key: 32 hexadecimal digits".
#pragma once

#include <stdint.h>

#include "key_page.h"

#define KEY_PERIOD_NS (31 * 24 * UINT64_C(3600000000000)) // a key begins this often
#define KEY_LIFE_NS   (2 * KEY_PERIOD_NS) // and lives so long

enum {
	KEY_DATE_BYTES = 11, // "2026-11-13" and its end
};

// Reads the file: its key into page->read; its text is wiped again. 0; -errno, with one line in why
// (CONFIG_WHY_BYTES) that names the file and never shows what is in it.
int key_file_read(const char *path, struct key_page *page, uint64_t *ret_start_ns, char *why);

// The day, UTC.
void key_date(uint64_t wall_ns, char ret_date[KEY_DATE_BYTES]);
