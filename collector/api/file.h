// The page's files and the API's description, embedded in the program.
#pragma once

#include <event2/http.h>
#include <stddef.h>
#include <stdint.h>

struct file {
	const char *name;
	const uint8_t *bytes;
	size_t n_bytes;
};

// Made by the build from the files themselves; ends with a NULL name.
extern const struct file embedded_files[];

// Answers with the file at that path, or with an error that names what there is.
void file_reply(struct evhttp_request *request, const char *path);
