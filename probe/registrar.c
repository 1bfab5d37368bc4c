#include "registrar.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "proto/base/cli.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"

#include "reload.h"

static uint32_t find_asymmetric_links(const struct probe_config *config)
{
	uint32_t links = 0;

	for (uint32_t i = 0; i < config->links.n; i++)
		links |= (uint32_t)probe_config_link(config, i)->asymmetric << i;
	return links;
}

int registrar_open(const struct probe_config *config, struct registrar *ret_registrar)
{
	char why[CONFIG_WHY_BYTES];

	*ret_registrar = (struct registrar){.asymmetric_links = find_asymmetric_links(config)};
	if (config->plan == NULL)
		return EXIT_STATUS_OK;
	if (basis_load(config, false, &ret_registrar->basis, why) != 0)
		return cli_usage_error("%s", why);
	return EXIT_STATUS_OK;
}

int registrar_begin(struct registrar *registrar, uint32_t n_workers)
{
	int rc;

	registrar->n_workers = n_workers;
	if (registrar->basis == NULL)
		return EXIT_STATUS_OK;
	rc = census_new(registrar->basis, clock_wall_ns(), n_workers, registrar->asymmetric_links,
	                &registrar->census);
	if (rc != 0)
		return cli_failure("users: cannot count by the %" PRIu32 " groups of the plan: %s",
		                   registrar->basis->plan->users.n_groups, strerror(-rc));
	return EXIT_STATUS_OK;
}

void registrar_close(struct registrar *registrar)
{
	census_free(registrar->census);
	census_free(registrar->leaving);
	basis_free(registrar->leaving_basis);
	basis_free(registrar->basis);
	*registrar = (struct registrar){0};
}

static bool is_lent(const struct registrar *registrar, const struct census *census)
{
	for (uint32_t i = 0; i < registrar->n_workers; i++)
		for (int at = 0; at < 2; at++)
			if (registrar->lent[i][at] == census)
				return true;
	return false;
}

// Lets go of those before when nobody uses them any more. True when they are gone.
static bool let_go(struct registrar *registrar)
{
	if (registrar->leaving != NULL && is_lent(registrar, registrar->leaving))
		return false;
	census_free(registrar->leaving);
	basis_free(registrar->leaving_basis);
	registrar->leaving = NULL;
	registrar->leaving_basis = NULL;
	return true;
}

static void turn_to(struct registrar *registrar, struct basis *basis, uint64_t now_ns)
{
	struct census *census = NULL;
	int rc = census_new(basis, now_ns, registrar->n_workers, registrar->asymmetric_links,
	                    &census);

	if (rc == -ENOKEY)
		log_error("keys: none is active any more, users are not counted: give this probe "
		          "the keys of the others and send it SIGHUP");
	else if (rc != 0)
		log_error("users: no memory to count by the plan (%s), users are not counted",
		          strerror(-rc));
	registrar->leaving = registrar->census;
	registrar->leaving_basis = basis != registrar->basis ? registrar->basis : NULL;
	registrar->census = census;
	registrar->basis = basis;
}

void registrar_turn(struct registrar *registrar, uint64_t now_ns)
{
	struct basis *basis;

	if (registrar->basis == NULL || !let_go(registrar))
		return;
	basis = reload_take();
	if (basis != NULL && basis->keys == NULL) {
		basis->keys = registrar->basis->keys;
		registrar->basis->keys = NULL;
	}
	if (basis != NULL)
		turn_to(registrar, basis, now_ns);
	else if (registrar->census != NULL && !census_is_current(registrar->census, now_ns))
		turn_to(registrar, registrar->basis, now_ns);
}

struct user_tally *registrar_lend(struct registrar *registrar, uint32_t worker, uint32_t at,
                                  uint64_t epoch, struct window window)
{
	registrar->lent[worker][at] = registrar->census;
	if (registrar->census == NULL)
		return NULL;
	return census_lend(registrar->census, worker, at, epoch, window);
}

void registrar_gather(struct registrar *registrar, uint32_t worker, uint32_t at,
                      struct window window, struct user_tally *tally)
{
	if (tally != NULL)
		census_gather(registrar->lent[worker][at], window, tally);
}

// False when there is nothing to report, or no memory for it.
static bool report_census(struct census *census, struct window window, bool closing,
                          struct report_users *ret_users)
{
	int rc;

	if (census == NULL)
		return false;
	rc = census_report(census, window, closing, ret_users);
	if (rc != 0)
		log_error("users: not in this report, but in the next: %s", strerror(-rc));
	return rc == 0;
}

// What leaves has nothing more to come after this, but from a worker that hangs.
static void send_leaving(struct registrar *registrar, struct reporter *reporter,
                         struct window window)
{
	struct report_users users;

	if (report_census(registrar->leaving, window, true, &users) && users.rows.n_rows > 0)
		reporter_send_users(reporter, window, &users);
}

void registrar_send(struct registrar *registrar, struct reporter *reporter,
                    struct reporter_window *window, bool closing, const struct tally *tally)
{
	struct report_users users;

	window->asymmetric_links = registrar->asymmetric_links;
	if (report_census(registrar->census, window->window, closing, &users))
		window->users = &users;
	reporter_send(reporter, window, tally);
	window->users = NULL;
	send_leaving(registrar, reporter, window->window);
}
