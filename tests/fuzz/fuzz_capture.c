// Any bytes as a capture file, from the source through the meter: it is read to its end or to where
// it breaks, and every frame is counted once.
#include "fuzz_target.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "probe/meter/meter.h"
#include "probe/source/pcap.h"

enum {
	TABLE_FLOWS = 64, // small, so that it fills
};

static struct meter *meter_new(const struct meter_config *config)
{
	size_t n_bytes = (meter_memory_bytes(config) + 63) / 64 * 64;
	void *memory = aligned_alloc(64, n_bytes);

	assert(memory);
	memset(memory, 0, n_bytes);
	return meter_init(memory, config);
}

static void meter_file(const char *path)
{
	const struct meter_config config = {.max_flows = TABLE_FLOWS,
	                                    .idle_timeout_ns = 30000000000};
	struct meter *meter = meter_new(&config);
	struct pcap_source *source = pcap_source_new(&path, 1);
	char why[SOURCE_WHY_BYTES];
	struct tally tally;
	struct burst burst;
	uint64_t n_frames = 0;
	int r;

	assert(source);
	tally_init(&tally, NULL);
	while ((r = pcap_source_receive(source, &burst, why)) == 1) {
		meter_burst(meter, &tally, 0, 0, burst.layer, burst.frames, burst.n_frames);
		n_frames += burst.n_frames;
	}
	assert(r == 0 || strlen(why) > 0);
	assert(link_tally_frames(&tally.links[0]) == n_frames);
	pcap_source_free(source);
	free(meter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	int file = memfd_create("capture", 0);
	char path[64];

	assert(file >= 0);
	if (write(file, data, n_bytes) == (ssize_t)n_bytes) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
		meter_file(path);
	}
	close(file);
	return 0;
}
