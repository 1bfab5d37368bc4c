// Complementary suppression. A table is published with its sums, so a hidden cell can be the
// difference of shown ones, or a combination of many. Two rules are kept, until both hold:
//
// Sums. A shown sum less its shown parts is known: it is the sum of its hidden parts. These must
// not be bounded too closely. With a threshold k, p parts known to be under k and w withheld ones
// (to be thought of as at least k, since mostly they are), all together S users:
//   - S >= k, or the hidden parts together are a figure under the threshold;
//   - if w = 0: S <= (p - 1)(k - 1), or each part is known to be above 0;
//   - if p > 0 and w > 0: S >= (w + 1) k, or each of the p is known to be well below k.
// Parts are the leaves of a sum, and all sums of a dimension as parts of the total.
//
// Combinations. Each shown sum is an equation over the hidden leaves. A hidden leaf or sum must not
// be a combination of these equations (row_space.h).
//
// Every step hides one leaf or sum more, so there is an end: when everything but the total is
// hidden, only the total's own equation is left. A sum over all leaves is the total, and stays.
//
// LIMIT: combinations are examined for exact values, bounds only sum by sum. Windows are protected
// each by itself: who compares tables of two times, and knows that only one subscriber has changed,
// can learn of that one.
#include "privacy.h"

#include <errno.h>
#include <stdlib.h>

#include "row_space.h"

enum {
	// Coefficients of equations that may be computed for a table, which takes about 0.2 s. Of a
	// table that asks for more only the total is shown.
	MAX_WORK = 200000000,
};

struct work {
	struct privacy_table *table;
	uint64_t threshold;
	uint32_t *columns; // by leaf: its number among the hidden ones
	uint32_t *named; // room for the hidden leaves of a sum
	bool *is_touched; // by sum: something of it was hidden in this round
	uint64_t spent; // of MAX_WORK, by the rounds before
};

// Hidden parts of something known.
struct parts {
	uint64_t users;
	uint64_t n_under, n_withheld;
};

static void parts_add(struct parts *parts, uint64_t users, enum privacy_mark mark)
{
	if (mark == PRIVACY_SHOWN)
		return;
	parts->users += users;
	parts->n_under += mark == PRIVACY_UNDER;
	parts->n_withheld += mark == PRIVACY_WITHHELD;
}

static bool parts_are_safe(const struct parts *parts, uint64_t k)
{
	if (parts->n_under + parts->n_withheld == 0)
		return true;
	if (parts->users < k)
		return false;
	if (parts->n_under == 0)
		return true;
	if (parts->n_withheld == 0)
		return parts->users <= (parts->n_under - 1) * (k - 1);
	return parts->users >= (parts->n_withheld + 1) * k;
}

// Users that one more withheld part must have to make them safe by itself.
static uint64_t parts_need(const struct parts *parts, uint64_t k)
{
	uint64_t wanted = (parts->n_withheld + 2) * k;

	return wanted > parts->users ? wanted - parts->users : 0;
}

static struct parts sum_parts(const struct privacy_table *table, const struct privacy_sum *sum)
{
	struct parts parts = {0};

	for (size_t i = 0; i < sum->n_leaves; i++) {
		const struct privacy_leaf *leaf = &table->leaves[sum->leaves[i]];

		parts_add(&parts, leaf->users, leaf->mark);
	}
	return parts;
}

static bool is_total(const struct privacy_table *table, const struct privacy_sum *sum)
{
	return sum->n_leaves == table->n_leaves;
}

// Whether nothing of a sum is hidden yet, so that hiding one leaf would call for another.
static bool is_whole(const struct privacy_table *table, const struct privacy_sum *sum)
{
	if (sum->mark != PRIVACY_SHOWN)
		return false;
	for (size_t i = 0; i < sum->n_leaves; i++)
		if (table->leaves[sum->leaves[i]].mark != PRIVACY_SHOWN)
			return false;
	return true;
}

// How many more leaves hiding this one would call for.
static int leaf_cost(const struct privacy_table *table, const struct privacy_leaf *leaf)
{
	int cost = 0;

	for (int dimension = 0; dimension < N_PRIVACY_DIMENSIONS; dimension++)
		cost += is_whole(table, privacy_table_sum_of(table, leaf,
		                                             (enum privacy_dimension)dimension));
	return cost;
}

