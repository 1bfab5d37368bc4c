#include "prefix_text.h"

#include <arpa/inet.h>
#include <string.h>

enum {
	N_GROUPS = 8, // of 16 bits in an IPv6 address
	MAX_ADDRESS_BYTES = INET6_ADDRSTRLEN, // with a zero
};

static uint32_t family_bits(uint8_t family)
{
	return family == FAMILY_IPV4 ? 32 : 128;
}

static char *write_decimal(char *to, uint32_t number)
{
	if (number >= 100)
		*to++ = (char)('0' + number / 100);
	if (number >= 10)
		*to++ = (char)('0' + number / 10 % 10);
	*to++ = (char)('0' + number % 10);
	return to;
}

static char *write_ipv4(char *to, const uint8_t *address)
{
	for (int i = 0; i < 4; i++) {
		to = write_decimal(to, address[i]);
		*to++ = '.';
	}
	return to - 1;
}

static char *write_hex(char *to, uint32_t number)
{
	static const char digits[] = "0123456789abcdef";

	for (int shift = 12; shift > 0; shift -= 4)
		if (number >> shift)
			*to++ = digits[number >> shift & 15];
	*to++ = digits[number & 15];
	return to;
}

// The first of the longest runs of zeros, which must be two or more to be shortened.
static int longest_run(const uint16_t *groups, int *ret_length)
{
	int first = -1, longest = 1;

	for (int i = 0; i < N_GROUPS; i++) {
		int length = 0;

		while (i + length < N_GROUPS && groups[i + length] == 0)
			length++;
		if (length > longest) {
			first = i;
			longest = length;
		}
		i += length;
	}
	*ret_length = longest;
	return first;
}

static char *write_ipv6(char *to, const uint8_t *address)
{
	uint16_t groups[N_GROUPS];
	int first, length;

	for (int i = 0; i < N_GROUPS; i++)
		groups[i] = (uint16_t)(address[2 * i] << 8 | address[2 * i + 1]);
	first = longest_run(groups, &length);
	for (int i = 0; i < N_GROUPS; i++) {
		if (i == first) {
			*to++ = ':';
			if (i == 0)
				*to++ = ':';
			i += length - 1;
			continue;
		}
		to = write_hex(to, groups[i]);
		if (i < N_GROUPS - 1)
			*to++ = ':';
	}
	return to;
}

size_t prefix_text_write(const struct prefix_row *row, char ret_text[PREFIX_TEXT_BYTES])
{
	char *to = row->family == FAMILY_IPV4 ? write_ipv4(ret_text, row->address)
	                                      : write_ipv6(ret_text, row->address);

	*to++ = '/';
	to = write_decimal(to, row->length);
	*to = '\0';
	return (size_t)(to - ret_text);
}

static bool read_address(const char *text, size_t n_bytes, struct prefix_row *row)
{
	char address[MAX_ADDRESS_BYTES];

	// A zero inside would end the text early.
	if (n_bytes >= sizeof(address) || memchr(text, '\0', n_bytes))
		return false;
	memcpy(address, text, n_bytes);
	address[n_bytes] = '\0';
	row->family = memchr(text, ':', n_bytes) ? FAMILY_IPV6 : FAMILY_IPV4;
	return inet_pton(row->family == FAMILY_IPV6 ? AF_INET6 : AF_INET, address, row->address) ==
	       1;
}

// One to three digits, which may have zeros in front.
static bool read_length(const char *text, size_t n_bytes, uint32_t *ret_length)
{
	uint32_t length = 0;

	if (n_bytes == 0 || n_bytes > 3)
		return false;
	for (size_t i = 0; i < n_bytes; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		length = length * 10 + (uint32_t)(text[i] - '0');
	}
	*ret_length = length;
	return true;
}

// Whether there was anything to clear.
static bool clear_behind(struct prefix_row *row)
{
	bool any = false;

	for (uint32_t i = row->length / 8; i < sizeof(row->address); i++) {
		uint8_t kept = i == row->length / 8U ? (uint8_t) ~(0xffU >> row->length % 8) : 0;

		any |= (row->address[i] & (uint8_t)~kept) != 0;
		row->address[i] &= kept;
	}
	return any;
}

enum prefix_text_fault prefix_text_read(const char *text, size_t n_bytes,
                                        struct prefix_row *ret_row)
{
	const char *slash = memchr(text, '/', n_bytes);
	size_t n_address = slash ? (size_t)(slash - text) : n_bytes, n_canonical;
	struct prefix_row row = {.length = 0};
	char canonical[PREFIX_TEXT_BYTES];
	uint32_t length;

	if (!read_address(text, n_address, &row))
		return PREFIX_TEXT_NO_ADDRESS;
	if (!slash || !read_length(slash + 1, n_bytes - n_address - 1, &length))
		return PREFIX_TEXT_NO_LENGTH;
	if (length > family_bits(row.family))
		return PREFIX_TEXT_BAD_LENGTH;
	row.length = (uint8_t)length;
	if (clear_behind(&row)) {
		*ret_row = row;
		return PREFIX_TEXT_BITS_BEHIND;
	}
	n_canonical = prefix_text_write(&row, canonical);
	*ret_row = row;
	return n_canonical == n_bytes && memcmp(canonical, text, n_bytes) == 0
	               ? PREFIX_TEXT_SOUND
	               : PREFIX_TEXT_SPELLING;
}
