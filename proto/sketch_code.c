// The form for what is neither few registers nor worth 6 bits each. With n of m registers raised,
// their places need about log2(m / n) + 1.44 bits each and their ranks 2 while n is small; with all
// of them raised, places need nothing and ranks 2.8 bits. After the first byte:
//
//   4 bits     g       0 to 13: registers that are not 0 are listed, each behind the gap since the
//                      one before; 15: there is a rank for every register, which may be 0
//   14 bits    n - 1   how many are listed (not with g = 15)
//   1 bit      t       whether a table of codes for ranks follows
//   6 bits     low     (if t) the lowest rank in the table
//   6 bits     c - 1   (if t) how many ranks there are in the table
//   5 c bits           (if t) how long the code of each is, 0 for none
//   for each register: gap  (if listed) gap >> g ones, a zero, and the low g bits of the gap
//                      rank (if t) its code (see prefix_code.h)
//                           (if not) a one for each rank above the lowest there can be, which is
//                           1, or 0 with g = 15; and a zero
//   zeros up to a whole byte
//
// Gaps of places chosen at random are distributed geometrically, which is what the code of R. F.
// Rice ("Some practical universal noiseless coding techniques", 1979) is for; so are ranks as long
// as hardly any register was raised twice. Later they gather around log2 of hashes a register, and
// a table of code lengths, some 15 bytes, costs less than what a formula for it would miss.
#include "sketch_code.h"

#include <errno.h>
#include <string.h>

enum {
	GAP_BITS_BITS = 4,
	MAX_GAP_BITS = 13,
	GAPS_NONE = 15,
	LISTED_BITS = 14,
	RANK_BITS = 6,
	LENGTH_BITS = 5,
	N_RANKS = PREFIX_MAX_SYMBOLS,
};

// What both codes of ranks would take.
struct rank_costs {
	uint64_t unary_bits, table_bits;
	uint8_t lengths[N_RANKS];
};

static uint32_t lowest_rank(uint32_t gap_bits)
{
	return gap_bits == GAPS_NONE ? 0 : 1;
}

// First rank that has a code, and how many there are up to the last one.
static uint32_t table_span(const uint8_t lengths[N_RANKS], uint32_t *ret_n)
{
	uint32_t low = 0, high = N_RANKS - 1;

	while (lengths[low] == 0)
		low++;
	while (lengths[high] == 0)
		high--;
	*ret_n = high - low + 1;
	return low;
}

static void rank_costs_init(struct rank_costs *costs, const uint32_t counts[N_RANKS],
                            uint32_t lowest)
{
	uint32_t n_in_table;

	costs->unary_bits = 0;
	prefix_lengths_make(counts, costs->lengths);
	table_span(costs->lengths, &n_in_table);
	costs->table_bits = RANK_BITS + RANK_BITS + LENGTH_BITS * n_in_table;
	for (uint32_t rank = lowest; rank < N_RANKS; rank++) {
		costs->unary_bits += (uint64_t)counts[rank] * (rank - lowest + 1);
		costs->table_bits += (uint64_t)counts[rank] * costs->lengths[rank];
	}
}

static uint64_t gaps_cost(const struct sketch_list *list, uint32_t gap_bits)
{
	uint64_t n_bits = (uint64_t)list->n * (1 + gap_bits);

	for (uint32_t i = 0; i < list->n; i++)
		n_bits += list->gaps[i] >> gap_bits;
	return n_bits;
}

// The cost has one valley: it is left where the next parameter costs more.
static uint32_t gap_bits_choose(const struct sketch_list *list, uint64_t *ret_cost)
{
	uint32_t gap_bits = 0;
	uint64_t cost = gaps_cost(list, 0);

	while (gap_bits < MAX_GAP_BITS) {
		uint64_t next = gaps_cost(list, gap_bits + 1);

		if (next >= cost)
			break;
		cost = next;
		gap_bits++;
	}
	*ret_cost = cost;
	return gap_bits;
}