// What is lost by hiding it: its users, as often as leaves like it will have to follow.
static double leaf_loss(const struct privacy_table *table, const struct privacy_leaf *leaf)
{
	return ((double)leaf->users + 1) * (1 + leaf_cost(table, leaf));
}

// Whether the leaf a is better to hide than b (or none) where so many users are needed: one that
// is large enough before one that is not, then the lesser loss.
static bool is_better(const struct privacy_table *table, const struct privacy_leaf *a,
                      const struct privacy_leaf *b, uint64_t need)
{
	if (!b || (a->users >= need) != (b->users >= need))
		return !b || a->users >= need;
	if (a->users < need)
		return a->users > b->users;
	return leaf_loss(table, a) < leaf_loss(table, b);
}

// The shown leaf of the sum that is best to hide; NULL when none is shown.
static struct privacy_leaf *best_leaf(const struct privacy_table *table,
                                      const struct privacy_sum *sum, uint64_t need)
{
	struct privacy_leaf *best = NULL;

	for (size_t i = 0; i < sum->n_leaves; i++) {
		struct privacy_leaf *leaf = &table->leaves[sum->leaves[i]];

		if (leaf->mark == PRIVACY_SHOWN && is_better(table, leaf, best, need))
			best = leaf;
	}
	return best;
}

// The smallest shown sum of [first, end) that has so many users, else the largest; NULL when none
// is shown that is not the total too.
static struct privacy_sum *best_sum(const struct privacy_table *table, size_t first, size_t end,
                                    uint64_t need)
{
	struct privacy_sum *best = NULL;

	for (size_t i = first; i < end; i++) {
		struct privacy_sum *sum = &table->sums[i];

		if (sum->mark != PRIVACY_SHOWN || is_total(table, sum))
			continue;
		if (!best || (best->users < need ? sum->users > best->users
		                                 : sum->users >= need && sum->users < best->users))
			best = sum;
	}
	return best;
}

// Hides one leaf more, or the smallest sum of [first, end). False when nothing is left to hide.
static bool hide(struct privacy_leaf *leaf, struct privacy_sum *sum)
{
	if (leaf)
		leaf->mark = PRIVACY_WITHHELD;
	else if (sum)
		sum->mark = PRIVACY_WITHHELD;
	return leaf || sum;
}

// The last resort: what is small is no longer said to be.
static bool say_less(struct privacy_table *table)
{
	bool changed = false;

	for (size_t i = 0; i < table->n_leaves; i++) {
		if (table->leaves[i].mark == PRIVACY_UNDER) {
			table->leaves[i].mark = PRIVACY_WITHHELD;
			changed = true;
		}
	}
	for (size_t i = 1; i < table->n_sums; i++) {
		if (table->sums[i].mark == PRIVACY_UNDER) {
			table->sums[i].mark = PRIVACY_WITHHELD;
			changed = true;
		}
	}
	return changed;
}

// Makes the hidden leaves of one sum safe, if it is shown. Whether it hid anything.
static bool protect_sum(struct work *work, struct privacy_sum *sum)
{
	struct privacy_table *table = work->table;
	bool changed = false;

	while (sum->mark == PRIVACY_SHOWN) {
		struct parts parts = sum_parts(table, sum);

		if (parts_are_safe(&parts, work->threshold) ||
		    !(hide(best_leaf(table, sum, parts_need(&parts, work->threshold)),
		           is_total(table, sum) ? NULL : sum) ||
		      say_less(table)))
			break;
		changed = true;
	}
	return changed;
}

// The total less all shown sums of a dimension is known: the sum of its hidden sums, and when the
// shown leaves of these are taken away too, of their hidden leaves.
struct rest {
	struct parts sums, leaves;
	struct privacy_leaf *best; // the smallest shown leaf in a hidden sum
};

static struct rest dimension_rest(const struct privacy_table *table,
                                  enum privacy_dimension dimension)
{
	struct rest rest = {0};

	for (size_t i = table->first[dimension]; i < table->first[dimension + 1]; i++)
		parts_add(&rest.sums, table->sums[i].users, table->sums[i].mark);
	for (size_t i = 0; i < table->n_leaves; i++) {
		struct privacy_leaf *leaf = &table->leaves[i];

		if (privacy_table_sum_of(table, leaf, dimension)->mark == PRIVACY_SHOWN)
			continue;
		parts_add(&rest.leaves, leaf->users, leaf->mark);
		if (leaf->mark == PRIVACY_SHOWN && is_better(table, leaf, rest.best, 0))
			rest.best = leaf;
	}
	return rest;
}

