// Between the plain structs and protobuf, by the tables of schema.h. Outwards: check, lay the
// struct out as the message protobuf-c generated, in an arena, pack into one exact allocation,
// seal. Inwards: walk the wire structure (prescan.h), unpack inside an arena sized by that walk,
// copy into the plain struct, check. Where a field lies in a generated struct protobuf-c's
// descriptor tells.
#include "message.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "check.h"
#include "prescan.h"
#include "schema.h"
#include "sixgauge.pb-c.h"

enum {
	// What protobuf-c takes besides the values: the message, and for each field an entry in its
	// list of scanned members, which grows by doubling, another if the field is unknown, and
	// what alignment costs.
	ARENA_MESSAGE_BYTES = 4096,
	ARENA_FIELD_BYTES = 256,
	ARENA_ELEMENT_BYTES = sizeof(uint64_t),
};

// A field of a message in the making or just unpacked, and its place in it.
struct slot {
	void *value; // a number, a ProtobufCBinaryData, a pointer to text or to elements
	void *quantifier; // a protobuf_c_boolean of single fields, a size_t of lists
};

static struct slot slot_of(const ProtobufCMessage *message, const struct schema_field *field)
{
	const ProtobufCFieldDescriptor *place = protobuf_c_message_descriptor_get_field(
		message->descriptor, field->number);

	assert(place);
	return (struct slot){
		.value = (char *)message + place->offset,
		.quantifier = (char *)message + place->quantifier_offset,
	};
}

// Width of a number on its own or of an element of a list, in the message.
static size_t field_width(const struct schema_field *field)
{
	switch (field->shape) {
	case FIELD_UINT32:
	case FIELD_COLUMN32:
		return sizeof(uint32_t);
	case FIELD_TEXTS:
	case FIELD_NAMES:
		return sizeof(char *);
	default:
		return sizeof(uint64_t);
	}
}

static uint32_t *table_count(const void *plain, const struct schema_table *table)
{
	return (uint32_t *)((char *)plain + table->count_offset);
}

static void **table_rows(const void *plain, const struct schema_table *table)
{
	return (void **)((char *)plain + table->rows_offset);
}

static bool is_texts(const struct schema_field *field)
{
	return field->shape == FIELD_TEXTS || field->shape == FIELD_NAMES;
}

static size_t single_bytes(const struct schema_field *field)
{
	return field->shape == FIELD_BYTES ? field->max_bytes : field_width(field);
}

