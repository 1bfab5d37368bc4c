// What a message must be to be sent or believed, over the plain structs: the encoders refuse what
// the decoders would refuse.
#pragma once

#include "message.h"

// Each returns 0, or -EBADMSG with one sentence in why (MAX_TEXT_BYTES) that names the field.
int hello_check(const struct hello *hello, char *why);
int hello_ack_check(const struct hello_ack *ack, char *why);
int report_check(const struct report *report, char *why);
int ack_check(const struct ack *ack, char *why);
int goodbye_check(const struct goodbye *goodbye, char *why);

// Pieces of these.

// The part of a report that is about users.
int report_users_check(const struct report *report, char *why);

// Writes the sentence and returns -EBADMSG.
__attribute__((format(printf, 2, 3))) int check_fault(char *why, const char *format, ...);

// A probe's name: 1 to 63 of [a-z0-9.-].
int probe_name_check(const char *field, const char *name, char *why);

// Printable ASCII of at least min_bytes that ends inside max_bytes.
int text_check(const char *field, const char *text, size_t min_bytes, size_t max_bytes, char *why);

// A number that stores keep as a signed 64-bit integer, which some of them have nothing beyond.
int number_check(const char *field, uint64_t number, char *why);