// Takes the better of the two codes of ranks, if that is better than what was found before.
static void consider(struct sketch_code *code, uint32_t gap_bits, uint64_t places_cost,
                     const struct rank_costs *costs)
{
	bool has_table = costs->table_bits < costs->unary_bits;
	uint64_t n_bits = GAP_BITS_BITS + 1 + places_cost +
	                  (has_table ? costs->table_bits : costs->unary_bits);
	size_t n_bytes = 1 + (size_t)(n_bits + 7) / 8;

	if (n_bytes >= code->n_bytes)
		return;
	code->gap_bits = gap_bits;
	code->has_table = has_table;
	memcpy(code->lengths, costs->lengths, sizeof(code->lengths));
	code->n_bytes = n_bytes;
}

void sketch_code_choose(struct sketch_code *code, const struct sketch_list *list)
{
	uint32_t counts[N_RANKS] = {0};
	struct rank_costs costs;
	uint64_t places_cost;
	uint32_t gap_bits = gap_bits_choose(list, &places_cost);

	*code = (struct sketch_code){.n_bytes = SIZE_MAX};
	for (uint32_t i = 0; i < list->n; i++)
		counts[list->ranks[i]]++;
	rank_costs_init(&costs, counts, lowest_rank(gap_bits));
	consider(code, gap_bits, LISTED_BITS + places_cost, &costs);
	counts[0] = SKETCH_REGISTERS - list->n;
	rank_costs_init(&costs, counts, lowest_rank(GAPS_NONE));
	consider(code, GAPS_NONE, 0, &costs);
}

static void table_write(const uint8_t lengths[N_RANKS], struct bit_writer *writer)
{
	uint32_t n, low = table_span(lengths, &n);

	bits_write(writer, low, RANK_BITS);
	bits_write(writer, n - 1, RANK_BITS);
	for (uint32_t i = low; i < low + n; i++)
		bits_write(writer, lengths[i], LENGTH_BITS);
}

static void gap_write(uint32_t gap, uint32_t gap_bits, struct bit_writer *writer)
{
	bits_write_unary(writer, gap >> gap_bits);
	bits_write(writer, gap, gap_bits);
}

struct rank_writer {
	uint32_t lowest;
	bool has_table;
	struct prefix_code prefix;
};

static void rank_write(const struct rank_writer *ranks, uint32_t rank, struct bit_writer *writer)
{
	if (ranks->has_table)
		prefix_write(&ranks->prefix, rank, writer);
	else
		bits_write_unary(writer, rank - ranks->lowest);
}

// A rank for every register.
static void all_write(const struct sketch_list *list, const struct rank_writer *ranks,
                      struct bit_writer *writer)
{
	uint32_t n_written = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		for (uint32_t skipped = 0; skipped < list->gaps[i]; skipped++)
			rank_write(ranks, 0, writer);
		rank_write(ranks, list->ranks[i], writer);
		n_written += list->gaps[i] + 1u;
	}
	for (; n_written < SKETCH_REGISTERS; n_written++)
		rank_write(ranks, 0, writer);
}

void sketch_code_write(const struct sketch_code *code, const struct sketch_list *list,
                       uint8_t *ret_bytes)
{
	struct bit_writer writer = {ret_bytes, 8};
	struct rank_writer ranks = {
		.lowest = lowest_rank(code->gap_bits),
		.has_table = code->has_table,
	};

	memset(ret_bytes, 0, code->n_bytes);
	ret_bytes[0] = ENCODING_CODED;
	bits_write(&writer, code->gap_bits, GAP_BITS_BITS);
	if (code->gap_bits != GAPS_NONE)
		bits_write(&writer, list->n - 1, LISTED_BITS);
	bits_write(&writer, code->has_table, 1);
	prefix_code_init(&ranks.prefix, code->lengths);
	if (code->has_table)
		table_write(code->lengths, &writer);
	if (code->gap_bits == GAPS_NONE) {
		all_write(list, &ranks, &writer);
		return;
	}
	for (uint32_t i = 0; i < list->n; i++) {
		gap_write(list->gaps[i], code->gap_bits, &writer);
		rank_write(&ranks, list->ranks[i], &writer);
	}
}

