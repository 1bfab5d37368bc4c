// The bytes of a plan's file.
#pragma once

#include <stddef.h>

#include "complaint.h"

// Reads all of the file into memory that the caller frees, with room for a byte behind it: it is
// not mapped, because who edits it may cut it off while it is read. 0 or -errno with a complaint.
int plan_file_read(const struct complaint *complaint, char **ret_text, size_t *ret_bytes);
