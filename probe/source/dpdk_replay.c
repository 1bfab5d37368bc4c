// The capture driver tells neither a file's link type nor why it stopped. So every file is read
// once through libpcap first, which knows both and counts the frames; the driver must then deliver
// that many. A file that breaks off delivers what stands before the break, and then its error.
#include "dpdk_replay.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dpdk.h"

// What the first look found.
struct look {
	uint64_t n_frames;
	int break_errno; // 0, or why the file ends early
	char break_why[SOURCE_WHY_BYTES];
};

struct dpdk_replay {
	const char *const *paths;
	uint32_t n_paths, next_path;
	int file; // open while the driver reads it under /proc/self/fd; -1 when none is
	struct dpdk_port *port; // NULL between files
	struct look look;
	uint64_t n_received; // of the file's frames
};

static void count_frames(pcap_t *capture, const char *path, struct look *ret_look)
{
	struct pcap_pkthdr *header;
	const u_char *data;
	int rc;

	while ((rc = pcap_next_ex(capture, &header, &data)) == 1)
		ret_look->n_frames++;
	if (rc != PCAP_ERROR_BREAK) {
		ret_look->break_errno = EIO;
		snprintf(ret_look->break_why, sizeof(ret_look->break_why),
		         "%s: breaks off after frame %llu: %s", path,
		         (unsigned long long)ret_look->n_frames, pcap_geterr(capture));
	}
}

static int look_at(const char *path, struct look *ret_look, char *why)
{
	char reason[PCAP_ERRBUF_SIZE];
	pcap_t *capture;
	int layer;

	*ret_look = (struct look){0};
	if (access(path, R_OK) != 0) {
		snprintf(why, SOURCE_WHY_BYTES, "%s: %s", path, strerror(errno));
		return -errno;
	}
	capture = pcap_open_offline(path, reason);
	if (capture == NULL) {
		snprintf(why, SOURCE_WHY_BYTES, "%s: not a capture file: %s", path, reason);
		return -EINVAL;
	}
	layer = pcap_datalink(capture);
	if (layer == DLT_EN10MB)
		count_frames(capture, path, ret_look);
	pcap_close(capture);
	if (layer != DLT_EN10MB) {
		const char *name = pcap_datalink_val_to_name(layer);

		snprintf(why, SOURCE_WHY_BYTES,
		         "%s: link type %s, and the DPDK source reads Ethernet alone: use --source "
		         "pcap",
		         path, name != NULL ? name : "unknown");
		return -EPROTONOSUPPORT;
	}
	return 0;
}

// Commas and brackets in a path would end a device argument: the driver is given the number of an
// open file instead.
static int open_port(struct dpdk_replay *replay, const char *path, char *why)
{
	char device[64];

	replay->file = open(path, O_RDONLY | O_CLOEXEC);
	if (replay->file < 0) {
		snprintf(why, SOURCE_WHY_BYTES, "%s: %s", path, strerror(errno));
		return -errno;
	}
	snprintf(device, sizeof(device), "net_pcap%u,rx_pcap=/proc/self/fd/%d",
	         replay->next_path % DPDK_MAX_PORTS, replay->file);
	return dpdk_port_open(device, 1, true, &replay->port, why);
}

static void close_port(struct dpdk_replay *replay)
{
	dpdk_port_close(replay->port);
	replay->port = NULL;
	if (replay->file >= 0)
		close(replay->file);
	replay->file = -1;
}

static int next_file(struct dpdk_replay *replay, char *why)
{
	const char *path = replay->paths[replay->next_path++];
	int rc;

	if (strcmp(path, "-") == 0) {
		snprintf(why, SOURCE_WHY_BYTES,
		         "-: the DPDK source reads named files alone: use --source pcap");
		return -EINVAL;
	}
	rc = look_at(path, &replay->look, why);
	if (rc != 0)
		return rc;
	replay->n_received = 0;
	rc = open_port(replay, path, why);
	if (rc != 0)
		close_port(replay);
	return rc;
}

// Leaves the file the driver has finished with, and says how it ended. An empty burst before the
// count is full can only mean that driver and libpcap read the file differently.
static int finish_file(struct dpdk_replay *replay, char *why)
{
	const char *path = replay->paths[replay->next_path - 1];

	close_port(replay);
	if (replay->n_received != replay->look.n_frames) {
		snprintf(why, SOURCE_WHY_BYTES, "%s: the driver gave %llu of %llu frames", path,
		         (unsigned long long)replay->n_received,
		         (unsigned long long)replay->look.n_frames);
		return -EIO;
	}
	if (replay->look.break_errno != 0)
		memcpy(why, replay->look.break_why, SOURCE_WHY_BYTES);
	return -replay->look.break_errno;
}

int dpdk_replay_receive(struct dpdk_replay *replay, struct burst *ret_burst, char *why)
{
	int rc;

	for (;;) {
		if (replay->port == NULL) {
			if (replay->next_path == replay->n_paths)
				return 0;
			rc = next_file(replay, why);
			if (rc != 0)
				return rc;
		}
		dpdk_port_receive(replay->port, 0, 0, ret_burst);
		replay->n_received += ret_burst->n_frames;
		if (ret_burst->n_frames > 0)
			return 1;
		rc = finish_file(replay, why);
		if (rc != 0)
			return rc;
	}
}

int dpdk_replay_new(const char *const *paths, uint32_t n_paths, struct dpdk_replay **ret_replay,
                    char *why)
{
	struct dpdk_options options = {.ordinary_pages = true};
	struct dpdk_replay *replay = calloc(1, sizeof(*replay));
	int rc;

	if (replay == NULL) {
		snprintf(why, SOURCE_WHY_BYTES, "out of memory");
		return -ENOMEM;
	}
	rc = dpdk_start(&options, why);
	if (rc != 0) {
		free(replay);
		return rc;
	}
	*replay = (struct dpdk_replay){.paths = paths, .n_paths = n_paths, .file = -1};
	*ret_replay = replay;
	return 0;
}

void dpdk_replay_free(struct dpdk_replay *replay)
{
	if (replay == NULL)
		return;
	close_port(replay);
	dpdk_stop();
	free(replay);
}
