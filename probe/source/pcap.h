// Capture files through libpcap: pcap, pcapng and their nanosecond variants; several files are one
// stream; "-" is standard input. Original lengths and nanoseconds are kept.
#pragma once

#include "source.h"

struct pcap_source;

// A stream of n_paths files, each opened when the stream reaches it. The paths are borrowed. NULL
// when out of memory. One thread receives from it and frees it.
struct pcap_source *pcap_source_new(const char *const *paths, uint32_t n_paths);
void pcap_source_free(struct pcap_source *source);

// Fills the burst with the next frames, valid until the next call. 1 when it did, 0 at the end of
// the last file; -EIO with why when a file breaks off, the frames before that having been handed
// out; -EINVAL or -EPROTONOSUPPORT with why when a file cannot be opened or its link type is not
// known. The call after an error goes on with the next file.
int pcap_source_receive(struct pcap_source *source, struct burst *ret_burst, char *why);
