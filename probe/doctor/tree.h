// Files in which the kernel describes the machine. All paths are below a root, "" for the machine
// we run on, so that a made-up tree can be examined as well.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TREE_PATH_BYTES = 512,
	TREE_TEXT_BYTES = 4096, // more than any line the kernel writes there
};

struct tree_path {
	char text[TREE_PATH_BYTES];
};

// The path "/..." made from the format, below the root. One that does not fit is cut off and so
// names nothing.
__attribute__((format(printf, 2, 3))) struct tree_path tree_path(const char *root,
                                                                 const char *format, ...);

bool tree_has(struct tree_path path);

// The beginning of the file, terminated, without spaces and newlines at its end. 0 or -errno.
int tree_read_text(struct tree_path path, size_t max_bytes, char *ret_text);

// A number as the kernel writes it: decimal, or hexadecimal with 0x. 0 or -errno.
int tree_read_number(struct tree_path path, int64_t *ret_number);

// The last part of what a symbolic link points to. 0 or -errno.
int tree_read_link(struct tree_path path, size_t max_bytes, char *ret_name);