static bool is_zero(const uint8_t *bytes, size_t n_bytes)
{
	for (size_t i = 0; i < n_bytes; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

static void single_to_message(const void *plain, const struct schema_field *field,
                              ProtobufCMessage *message)
{
	struct slot slot = slot_of(message, field);
	uint8_t *member = (uint8_t *)plain + field->offset;

	if (field->shape == FIELD_TEXT) {
		*(uint8_t **)slot.value = member;
		return;
	}
	if (field->optional && is_zero(member, single_bytes(field)))
		return;
	*(protobuf_c_boolean *)slot.quantifier = true;
	if (field->shape == FIELD_BYTES)
		*(ProtobufCBinaryData *)slot.value = (ProtobufCBinaryData){.len = field->max_bytes,
		                                                           .data = member};
	else
		memcpy(slot.value, member, field_width(field));
}

static void blob_to_message(const void *plain, const struct schema_field *field,
                            ProtobufCMessage *message)
{
	struct slot slot = slot_of(message, field);
	uint32_t n_bytes = *table_count(plain, field->table);

	*(protobuf_c_boolean *)slot.quantifier = n_bytes > 0;
	*(ProtobufCBinaryData *)slot.value = (ProtobufCBinaryData){
		.len = n_bytes, .data = *table_rows(plain, field->table)};
}

static int list_to_message(const void *plain, const struct schema_field *field,
                           ProtobufCMessage *message, struct arena *arena)
{
	uint32_t n_rows = *table_count(plain, field->table);
	struct slot slot = slot_of(message, field);
	size_t width = field_width(field);
	char *elements, *member;

	if (n_rows == 0)
		return 0;
	elements = arena_take(arena, n_rows * width);
	if (!elements)
		return -ENOMEM;
	member = *(char **)table_rows(plain, field->table) + field->offset;
	*(size_t *)slot.quantifier = n_rows;
	*(char **)slot.value = elements;
	for (uint32_t i = 0; i < n_rows; i++, member += field->table->row_bytes) {
		if (is_texts(field))
			((char **)elements)[i] = member;
		else
			memcpy(elements + i * width, member, width);
	}
	return 0;
}

static int fields_to_message(const struct schema *schema, const void *plain,
                             ProtobufCMessage *message, struct arena *arena)
{
	int r = 0;

	for (uint32_t i = 0; i < schema->n_fields && r == 0; i++) {
		const struct schema_field *field = &schema->fields[i];

		if (field->shape == FIELD_BLOB)
			blob_to_message(plain, field, message);
		else if (field->table)
			r = list_to_message(plain, field, message, arena);
		else
			single_to_message(plain, field, message);
	}
	return r;
}

static void single_from_message(const ProtobufCMessage *message, const struct schema_field *field,
                                void *plain)
{
	struct slot slot = slot_of(message, field);
	uint8_t *member = (uint8_t *)plain + field->offset;

	if (field->optional && !*(protobuf_c_boolean *)slot.quantifier)
		return;
	if (field->shape == FIELD_TEXT)
		memcpy(member, *(char **)slot.value, strlen(*(char **)slot.value) + 1);
	else if (field->shape == FIELD_BYTES)
		memcpy(member, ((ProtobufCBinaryData *)slot.value)->data, field->max_bytes);
	else
		memcpy(member, slot.value, field_width(field));
}

// The first list of a table makes its rows; the others must be as long.
static int rows_prepare(const struct schema_field *field, size_t n_elements, void *plain, char *why)
{
	uint32_t *n_rows = table_count(plain, field->table);
	void **rows = table_rows(plain, field->table);

	if (*rows && *n_rows != n_elements)
		return check_fault(why, "%s: %zu elements in a table of %u rows", field->name,
		                   n_elements, *n_rows);
	if (*rows)
		return 0;
	*rows = calloc(n_elements > 0 ? n_elements : 1, field->table->row_bytes);
	if (!*rows)
		return -ENOMEM;
	*n_rows = (uint32_t)n_elements;
	return 0;
}

static int blob_from_message(const ProtobufCMessage *message, const struct schema_field *field,
                             void *plain)
{
	struct slot slot = slot_of(message, field);
	const ProtobufCBinaryData *blob = slot.value;
	void *bytes;

	if (!*(protobuf_c_boolean *)slot.quantifier || blob->len == 0)
		return 0;
	bytes = malloc(blob->len);
	if (!bytes)
		return -ENOMEM;
	memcpy(bytes, blob->data, blob->len);
	*table_rows(plain, field->table) = bytes;
	*table_count(plain, field->table) = (uint32_t)blob->len;
	return 0;
}

static int list_from_message(const ProtobufCMessage *message, const struct schema_field *field,
                             void *plain, char *why)
{
	struct slot slot = slot_of(message, field);
	size_t n_elements = *(size_t *)slot.quantifier;
	const char *elements = *(char **)slot.value;
	size_t width = field_width(field);
	char *member;
	int r;

	if (field->optional && n_elements == 0)
		return 0;
	r = rows_prepare(field, n_elements, plain, why);
	if (r < 0)
		return r;
	member = *(char **)table_rows(plain, field->table) + field->offset;
	for (size_t i = 0; i < n_elements; i++, member += field->table->row_bytes) {
		if (is_texts(field))
			strcpy(member, ((char *const *)elements)[i]);
		else
			memcpy(member, elements + i * width, width);
	}
	return 0;
}

static int fields_from_message(const struct schema *schema, const ProtobufCMessage *message,
                               void *plain, char *why)
{
	int r = 0;

	for (uint32_t i = 0; i < schema->n_fields && r == 0; i++) {
		const struct schema_field *field = &schema->fields[i];

		if (field->shape == FIELD_BLOB)
			r = blob_from_message(message, field, plain);
		else if (field->table)
			r = list_from_message(message, field, plain, why);
		else
			single_from_message(message, field, plain);
	}
	return r;
}

// Packs a message into a sealed frame of exactly its size.
static int message_pack(const ProtobufCMessage *message, enum wire_type type, uint8_t **ret_frame,
                        size_t *ret_bytes)
{
	size_t n_bytes = protobuf_c_message_get_packed_size(message);
	uint8_t *frame;

	if (n_bytes > WIRE_MAX_PAYLOAD_BYTES)
		return -EMSGSIZE;
	frame = malloc(WIRE_HEADER_BYTES + n_bytes);
	if (!frame)
		return -ENOMEM;
	protobuf_c_message_pack(message, frame + WIRE_HEADER_BYTES);
	wire_seal(frame, type, n_bytes);
	*ret_frame = frame;
	*ret_bytes = WIRE_HEADER_BYTES + n_bytes;
	return 0;
}

// Bytes of arena that a struct's lists take in its message.
static size_t lists_bytes(const struct schema *schema, const void *plain)
{
	size_t n_bytes = 0;

	for (uint32_t i = 0; i < schema->n_fields; i++) {
		const struct schema_field *field = &schema->fields[i];

		if (field->table && field->shape != FIELD_BLOB)
			n_bytes += *table_count(plain, field->table) * field_width(field) +
			           ARENA_ALIGNMENT;
	}
	return n_bytes;
}

// Encodes a struct that has been checked.
static int plain_encode(const struct schema *schema, const ProtobufCMessageDescriptor *descriptor,
                        const void *plain, enum wire_type type, uint8_t **ret_frame,
                        size_t *ret_bytes)
{
	ProtobufCMessage *message;
	struct arena arena;
	int r = arena_init(&arena, descriptor->sizeof_message + lists_bytes(schema, plain));

	if (r < 0)
		return r;
	message = arena_take(&arena, descriptor->sizeof_message);
	protobuf_c_message_init(descriptor, message);
	r = fields_to_message(schema, plain, message, &arena);
	if (r == 0)
		r = message_pack(message, type, ret_frame, ret_bytes);
	arena_fini(&arena);
	return r;
}

static void *unpack_alloc(void *arena, size_t n_bytes)
{
	return arena_take(arena, n_bytes);
}

// The arena is released as a whole.
static void unpack_free(void *arena, void *memory)
{
	(void)arena;
	(void)memory;
}

static int arena_init_for(struct arena *arena, const struct prescan_totals *totals, size_t n_bytes)
{
	return arena_init(arena, ARENA_MESSAGE_BYTES + n_bytes +
	                                 (size_t)totals->n_fields * ARENA_FIELD_BYTES +
	                                 (size_t)totals->n_elements * ARENA_ELEMENT_BYTES);
}

// Decodes into a struct that is all zeros, whose rows the caller frees even on failure.
static int plain_decode(const struct schema *schema, const ProtobufCMessageDescriptor *descriptor,
                        const uint8_t *payload, size_t n_bytes, void *plain, char *why)
{
	const ProtobufCMessage *message;
	struct prescan_totals totals;
	struct arena arena;
	int r;

	if (n_bytes > WIRE_MAX_PAYLOAD_BYTES)
		return check_fault(why, "payload: %zu bytes, at most %d are allowed", n_bytes,
		                   WIRE_MAX_PAYLOAD_BYTES);
	r = prescan(schema, payload, n_bytes, &totals, why, MAX_TEXT_BYTES);
	if (r < 0)
		return r;
	r = arena_init_for(&arena, &totals, n_bytes);
	if (r < 0)
		return r;
	message = protobuf_c_message_unpack(
		descriptor, &(ProtobufCAllocator){unpack_alloc, unpack_free, &arena}, n_bytes,
		payload);
	if (message)
		r = fields_from_message(schema, message, plain, why);
	else
		r = check_fault(why, "payload: %s",
		                arena.exhausted ? "takes more memory than its fields account for"
		                                : "not a message of its type");
	arena_fini(&arena);
	return r;
}

int hello_encode(const struct hello *hello, uint8_t **ret_frame, size_t *ret_bytes)
{
	char why[MAX_TEXT_BYTES];

	if (hello_check(hello, why) < 0)
		return -EINVAL;
	return plain_encode(&hello_schema, &sixgauge__hello__descriptor, hello, WIRE_HELLO,
	                    ret_frame, ret_bytes);
}

int hello_decode(const uint8_t *payload, size_t n_bytes, struct hello *ret_hello, char *why)
{
	struct hello hello = {0};
	int r = plain_decode(&hello_schema, &sixgauge__hello__descriptor, payload, n_bytes, &hello,
	                     why);

	if (r == 0)
		r = hello_check(&hello, why);
	if (r == 0)
		*ret_hello = hello;
	return r;
}

int hello_ack_encode(const struct hello_ack *ack, uint8_t **ret_frame, size_t *ret_bytes)
{
	char why[MAX_TEXT_BYTES];

	if (hello_ack_check(ack, why) < 0)
		return -EINVAL;
	return plain_encode(&hello_ack_schema, &sixgauge__hello_ack__descriptor, ack,
	                    WIRE_HELLO_ACK, ret_frame, ret_bytes);
}

int hello_ack_decode(const uint8_t *payload, size_t n_bytes, struct hello_ack *ret_ack, char *why)
{
	struct hello_ack ack = {0};
	int r = plain_decode(&hello_ack_schema, &sixgauge__hello_ack__descriptor, payload, n_bytes,
	                     &ack, why);

	if (r == 0)
		r = hello_ack_check(&ack, why);
	if (r == 0)
		*ret_ack = ack;
	return r;
}

int report_encode(const struct report *report, uint8_t **ret_frame, size_t *ret_bytes)
{
	char why[MAX_TEXT_BYTES];

	if (report_check(report, why) < 0)
		return -EINVAL;
	return plain_encode(&report_schema, &sixgauge__report__descriptor, report, WIRE_REPORT,
	                    ret_frame, ret_bytes);
}

int report_decode(const uint8_t *payload, size_t n_bytes, struct report **ret_report, char *why)
{
	struct report *report = calloc(1, sizeof(*report));
	int r;

	if (!report)
		return -ENOMEM;
	r = plain_decode(&report_schema, &sixgauge__report__descriptor, payload, n_bytes, report,
	                 why);
	if (r == 0)
		r = report_check(report, why);
	if (r == 0)
		*ret_report = report;
	else
		report_free(report);
	return r;
}

void ack_fini(struct ack *ack)
{
	free(ack->ranges);
	free(ack->rejections);
	*ack = (struct ack){0};
}

int ack_encode(const struct ack *ack, uint8_t **ret_frame, size_t *ret_bytes)
{
	char why[MAX_TEXT_BYTES];

	if (ack_check(ack, why) < 0)
		return -EINVAL;
	return plain_encode(&ack_schema, &sixgauge__ack__descriptor, ack, WIRE_ACK, ret_frame,
	                    ret_bytes);
}

int ack_decode(const uint8_t *payload, size_t n_bytes, struct ack *ret_ack, char *why)
{
	struct ack ack = {0};
	int r = plain_decode(&ack_schema, &sixgauge__ack__descriptor, payload, n_bytes, &ack, why);

	if (r == 0)
		r = ack_check(&ack, why);
	if (r == 0)
		*ret_ack = ack;
	else
		ack_fini(&ack);
	return r;
}

int goodbye_encode(const struct goodbye *goodbye, uint8_t **ret_frame, size_t *ret_bytes)
{
	char why[MAX_TEXT_BYTES];

	if (goodbye_check(goodbye, why) < 0)
		return -EINVAL;
	return plain_encode(&goodbye_schema, &sixgauge__goodbye__descriptor, goodbye, WIRE_GOODBYE,
	                    ret_frame, ret_bytes);
}

int goodbye_decode(const uint8_t *payload, size_t n_bytes, struct goodbye *ret_goodbye, char *why)
{
	struct goodbye goodbye = {0};
	int r = plain_decode(&goodbye_schema, &sixgauge__goodbye__descriptor, payload, n_bytes,
	                     &goodbye, why);

	if (r == 0)
		r = goodbye_check(&goodbye, why);
	if (r == 0)
		*ret_goodbye = goodbye;
	return r;
}

int heartbeat_encode(uint8_t **ret_frame, size_t *ret_bytes)
{
	uint8_t *frame = malloc(WIRE_HEADER_BYTES);

	if (!frame)
		return -ENOMEM;
	wire_seal(frame, WIRE_HEARTBEAT, 0);
	*ret_frame = frame;
	*ret_bytes = WIRE_HEADER_BYTES;
	return 0;
}
