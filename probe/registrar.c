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

	*ret_registrar = (struct registrar){
		.config = config,
		.asymmetric_links = find_asymmetric_links(config),
	};
	if (config->plan == NULL)
		return EXIT_STATUS_OK;
	if (basis_load(config, false, clock_wall_ns(), &ret_registrar->basis, why) != 0)
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

static void free_leaving(struct registrar_leaving *leaving)
{
	census_free(leaving->census);
	basis_free(leaving->basis);
}

void registrar_close(struct registrar *registrar)
{
	for (uint32_t i = 0; i < registrar->n_leaving; i++)
		free_leaving(&registrar->leaving[i]);
	census_free(registrar->census);
	basis_free(registrar->basis);
	*registrar = (struct registrar){0};
}

// Where nobody was counted there is nothing to lend.
static bool is_lent(const struct registrar *registrar, const struct census *census)
{
	for (uint32_t i = 0; i < registrar->n_workers; i++)
		for (int at = 0; at < 2; at++)
			if (census != NULL && registrar->lent[i][at] == census)
				return true;
	return false;
}

// Keys and plan of one that leaves may belong to the one that left before it, which goes first.
static void let_go(struct registrar *registrar)
{
	while (registrar->n_leaving > 0 && !is_lent(registrar, registrar->leaving[0].census)) {
		free_leaving(&registrar->leaving[0]);
		registrar->n_leaving--;
		memmove(&registrar->leaving[0], &registrar->leaving[1],
		        registrar->n_leaving * sizeof(registrar->leaving[0]));
	}
}

// Without a census nobody is counted until a later turn, but what was counted is reported still.
static void turn_to(struct registrar *registrar, struct basis *basis, struct census *census)
{
	struct registrar_leaving *leaving = &registrar->leaving[registrar->n_leaving++];

	leaving->census = registrar->census;
	leaving->basis = basis != registrar->basis ? registrar->basis : NULL;
	registrar->census = census;
	registrar->basis = basis;
}

// One that cannot be turned to changes nothing.
static void turn_to_basis(struct registrar *registrar, struct basis *basis, uint64_t now_ns)
{
	struct census *census;
	bool has_keys = basis->keys != NULL;
	int rc;

	if (!has_keys)
		basis->keys = registrar->basis->keys;
	rc = census_new(basis, now_ns, registrar->n_workers, registrar->asymmetric_links, &census);
	if (rc != 0) {
		log_error("reload: cannot count by the new plan: %s: the plan and the keys of "
		          "before stay in force",
		          rc == -ENOKEY ? "no key is active" : strerror(-rc));
		if (!has_keys)
			basis->keys = NULL;
		basis_free(basis);
		return;
	}
	if (!has_keys)
		registrar->basis->keys = NULL;
	turn_to(registrar, basis, census);
}

// Keys of this run's own that have all expired, as when the clock was far off at the start: others
// are made. That takes as long as reading the plan does.
static void renew_own_keys(struct registrar *registrar, uint64_t now_ns)
{
	char why[CONFIG_WHY_BYTES];
	struct basis *basis;

	if (basis_load(registrar->config, false, now_ns, &basis, why) == 0)
		turn_to_basis(registrar, basis, now_ns);
	else
		log_error("keys: those of this run have expired: %s", why);
}

static void turn_to_keys(struct registrar *registrar, uint64_t now_ns)
{
	struct census *census = NULL;
	int rc = census_new(registrar->basis, now_ns, registrar->n_workers,
	                    registrar->asymmetric_links, &census);

	if (rc == -ENOKEY && registrar->config->keys_path == NULL) {
		renew_own_keys(registrar, now_ns);
		return;
	}
	// Said once: as long as there is no census this is asked again at every turn.
	if (rc != 0 && registrar->census == NULL)
		return;
	if (rc == -ENOKEY)
		log_error("keys: none is active any more, users are not counted: give this probe "
		          "the keys of the others and send it SIGHUP");
	else if (rc != 0)
		log_error("users: not counted, no memory to count under the next keys");
	turn_to(registrar, registrar->basis, census);
}

void registrar_turn(struct registrar *registrar, uint64_t now_ns)
{
	struct basis *basis;

	if (registrar->basis == NULL)
		return;
	let_go(registrar);
	if (registrar->n_leaving == REGISTRAR_MAX_LEAVING) {
		if (!registrar->said_full)
			log_warning("users: a worker that hangs keeps plans and keys of before, "
			            "others are not turned to any more: restart the probe");
		registrar->said_full = true;
		return;
	}
	basis = reload_take();
	if (basis != NULL)
		turn_to_basis(registrar, basis, now_ns);
	else if (registrar->census == NULL || !census_is_current(registrar->census, now_ns))
		turn_to_keys(registrar, now_ns);
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

// Whether there is anything to say of it.
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

// What the window was counted by: after a turn that is what leaves, and the one in force has not
// begun.
static struct census *census_of_window(const struct registrar *registrar)
{
	for (uint32_t i = registrar->n_leaving; i > 0; i--)
		if (registrar->leaving[i - 1].census != NULL &&
		    census_has_gathered(registrar->leaving[i - 1].census) &&
		    (registrar->census == NULL || !census_has_gathered(registrar->census)))
			return registrar->leaving[i - 1].census;
	return registrar->census;
}

// What has left has nothing more to come after this, but from a worker that hung.
static void send_leaving(struct registrar *registrar, struct reporter *reporter,
                         struct window window, const struct census *reported)
{
	for (uint32_t i = 0; i < registrar->n_leaving; i++) {
		struct census *census = registrar->leaving[i].census;
		struct report_users users;

		if (census != reported && census != NULL && census_has_gathered(census) &&
		    report_census(census, window, true, &users))
			reporter_send_users(reporter, window, &users);
	}
}

void registrar_send(struct registrar *registrar, struct reporter *reporter,
                    struct reporter_window *window, bool closing, const struct tally *tally)
{
	struct census *census = census_of_window(registrar);
	struct report_users users;

	window->asymmetric_links = registrar->asymmetric_links;
	if (report_census(census, window->window, closing || census != registrar->census, &users))
		window->users = &users;
	reporter_send(reporter, window, tally);
	window->users = NULL;
	send_leaving(registrar, reporter, window->window, census);
}
