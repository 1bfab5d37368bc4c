// A tree is made in one pass over its rows in order. Rows come behind those that cover them, so the
// covers that have not ended yet are a stack, the longest on top: a row begins an interval, its end
// begins one with the answer of the cover below. Rows that are longer than the piece and the same
// in it are one answer, the tree that is made of them for the next piece. The intervals of the
// trees under way are a stack too; a tree that is complete is cut into leaves, with inner lines
// above, and its intervals go.
#include "prefix_build.h"

#include "prefix_line.h"
#include "prefix_order.h"

enum {
	PIECE_BITS = 32,
	N_PIECES = 4,
	// One of each length in a piece, what surrounds them, and a tree for the next piece.
	MAX_COVERS = PIECE_BITS + 2,
	// Beside two intervals for a row there is the first one of each tree under way, and the two
	// of the tree below it in the one above.
	SPARE_INTERVALS = 3 * N_PIECES,
};

struct interval {
	uint32_t start;
	uint32_t answer;
};

struct builder {
	const struct prefix_row *rows;
	const uint32_t *order;
	struct prefix_line *lines;
	uint32_t n_lines;
	struct interval *intervals;
	uint32_t n_intervals;
};

// What surrounds the rows that come next.
struct covers {
	uint32_t n;
	struct cover {
		uint32_t last;
		uint32_t answer;
	} covers[MAX_COVERS];
};

// Rows in order, from first to before end, that are the same in all pieces before this one and
// longer than those.
struct range {
	uint32_t first, end;
	uint32_t length_before; // of all pieces before this one
};

size_t prefix_build_scratch_bytes(uint32_t n_rows)
{
	return (2 * (size_t)n_rows + SPARE_INTERVALS) * sizeof(struct interval);
}

static const struct prefix_row *row_at(const struct builder *builder, uint32_t i)
{
	return &builder->rows[builder->order[i]];
}

static uint32_t piece_of(const struct prefix_row *row, uint32_t length_before)
{
	struct prefix_address address = prefix_row_address(row);
	unsigned __int128 bits = (unsigned __int128)address.high << 64 | address.low;

	return (uint32_t)(bits << length_before >> (128 - PIECE_BITS));
}

// The tree has an interval from start on. One that begins at the same place was empty, and one with
// the same answer goes on. The first of the tree is at bottom.
static void interval_begin(struct builder *builder, uint32_t bottom, uint32_t start,
                           uint32_t answer)
{
	struct interval *intervals = builder->intervals;

	if (builder->n_intervals > bottom && intervals[builder->n_intervals - 1].start == start)
		builder->n_intervals--;
	if (builder->n_intervals > bottom && intervals[builder->n_intervals - 1].answer == answer)
		return;
	intervals[builder->n_intervals++] = (struct interval){start, answer};
}

static const struct cover *top(const struct covers *covers)
{
	return &covers->covers[covers->n - 1];
}

static void end_cover(struct builder *builder, uint32_t bottom, struct covers *covers)
{
	uint32_t last = top(covers)->last;

	covers->n--;
	if (last != UINT32_MAX)
		interval_begin(builder, bottom, last + 1, top(covers)->answer);
}

static void begin_cover(struct builder *builder, uint32_t bottom, struct covers *covers,
                        uint32_t start, const struct cover *cover)
{
	interval_begin(builder, bottom, start, cover->answer);
	covers->covers[covers->n++] = *cover;
}

static uint32_t new_lines(struct builder *builder, uint32_t n_lines)
{
	uint32_t first = builder->n_lines;

	builder->n_lines += n_lines;
	return first;
}

// The last key of the interval before this one, of n; the last of them goes on to the end.
static int32_t last_before(const struct interval *intervals, uint64_t i, uint32_t n)
{
	return prefix_bias(i < n ? intervals[i].start - 1 : UINT32_MAX);
}

// Cuts n intervals into leaves and returns the number of the first.
static uint32_t cut_leaves(struct builder *builder, const struct interval *intervals, uint32_t n)
{
	uint32_t n_leaves = (n + LEAF_INTERVALS - 1) / LEAF_INTERVALS;
	uint32_t first = new_lines(builder, n_leaves);

	for (uint32_t i = 0; i < n_leaves * LEAF_INTERVALS; i++) {
		int32_t *words = builder->lines[first + i / LEAF_INTERVALS].words;
		uint32_t answer = intervals[i < n ? i : n - 1].answer;

		words[i % LEAF_INTERVALS] = last_before(intervals, i + 1, n);
		words[LEAF_INTERVALS + i % LEAF_INTERVALS] = (int32_t)answer;
	}
	return first;
}

