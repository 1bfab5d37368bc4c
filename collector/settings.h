// The collector's configuration.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "proto/base/config.h"

// How many use the Internet at all, by some publication: what users are a share of.
struct internet_users {
	uint64_t number; // 0: not known, so there is no share
	char *date; // of that figure; NULL if and only if there is none
};

struct settings {
	char *listen, *http, *store, *zone;
	uint64_t lateness_ns;
	uint64_t greeting_deadline_ns;
	bool insecure;
	int log_level; // enum log_level
	uint64_t privacy_threshold;
	struct internet_users internet_users;
	struct config_rows targets; // see targets.h
	struct address listen_address, http_address;
};

extern const struct config_schema settings_schema;

// Loads and checks the file. 0; -errno with one line in why (CONFIG_WHY_BYTES). Release with
// settings_fini() whatever comes back.
int settings_load(const char *path, struct settings *ret_settings, char *why);
void settings_fini(struct settings *settings);
