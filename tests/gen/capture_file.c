#include "capture_file.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/clock.h"

enum {
	BUFFER_BYTES = 1 << 20,
};

// What kept the stream from being written.
static int stream_fault(void)
{
	return errno != 0 ? -errno : -EIO;
}

// The dumper takes the stream over, and writes the file's header into it at once.
static int open_dumper(struct capture_file *file, const char *path)
{
	FILE *stream = fopen(path, "wbe");

	if (stream == NULL)
		return -errno;
	setvbuf(stream, file->buffer, _IOFBF, BUFFER_BYTES);
	file->dumper = pcap_dump_fopen(file->pcap, stream);
	if (file->dumper != NULL)
		return 0;
	fclose(stream);
	return -EIO;
}

int capture_file_open(struct capture_file *file, const char *path, uint32_t snaplen)
{
	*file = (struct capture_file){.snaplen = snaplen, .buffer = malloc(BUFFER_BYTES)};
	file->pcap = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, (int)snaplen,
	                                                  PCAP_TSTAMP_PRECISION_NANO);
	if (file->buffer == NULL || file->pcap == NULL)
		return -ENOMEM;
	return open_dumper(file, path);
}

void capture_file_close(struct capture_file *file)
{
	if (file->dumper != NULL)
		pcap_dump_close(file->dumper);
	if (file->pcap != NULL)
		pcap_close(file->pcap);
	free(file->buffer);
	*file = (struct capture_file){0};
}

int capture_file_flush(struct capture_file *file)
{
	errno = 0;
	return pcap_dump_flush(file->dumper) == 0 ? 0 : stream_fault();
}

// pcap_dump() cannot fail; what it could not write shows on the stream.
int capture_file_add(struct capture_file *file, uint64_t time_ns, const uint8_t *data,
                     uint32_t n_bytes)
{
	const struct pcap_pkthdr header = {
		.ts = {.tv_sec = (time_t)(time_ns / NS_PER_S),
	               .tv_usec = (suseconds_t)(time_ns % NS_PER_S)}, // nanoseconds here
		.caplen = n_bytes < file->snaplen ? n_bytes : file->snaplen,
		.len = n_bytes,
	};

	errno = 0;
	pcap_dump((u_char *)file->dumper, &header, data);
	return ferror(pcap_dump_file(file->dumper)) ? stream_fault() : 0;
}
