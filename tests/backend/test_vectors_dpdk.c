// The vectors through DPDK: written to a capture file, received by the capture driver's port and
// parsed in the packet buffers of the live path.
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "probe/meter/parse.h"
#include "probe/source/dpdk_replay.h"

#include "vectors.h"

static struct packet *results; // one a vector that could be written
static size_t n_results, next_result;

// A port's frames are Ethernet; its driver takes a frame to be as long as it was captured, and
// gives no empty one.
static bool applies(const struct vector *vector)
{
	return vector->layer == LINK_ETHERNET && vector->n_bytes > 0 &&
	       vector_wire_bytes(vector) == vector->n_bytes;
}

static const char *run(const struct vector *vector)
{
	if (next_result == n_results)
		return "the number of frames received";
	return vector_difference(vector, &results[next_result++]);
}

static bool write_capture(const char *path)
{
	pcap_t *capture = pcap_open_dead(DLT_EN10MB, 65535);
	pcap_dumper_t *dumper = pcap_dump_open(capture, path);

	if (!dumper)
		return false;
	for (size_t i = 0; i < vectors_count(); i++) {
		const struct vector *vector = vector_at(i);
		const struct pcap_pkthdr header = {.caplen = vector->n_bytes,
		                                   .len = vector->n_bytes};

		if (applies(vector))
			pcap_dump((uint8_t *)dumper, &header, vector->bytes);
	}
	pcap_dump_close(dumper);
	pcap_close(capture);
	return true;
}

static int receive_capture(const char *path)
{
	char why[SOURCE_WHY_BYTES];
	struct dpdk_replay *replay;
	struct burst burst;
	int r = dpdk_replay_new(&path, 1, &replay, why);

	if (r == 0) {
		while ((r = dpdk_replay_receive(replay, &burst, why)) == 1)
			for (uint32_t i = 0; i < burst.n_frames && n_results < vectors_count(); i++)
				packet_parse(burst.layer, &burst.frames[i], &results[n_results++]);
		dpdk_replay_free(replay);
	}
	if (r < 0)
		printf("# %s\n", why);
	return r;
}

int main(void)
{
	char path[] = P_tmpdir "/sixgauge-vectors-XXXXXX";
	int file = mkstemp(path);
	int status = 1;

	results = calloc(vectors_count(), sizeof(*results));
	if (file >= 0 && results && write_capture(path) && receive_capture(path) == 0)
		status = vectors_run(applies, NULL, run);
	else
		printf("1..1\nnot ok 1 - the vectors can be received\n");
	unlink(path);
	free(results);
	return status;
}