// Makes the hidden sums of one dimension safe. Whether it hid anything.
static bool protect_dimension(struct work *work, enum privacy_dimension dimension)
{
	struct privacy_table *table = work->table;
	size_t first = table->first[dimension], end = table->first[dimension + 1];
	bool changed = false;

	for (;;) {
		struct rest rest = dimension_rest(table, dimension);
		uint64_t need = parts_need(&rest.sums, work->threshold);
		bool sums_are_safe = parts_are_safe(&rest.sums, work->threshold);

		if (sums_are_safe && parts_are_safe(&rest.leaves, work->threshold))
			return changed;
		if (!hide(sums_are_safe ? rest.best : NULL, best_sum(table, first, end, need)) &&
		    !say_less(table))
			return changed;
		changed = true;
	}
}

static bool protect_sums(struct work *work)
{
	bool changed = false;

	for (size_t i = work->table->n_sums; i-- > 0;)
		changed |= protect_sum(work, &work->table->sums[i]);
	for (int dimension = 0; dimension < N_PRIVACY_DIMENSIONS; dimension++)
		changed |= protect_dimension(work, (enum privacy_dimension)dimension);
	return changed;
}

// The sum's hidden leaves, as columns of the equations.
static size_t name_hidden(struct work *work, const struct privacy_sum *sum)
{
	size_t n = 0;

	for (size_t i = 0; i < sum->n_leaves; i++)
		if (work->table->leaves[sum->leaves[i]].mark != PRIVACY_SHOWN)
			work->named[n++] = work->columns[sum->leaves[i]];
	return n;
}

static size_t number_hidden(struct work *work)
{
	uint32_t n = 0;

	for (size_t i = 0; i < work->table->n_leaves; i++)
		if (work->table->leaves[i].mark != PRIVACY_SHOWN)
			work->columns[i] = n++;
	return n;
}

static bool is_spent(const struct work *work, const struct row_space *space)
{
	return work->spent + space->work > MAX_WORK;
}

// Sums of one dimension share no leaf, so those come first of which there are most: while they are
// alone nothing has to be eliminated.
static int fill_space(struct work *work, struct row_space *ret_space)
{
	const struct privacy_table *table = work->table;
	size_t n_hidden = number_hidden(work);
	int error = row_space_init(ret_space, table->n_sums < n_hidden ? table->n_sums : n_hidden,
	                           n_hidden);
	enum privacy_dimension longest = PRIVACY_CARRIER;

	for (int i = 0; i < N_PRIVACY_DIMENSIONS; i++)
		if (table->first[i + 1] - table->first[i] >
		    table->first[longest + 1] - table->first[longest])
			longest = (enum privacy_dimension)i;
	for (size_t i = 0; i < table->n_sums && !error && !is_spent(work, ret_space); i++) {
		const struct privacy_sum *sum =
			&table->sums[(i + table->first[longest]) % table->n_sums];

		if (sum->mark == PRIVACY_SHOWN)
			row_space_add(ret_space, work->named, name_hidden(work, sum));
	}
	return error;
}

// Hides one leaf more beside an exposed one, in one of its sums, or else a sum. Leaves whose sums
// were touched in this round wait for the next: what was hidden may do for them too.
static bool cover_leaf(struct work *work, const struct privacy_leaf *leaf)
{
	struct privacy_table *table = work->table;
	struct privacy_leaf *best = NULL;
	struct privacy_sum *sums[N_PRIVACY_DIMENSIONS];

	for (int i = 0; i < N_PRIVACY_DIMENSIONS; i++) {
		struct privacy_leaf *other;

		sums[i] = privacy_table_sum_of(table, leaf, (enum privacy_dimension)i);
		if (work->is_touched[sums[i] - table->sums])
			return false;
		other = sums[i]->mark == PRIVACY_SHOWN ? best_leaf(table, sums[i], 0) : NULL;
		if (other && is_better(table, other, best, 0))
			best = other;
	}
	for (int i = 0; i < N_PRIVACY_DIMENSIONS; i++)
		work->is_touched[sums[i] - table->sums] = true;
	if (!best)
		best = best_leaf(table, privacy_table_total(table), 0);
	return hide(best, best_sum(table, 1, table->n_sums, 0));
}

