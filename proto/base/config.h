// Configuration files: YAML, read through libyaml's events (config.c alone knows it) into plain
// structs by a table of fields. Unknown keys, wrong types, values out of range, duplicate keys and
// missing required keys are errors that name FILE:LINE:COLUMN, the fault and the mend.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
	CONFIG_MAX_TEXT_BYTES = 512, // of any one scalar
	CONFIG_MAX_LIST = 256, // elements of any one list
	CONFIG_MAX_FILE_BYTES = 1 << 20,
	CONFIG_WHY_BYTES = 1024,
};

enum config_type {
	CONFIG_TEXT, // char *
	CONFIG_UINT, // uint64_t; digits, optionally with _ between them
	CONFIG_BOOL, // bool; true or false
	CONFIG_CHOICE, // int: position in choices
	CONFIG_SECONDS, // uint64_t nanoseconds; "60", "60s", "5m", "1h", "7d", "0.5s"
	CONFIG_TEXTS, // struct config_texts: a list of scalars
	CONFIG_ROWS, // struct config_rows: a list of mappings, each by its own schema
	CONFIG_GROUP, // a mapping, in a struct embedded at the offset; absent reads as empty
};

struct config_texts {
	size_t n;
	char **items;
};

// n structs of the child schema's size, one behind the other.
struct config_rows {
	size_t n;
	void *items;
};

// One key. The value is stored at offset in the struct the schema describes.
struct config_field {
	const char *key;
	enum config_type type;
	size_t offset;
	const char *help; // one line, shown as a comment by config_print()
	bool required; // of a list: with at least one element
	const char *preset; // scalar when the key is absent, as it would be written; or NULL
	uint64_t min, max; // CONFIG_UINT and CONFIG_SECONDS (in ns); max 0 means no bound
	const char *const *choices; // CONFIG_CHOICE; ends with NULL
	const struct config_schema *rows; // CONFIG_ROWS and CONFIG_GROUP
	// Further check of a scalar: NULL when it is right, else what is wrong and the mend.
	const char *(*check)(const char *value);
};

struct config_schema {
	const struct config_field *fields; // ends with a NULL key
	size_t size; // of the struct
};

// Reads the file into the struct at ret_values, which is cleared first and must be released with
// config_fini() whatever comes back. 0; or -EINVAL (content), -errno (reading), with one line in
// why (CONFIG_WHY_BYTES): "probe.yaml:14:7: unknown key "colector", did you mean "collector"?".
int config_load(const char *path, const struct config_schema *schema, void *ret_values, char *why);

// The same from memory; name stands for the file in messages.
int config_parse(const char *name, const char *text, size_t n_bytes,
                 const struct config_schema *schema, void *ret_values, char *why);

// Releases everything config_load() allocated inside the struct, and clears it.
void config_fini(const struct config_schema *schema, void *values);

// Prints the effective values, presets included, as YAML that would load to the same.
void config_print(FILE *out, const struct config_schema *schema, const void *values);
