#include "config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"

static int file_fault(const char *path, int error, char *why)
{
	if (error == EISDIR)
		snprintf(why, CONFIG_WHY_BYTES, "%s: is a directory, name a file in it", path);
	else if (error == EFBIG)
		snprintf(why, CONFIG_WHY_BYTES, "%s: is larger than the %d bytes allowed", path,
		         CONFIG_MAX_FILE_BYTES);
	else
		snprintf(why, CONFIG_WHY_BYTES, "%s: %s", path, strerror(error));
	return -error;
}

// Reads until the end or until room is full. 0 or -errno.
static int read_all(int descriptor, char *text, size_t room, size_t *ret_bytes)
{
	size_t n_bytes = 0;

	while (n_bytes < room) {
		ssize_t n = read(descriptor, text + n_bytes, room - n_bytes);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		n_bytes += (size_t)n;
	}
	*ret_bytes = n_bytes;
	return 0;
}

int config_file_read(const char *path, char **ret_text, size_t *ret_bytes, char *why)
{
	// One byte more than allowed tells a file that is too big from one that just fits; the size
	// is not asked for because a pipe has none.
	size_t room = CONFIG_MAX_FILE_BYTES + 1, n_bytes = 0;
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);

	if (descriptor < 0)
		return file_fault(path, errno, why);
	char *text = malloc(room);
	int error = text ? read_all(descriptor, text, room, &n_bytes) : -ENOMEM;
	close(descriptor);
	if (error == 0 && n_bytes == room)
		error = -EFBIG;
	if (error != 0) {
		free(text);
		return file_fault(path, -error, why);
	}
	*ret_text = text;
	*ret_bytes = n_bytes;
	return 0;
}
