#include "scopes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/sketch.h"

static const uint32_t scope_seconds[MAX_USER_KEYS] = {SCOPE_SECONDS, LONG_SCOPE_SECONDS};

enum {
	RAISED_BYTES = SKETCH_REGISTERS / 8,
	FIRST_DATA_BYTES = 1 << 16,
	// Registers that stand in whole bytes.
	GROUP_REGISTERS = 4,
	GROUP_BYTES = 3,
};

// One group under one key, of one grade.
struct scope_sketch {
	struct sketch held; // in this scope so far
	uint8_t raised[RAISED_BYTES]; // bit of each register that was raised since the last rows
};

// What is known of a sketch without touching it.
enum sketch_state {
	SKETCH_EMPTY, // all zeros
	SKETCH_HELD, // nothing was raised since the last rows
	SKETCH_RAISED,
};

struct scopes {
	struct report_group *groups;
	uint32_t n_groups;
	uint64_t start_ns[MAX_USER_KEYS]; // of the open scope
	// In the order of rows: by key, group and grade. Of their memory only what is used is
	// touched.
	struct scope_sketch *sketches;
	uint8_t *states; // enum sketch_state
	bool *used; // ever
	struct sketch scratch; // all zeros between calls
	struct report_sketch *rows;
	uint32_t n_rows;
	uint8_t *data;
	uint32_t n_bytes, capacity;
};

static uint32_t sketches_per_key(const struct scopes *scopes)
{
	return scopes->n_groups * N_GRADES;
}

static uint32_t n_sketches(const struct scopes *scopes)
{
	return MAX_USER_KEYS * sketches_per_key(scopes);
}

static int allocate(struct scopes *scopes, const struct report_group *groups)
{
	uint32_t n = n_sketches(scopes);

	scopes->groups = calloc(scopes->n_groups, sizeof(*scopes->groups));
	scopes->sketches = calloc(n, sizeof(*scopes->sketches));
	scopes->states = calloc(n, sizeof(*scopes->states));
	scopes->used = calloc(n, sizeof(*scopes->used));
	scopes->rows = calloc(n, sizeof(*scopes->rows));
	if (!scopes->groups || !scopes->sketches || !scopes->states || !scopes->used ||
	    !scopes->rows)
		return -ENOMEM;
	memcpy(scopes->groups, groups, scopes->n_groups * sizeof(*groups));
	return 0;
}

int scopes_new(const struct report_group *groups, uint32_t n_groups, struct scopes **ret_scopes)
{
	struct scopes *scopes = calloc(1, sizeof(*scopes));
	int r;

	if (scopes == NULL)
		return -ENOMEM;
	scopes->n_groups = n_groups;
	r = allocate(scopes, groups);
	if (r < 0) {
		scopes_free(scopes);
		return r;
	}
	*ret_scopes = scopes;
	return 0;
}

void scopes_free(struct scopes *scopes)
{
	if (scopes == NULL)
		return;
	free(scopes->groups);
	free(scopes->sketches);
	free(scopes->states);
	free(scopes->used);
	free(scopes->rows);
	free(scopes->data);
	free(scopes);
}

static uint64_t scope_length_ns(uint32_t key)
{
	return scope_seconds[key] * NS_PER_S;
}

static void forget(struct scopes *scopes, uint32_t key)
{
	uint32_t first = key * sketches_per_key(scopes);

	for (uint32_t i = first; i < first + sketches_per_key(scopes); i++) {
		if (scopes->states[i] == SKETCH_EMPTY)
			continue;
		memset(&scopes->sketches[i], 0, sizeof(scopes->sketches[i]));
		scopes->states[i] = SKETCH_EMPTY;
	}
}

// Makes the scopes that hold the window the open ones.
static void open_at(struct scopes *scopes, struct window window)
{
	for (uint32_t key = 0; key < MAX_USER_KEYS; key++) {
		struct window scope = window_at(window.start_ns, scope_length_ns(key));

		if (scopes->start_ns[key] == scope.start_ns)
			continue;
		forget(scopes, key);
		scopes->start_ns[key] = scope.start_ns;
	}
}

// Nobody waits for the users of the younger key, which in changes of 5 minutes take fewer bytes
// than in changes of one.
static bool is_told_with(uint32_t key, struct window window)
{
	return key == 0 || window_end_ns(window) % (SCOPE_SECONDS * NS_PER_S) == 0;
}

static bool ends_with(const struct scopes *scopes, uint32_t key, struct window window)
{
	return window_end_ns(window) >= scopes->start_ns[key] + scope_length_ns(key);
}

static bool raise_register(struct scope_sketch *sketch, uint32_t index, uint32_t rank)
{
	if (rank <= sketch_get(&sketch->held, index))
		return false;
	sketch_set(&sketch->held, index, rank);
	sketch->raised[index / 8] |= (uint8_t)(1 << index % 8);
	return true;
}

