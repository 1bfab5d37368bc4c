#include "tree.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tree_path tree_path(const char *root, const char *format, ...)
{
	struct tree_path path;
	size_t n_bytes = (size_t)snprintf(path.text, sizeof(path.text), "%s", root);
	va_list list;

	if (n_bytes >= sizeof(path.text))
		return path;
	va_start(list, format);
	vsnprintf(path.text + n_bytes, sizeof(path.text) - n_bytes, format, list);
	va_end(list);
	return path;
}

bool tree_has(struct tree_path path)
{
	return access(path.text, F_OK) == 0;
}

static void cut_end(char *text)
{
	size_t n_bytes = strlen(text);

	while (n_bytes > 0 && isspace((unsigned char)text[n_bytes - 1]))
		text[--n_bytes] = '\0';
}

int tree_read_text(struct tree_path path, size_t max_bytes, char *ret_text)
{
	int fd = open(path.text, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n_bytes;
	int rc;

	if (fd < 0)
		return -errno;
	n_bytes = read(fd, ret_text, max_bytes - 1);
	rc = n_bytes < 0 ? -errno : 0;
	close(fd);
	if (rc != 0)
		return rc;
	ret_text[n_bytes] = '\0';
	cut_end(ret_text);
	return 0;
}

int tree_read_number(struct tree_path path, int64_t *ret_number)
{
	char text[64];
	char *end;
	int rc = tree_read_text(path, sizeof(text), text);
	long long number;

	if (rc != 0)
		return rc;
	errno = 0;
	number = strtoll(text, &end, 0);
	if (errno != 0 || end == text || *end != '\0')
		return -EINVAL;
	*ret_number = number;
	return 0;
}

int tree_read_link(struct tree_path path, size_t max_bytes, char *ret_name)
{
	char target[TREE_TEXT_BYTES];
	ssize_t n_bytes = readlink(path.text, target, sizeof(target) - 1);
	const char *name;

	if (n_bytes < 0)
		return -errno;
	target[n_bytes] = '\0';
	name = strrchr(target, '/');
	name = name != NULL ? name + 1 : target;
	if (strlen(name) >= max_bytes)
		return -ENAMETOOLONG;
	strcpy(ret_name, name);
	return 0;
}
