#include "capture_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/clock.h"

enum {
	BUFFER_BYTES = 1 << 20,
	MAGIC_NANOSECONDS = (int)0xa1b23c4d,
	LINK_TYPE_ETHERNET = 1,
};

// Both in the byte order of the machine, which the magic number gives away.
struct file_header {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy; // always 0
	uint32_t snaplen, link_type;
};
static_assert(sizeof(struct file_header) == 24, "the header of a pcap file");

struct record_header {
	uint32_t seconds, nanoseconds;
	uint32_t captured_bytes, wire_bytes;
};
static_assert(sizeof(struct record_header) == 16, "the header of a frame in a pcap file");

static void append(struct capture_file *file, const void *bytes, uint32_t n_bytes)
{
	memcpy(file->buffer + file->n_bytes, bytes, n_bytes);
	file->n_bytes += n_bytes;
}

int capture_file_open(struct capture_file *file, const char *path, uint32_t snaplen)
{
	const struct file_header header = {
		.magic = (uint32_t)MAGIC_NANOSECONDS,
		.major = 2,
		.minor = 4,
		.snaplen = snaplen,
		.link_type = LINK_TYPE_ETHERNET,
	};

	*file = (struct capture_file){.fd = -1, .snaplen = snaplen};
	file->buffer = malloc(BUFFER_BYTES);
	if (file->buffer == NULL)
		return -ENOMEM;
	file->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (file->fd < 0)
		return -errno;
	append(file, &header, sizeof(header));
	return 0;
}

void capture_file_close(struct capture_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	free(file->buffer);
	*file = (struct capture_file){.fd = -1};
}

int capture_file_flush(struct capture_file *file)
{
	uint32_t n_written = 0;

	while (n_written < file->n_bytes) {
		ssize_t n = write(file->fd, file->buffer + n_written, file->n_bytes - n_written);

		if (n < 0 && errno != EINTR)
			return -errno;
		n_written += n < 0 ? 0 : (uint32_t)n;
	}
	file->n_bytes = 0;
	return 0;
}

int capture_file_add(struct capture_file *file, uint64_t time_ns, const uint8_t *data,
                     uint32_t n_bytes)
{
	const struct record_header header = {
		.seconds = (uint32_t)(time_ns / NS_PER_S),
		.nanoseconds = (uint32_t)(time_ns % NS_PER_S),
		.captured_bytes = n_bytes < file->snaplen ? n_bytes : file->snaplen,
		.wire_bytes = n_bytes,
	};
	int r = 0;

	if (file->n_bytes + sizeof(header) + header.captured_bytes > BUFFER_BYTES)
		r = capture_file_flush(file);
	if (r < 0)
		return r;
	append(file, &header, sizeof(header));
	append(file, data, header.captured_bytes);
	return 0;
}
