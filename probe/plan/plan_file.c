#include "plan_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FIRST_ROOM = 1 << 16,
};

// Numbers of lines must fit their type, and 2^24 rows of 128 bytes fit in.
static const size_t max_bytes = (size_t)1 << 31;

static int file_complain(const struct complaint *complaint, int error)
{
	if (error == EISDIR)
		complain(complaint, 0, "is a directory, name a file in it");
	else if (error == EFBIG)
		complain(complaint, 0, "is larger than the 2 GiB allowed");
	else
		complain(complaint, 0, "%s", strerror(error));
	return -error;
}

// A pipe has no size to ask for; a file that grows meanwhile is read to its new end.
static size_t first_room(int descriptor)
{
	struct stat status;

	if (fstat(descriptor, &status) < 0 || status.st_size <= 0)
		return FIRST_ROOM;
	return (size_t)status.st_size < max_bytes ? (size_t)status.st_size + 2 : max_bytes + 1;
}

static int make_room(char **text, size_t *room)
{
	size_t more = 2 * *room < max_bytes ? 2 * *room : max_bytes + 1;
	char *grown = *room > max_bytes ? NULL : realloc(*text, more);

	if (*room > max_bytes)
		return -EFBIG;
	if (!grown)
		return -ENOMEM;
	*text = grown;
	*room = more;
	return 0;
}

static int read_all(int descriptor, char **text, size_t *ret_bytes)
{
	size_t room = first_room(descriptor), n_bytes = 0;

	*text = malloc(room);
	if (!*text)
		return -ENOMEM;
	for (;;) {
		// One byte stays free.
		ssize_t n = read(descriptor, *text + n_bytes, room - 1 - n_bytes);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			break;
		if (n > 0)
			n_bytes += (size_t)n;
		if (n_bytes == room - 1) {
			int rc = make_room(text, &room);
			if (rc < 0)
				return rc;
		}
	}
	*ret_bytes = n_bytes;
	return 0;
}

int plan_file_read(const struct complaint *complaint, char **ret_text, size_t *ret_bytes)
{
	int descriptor = open(complaint->name, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	int rc;

	if (descriptor < 0)
		return file_complain(complaint, errno);
	rc = read_all(descriptor, &text, ret_bytes);
	close(descriptor);
	if (rc < 0) {
		free(text);
		return file_complain(complaint, -rc);
	}
	*ret_text = text;
	return 0;
}