struct rank_reader {
	uint32_t lowest;
	bool has_table;
	struct prefix_reader prefix;
};

static int table_read(struct bit_reader *reader, struct rank_reader *ranks)
{
	uint32_t low = bits_read(reader, RANK_BITS);
	uint32_t n = bits_read(reader, RANK_BITS) + 1;
	uint8_t lengths[N_RANKS] = {0};

	if (low < ranks->lowest || low + n > SKETCH_MAX_RANK + 1)
		return -EBADMSG;
	for (uint32_t i = low; i < low + n; i++)
		lengths[i] = (uint8_t)bits_read(reader, LENGTH_BITS);
	return prefix_reader_init(&ranks->prefix, lengths);
}

static int rank_read(const struct rank_reader *ranks, struct bit_reader *reader)
{
	uint32_t rank;

	if (ranks->has_table)
		return prefix_read(&ranks->prefix, reader);
	rank = ranks->lowest + bits_read_unary(reader);
	return rank <= SKETCH_MAX_RANK ? (int)rank : -EBADMSG;
}

// A rank for every register.
static int all_read(const struct rank_reader *ranks, struct bit_reader *reader,
                    struct sketch *sketch)
{
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++) {
		int rank = rank_read(ranks, reader);

		if (rank < 0 || reader->ended)
			return -EBADMSG;
		sketch_set(sketch, i, (uint32_t)rank);
	}
	return 0;
}

// No gap overflows: there are at most 8 bits in each of SKETCH_MAX_ENCODED_BYTES.
static int listed_read(uint32_t n, uint32_t gap_bits, const struct rank_reader *ranks,
                       struct bit_reader *reader, struct sketch *sketch)
{
	uint32_t index = 0;

	for (uint32_t i = 0; i < n; i++, index++) {
		uint32_t quotient = bits_read_unary(reader);
		int rank;

		index += quotient << gap_bits | bits_read(reader, gap_bits);
		rank = rank_read(ranks, reader);
		if (rank < 0 || reader->ended || index >= SKETCH_REGISTERS)
			return -EBADMSG;
		sketch_set(sketch, index, (uint32_t)rank);
	}
	return 0;
}

// Less than a byte is left, and all of it zeros.
static int rest_check(struct bit_reader *reader)
{
	size_t n_bits = reader->n_bits - reader->at;

	return n_bits < 8 && bits_read(reader, (uint32_t)n_bits) == 0 ? 0 : -EBADMSG;
}

int sketch_code_read(const uint8_t *bytes, size_t n_bytes, struct sketch *sketch)
{
	struct bit_reader reader = {.bytes = bytes, .n_bits = 8 * n_bytes, .at = 8};
	uint32_t gap_bits = bits_read(&reader, GAP_BITS_BITS);
	struct rank_reader ranks = {.lowest = lowest_rank(gap_bits)};
	uint32_t n;
	int r = 0;

	if (gap_bits > MAX_GAP_BITS && gap_bits != GAPS_NONE)
		return -EBADMSG;
	n = gap_bits == GAPS_NONE ? 0 : bits_read(&reader, LISTED_BITS) + 1;
	ranks.has_table = bit_read(&reader);
	if (ranks.has_table)
		r = table_read(&reader, &ranks);
	if (r < 0 || reader.ended)
		return -EBADMSG;
	if (gap_bits == GAPS_NONE)
		r = all_read(&ranks, &reader, sketch);
	else
		r = listed_read(n, gap_bits, &ranks, &reader, sketch);
	return r < 0 ? r : rest_check(&reader);
}
