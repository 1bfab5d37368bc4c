// The bytes of a configuration file.
#pragma once

#include <stddef.h>

// Reads the whole file; the caller frees the text. 0; -errno, also -EISDIR for a directory and
// -EFBIG beyond CONFIG_MAX_FILE_BYTES, with one line in why (CONFIG_WHY_BYTES).
int config_file_read(const char *path, char **ret_text, size_t *ret_bytes, char *why);
