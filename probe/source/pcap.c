#include "pcap.h"

#include <errno.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"

enum {
	// A burst is copied here, because libpcap keeps one frame at a time. Room for several of
	// the largest frame libpcap lets through.
	ARENA_BYTES = 1 << 20,
	ARENA_ALIGNMENT = 16,
	// Read from a file at a time. The C library's own buffer is one page: a system call for
	// every few dozen frames.
	READ_BYTES = 1 << 18,
};

struct pcap_source {
	const char *const *paths;
	uint32_t n_paths, next_path;
	pcap_t *file; // NULL between files
	enum link_layer layer;
	// A frame read from the file that did not fit the last burst any more.
	const struct pcap_pkthdr *kept_header;
	const uint8_t *kept_data;
	uint64_t n_frames; // read from the open file
	bool broken; // the file broke off behind the frames handed out last
	uint32_t n_arena_bytes;
	_Alignas(ARENA_ALIGNMENT) uint8_t arena[ARENA_BYTES];
	char read_buffer[READ_BYTES]; // of the open file
};

static const struct {
	int datalink;
	enum link_layer layer;
} link_layers[] = {
	{DLT_EN10MB, LINK_ETHERNET},
	{DLT_LINUX_SLL, LINK_LINUX_COOKED},
	{DLT_LINUX_SLL2, LINK_LINUX_COOKED_2},
	{DLT_RAW, LINK_RAW_IP},
	{14, LINK_RAW_IP}, // DLT_RAW as OpenBSD numbers it
	{DLT_IPV4, LINK_RAW_IP},
	{DLT_IPV6, LINK_RAW_IP},
	{DLT_NULL, LINK_LOOPBACK},
	{DLT_LOOP, LINK_LOOPBACK},
	{DLT_PPP, LINK_PPP},
	{DLT_PPP_SERIAL, LINK_PPP},
	{DLT_PPP_PPPD, LINK_PPP_DIRECTION},
	{DLT_PPP_ETHER, LINK_PPPOE},
	{DLT_C_HDLC, LINK_CISCO_HDLC},
};

static bool link_layer_of(int datalink, enum link_layer *ret_layer)
{
	for (size_t i = 0; i < sizeof(link_layers) / sizeof(link_layers[0]); i++)
		if (link_layers[i].datalink == datalink) {
			*ret_layer = link_layers[i].layer;
			return true;
		}
	return false;
}

static const char *display_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

static void close_file(struct pcap_source *source)
{
	if (source->file)
		pcap_close(source->file);
	source->file = NULL;
	source->kept_header = NULL;
	source->n_frames = 0;
	source->broken = false;
}

// A pcap_t takes the stream over. Standard input outlives it, and keeps a buffer of its own.
static pcap_t *open_capture(struct pcap_source *source, const char *path, char *error)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *stream = is_stdin ? stdin : fopen(path, "rb");
	pcap_t *file;

	if (!stream) {
		snprintf(error, PCAP_ERRBUF_SIZE, "%s: %s", path, strerror(errno));
		return NULL;
	}
	if (!is_stdin) {
		setvbuf(stream, source->read_buffer, _IOFBF, READ_BYTES);
		// Held until the stream is closed, by the thread that reads: taking a lock one has
		// is cheaper than taking a free one twice a frame.
		flockfile(stream);
	}
	file = pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, error);
	if (!file && !is_stdin)
		fclose(stream);
	return file;
}

static int refuse_link_type(const char *path, int datalink, char *why)
{
	const char *name = pcap_datalink_val_to_name(datalink);

	snprintf(why, SOURCE_WHY_BYTES,
	         "%s: link type %d (%s) is not supported: record on an Ethernet, cooked, raw IP, "
	         "PPP or loopback interface",
	         display_name(path), datalink, name ? name : "unknown");
	return -EPROTONOSUPPORT;
}

// What libpcap says of a file it does not open. It begins with the path where the system refused,
// and without it where the content did.
static void explain_refusal(const char *path, const char *error, char *why)
{
	size_t n = strlen(path);

	if (strncmp(error, path, n) == 0 && error[n] == ':')
		snprintf(why, SOURCE_WHY_BYTES, "%s", error);
	else
		snprintf(why, SOURCE_WHY_BYTES, "%s: not a capture file: %s", display_name(path),
		         error);
}

