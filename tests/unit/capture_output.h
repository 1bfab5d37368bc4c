// Catches what the code under test writes to a standard stream.
#pragma once

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct capture_output {
	int descriptor; // STDOUT_FILENO or STDERR_FILENO
	int original;
	FILE *file;
};

static inline struct capture_output capture_output_begin(int descriptor)
{
	struct capture_output capture = {descriptor, dup(descriptor), tmpfile()};

	assert(capture.original >= 0 && capture.file);
	fflush(NULL);
	dup2(fileno(capture.file), descriptor);
	return capture;
}

// Gives the stream back and fills ret_text, terminated, with what had been written.
static inline void capture_output_end(struct capture_output *capture, char *ret_text,
                                      size_t max_bytes)
{
	fflush(NULL);
	dup2(capture->original, capture->descriptor);
	close(capture->original);
	rewind(capture->file);
	size_t n = fread(ret_text, 1, max_bytes - 1, capture->file);
	ret_text[n] = '\0';
	fclose(capture->file);
}