// Hides one sum more beside an exposed one of its dimension, or a leaf of it if none is hidden.
static bool cover_sum(struct work *work, const struct privacy_sum *sum, size_t first, size_t end)
{
	struct privacy_table *table = work->table;
	struct parts parts = sum_parts(table, sum);
	struct privacy_sum *other = best_sum(table, first, end, 0);
	struct privacy_leaf *leaf = NULL;

	if (parts.n_under + parts.n_withheld == 0 || !other)
		leaf = best_leaf(table, sum, 0);
	if (!leaf && !other) {
		leaf = best_leaf(table, privacy_table_total(table), 0);
		other = best_sum(table, 1, table->n_sums, 0);
	}
	return hide(leaf, other);
}

// One at a time: what was hidden beside the first is no part of the equations.
static bool cover_sums(struct work *work, struct row_space *space)
{
	struct privacy_table *table = work->table;

	for (int dimension = 0; dimension < N_PRIVACY_DIMENSIONS; dimension++) {
		size_t first = table->first[dimension], end = table->first[dimension + 1];

		for (size_t i = first; i < end && !is_spent(work, space); i++) {
			const struct privacy_sum *sum = &table->sums[i];

			if (sum->mark != PRIVACY_SHOWN &&
			    row_space_has(space, work->named, name_hidden(work, sum)))
				return cover_sum(work, sum, first, end);
		}
	}
	return false;
}

// A round: looks once at all equations, and hides something beside what they expose. Sums wait
// until no leaf is exposed, since the hidden leaves must be those the equations were made of.
static int protect_exposed(struct work *work, bool *ret_changed)
{
	struct privacy_table *table = work->table;
	struct row_space space;
	bool changed = false;
	int error = fill_space(work, &space);

	for (size_t i = 0; i < table->n_sums; i++)
		work->is_touched[i] = false;
	for (size_t i = 0; i < table->n_leaves && !error; i++)
		work->columns[i] = table->leaves[i].mark == PRIVACY_SHOWN ? UINT32_MAX
		                                                          : work->columns[i];
	for (size_t i = 0; i < table->n_leaves && !error && !is_spent(work, &space); i++)
		if (work->columns[i] != UINT32_MAX && row_space_has(&space, &work->columns[i], 1))
			changed |= cover_leaf(work, &table->leaves[i]);
	if (!changed && !error)
		changed = cover_sums(work, &space);
	work->spent += space.work;
	row_space_fini(&space);
	*ret_changed = changed;
	return error;
}

static void mark_small(struct privacy_table *table, uint64_t threshold)
{
	for (size_t i = 0; i < table->n_leaves; i++)
		if (table->leaves[i].users < threshold)
			table->leaves[i].mark = PRIVACY_UNDER;
	for (size_t i = 0; i < table->n_sums; i++)
		if (table->sums[i].users < threshold)
			table->sums[i].mark = PRIVACY_UNDER;
}

static int work_init(struct work *work, struct privacy_table *table, uint64_t threshold)
{
	*work = (struct work){.table = table, .threshold = threshold};
	work->columns = calloc(table->n_leaves + 1, sizeof(*work->columns));
	work->named = calloc(table->n_leaves + 1, sizeof(*work->named));
	work->is_touched = calloc(table->n_sums, sizeof(*work->is_touched));
	return work->columns && work->named && work->is_touched ? 0 : -ENOMEM;
}

static void work_fini(struct work *work)
{
	free(work->columns);
	free(work->named);
	free(work->is_touched);
}

static void hide_all_but_the_total(struct privacy_table *table)
{
	for (size_t i = 0; i < table->n_leaves; i++)
		table->leaves[i].mark = PRIVACY_WITHHELD;
	for (size_t i = 1; i < table->n_sums; i++)
		table->sums[i].mark = PRIVACY_WITHHELD;
}

int privacy_protect(struct privacy_table *table, uint64_t threshold)
{
	struct work work;
	bool changed = true;
	int error;

	if (threshold == 0)
		return 0;
	mark_small(table, threshold);
	if (table->n_sums > PRIVACY_MAX_SUMS) {
		hide_all_but_the_total(table);
		return 0;
	}
	error = work_init(&work, table, threshold);
	// Without a total all leaves are small, and there is no equation.
	while (!error && changed && work.spent <= MAX_WORK &&
	       privacy_table_total(table)->mark == PRIVACY_SHOWN) {
		bool summed = protect_sums(&work);

		error = protect_exposed(&work, &changed);
		changed |= summed;
	}
	if (work.spent > MAX_WORK)
		hide_all_but_the_total(table);
	work_fini(&work);
	return error;
}
