// The messages of sixgauge.proto as plain C, and their encoding. message.c is the only file that
// knows protobuf-c. What is decoded here has been checked against every limit below and every
// enum's range: the rest of the program may index by it. Every number, and the total of every
// column of a report, fits a signed 64-bit integer, which is what stores keep; texts are printable
// ASCII.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "enums.h"
#include "wire.h"

enum {
	SPOOL_ID_BYTES = 16,
	MAX_NAME_BYTES = 64, // of a probe or link, terminating zero included
	MAX_TEXT_BYTES = 256, // of a reason or software name, terminating zero included
	MAX_REPORT_LINKS = 256,
	// Every combination of link, carrier, payload and transition there can be.
	MAX_REPORT_TRAFFIC_ROWS = MAX_REPORT_LINKS * N_FAMILIES * N_FAMILIES * N_TRANSITIONS,
	MAX_REPORT_FLOW_ROWS = MAX_REPORT_LINKS * N_FAMILIES,
	MAX_LINK_QUEUES = 64, // receive queues of one link
	MAX_REPORT_QUEUE_ROWS = MAX_REPORT_LINKS * MAX_LINK_QUEUES,
	MAX_REPORT_GROUPS = 4096,
	MAX_GROUP_NAME_BYTES = 64, // of its carrier, region and class, terminating zero included
	MAX_REPORT_KEYS = 2,
	MAX_REPORT_SKETCHES = MAX_REPORT_GROUPS * MAX_REPORT_KEYS * N_GRADES,
	PLAN_ID_BYTES = 16,
	// The scopes a sketch may have.
	SCOPE_SECONDS = 300,
	LONG_SCOPE_SECONDS = 3600,
	MAX_ACK_ROWS = 1024,
};

struct spool_id {
	uint8_t bytes[SPOOL_ID_BYTES];
};

// All zero: there is no plan.
struct plan_id {
	uint8_t bytes[PLAN_ID_BYTES];
};

struct hello {
	char probe[MAX_NAME_BYTES];
	uint32_t min_version, max_version;
	struct spool_id spool;
	uint64_t next_sequence;
	uint64_t wall_ns;
	char software[MAX_TEXT_BYTES];
};

struct hello_ack {
	uint32_t version;
	uint64_t wall_ns;
	uint64_t credit_bytes;
	uint64_t oldest_accepted_ns;
};

struct report_link {
	char name[MAX_NAME_BYTES];
	enum surface surface;
	uint64_t capacity_bps;
	uint64_t received_frames; // sum of frames[] and dropped_frames[]
	uint64_t frames[N_FRAME_VERDICTS];
	uint64_t dropped_frames[N_DROP_REASONS];
	uint64_t truncated_frames, deep_frames;
	uint64_t wire_bytes;
	uint64_t down_ns; // at most what was observed
	uint64_t gone_ns; // at most down_ns
	enum link_state state; // at the end of the window
	uint32_t is_asymmetric; // 0 or 1
};

struct report_traffic {
	uint32_t link; // index into links
	enum family carrier, payload;
	enum transition transition;
	uint64_t packets;
	uint64_t carrier_bytes, payload_bytes;
};

struct report_flows {
	uint32_t link; // index into links
	enum family family;
	uint64_t new_flows, active_flows, evicted_flows;
	uint64_t fragments;
};

struct report_queue {
	uint32_t link; // index into links
	uint32_t number; // below MAX_LINK_QUEUES
	uint64_t frames;
};

// Whose users are counted together, and what a user is there. Names are UTF-8 without control
// characters and slashes; only the class may be empty.
struct report_group {
	char carrier[MAX_GROUP_NAME_BYTES];
	char region[MAX_GROUP_NAME_BYTES];
	enum access access;
	char class_name[MAX_GROUP_NAME_BYTES];
	enum family family;
	uint32_t user_len; // bits of an address that tell its user; 1 to all of the family's
	uint32_t port_block; // ports of a user behind a shared IPv4 address; 0: not shared
};

