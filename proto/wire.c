#include "wire.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "crc32c.h"

enum {
	CRC_OFFSET = 12,
	// A drained decoder gives back a buffer larger than this, so that a thousand quiet sessions
	// do not each hold their largest frame.
	KEPT_CAPACITY = 64 * 1024,
	FIRST_CAPACITY = 4096,
};

// The header as it stands in memory.
struct wire_header {
	be32 magic;
	uint8_t version;
	uint8_t type;
	be16 flags; // none is defined yet
	be32 payload_bytes;
	be32 crc;
};

static_assert(sizeof(struct wire_header) == WIRE_HEADER_BYTES, "header without holes");
static_assert(offsetof(struct wire_header, crc) == CRC_OFFSET, "the CRC covers what is before it");

static const char *const error_texts[N_WIRE_ERRORS] = {
	[WIRE_OK] = "no error",
	[WIRE_BAD_MAGIC] = "not a frame of this protocol: wrong magic number",
	[WIRE_BAD_VERSION] = "the frame is of another protocol version than 1",
	[WIRE_BAD_TYPE] = "unknown frame type",
	[WIRE_BAD_FLAGS] = "the frame has flags that version 1 does not define",
	[WIRE_TOO_LONG] = "the frame is longer than allowed at this point of the session",
	[WIRE_BAD_CRC] = "the frame was damaged on the way: wrong CRC",
};

const char *wire_error_text(enum wire_error error)
{
	return error_texts[error];
}

static uint32_t wire_crc(const uint8_t *frame, size_t payload_bytes)
{
	uint32_t crc = crc32c(0, frame, CRC_OFFSET);

	return crc32c(crc, frame + WIRE_HEADER_BYTES, payload_bytes);
}

void wire_seal(uint8_t *frame, enum wire_type type, size_t payload_bytes)
{
	struct wire_header header = {
		.magic = be32_from(WIRE_MAGIC),
		.version = WIRE_VERSION,
		.type = (uint8_t)type,
		.payload_bytes = be32_from((uint32_t)payload_bytes),
	};

	assert(payload_bytes <= WIRE_MAX_PAYLOAD_BYTES);
	memcpy(frame, &header, sizeof(header));
	header.crc = be32_from(wire_crc(frame, payload_bytes));
	memcpy(frame, &header, sizeof(header));
}

static enum wire_error wire_header_check(const struct wire_header *header, size_t max_payload_bytes)
{
	if (be32_value(header->magic) != WIRE_MAGIC)
		return WIRE_BAD_MAGIC;
	if (header->version != WIRE_VERSION)
		return WIRE_BAD_VERSION;
	if (header->type < WIRE_HELLO || header->type >= N_WIRE_TYPES ||
	    header->type == WIRE_UNASSIGNED)
		return WIRE_BAD_TYPE;
	if (be16_value(header->flags) != 0)
		return WIRE_BAD_FLAGS;
	if (be32_value(header->payload_bytes) > max_payload_bytes)
		return WIRE_TOO_LONG;
	return WIRE_OK;
}

void wire_decoder_init(struct wire_decoder *decoder, size_t max_payload_bytes)
{
	*decoder = (struct wire_decoder){.max_payload_bytes = max_payload_bytes};
}

void wire_decoder_fini(struct wire_decoder *decoder)
{
	free(decoder->buffer);
	*decoder = (struct wire_decoder){.max_payload_bytes = decoder->max_payload_bytes};
}

// Moves what has not been handed out yet to the front of the buffer.
static void wire_decoder_compact(struct wire_decoder *decoder)
{
	size_t n_left = decoder->n_bytes - decoder->n_consumed;

	if (n_left == 0 && decoder->capacity > KEPT_CAPACITY) {
		free(decoder->buffer);
		decoder->buffer = NULL;
		decoder->capacity = 0;
	}
	if (n_left > 0 && decoder->n_consumed > 0)
		memmove(decoder->buffer, decoder->buffer + decoder->n_consumed, n_left);
	decoder->n_bytes = n_left;
	decoder->n_consumed = 0;
}

// Grows by doubling with what has really arrived: an announced length alone costs no memory.
static int wire_decoder_reserve(struct wire_decoder *decoder, size_t n_bytes)
{
	size_t capacity = decoder->capacity > 0 ? decoder->capacity : FIRST_CAPACITY;
	uint8_t *buffer;

	if (n_bytes <= decoder->capacity)
		return 0;
	while (capacity < n_bytes)
		capacity *= 2;
	buffer = realloc(decoder->buffer, capacity);
	if (!buffer)
		return -ENOMEM;
	decoder->buffer = buffer;
	decoder->capacity = capacity;
	return 0;
}

int wire_decoder_feed(struct wire_decoder *decoder, const void *bytes, size_t n_bytes)
{
	int r;

	if (decoder->error != WIRE_OK)
		return -EPROTO;
	if (n_bytes == 0)
		return 0;
	wire_decoder_compact(decoder);
	if (decoder->n_bytes > WIRE_HEADER_BYTES + decoder->max_payload_bytes)
		return -ENOBUFS;
	r = wire_decoder_reserve(decoder, decoder->n_bytes + n_bytes);
	if (r < 0)
		return r;
	memcpy(decoder->buffer + decoder->n_bytes, bytes, n_bytes);
	decoder->n_bytes += n_bytes;
	return 0;
}

bool wire_decoder_next(struct wire_decoder *decoder, struct wire_frame *ret_frame)
{
	size_t n_left = decoder->n_bytes - decoder->n_consumed;
	struct wire_header header;
	const uint8_t *frame;
	size_t payload_bytes;

	if (decoder->error != WIRE_OK || n_left < WIRE_HEADER_BYTES)
		return false;
	frame = decoder->buffer + decoder->n_consumed;
	memcpy(&header, frame, sizeof(header));
	decoder->error = wire_header_check(&header, decoder->max_payload_bytes);
	if (decoder->error != WIRE_OK)
		return false;
	payload_bytes = be32_value(header.payload_bytes);
	if (n_left - WIRE_HEADER_BYTES < payload_bytes)
		return false;
	if (wire_crc(frame, payload_bytes) != be32_value(header.crc)) {
		decoder->error = WIRE_BAD_CRC;
		return false;
	}
	decoder->n_consumed += WIRE_HEADER_BYTES + payload_bytes;
	*ret_frame = (struct wire_frame){
		.type = header.type,
		.payload = frame + WIRE_HEADER_BYTES,
		.payload_bytes = payload_bytes,
		.crc = be32_value(header.crc),
	};
	return true;
}