// Opens the next file. The stream goes on behind it whatever comes back.
static int open_next(struct pcap_source *source, char *why)
{
	const char *path = source->paths[source->next_path++];
	char error[PCAP_ERRBUF_SIZE] = "";
	int datalink;

	source->file = open_capture(source, path, error);
	if (!source->file) {
		explain_refusal(path, error, why);
		return -EINVAL;
	}
	datalink = pcap_datalink(source->file);
	if (link_layer_of(datalink, &source->layer))
		return 0;
	close_file(source);
	return refuse_link_type(path, datalink, why);
}

struct pcap_source *pcap_source_new(const char *const *paths, uint32_t n_paths)
{
	struct pcap_source *source = calloc(1, sizeof(*source));

	if (!source)
		return NULL;
	source->paths = paths;
	source->n_paths = n_paths;
	return source;
}

void pcap_source_free(struct pcap_source *source)
{
	if (!source)
		return;
	close_file(source);
	free(source);
}

// libpcap reads the seconds of a classic file as signed, though the format says unsigned.
static uint64_t frame_time_ns(const struct pcap_pkthdr *header)
{
	uint64_t seconds = header->ts.tv_sec < 0 ? (uint32_t)header->ts.tv_sec
	                                         : (uint64_t)header->ts.tv_sec;

	// Nanoseconds stand where the field's name says microseconds.
	return seconds * NS_PER_S + (uint64_t)header->ts.tv_usec;
}

// Copies a frame into the arena and adds it to the burst. False when there is no room left.
static bool append(struct pcap_source *source, struct burst *burst,
                   const struct pcap_pkthdr *header, const uint8_t *data)
{
	uint32_t start = source->n_arena_bytes;
	uint32_t wire_bytes = header->len > header->caplen ? header->len : header->caplen;

	if (burst->n_frames == SOURCE_BURST || ARENA_BYTES - start < header->caplen)
		return false;
	memcpy(source->arena + start, data, header->caplen);
	source->n_arena_bytes = (start + header->caplen + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT *
	                        ARENA_ALIGNMENT;
	if (source->n_arena_bytes > ARENA_BYTES)
		source->n_arena_bytes = ARENA_BYTES;
	burst->frames[burst->n_frames++] = (struct frame){
		.data = source->arena + start,
		.captured_bytes = header->caplen,
		.wire_bytes = wire_bytes,
		.time_ns = frame_time_ns(header),
	};
	return true;
}

// Fills the burst from the open file. 1 while there may be more, 0 at its end, -EIO where it
// breaks off.
static int fill(struct pcap_source *source, struct burst *burst)
{
	struct pcap_pkthdr *header;
	const uint8_t *data;

	if (source->kept_header) {
		append(source, burst, source->kept_header, source->kept_data);
		source->kept_header = NULL;
	}
	for (;;) {
		int r = pcap_next_ex(source->file, &header, &data);

		if (r != 1)
			return r == PCAP_ERROR_BREAK ? 0 : -EIO;
		source->n_frames++;
		if (!append(source, burst, header, data)) {
			source->kept_header = header;
			source->kept_data = data;
			return 1;
		}
	}
}

// Says where the open file broke off, and leaves it.
static int report_break(struct pcap_source *source, char *why)
{
	snprintf(why, SOURCE_WHY_BYTES, "%s: breaks off after frame %" PRIu64 ": %s",
	         display_name(source->paths[source->next_path - 1]), source->n_frames,
	         pcap_geterr(source->file));
	close_file(source);
	return -EIO;
}

int pcap_source_receive(struct pcap_source *source, struct burst *ret_burst, char *why)
{
	int r;

	ret_burst->n_frames = 0;
	source->n_arena_bytes = 0;
	if (source->broken)
		return report_break(source, why);
	while (ret_burst->n_frames == 0) {
		if (!source->file) {
			if (source->next_path == source->n_paths)
				return 0;
			r = open_next(source, why);
			if (r < 0)
				return r;
		}
		ret_burst->layer = source->layer;
		r = fill(source, ret_burst);
		if (r < 0 && ret_burst->n_frames == 0)
			return report_break(source, why);
		source->broken = r < 0;
		if (r == 0)
			close_file(source);
	}
	return 1;
}
