// From the store to the figures of users.
#pragma once

#include "api.h"
#include "user_figures.h"

// Fills spans, windows and tables as of that time; the windows are the cache's. 0; -errno. To be
// released with user_figures_fini() whatever comes back.
int users_figures(struct api *api, enum family family, uint64_t at_ns,
                  struct user_figures *ret_figures);
