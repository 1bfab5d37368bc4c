#include "made_machine.h"

#include "test_all.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT_NAME "sixgauge-machine-XXXXXX"

char machine_root[] = ROOT_NAME;
struct findings machine_findings;

static char *said;
static size_t n_said_bytes;

int machine_make(void **state)
{
	(void)state;
	strcpy(machine_root, ROOT_NAME);
	machine_findings = (struct findings){.out = open_memstream(&said, &n_said_bytes)};
	return machine_findings.out == NULL || mkdtemp(machine_root) == NULL ? -1 : 0;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
	(void)about;
	(void)kind;
	(void)place;
	return remove(path);
}

int machine_remove(void **state)
{
	(void)state;
	fclose(machine_findings.out);
	free(said);
	said = NULL;
	return nftw(machine_root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

// The whole path, after its directories have been made.
static void make_way(const char *path, char *ret_whole, size_t max_bytes)
{
	snprintf(ret_whole, max_bytes, "%s%s", machine_root, path);
	for (char *at = ret_whole + strlen(machine_root) + 1; (at = strchr(at, '/')) != NULL;
	     at++) {
		*at = '\0';
		mkdir(ret_whole, 0700);
		*at = '/';
	}
}

void machine_write(const char *path, const char *text)
{
	char whole[512];
	FILE *file;

	make_way(path, whole, sizeof(whole));
	file = fopen(whole, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

void machine_link(const char *path, const char *target)
{
	char whole[512];

	make_way(path, whole, sizeof(whole));
	assert_int_equal(symlink(target, whole), 0);
}

const char *machine_said(void)
{
	fflush(machine_findings.out);
	rewind(machine_findings.out);
	return said;
}

void machine_assert_said(const char *lines)
{
	assert_string_equal(machine_said(), lines);
}
