// One scalar of a configuration: from text to value and back.
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "config.h"

// Reads value, as it stands in the file, into the slot of the field's type (CONFIG_TEXTS: one
// char *). 0; -ENOMEM; -EINVAL with one sentence in why (CONFIG_WHY_BYTES) that names the key.
int config_scalar_read(const struct config_field *field, const char *value, void *ret_slot,
                       char *why);

// True when the slot's value may stand in a file: a number without preset that was never given can
// be outside its own range, and a text that was never given is NULL.
bool config_scalar_is_set(const struct config_field *field, const void *slot);

// Writes the value so that config_scalar_read() would read the same.
void config_scalar_print(FILE *out, const struct config_field *field, const void *slot);

// A text as a YAML scalar, in quotes where it needs them.
void config_text_print(FILE *out, const char *text);
