// The floor below libpcap's: a capture file mapped into memory, its records walked and each frame
// touched. For files as sixgauge-gen writes them, of this machine's byte order.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FILE_HEAD_BYTES = 24,
};

#define MAGIC_MICROSECONDS 0xa1b2c3d4
#define MAGIC_NANOSECONDS  0xa1b23c4d

struct record {
	uint32_t seconds, fraction, n_captured, n_bytes;
};

static uint64_t walk(const uint8_t *at, const uint8_t *end, uint64_t *ret_sum)
{
	uint64_t n_frames = 0, sum = 0;
	struct record record;

	while ((size_t)(end - at) >= sizeof(record)) {
		memcpy(&record, at, sizeof(record));
		at += sizeof(record);
		if (record.n_captured > (size_t)(end - at))
			break;
		sum += record.n_bytes + (record.n_captured > 0 ? at[0] : 0);
		at += record.n_captured;
		n_frames++;
	}
	*ret_sum = sum;
	return n_frames;
}

static const uint8_t *map_file(const char *path, size_t *ret_n_bytes)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	void *map;

	if (file < 0 || fstat(file, &status) != 0 || status.st_size < FILE_HEAD_BYTES)
		return NULL;
	map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
	close(file);
	*ret_n_bytes = (size_t)status.st_size;
	return map == MAP_FAILED ? NULL : map;
}

int main(int argc, char **argv)
{
	size_t n_bytes = 0;
	const uint8_t *map = argc == 2 ? map_file(argv[1], &n_bytes) : NULL;
	uint64_t n_frames, sum;
	uint32_t magic = 0;

	if (map != NULL)
		memcpy(&magic, map, sizeof(magic));
	if (magic != MAGIC_MICROSECONDS && magic != MAGIC_NANOSECONDS) {
		fprintf(stderr, "bench_mapped_loop: give one FILE, a pcap of this byte order\n");
		return 2;
	}
	n_frames = walk(map + FILE_HEAD_BYTES, map + n_bytes, &sum);
	printf("%ju frames, %ju\n", (uintmax_t)n_frames, (uintmax_t)sum);
	return 0;
}
