#include "cli.h"

#include <stdint.h>
#include <string.h>

enum {
	MAX_WORD = 63, // letters; nobody mistypes a longer one
};

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

// Letters to insert, delete, replace or swap with their neighbour to get from one word to the
// other (optimal string alignment distance), by the usual table of which three rows are kept.
static unsigned int word_distance(const char *from, size_t n_from, const char *to, size_t n_to)
{
	uint8_t rows[3][MAX_WORD + 1];

	for (size_t j = 0; j <= n_to; j++)
		rows[0][j] = (uint8_t)j;
	for (size_t i = 1; i <= n_from; i++) {
		uint8_t *row = rows[i % 3], *above = rows[(i + 2) % 3],
			*two_above = rows[(i + 1) % 3];
		row[0] = (uint8_t)i;
		for (size_t j = 1; j <= n_to; j++) {
			unsigned int best = above[j - 1] + (from[i - 1] != to[j - 1]);
			best = smaller(best, smaller(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
				best = smaller(best, two_above[j - 2] + 1);
			row[j] = (uint8_t)best;
		}
	}
	return rows[n_from % 3][n_to];
}

const char *cli_nearest(const char *word, const char *const *candidates)
{
	size_t n_word = strnlen(word, MAX_WORD + 1);
	unsigned int best = (unsigned int)n_word / 3 + 1;
	const char *nearest = NULL;

	if (n_word > MAX_WORD)
		return NULL;
	for (; *candidates; candidates++) {
		size_t n_candidate = strlen(*candidates);
		if (n_candidate > MAX_WORD)
			continue;
		unsigned int distance = word_distance(word, n_word, *candidates, n_candidate);
		if (distance < best) {
			best = distance;
			nearest = *candidates;
		}
	}
	return nearest;
}
