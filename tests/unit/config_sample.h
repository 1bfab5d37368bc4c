// A schema with every type of field, and short words for what the tests of configuration do to it.
#pragma once

#include <stddef.h>

#include "proto/base/config.h"

struct sample_link {
	char *name;
	int surface;
	uint64_t capacity_bps;
	struct config_texts tags;
};

struct sample_limits {
	uint64_t flows;
	bool strict;
};

struct sample {
	char *probe;
	char *plan;
	uint64_t window_ns;
	bool insecure;
	struct config_texts collectors;
	struct config_rows links;
	struct sample_limits limits;
};

extern const struct config_schema sample_schema;

// The shortest text the schema accepts.
#define SMALLEST "probe: a\ncollectors: [b]\n"

// What the last text was read into, and why not.
extern struct sample values;
extern char why[CONFIG_WHY_BYTES];

// Reads the bytes as the file probe.yaml into values and why.
int sample_parse(const char *text, size_t n_bytes);

// Fails the test unless the text is accepted, or refused with exactly that sentence.
void sample_accept(const char *text);
void sample_refuse(const char *text, const char *expected);

// Teardown of a group.
int sample_fini(void **state);