// Raises what is held to what is in the scratch, of which most is 0; true if anything was.
static bool raise_held(struct scope_sketch *sketch, const struct sketch *scratch)
{
	bool any = false;

	for (uint32_t group = 0; group < SKETCH_REGISTERS / GROUP_REGISTERS; group++) {
		const uint8_t *bytes = scratch->registers + (size_t)group * GROUP_BYTES;

		if ((bytes[0] | bytes[1] | bytes[2]) == 0)
			continue;
		for (uint32_t i = group * GROUP_REGISTERS; i < (group + 1) * GROUP_REGISTERS; i++)
			any |= raise_register(sketch, i, sketch_get(scratch, i));
	}
	return any;
}

void scopes_add(struct scopes *scopes, struct window window, const struct user_tally *tally)
{
	uint32_t at = 0;

	open_at(scopes, window);
	for (uint32_t key = 0; key < MAX_USER_KEYS; key++) {
		for (uint32_t i = 0; i < sketches_per_key(scopes); i++, at++) {
			if (!user_tally_merge(tally, i / N_GRADES, key, (enum grade)(i % N_GRADES),
			                      &scopes->scratch))
				continue;
			if (raise_held(&scopes->sketches[at], &scopes->scratch))
				scopes->states[at] = SKETCH_RAISED;
			scopes->used[at] = true;
			memset(&scopes->scratch, 0, sizeof(scopes->scratch));
		}
	}
}

static int make_room(struct scopes *scopes)
{
	uint32_t capacity = scopes->capacity == 0 ? FIRST_DATA_BYTES : scopes->capacity * 2;
	uint8_t *data;

	if (scopes->n_bytes + SKETCH_MAX_ENCODED_BYTES <= scopes->capacity)
		return 0;
	data = realloc(scopes->data, capacity);
	if (data == NULL)
		return -ENOMEM;
	scopes->data = data;
	scopes->capacity = capacity;
	return 0;
}

static void take_raised(const struct scope_sketch *sketch, struct sketch *ret_raised)
{
	*ret_raised = (struct sketch){0};
	for (uint32_t byte = 0; byte < RAISED_BYTES; byte++) {
		if (sketch->raised[byte] == 0)
			continue;
		for (uint32_t i = 8 * byte; i < 8 * byte + 8; i++)
			if (sketch->raised[byte] >> i % 8 & 1)
				sketch_set(ret_raised, i, sketch_get(&sketch->held, i));
	}
}

static int add_row(struct scopes *scopes, uint32_t at, bool whole)
{
	const struct scope_sketch *sketch = &scopes->sketches[at];
	uint32_t key = at / sketches_per_key(scopes);
	struct sketch raised;
	size_t n_bytes;
	int r = make_room(scopes);

	if (r < 0)
		return r;
	if (!whole)
		take_raised(sketch, &raised);
	n_bytes = sketch_encode(whole ? &sketch->held : &raised, scopes->data + scopes->n_bytes);
	scopes->n_bytes += (uint32_t)n_bytes;
	scopes->rows[scopes->n_rows++] = (struct report_sketch){
		.key = key,
		.group = at % sketches_per_key(scopes) / N_GRADES,
		.grade = (enum grade)(at % N_GRADES),
		.scope_seconds = scope_seconds[key],
		.n_bytes = (uint32_t)n_bytes,
	};
	return 0;
}

// Rows of what was raised, or of all that is held.
static int add_rows(struct scopes *scopes, uint32_t key, bool whole)
{
	uint32_t first = key * sketches_per_key(scopes);
	int r = 0;

	for (uint32_t i = first; i < first + sketches_per_key(scopes) && r == 0; i++)
		if (scopes->states[i] >= (whole ? SKETCH_HELD : SKETCH_RAISED))
			r = add_row(scopes, i, whole);
	return r;
}

static void settle(struct scopes *scopes, uint32_t key)
{
	uint32_t first = key * sketches_per_key(scopes);

	for (uint32_t i = first; i < first + sketches_per_key(scopes); i++) {
		if (scopes->states[i] != SKETCH_RAISED)
			continue;
		memset(scopes->sketches[i].raised, 0, RAISED_BYTES);
		scopes->states[i] = SKETCH_HELD;
	}
}

int scopes_rows(struct scopes *scopes, struct window window, bool closing,
                struct user_rows *ret_rows)
{
	int r = 0;

	open_at(scopes, window);
	scopes->n_rows = 0;
	scopes->n_bytes = 0;
	for (uint32_t key = 0; key < MAX_USER_KEYS && r == 0; key++)
		if (closing || is_told_with(key, window))
			r = add_rows(scopes, key, closing || ends_with(scopes, key, window));
	if (r < 0)
		return r;
	for (uint32_t key = 0; key < MAX_USER_KEYS; key++) {
		if (closing || ends_with(scopes, key, window))
			forget(scopes, key);
		else if (is_told_with(key, window))
			settle(scopes, key);
	}
	*ret_rows = (struct user_rows){scopes->rows, scopes->n_rows, scopes->data, scopes->n_bytes};
	return 0;
}

size_t scopes_bytes(const struct scopes *scopes)
{
	size_t n_bytes = sizeof(*scopes) + scopes->n_groups * sizeof(*scopes->groups) +
	                 scopes->capacity;

	for (uint32_t i = 0; i < n_sketches(scopes); i++)
		n_bytes += sizeof(*scopes->states) + sizeof(*scopes->used) + sizeof(*scopes->rows) +
		           scopes->used[i] * sizeof(*scopes->sketches);
	return n_bytes;
}
