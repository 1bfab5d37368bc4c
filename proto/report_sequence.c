#include "report_sequence.h"

enum {
	SEQUENCE_FIELD = 3, // in message Report
	MAX_VARINT_BYTES = 10,
};

// Wire types of protobuf.
enum {
	TYPE_VARINT = 0,
	TYPE_FIXED64 = 1,
	TYPE_BYTES = 2,
	TYPE_FIXED32 = 5,
};

struct scan {
	const uint8_t *at, *end;
};

static bool scan_varint(struct scan *scan, uint64_t *ret_value)
{
	uint64_t value = 0;

	for (int i = 0; i < MAX_VARINT_BYTES && scan->at < scan->end; i++) {
		uint8_t octet = *scan->at++;

		value |= (uint64_t)(octet & 0x7f) << (7 * i);
		if (!(octet & 0x80)) {
			*ret_value = value;
			return true;
		}
	}
	return false;
}

static bool scan_skip(struct scan *scan, uint64_t n_bytes)
{
	if (n_bytes > (uint64_t)(scan->end - scan->at))
		return false;
	scan->at += n_bytes;
	return true;
}

static bool scan_skip_field(struct scan *scan, unsigned int type)
{
	uint64_t value;

	switch (type) {
	case TYPE_VARINT:
		return scan_varint(scan, &value);
	case TYPE_FIXED64:
		return scan_skip(scan, 8);
	case TYPE_BYTES:
		return scan_varint(scan, &value) && scan_skip(scan, value);
	case TYPE_FIXED32:
		return scan_skip(scan, 4);
	default:
		return false;
	}
}

bool report_sequence_scan(const uint8_t *payload, size_t n_bytes, uint64_t *ret_sequence)
{
	struct scan scan = {payload, payload + n_bytes};
	uint64_t tag;

	while (scan_varint(&scan, &tag)) {
		if (tag == (SEQUENCE_FIELD << 3 | TYPE_VARINT))
			return scan_varint(&scan, ret_sequence);
		if (!scan_skip_field(&scan, tag & 7))
			return false;
	}
	return false;
}
