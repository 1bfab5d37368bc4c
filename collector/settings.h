// The collector's configuration.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "proto/base/config.h"

struct settings {
	char *listen, *http, *store, *zone;
	uint64_t lateness_ns;
	uint64_t greeting_deadline_ns;
	bool insecure;
	int log_level; // enum log_level
	struct address listen_address, http_address;
};

extern const struct config_schema settings_schema;

// Loads and checks the file. 0; -errno with one line in why (CONFIG_WHY_BYTES). Release with
// settings_fini() whatever comes back.
int settings_load(const char *path, struct settings *ret_settings, char *why);
void settings_fini(struct settings *settings);
