#include "schema.h"

#include <assert.h>

#include "message.h"

static_assert(sizeof(enum surface) == sizeof(uint32_t) && sizeof(enum family) == sizeof(uint32_t) &&
                      sizeof(enum transition) == sizeof(uint32_t) &&
                      sizeof(enum link_state) == sizeof(uint32_t) &&
                      sizeof(enum access) == sizeof(uint32_t) &&
                      sizeof(enum grade) == sizeof(uint32_t),
              "an enum is as wide as its column");

// clang-format off: the tables read best with one field on each line.

// Names and texts carry their terminating zero in memory, not on the wire.
#define ONE(number, name, bits, type)                                                              \
	{                                                                                          \
		number, FIELD_UINT##bits, 0, offsetof(struct type, name), NULL, #name, false       \
	}
#define LATER_ONE(number, name, bits, member, type)                                                \
	{                                                                                          \
		number, FIELD_UINT##bits, 0, offsetof(struct type, member), NULL, #name, true      \
	}
#define SPOOL(number, type)                                                                        \
	{                                                                                          \
		number, FIELD_BYTES, SPOOL_ID_BYTES, offsetof(struct type, spool), NULL, "spool",  \
			false                                                                      \
	}
#define TEXT(number, name, type, length)                                                           \
	{                                                                                          \
		number, FIELD_TEXT, (length)-1, offsetof(struct type, name), NULL, #name, false    \
	}
#define TEXTS(number, name, member, row, table, length)                                            \
	{                                                                                          \
		number, FIELD_TEXTS, (length)-1, offsetof(struct row, member), &table, #name,      \
			false                                                                      \
	}
#define NAMES(number, name, member, row, table, length)                                            \
	{                                                                                          \
		number, FIELD_NAMES, (length)-1, offsetof(struct row, member), &table, #name,      \
			false                                                                      \
	}
#define COLUMN(number, name, bits, member, row, table)                                             \
	{                                                                                          \
		number, FIELD_COLUMN##bits, 0, offsetof(struct row, member), &table, #name, false  \
	}
#define LATER_COLUMN(number, name, bits, member, row, table)                                       \
	{                                                                                          \
		number, FIELD_COLUMN##bits, 0, offsetof(struct row, member), &table, #name, true   \
	}
#define ROWS(type, rows, count, row, max_rows)                                                     \
	{                                                                                          \
		offsetof(struct type, rows), offsetof(struct type, count), sizeof(struct row),     \
			max_rows                                                                   \
	}
#define SCHEMA(fields)                                                                             \
	{                                                                                          \
		fields, sizeof(fields) / sizeof((fields)[0])                                       \
	}

static const struct schema_field hello_fields[] = {
	TEXT(1, probe, hello, MAX_NAME_BYTES),    ONE(2, min_version, 32, hello),
	ONE(3, max_version, 32, hello),           SPOOL(4, hello),
	ONE(5, next_sequence, 64, hello),         ONE(6, wall_ns, 64, hello),
	TEXT(7, software, hello, MAX_TEXT_BYTES),
};

const struct schema hello_schema = SCHEMA(hello_fields);

static const struct schema_field hello_ack_fields[] = {
	ONE(1, version, 32, hello_ack),
	ONE(2, wall_ns, 64, hello_ack),
	ONE(3, credit_bytes, 64, hello_ack),
	ONE(4, oldest_accepted_ns, 64, hello_ack),
};

const struct schema hello_ack_schema = SCHEMA(hello_ack_fields);

static const struct schema_table link_rows = ROWS(report, links, n_links, report_link,
                                                  MAX_REPORT_LINKS);
static const struct schema_table traffic_rows = ROWS(report, traffic, n_traffic, report_traffic,
                                                     MAX_REPORT_TRAFFIC_ROWS);
static const struct schema_table flow_rows = ROWS(report, flows, n_flows, report_flows,
                                                  MAX_REPORT_FLOW_ROWS);
