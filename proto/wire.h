// Framing of everything a probe and a collector say to each other (docs/protocol.md):
//
//   0       4    5    6      8         12        16
//   | magic | v. | ty | flags | length  | CRC32C  | payload ... |
//
// Numbers are big-endian. The CRC covers the first 12 bytes and the payload; it is made once, when
// a report is encoded, and checked wherever the frame is read again.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WIRE_MAGIC = 0x36474155, // "6GAU"
	WIRE_VERSION = 1,
	WIRE_HEADER_BYTES = 16,
	// Payload limits before a session is accepted, and after.
	WIRE_MAX_GREETING_BYTES = 4096,
	WIRE_MAX_PAYLOAD_BYTES = 1 << 20,
};

enum wire_type {
	WIRE_HELLO = 1,
	WIRE_HELLO_ACK = 2,
	WIRE_REPORT = 3,
	WIRE_ACK = 4,
	WIRE_UNASSIGNED = 5, // kept for totals of the last second; refused
	WIRE_HEARTBEAT = 6,
	WIRE_GOODBYE = 7,
	N_WIRE_TYPES
};

// Why a byte stream is not a sequence of frames. None of these can be skipped over: the session
// ends.
enum wire_error {
	WIRE_OK,
	WIRE_BAD_MAGIC,
	WIRE_BAD_VERSION,
	WIRE_BAD_TYPE,
	WIRE_BAD_FLAGS,
	WIRE_TOO_LONG,
	WIRE_BAD_CRC,
	N_WIRE_ERRORS
};

// One sentence about the error, without a full stop.
const char *wire_error_text(enum wire_error error);

// Writes the header of a frame whose payload stands, complete, right behind it in memory:
// frame[WIRE_HEADER_BYTES .. WIRE_HEADER_BYTES + payload_bytes).
void wire_seal(uint8_t *frame, enum wire_type type, size_t payload_bytes);

// A complete frame inside the decoder's buffer; valid until the next call on the decoder.
struct wire_frame {
	enum wire_type type;
	const uint8_t *payload;
	size_t payload_bytes;
	uint32_t crc;
};

// Cuts a byte stream, however it is split, into checked frames. Take frames until there are none
// before feeding more: then what is held is at most one unfinished frame and one feed, and memory
// follows the bytes that came, not the length a header announces. max_payload_bytes may be raised
// when the session has been accepted.
struct wire_decoder {
	uint8_t *buffer;
	size_t capacity;
	size_t n_bytes; // buffered
	size_t n_consumed; // of these, already handed out
	size_t max_payload_bytes; // of the next frame
	enum wire_error error;
};

void wire_decoder_init(struct wire_decoder *decoder, size_t max_payload_bytes);
void wire_decoder_fini(struct wire_decoder *decoder);

// Appends received bytes. 0; -ENOMEM; -EPROTO once the stream has been found broken; -ENOBUFS when
// more than a whole frame is waiting to be taken.
int wire_decoder_feed(struct wire_decoder *decoder, const void *bytes, size_t n_bytes);

// Takes the next complete frame. True and *ret_frame; or false: more bytes are needed, or
// decoder->error says what is wrong with the stream for good.
bool wire_decoder_next(struct wire_decoder *decoder, struct wire_frame *ret_frame);