// Order of the group table: negative, 0 or positive as strcmp()'s.
int report_group_compare(const struct report_group *a, const struct report_group *b);

struct report_key {
	uint64_t id;
	uint64_t start_ns;
};

struct report_sketch {
	uint32_t key, group; // indexes into keys and groups
	enum grade grade;
	uint32_t scope_seconds; // SCOPE_SECONDS or LONG_SCOPE_SECONDS
	uint32_t n_bytes; // of sketch_data, behind those of the rows before
};

// One window of one probe. Rows are sorted by their key and each key stands once; links keep the
// order of the probe's configuration and differ in name. The window's length is a whole number of
// seconds that divides 300 s.
struct report {
	char probe[MAX_NAME_BYTES];
	struct spool_id spool;
	uint64_t sequence;
	uint64_t window_start_ns, window_length_ns, observed_ns;
	uint64_t boot_ns;
	uint32_t window_overruns;
	char software[MAX_TEXT_BYTES];
	struct plan_id plan;
	uint64_t covered_ends[N_FAMILIES], uncovered_ends[N_FAMILIES];
	uint32_t n_links, n_traffic, n_flows, n_queues, n_groups, n_keys, n_sketches;
	uint32_t n_sketch_bytes;
	struct report_link *links;
	struct report_traffic *traffic;
	struct report_flows *flows;
	struct report_queue *queues;
	struct report_group *groups;
	struct report_key *keys;
	struct report_sketch *sketches;
	uint8_t *sketch_data; // each as sketch_decode() takes it
};

struct report_sizes {
	uint32_t n_links, n_traffic, n_flows, n_queues, n_groups, n_keys, n_sketches;
	uint32_t n_sketch_bytes;
};

// An empty report with room for that many rows, which the caller fills and whose n_ fields are
// set; NULL when out of memory.
struct report *report_new(const struct report_sizes *sizes);
void report_free(struct report *report);

struct sequence_range {
	uint64_t first, last; // inclusive
};

struct rejection {
	uint64_t sequence;
	char reason[MAX_TEXT_BYTES];
};

struct ack {
	struct spool_id spool;
	uint32_t n_ranges, n_rejections;
	struct sequence_range *ranges;
	struct rejection *rejections;
};

void ack_fini(struct ack *ack);

struct goodbye {
	char reason[MAX_TEXT_BYTES];
	uint64_t retry_after_ns;
};

// Encoders make a complete, sealed frame, which the caller frees. 0; -ENOMEM; -EMSGSIZE when the
// message would not fit a frame; -EINVAL when it breaks a limit above.
int hello_encode(const struct hello *hello, uint8_t **ret_frame, size_t *ret_bytes);
int hello_ack_encode(const struct hello_ack *ack, uint8_t **ret_frame, size_t *ret_bytes);
int report_encode(const struct report *report, uint8_t **ret_frame, size_t *ret_bytes);
int ack_encode(const struct ack *ack, uint8_t **ret_frame, size_t *ret_bytes);
int goodbye_encode(const struct goodbye *goodbye, uint8_t **ret_frame, size_t *ret_bytes);
int heartbeat_encode(uint8_t **ret_frame, size_t *ret_bytes);

// Decoders read a frame's payload. 0; -ENOMEM; -EBADMSG with one sentence in why (MAX_TEXT_BYTES)
// that names the field and what is wrong with it. Unknown fields are passed over. Before
// protobuf-c sees a payload its wire structure has been walked once: depth, field numbers,
// wire types and element counts; its memory comes from a zeroing arena of bounded size.
int hello_decode(const uint8_t *payload, size_t n_bytes, struct hello *ret_hello, char *why);
int hello_ack_decode(const uint8_t *payload, size_t n_bytes, struct hello_ack *ret_ack, char *why);
int report_decode(const uint8_t *payload, size_t n_bytes, struct report **ret_report, char *why);
int ack_decode(const uint8_t *payload, size_t n_bytes, struct ack *ret_ack, char *why);
int goodbye_decode(const uint8_t *payload, size_t n_bytes, struct goodbye *ret_goodbye, char *why);
