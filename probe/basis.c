#include "basis.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/log.h"

static void say_plan(const struct plan *plan)
{
	char id[PLAN_ID_TEXT_BYTES];

	plan_id_text(&plan->id, id);
	log_info("plan: %" PRIu32 " IPv4 and %" PRIu32 " IPv6 prefixes in %" PRIu32
	         " groups, id %s",
	         plan->n_rows[FAMILY_IPV4], plan->n_rows[FAMILY_IPV6], plan->users.n_groups, id);
	for (uint32_t i = 0; i < plan->n_warnings; i++)
		log_warning("plan: %s", plan->warnings[i]);
}

static void say_keys(const struct keys *keys, uint64_t now_ns)
{
	char line[CONFIG_WHY_BYTES];

	for (uint32_t i = 0; i < keys_count(keys); i++) {
		if (keys_describe(keys, i, now_ns, line) == KEY_EXPIRED)
			log_warning("keys: %s", line);
		else
			log_info("keys: %s", line);
	}
}

static int load_keys(const struct probe_config *config, bool again, uint64_t now_ns,
                     struct keys **ret_keys, char *why)
{
	if (config->keys_path != NULL)
		return keys_load(config->keys_path, now_ns, ret_keys, why);
	return again ? 0 : keys_make(now_ns, ret_keys, why);
}

int basis_load(const struct probe_config *config, bool again, uint64_t now_ns,
               struct basis **ret_basis, char *why)
{
	struct basis *basis = calloc(1, sizeof(*basis));
	int rc;

	if (basis == NULL) {
		snprintf(why, CONFIG_WHY_BYTES, "%s: out of memory", config->plan);
		return -ENOMEM;
	}
	rc = plan_load(config->plan_path, &basis->plan, why);
	if (rc == 0)
		rc = load_keys(config, again, now_ns, &basis->keys, why);
	if (rc != 0) {
		basis_free(basis);
		return rc;
	}
	say_plan(basis->plan);
	if (config->keys_path != NULL)
		say_keys(basis->keys, now_ns);
	else if (!again)
		log_warning("keys: none given, users are counted under keys of this run alone and "
		            "cannot be united with other probes or runs: \"scripts/new-key DIR\" "
		            "makes one, \"keys: DIR\" uses it");
	*ret_basis = basis;
	return 0;
}

void basis_free(struct basis *basis)
{
	if (basis == NULL)
		return;
	plan_free(basis->plan);
	keys_free(basis->keys);
	free(basis);
}
