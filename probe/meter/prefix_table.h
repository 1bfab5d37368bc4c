// Whose address is it: longest prefix match over the rows of a plan.
//
// Prefixes are nested or apart, never across, so a list of them cuts the addresses into intervals
// of one answer each. An address is read in pieces: its first 16 to 24 bits, the more the more rows
// there are, then 32 bits at a time. The first piece is an index; each other one is searched for in
// a static tree of intervals, whose answer is a value or the tree for the next piece:
//
//   roots, 4 bytes each:   | IPv4, by the first bits | IPv6, by the first bits |
//   an inner line:         | last keys of its first 15 children | where the first of 16 is |
//   a leaf line:           | last keys of 8 intervals | their 8 answers |
//
// A line is one cache line of 64 bytes. Children stand side by side. Of a million rows, all lines
// but the leaves are a megabyte: an answer is most often one line from afar.
//
// Worst case: a tree of n intervals is ceil(log16(n / 8)) + 1 lines high, n rows make at most 2n +
// 1 intervals, and b bits at most 2^b. Whatever the plan, an IPv4 address reads its root and at
// most 5 lines, 3 where there are many rows; under a million rows an IPv6 address reads its root
// and at most 6 lines in each of three trees and 3 in the last, 22 in all, and the root and 6 where
// no row is longer than 56 bits. Nothing depends on the addresses that are looked up but the path
// they take: who sends packets can choose cold lines, not more of them.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "proto/enums.h"

enum {
	PREFIX_MAX_ROWS = 1 << 24,
	PREFIX_MAX_BURST = 64,
	PREFIX_NONE = 0, // the answer where no row covers an address
	PREFIX_MAX_VALUE = INT32_MAX,
};

// One row of the list a table is built from.
struct prefix_row {
	uint8_t address[16]; // IPv4 in the first four; zero behind the prefix
	uint8_t family; // enum family
	uint8_t length;
	uint32_t value; // 1 to PREFIX_MAX_VALUE
};

// Why a list of rows is refused.
enum prefix_fault {
	PREFIX_SOUND,
	PREFIX_BAD_FAMILY,
	PREFIX_BAD_LENGTH, // longer than an address of the family
	PREFIX_BITS_BEHIND, // the address has bits behind the prefix
	PREFIX_BAD_VALUE,
	PREFIX_REPEATED, // the same prefix as an earlier row, whatever the values
	PREFIX_TOO_MANY,
};

// Where the first fault of a list is, by index; first_row is the row that is repeated there.
struct prefix_fault_place {
	uint32_t row;
	uint32_t first_row;
};

struct prefix_size {
	size_t table_bytes; // at most; what is not needed is not touched
	size_t scratch_bytes; // for the time of building
};

struct prefix_line {
	// Keys are biased, so that their order is that of signed numbers.
	_Alignas(64) int32_t words[16];
};

// Immutable once it is built, and so any thread's to read.
struct prefix_table {
	const struct prefix_line *lines;
	const uint32_t *roots;
	uint32_t first_root[N_FAMILIES];
	uint32_t root_bits[N_FAMILIES];
	uint32_t n_lines;
};

// One look-up on its way. The bits of the address that are next stand first.
struct prefix_search {
	uint64_t high, low;
	uint32_t found; // number of the root at first, then a line, the answer in the end
};

// Memory for a table of these rows, from their number and their lengths alone: for the roots of a
// family 64 to 128 bytes a row, between 256 KiB and 64 MiB; for the lines at most 64 bytes for each
// tree there can be, and 32 for each row and piece. prefix_table_bytes() says what was needed.
struct prefix_size prefix_table_size(const struct prefix_row *rows, uint32_t n_rows);

// Builds the table of the rows, in any order, in zeroed memory of that size, aligned to 64.
// Returns NULL where the rows are at fault, and says which and why. The rows and the scratch
// memory, aligned to 8, are not needed any more afterwards; a sorted list is built faster.
const struct prefix_table *prefix_table_init(void *memory, void *scratch,
                                             const struct prefix_row *rows, uint32_t n_rows,
                                             enum prefix_fault *ret_fault,
                                             struct prefix_fault_place *ret_place);

// What the table takes of the memory it was given.
size_t prefix_table_bytes(const struct prefix_table *table);

// The value of the longest row that covers the address, or PREFIX_NONE. The address is 16 bytes
// long, IPv4 in the first four, as a packet's is.
uint32_t prefix_table_find(const struct prefix_table *table, enum family family,
                           const uint8_t *address);

// Ends searches that have begun, a line each in turn, the next ones on their way from memory;
// PREFIX_MAX_BURST at a time. The answers are in found.
void prefix_table_find_burst(const struct prefix_table *table, struct prefix_search *searches,
                             uint32_t n_searches);

static inline uint64_t prefix_word(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

// Begins a search and asks for its root.
static inline void prefix_search_begin(struct prefix_search *search,
                                       const struct prefix_table *table, enum family family,
                                       const uint8_t *address)
{
	uint64_t high = prefix_word(address), low = prefix_word(address + 8);
	uint32_t bits = table->root_bits[family];

	search->high = high << bits | low >> (64 - bits);
	search->low = low << bits;
	search->found = table->first_root[family] + (uint32_t)(high >> (64 - bits));
	__builtin_prefetch(&table->roots[search->found]);
}
