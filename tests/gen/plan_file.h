// The plan of the made traffic: whose addresses its clients have. Servers and gateways are
// nobody's.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "address.h"

#define PLAN_GROUP "gen/lab/mobile"

// Whether a client of made traffic can have the address.
bool plan_covers(const struct address *address);

// How many bytes of an address tell one subscriber from another.
uint32_t plan_user_bytes(enum family family);

// Writes the file that a probe reads. 0 or -errno.
int plan_file_write(const char *path);
