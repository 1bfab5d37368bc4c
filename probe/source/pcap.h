// Capture files through libpcap: pcap, pcapng and their nanosecond variants; several files are one
// stream; "-" is standard input. Original lengths and nanoseconds are kept.
#pragma once

#include "source.h"

struct pcap_source;

// A stream of n_paths files, each opened when the stream reaches it. The paths are borrowed. NULL
// when out of memory.
struct pcap_source *pcap_source_new(const char *const *paths, uint32_t n_paths);
void pcap_source_free(struct pcap_source *source);

// Fills the burst with the next frames, valid until the next call. 1 when it did, 0 at the end of
// the last file; -errno with why when a file cannot be opened or breaks off: frames before the
// break have been handed out, and the next call goes on with the next file.
int pcap_source_receive(struct pcap_source *source, struct burst *ret_burst, char *why);
