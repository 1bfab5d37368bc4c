#include "prefix_code.h"

#include <errno.h>
#include <string.h>

enum {
	MAX_NODES = 2 * PREFIX_MAX_SYMBOLS,
	NO_NODE = -1,
};

// The symbols are the first nodes. A node without a weight is not there, or joined already.
struct tree {
	uint32_t weights[MAX_NODES];
	int parents[MAX_NODES];
	int n_nodes;
};

// Takes the lightest node out of the running and adds its weight; NO_NODE when there is none.
static int tree_take_lightest(struct tree *tree, uint32_t *weight)
{
	int lightest = NO_NODE;

	for (int i = 0; i < tree->n_nodes; i++)
		if (tree->weights[i] > 0 &&
		    (lightest == NO_NODE || tree->weights[i] < tree->weights[lightest]))
			lightest = i;
	if (lightest == NO_NODE)
		return NO_NODE;
	*weight += tree->weights[lightest];
	tree->weights[lightest] = 0;
	return lightest;
}

static void tree_grow(struct tree *tree)
{
	for (;;) {
		uint32_t weight = 0;
		int node = tree_take_lightest(tree, &weight);
		int other = tree_take_lightest(tree, &weight);

		if (other == NO_NODE)
			return;
		tree->parents[node] = tree->n_nodes;
		tree->parents[other] = tree->n_nodes;
		tree->parents[tree->n_nodes] = NO_NODE;
		tree->weights[tree->n_nodes++] = weight;
	}
}

void prefix_lengths_make(const uint32_t counts[PREFIX_MAX_SYMBOLS],
                         uint8_t ret_lengths[PREFIX_MAX_SYMBOLS])
{
	struct tree tree = {.n_nodes = PREFIX_MAX_SYMBOLS};

	memcpy(tree.weights, counts, PREFIX_MAX_SYMBOLS * sizeof(*counts));
	for (int i = 0; i < PREFIX_MAX_SYMBOLS; i++)
		tree.parents[i] = NO_NODE;
	tree_grow(&tree);
	for (int i = 0; i < PREFIX_MAX_SYMBOLS; i++) {
		uint8_t length = 0;

		for (int node = tree.parents[i]; node != NO_NODE; node = tree.parents[node])
			length++;
		ret_lengths[i] = length == 0 && counts[i] > 0 ? 1 : length;
	}
}

void prefix_code_init(struct prefix_code *code, const uint8_t lengths[PREFIX_MAX_SYMBOLS])
{
	uint32_t next = 0;

	memcpy(code->lengths, lengths, PREFIX_MAX_SYMBOLS);
	for (uint32_t length = 1; length <= PREFIX_MAX_BITS; length++, next <<= 1)
		for (uint32_t i = 0; i < PREFIX_MAX_SYMBOLS; i++)
			if (lengths[i] == length)
				code->codes[i] = next++;
}

static int lengths_check(const struct prefix_reader *prefix, uint32_t n_symbols)
{
	uint64_t taken = 0; // of all strings of PREFIX_MAX_BITS bits

	for (uint32_t length = 1; length <= PREFIX_MAX_BITS; length++)
		taken += (uint64_t)prefix->n_of_length[length] << (PREFIX_MAX_BITS - length);
	if (taken == 1 << PREFIX_MAX_BITS || (n_symbols == 1 && prefix->n_of_length[1] == 1))
		return 0;
	return -EBADMSG;
}

int prefix_reader_init(struct prefix_reader *prefix, const uint8_t lengths[PREFIX_MAX_SYMBOLS])
{
	uint32_t n_symbols = 0;

	*prefix = (struct prefix_reader){0};
	for (uint32_t i = 0; i < PREFIX_MAX_SYMBOLS; i++)
		if (lengths[i] > PREFIX_MAX_BITS)
			return -EBADMSG;
	for (uint32_t length = 1; length <= PREFIX_MAX_BITS; length++) {
		for (uint32_t i = 0; i < PREFIX_MAX_SYMBOLS; i++) {
			if (lengths[i] != length)
				continue;
			prefix->n_of_length[length]++;
			prefix->symbols[n_symbols++] = (uint8_t)i;
		}
	}
	return lengths_check(prefix, n_symbols);
}

int prefix_read(const struct prefix_reader *prefix, struct bit_reader *reader)
{
	uint32_t code = 0, first = 0, n_before = 0;

	for (uint32_t length = 1; length <= PREFIX_MAX_BITS; length++) {
		uint32_t n_codes = prefix->n_of_length[length];

		code = code << 1 | bit_read(reader);
		if (code - first < n_codes)
			return prefix->symbols[n_before + code - first];
		n_before += n_codes;
		first = (first + n_codes) << 1;
	}
	return -EBADMSG;
}
