// A capture file being written: pcap with nanoseconds, Ethernet; a megabyte at a time.
#pragma once

#include <stdint.h>

struct pcap;
struct pcap_dumper;

struct capture_file {
	uint32_t snaplen;
	struct pcap *pcap;
	struct pcap_dumper *dumper;
	char *buffer; // of the stream beneath
};

// 0 or -errno.
int capture_file_open(struct capture_file *file, const char *path, uint32_t snaplen);

// Closes it; also what did not open.
void capture_file_close(struct capture_file *file);

// Adds a frame, or what snaplen leaves of it. 0 or -errno.
int capture_file_add(struct capture_file *file, uint64_t time_ns, const uint8_t *data,
                     uint32_t n_bytes);

// Writes what is in the buffer. 0 or -errno.
int capture_file_flush(struct capture_file *file);
