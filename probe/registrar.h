// Who counts users by what: keeps the plan and the keys in force, turns to others when they change,
// and lends workers the tallies they note users in. Control's alone.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "probe/source/cores.h"

#include "basis.h"
#include "census.h"
#include "config.h"
#include "reporter.h"

enum {
	// Of what has left and is still in use: by the tally of before, or by a worker that hangs.
	REGISTRAR_MAX_LEAVING = 4,
};

struct registrar_leaving {
	struct census *census;
	struct basis *basis; // NULL when what came after has it still
};

struct registrar {
	const struct probe_config *config;
	uint32_t n_workers;
	uint32_t asymmetric_links; // bit i: link i
	struct basis *basis; // NULL: users are not counted
	struct census *census; // NULL: no key is active
	uint32_t n_leaving;
	struct registrar_leaving leaving[REGISTRAR_MAX_LEAVING];
	bool said_full;
	struct census *lent[MAX_WORKERS][2]; // whose each worker's tallies are
};

// Reads plan and keys, if the configuration, which is borrowed, has any. An exit_status.
int registrar_open(const struct probe_config *config, struct registrar *ret_registrar);

// Prepares to count by them with so many workers, which have not begun. An exit_status.
int registrar_begin(struct registrar *registrar, uint32_t n_workers);
void registrar_close(struct registrar *registrar);

// Between two windows: turns to what has been read again, and to other keys when their time has
// come.
void registrar_turn(struct registrar *registrar, uint64_t now_ns);

// What the worker notes users in, as its at-th tally (0 or 1), from this epoch on, which begins in
// the window; NULL where users are not counted.
struct user_tally *registrar_lend(struct registrar *registrar, uint32_t worker, uint32_t at,
                                  uint64_t epoch, struct window window);

// Takes over what was noted in that tally until the window ended, and empties it.
void registrar_gather(struct registrar *registrar, uint32_t worker, uint32_t at,
                      struct window window, struct user_tally *tally);

// Reports the tally of a window, and what was noted of users in it, by whatever plan and keys each
// was; completes what the window says of them. When closing, all that is open ends.
void registrar_send(struct registrar *registrar, struct reporter *reporter,
                    struct reporter_window *window, bool closing, const struct tally *tally);