// Puts inner lines above lines that stand for span of the n intervals each, and returns the number
// of the first. child is the number of the first line below, and what it is.
static uint32_t put_above(struct builder *builder, const struct interval *intervals, uint32_t n,
                          uint64_t span, uint32_t child)
{
	uint32_t n_lines = (uint32_t)((n - 1) / (span * INNER_CHILDREN)) + 1;
	uint32_t first = new_lines(builder, n_lines);

	for (uint32_t line = 0; line < n_lines; line++) {
		int32_t *words = builder->lines[first + line].words;
		uint32_t before = line * INNER_CHILDREN;

		for (uint32_t i = 0; i < INNER_FIRST_CHILD; i++)
			words[i] = last_before(intervals, (before + i + 1) * span, n);
		words[INNER_FIRST_CHILD] = (int32_t)(child + before);
	}
	return first;
}

// Takes the intervals above bottom off the stack. The answer is the tree of them, or, where there
// is but one, its own.
static uint32_t take_tree(struct builder *builder, uint32_t bottom)
{
	const struct interval *intervals = builder->intervals + bottom;
	uint32_t n = builder->n_intervals - bottom;
	uint32_t answer = intervals[0].answer;

	if (n > 1)
		answer = PREFIX_IS_LINE | PREFIX_IS_LEAF | cut_leaves(builder, intervals, n);
	for (uint64_t span = LEAF_INTERVALS; span < n; span *= INNER_CHILDREN)
		answer = PREFIX_IS_LINE | put_above(builder, intervals, n, span, answer);
	builder->n_intervals = bottom;
	return answer;
}

// The rows that are the same as the first of the range in its piece, and longer.
static struct range range_within(const struct builder *builder, const struct range *range,
                                 uint32_t first)
{
	uint32_t key = piece_of(row_at(builder, first), range->length_before), end = first + 1;

	while (end < range->end && piece_of(row_at(builder, end), range->length_before) == key)
		end++;
	return (struct range){first, end, range->length_before + PIECE_BITS};
}

static uint32_t build_tree(struct builder *builder, const struct range *range, uint32_t around)
{
	struct covers covers = {1, {{UINT32_MAX, around}}};
	uint32_t bottom = builder->n_intervals, i = range->first;

	interval_begin(builder, bottom, 0, around);
	while (i < range->end) {
		const struct prefix_row *row = row_at(builder, i);
		uint32_t start = piece_of(row, range->length_before);
		struct cover cover = {start, row->value};

		while (top(&covers)->last < start)
			end_cover(builder, bottom, &covers);
		if (row->length <= range->length_before + PIECE_BITS) {
			cover.last |= (uint32_t)(UINT64_C(0xffffffff) >>
			                         (row->length - range->length_before));
			i++;
		} else {
			struct range within = range_within(builder, range, i);

			cover.answer = build_tree(builder, &within, top(&covers)->answer);
			i = within.end;
		}
		begin_cover(builder, bottom, &covers, start, &cover);
	}
	while (covers.n > 1)
		end_cover(builder, bottom, &covers);
	return take_tree(builder, bottom);
}

static uint32_t root_of(const struct prefix_table *table, const struct prefix_row *row)
{
	return table->first_root[row->family] +
	       (uint32_t)(prefix_word(row->address) >> (64 - table->root_bits[row->family]));
}

// The roots of a row that is not longer than their bits.
static void fill_roots(uint32_t *roots, uint32_t n_roots, uint32_t value)
{
	for (uint32_t i = 0; i < n_roots; i++)
		roots[i] = value;
}

static void build_roots(struct builder *builder, const struct prefix_table *table, uint32_t *roots,
                        uint32_t n_rows)
{
	uint32_t i = 0;

	while (i < n_rows) {
		const struct prefix_row *row = row_at(builder, i);
		uint32_t root = root_of(table, row), bits = table->root_bits[row->family];
		struct range range = {i, i + 1, bits};

		if (row->length <= bits) {
			fill_roots(&roots[root], UINT32_C(1) << (bits - row->length), row->value);
			i++;
			continue;
		}
		while (range.end < n_rows && root_of(table, row_at(builder, range.end)) == root)
			range.end++;
		roots[root] = build_tree(builder, &range, roots[root]);
		i = range.end;
	}
}

void prefix_table_build(struct prefix_table *table, void *scratch, const struct prefix_row *rows,
                        uint32_t n_rows, const uint32_t *order)
{
	struct builder builder = {
		.rows = rows,
		.order = order,
		.lines = (struct prefix_line *)(uintptr_t)table->lines,
		.intervals = scratch,
	};

	build_roots(&builder, table, (uint32_t *)(uintptr_t)table->roots, n_rows);
	table->n_lines = builder.n_lines;
}
