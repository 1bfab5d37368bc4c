// Active users, read from the store.
#pragma once

#include "collector/rollup/users.h"
#include "collector/store/store.h"

// The users of [start_ns, end_ns), which begins and ends on whole 5 minutes of UTC. Whole days of
// the configured zone inside it are read as days, then whole hours, then 5 minutes; hours and
// 5 minutes are kept for a time only, so a long window should begin with an hour or a day. Stored
// sketches that are damaged are left out, and the log says so once. 0;
// -EINVAL for a window not so aligned or empty; -ENOMEM; what the store returned. Release with
// user_window_fini() after success.
int users_window(struct store *store, uint64_t start_ns, uint64_t end_ns,
                 struct user_window *ret_window);
