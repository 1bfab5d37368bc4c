#include "check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	// With less a large report could never be sent.
	MIN_CREDIT_BYTES = WIRE_HEADER_BYTES + WIRE_MAX_PAYLOAD_BYTES,
};

int check_fault(char *why, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, MAX_TEXT_BYTES, format, arguments);
	va_end(arguments);
	return -EBADMSG;
}

int text_check(const char *field, const char *text, size_t min_bytes, size_t max_bytes, char *why)
{
	size_t n_bytes = strnlen(text, max_bytes);

	if (n_bytes == max_bytes)
		return check_fault(why, "%s: longer than %zu bytes", field, max_bytes - 1);
	if (n_bytes < min_bytes)
		return check_fault(why, "%s: missing or empty", field);
	for (size_t i = 0; i < n_bytes; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return check_fault(why, "%s: byte 0x%02x is not printable ASCII", field,
			                   (unsigned char)text[i]);
	return 0;
}

static bool probe_letter(char letter)
{
	return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
	       letter == '.' || letter == '-';
}

int probe_name_check(const char *field, const char *name, char *why)
{
	int r = text_check(field, name, 1, MAX_NAME_BYTES, why);

	if (r < 0)
		return r;
	for (; *name; name++)
		if (!probe_letter(*name))
			return check_fault(why, "%s: '%c' is none of a-z, 0-9, '.' and '-'", field,
			                   *name);
	return 0;
}

int number_check(const char *field, uint64_t number, char *why)
{
	if (number > INT64_MAX)
		return check_fault(why, "%s: %" PRIu64 " does not fit 63 bits", field, number);
	return 0;
}

int hello_check(const struct hello *hello, char *why)
{
	int r = probe_name_check("probe", hello->probe, why);

	if (r < 0)
		return r;
	if (hello->min_version == 0)
		return check_fault(why, "min_version: 0 is no version");
	if (hello->max_version < hello->min_version)
		return check_fault(why, "max_version: %" PRIu32 " is below min_version %" PRIu32,
		                   hello->max_version, hello->min_version);
	if (hello->next_sequence == 0)
		return check_fault(why, "next_sequence: 0, but numbering starts at 1");
	r = number_check("next_sequence", hello->next_sequence, why);
	if (r < 0)
		return r;
	r = number_check("wall_ns", hello->wall_ns, why);
	if (r < 0)
		return r;
	return text_check("software", hello->software, 0, MAX_TEXT_BYTES, why);
}

int hello_ack_check(const struct hello_ack *ack, char *why)
{
	int r;

	if (ack->version == 0)
		return check_fault(why, "version: 0 is no version");
	if (ack->credit_bytes < MIN_CREDIT_BYTES)
		return check_fault(
			why, "credit_bytes: %" PRIu64 " is less than the %d of the largest frame",
			ack->credit_bytes, MIN_CREDIT_BYTES);
	r = number_check("credit_bytes", ack->credit_bytes, why);
	if (r < 0)
		return r;
	r = number_check("wall_ns", ack->wall_ns, why);
	if (r < 0)
		return r;
	return number_check("oldest_accepted_ns", ack->oldest_accepted_ns, why);
}

static int ranges_check(const struct ack *ack, char *why)
{
	uint64_t before = 0; // last sequence of the range before

	for (uint32_t i = 0; i < ack->n_ranges; i++) {
		const struct sequence_range *range = &ack->ranges[i];

		if (range->first <= before)
			return check_fault(why,
			                   "first[%" PRIu32 "]: %" PRIu64 " is not above %" PRIu64,
			                   i, range->first, before);
		if (range->last < range->first)
			return check_fault(why, "last[%" PRIu32 "]: %" PRIu64 " is below first", i,
			                   range->last);
		if (range->last > INT64_MAX)
			return check_fault(why,
			                   "last[%" PRIu32 "]: %" PRIu64 " does not fit 63 bits", i,
			                   range->last);
		before = range->last;
	}
	return 0;
}

static int rejections_check(const struct ack *ack, char *why)
{
	uint64_t before = 0;

	for (uint32_t i = 0; i < ack->n_rejections; i++) {
		const struct rejection *rejection = &ack->rejections[i];
		char field[MAX_NAME_BYTES];
		int r;

		if (rejection->sequence <= before || rejection->sequence > INT64_MAX)
			return check_fault(why,
			                   "rejected_sequence[%" PRIu32 "]: %" PRIu64
			                   " is not above %" PRIu64 " or does not fit 63 bits",
			                   i, rejection->sequence, before);
		before = rejection->sequence;
		snprintf(field, sizeof(field), "rejected_reason[%" PRIu32 "]", i);
		r = text_check(field, rejection->reason, 1, MAX_TEXT_BYTES, why);
		if (r < 0)
			return r;
	}
	return 0;
}

int ack_check(const struct ack *ack, char *why)
{
	int r;

	if (ack->n_ranges > MAX_ACK_ROWS || ack->n_rejections > MAX_ACK_ROWS)
		return check_fault(why, "first or rejected_sequence: more than %d elements",
		                   MAX_ACK_ROWS);
	r = ranges_check(ack, why);
	return r < 0 ? r : rejections_check(ack, why);
}

int goodbye_check(const struct goodbye *goodbye, char *why)
{
	int r = text_check("reason", goodbye->reason, 1, MAX_TEXT_BYTES, why);

	return r < 0 ? r : number_check("retry_after_ns", goodbye->retry_after_ns, why);
}