static const struct schema_table queue_rows = ROWS(report, queues, n_queues, report_queue,
                                                   MAX_REPORT_QUEUE_ROWS);

static const struct schema_table group_rows = ROWS(report, groups, n_groups, report_group,
                                                   MAX_REPORT_GROUPS);
static const struct schema_table key_rows = ROWS(report, keys, n_keys, report_key, MAX_REPORT_KEYS);
static const struct schema_table sketch_rows = ROWS(report, sketches, n_sketches, report_sketch,
                                                    MAX_REPORT_SKETCHES);
static const struct schema_table sketch_octets = {offsetof(struct report, sketch_data),
                                                  offsetof(struct report, n_sketch_bytes), 1,
                                                  WIRE_MAX_PAYLOAD_BYTES};

static const struct schema_field report_fields[] = {
	TEXT(1, probe, report, MAX_NAME_BYTES),
	SPOOL(2, report),
	ONE(3, sequence, 64, report),
	ONE(4, window_start_ns, 64, report),
	ONE(5, window_length_ns, 64, report),
	ONE(6, observed_ns, 64, report),
	ONE(7, boot_ns, 64, report),
	ONE(8, window_overruns, 32, report),
	TEXT(9, software, report, MAX_TEXT_BYTES),
	{10, FIELD_BYTES, PLAN_ID_BYTES, offsetof(struct report, plan), NULL, "plan", true},
	LATER_ONE(11, covered_ipv4_ends, 64, covered_ends[FAMILY_IPV4], report),
	LATER_ONE(12, covered_ipv6_ends, 64, covered_ends[FAMILY_IPV6], report),
	LATER_ONE(13, uncovered_ipv4_ends, 64, uncovered_ends[FAMILY_IPV4], report),
	LATER_ONE(14, uncovered_ipv6_ends, 64, uncovered_ends[FAMILY_IPV6], report),
	TEXTS(16, link_name, name, report_link, link_rows, MAX_NAME_BYTES),
	COLUMN(17, link_surface, 32, surface, report_link, link_rows),
	COLUMN(18, link_capacity_bps, 64, capacity_bps, report_link, link_rows),
	COLUMN(19, link_received_frames, 64, received_frames, report_link, link_rows),
	COLUMN(20, link_ipv4_frames, 64, frames[FRAME_IPV4], report_link, link_rows),
	COLUMN(21, link_ipv6_frames, 64, frames[FRAME_IPV6], report_link, link_rows),
	COLUMN(22, link_other_frames, 64, frames[FRAME_OTHER], report_link, link_rows),
	COLUMN(23, link_malformed_frames, 64, frames[FRAME_MALFORMED], report_link, link_rows),
	COLUMN(24, link_missed_frames, 64, dropped_frames[DROP_MISSED], report_link, link_rows),
	COLUMN(25, link_truncated_frames, 64, truncated_frames, report_link, link_rows),
	COLUMN(26, link_deep_frames, 64, deep_frames, report_link, link_rows),
	COLUMN(27, link_wire_bytes, 64, wire_bytes, report_link, link_rows),
	COLUMN(28, link_no_buffer_frames, 64, dropped_frames[DROP_NO_BUFFER], report_link,
               link_rows),
	COLUMN(29, link_error_frames, 64, dropped_frames[DROP_ERROR], report_link, link_rows),
	COLUMN(30, link_ring_full_frames, 64, dropped_frames[DROP_RING_FULL], report_link,
               link_rows),
	LATER_COLUMN(31, link_down_ns, 64, down_ns, report_link, link_rows),
	COLUMN(32, traffic_link, 32, link, report_traffic, traffic_rows),
	COLUMN(33, traffic_carrier, 32, carrier, report_traffic, traffic_rows),
	COLUMN(34, traffic_payload, 32, payload, report_traffic, traffic_rows),
	COLUMN(35, traffic_transition, 32, transition, report_traffic, traffic_rows),
	COLUMN(36, traffic_packets, 64, packets, report_traffic, traffic_rows),
	COLUMN(37, traffic_carrier_bytes, 64, carrier_bytes, report_traffic, traffic_rows),
	COLUMN(38, traffic_payload_bytes, 64, payload_bytes, report_traffic, traffic_rows),
	LATER_COLUMN(40, link_state, 32, state, report_link, link_rows),
	LATER_COLUMN(41, link_gone_ns, 64, gone_ns, report_link, link_rows),
	LATER_COLUMN(42, link_asymmetric, 32, is_asymmetric, report_link, link_rows),
	COLUMN(48, flow_link, 32, link, report_flows, flow_rows),
	COLUMN(49, flow_family, 32, family, report_flows, flow_rows),
	COLUMN(50, flow_new, 64, new_flows, report_flows, flow_rows),
	COLUMN(51, flow_active, 64, active_flows, report_flows, flow_rows),
	COLUMN(52, flow_evicted, 64, evicted_flows, report_flows, flow_rows),
	COLUMN(53, flow_fragments, 64, fragments, report_flows, flow_rows),
	COLUMN(56, queue_link, 32, link, report_queue, queue_rows),
	COLUMN(57, queue_number, 32, number, report_queue, queue_rows),
	COLUMN(58, queue_frames, 64, frames, report_queue, queue_rows),
	NAMES(64, group_carrier, carrier, report_group, group_rows, MAX_GROUP_NAME_BYTES),
	NAMES(65, group_region, region, report_group, group_rows, MAX_GROUP_NAME_BYTES),
	COLUMN(66, group_access, 32, access, report_group, group_rows),
	NAMES(67, group_class, class_name, report_group, group_rows, MAX_GROUP_NAME_BYTES),
	COLUMN(68, group_family, 32, family, report_group, group_rows),
	COLUMN(69, group_user_len, 32, user_len, report_group, group_rows),
	COLUMN(70, group_port_block, 32, port_block, report_group, group_rows),
	COLUMN(72, key_id, 64, id, report_key, key_rows),
	COLUMN(73, key_start_ns, 64, start_ns, report_key, key_rows),
	COLUMN(80, sketch_key, 32, key, report_sketch, sketch_rows),
	COLUMN(81, sketch_group, 32, group, report_sketch, sketch_rows),
	COLUMN(82, sketch_grade, 32, grade, report_sketch, sketch_rows),
	COLUMN(83, sketch_scope_seconds, 32, scope_seconds, report_sketch, sketch_rows),
	COLUMN(84, sketch_bytes, 32, n_bytes, report_sketch, sketch_rows),
	{85, FIELD_BLOB, 0, 0, &sketch_octets, "sketch_data", true},
};

const struct schema report_schema = SCHEMA(report_fields);

static const struct schema_table range_rows = ROWS(ack, ranges, n_ranges, sequence_range,
                                                   MAX_ACK_ROWS);
static const struct schema_table rejection_rows = ROWS(ack, rejections, n_rejections, rejection,
                                                       MAX_ACK_ROWS);

static const struct schema_field ack_fields[] = {
	SPOOL(1, ack),
	COLUMN(2, first, 64, first, sequence_range, range_rows),
	COLUMN(3, last, 64, last, sequence_range, range_rows),
	COLUMN(4, rejected_sequence, 64, sequence, rejection, rejection_rows),
	TEXTS(5, rejected_reason, reason, rejection, rejection_rows, MAX_TEXT_BYTES),
};

const struct schema ack_schema = SCHEMA(ack_fields);

static const struct schema_field goodbye_fields[] = {
	TEXT(1, reason, goodbye, MAX_TEXT_BYTES),
	ONE(2, retry_after_ns, 64, goodbye),
};

const struct schema goodbye_schema = SCHEMA(goodbye_fields);
