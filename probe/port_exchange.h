// Takes the port of a link away from the workers while they run, and gives them another one when
// its interface is back. A worker neither waits nor is waited for: control calls these now and
// then, until they are done.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "crew.h"

// Takes the port away and closes it; true once that is done. A port that cannot be opened again is
// only taken away: it is closed in the end, like all others.
bool port_exchange_take(struct crew *crew, uint32_t link);

// Opens the port again; 0 when the workers have been given it, or -errno with one line in why
// (SOURCE_WHY_BYTES); -ENODEV while its interface is not there and up.
int port_exchange_give(struct crew *crew, uint32_t link, char *why);

// Whether all workers poll the port that they were given.
bool port_exchange_settled(struct crew *crew, uint32_t link);
