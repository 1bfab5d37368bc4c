#include "prefix_order.h"

// The bits behind a prefix.
static struct prefix_address bits_behind(uint32_t length)
{
	return (struct prefix_address){
		.high = length < 64 ? UINT64_MAX >> length : 0,
		.low = length <= 64   ? UINT64_MAX
	               : length < 128 ? UINT64_MAX >> (length - 64)
	                              : 0,
	};
}

static enum prefix_fault row_check(const struct prefix_row *row)
{
	struct prefix_address address = prefix_row_address(row);
	struct prefix_address behind;

	if (row->family >= N_FAMILIES)
		return PREFIX_BAD_FAMILY;
	if (row->length > (row->family == FAMILY_IPV4 ? 32 : 128))
		return PREFIX_BAD_LENGTH;
	behind = bits_behind(row->length);
	if ((address.high & behind.high) != 0 || (address.low & behind.low) != 0)
		return PREFIX_BITS_BEHIND;
	if (row->value == PREFIX_NONE || row->value > PREFIX_MAX_VALUE)
		return PREFIX_BAD_VALUE;
	return PREFIX_SOUND;
}

enum prefix_fault prefix_rows_check(const struct prefix_row *rows, uint32_t n_rows,
                                    struct prefix_fault_place *ret_place)
{
	if (n_rows > PREFIX_MAX_ROWS) {
		*ret_place = (struct prefix_fault_place){.row = PREFIX_MAX_ROWS};
		return PREFIX_TOO_MANY;
	}
	for (uint32_t i = 0; i < n_rows; i++) {
		enum prefix_fault fault = row_check(&rows[i]);

		if (fault != PREFIX_SOUND) {
			*ret_place = (struct prefix_fault_place){.row = i};
			return fault;
		}
	}
	return PREFIX_SOUND;
}

static int rows_compare(const struct prefix_row *a, const struct prefix_row *b)
{
	struct prefix_address x = prefix_row_address(a), y = prefix_row_address(b);

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (x.high != y.high)
		return x.high < y.high ? -1 : 1;
	if (x.low != y.low)
		return x.low < y.low ? -1 : 1;
	return a->length < b->length ? -1 : a->length > b->length;
}

size_t prefix_order_scratch_bytes(uint32_t n_rows)
{
	return 2 * sizeof(uint32_t) * (size_t)n_rows;
}

// Merges two neighbouring runs of from into to. Runs that are in order already, as those of a
// sorted list, are only copied. Equal rows stay in the order of their indexes.
static void merge(const struct prefix_row *rows, const uint32_t *from, uint32_t n_left, uint32_t n,
                  uint32_t *to)
{
	uint32_t left = 0, right = n_left;

	if (n_left == n || rows_compare(&rows[from[n_left - 1]], &rows[from[n_left]]) <= 0) {
		memcpy(to, from, n * sizeof(*to));
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		bool take_left = right == n ||
		                 (left < n_left &&
		                  rows_compare(&rows[from[left]], &rows[from[right]]) <= 0);

		to[i] = from[take_left ? left++ : right++];
	}
}

static uint32_t lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

const uint32_t *prefix_rows_order(const struct prefix_row *rows, uint32_t n_rows, void *scratch)
{
	uint32_t *from = scratch, *to = from + n_rows;

	for (uint32_t i = 0; i < n_rows; i++)
		from[i] = i;
	for (uint32_t run = 1; run < n_rows; run *= 2) {
		uint32_t *merged = to;

		for (uint32_t i = 0; i < n_rows; i += 2 * run)
			merge(rows, from + i, lesser(run, n_rows - i), lesser(2 * run, n_rows - i),
			      to + i);
		to = from;
		from = merged;
	}
	return from;
}

enum prefix_fault prefix_rows_check_repeated(const struct prefix_row *rows, uint32_t n_rows,
                                             const uint32_t *order,
                                             struct prefix_fault_place *ret_place)
{
	enum prefix_fault fault = PREFIX_SOUND;
	uint32_t first = 0;

	for (uint32_t i = 1; i < n_rows; i++) {
		if (rows_compare(&rows[order[i - 1]], &rows[order[i]]) != 0) {
			first = i;
			continue;
		}
		if (fault == PREFIX_SOUND || order[i] < ret_place->row)
			*ret_place = (struct prefix_fault_place){order[i], order[first]};
		fault = PREFIX_REPEATED;
	}
	return fault;
}
