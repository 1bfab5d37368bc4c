// Runs a fuzz target over every file of the directories given as arguments, under any compiler, as
// a test in the Test Anything Protocol. A finding aborts, which the harness sees as a failure.
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_target.h"

enum {
	MAX_PATH_BYTES = 4096,
	MAX_INPUT_BYTES = 1 << 22,
};

static unsigned int n_inputs, n_failures;

static void report(bool passed, const char *path, const char *why)
{
	n_inputs++;
	n_failures += !passed;
	printf("%sok %u - %s%s%s\n", passed ? "" : "not ", n_inputs, path, why ? ": " : "",
	       why ? why : "");
	// What has been said must not be lost when the next input aborts.
	fflush(stdout);
}

// Reads the file into memory of exactly its size, so that a sanitizer sees the first byte read
// beyond it. NULL when that fails.
static uint8_t *file_read(const char *path, size_t *ret_bytes)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(MAX_INPUT_BYTES);

	if (!file || !bytes) {
		free(bytes);
		if (file)
			fclose(file);
		return NULL;
	}
	size_t n_bytes = fread(bytes, 1, MAX_INPUT_BYTES, file);
	bool complete = feof(file) && !ferror(file);
	fclose(file);
	uint8_t *exact = complete ? malloc(n_bytes ? n_bytes : 1) : NULL;
	if (exact) {
		memcpy(exact, bytes, n_bytes);
		*ret_bytes = n_bytes;
	}
	free(bytes);
	return exact;
}

static void file_replay(const char *path)
{
	size_t n_bytes = 0;
	uint8_t *bytes = file_read(path, &n_bytes);

	if (!bytes) {
		report(false, path, "cannot be read, or is larger than 4 MiB");
		return;
	}
	LLVMFuzzerTestOneInput(bytes, n_bytes);
	free(bytes);
	report(true, path, NULL);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void directory_replay(const char *directory)
{
	struct dirent **entries;
	int n = scandir(directory, &entries, is_visible, alphasort);
	char path[MAX_PATH_BYTES];

	if (n <= 0)
		report(false, directory, n < 0 ? "cannot be read" : "holds no input");
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		file_replay(path);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		directory_replay(argv[i]);
	printf("# %u inputs\n1..%u\n", n_inputs, n_inputs);
	return n_inputs == 0 || n_failures > 0;
}
