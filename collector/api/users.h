// From the store to the figures of users.
#pragma once

#include "api.h"
#include "user_figures.h"

// Fills spans, windows and tables as of that time; windows and tables are the cache's. 0; -errno.
int users_figures(struct api *api, enum family family, uint64_t at_ns,
                  struct user_figures *ret_figures);
