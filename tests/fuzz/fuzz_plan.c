// Any bytes as plan.csv: refused with one clean line that names the file, or a plan that is the
// same with its rows in the opposite order, whose groups are sorted and all in use, and whose table
// answers for every prefix of the text.
#include "fuzz_target.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/plan/csv.h"
#include "probe/plan/plan.h"
#include "probe/plan/prefix_text.h"

#define NAME "fuzz.csv"

static void promise(bool kept, const char *what)
{
	if (kept)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

// Of exactly the size asked for, so that a sanitizer sees a byte written behind it.
static char *copy(const char *bytes, size_t n_bytes)
{
	char *text = malloc(n_bytes + 1);

	promise(text != NULL, "memory for the text");
	memcpy(text, bytes, n_bytes);
	return text;
}

static void write_quoted(FILE *out, const struct csv_row *row)
{
	for (uint32_t i = 0; i < row->n_fields; i++) {
		fputs(i == 0 ? "\"" : ",\"", out);
		for (const char *at = row->fields[i].text; *at != '\0'; at++)
			fprintf(out, *at == '"' ? "\"\"" : "%c", *at);
		fputs("\"", out);
	}
	fputs("\r\n", out);
}

// The header, and all rows in opposite order, each field in quotes.
static char *reversed(const char *bytes, size_t n_bytes, size_t *ret_bytes)
{
	char *text = copy(bytes, n_bytes), *written = NULL;
	struct csv_row *rows = calloc(n_bytes, sizeof(*rows));
	FILE *out = open_memstream(&written, ret_bytes);
	size_t n_rows = 0;
	struct csv csv;

	promise(rows != NULL && out != NULL, "memory for the rows");
	csv_init(&csv, text, n_bytes);
	while (csv_next(&csv, &rows[n_rows]) == CSV_ROW)
		n_rows++;
	write_quoted(out, &rows[0]);
	while (n_rows > 1)
		write_quoted(out, &rows[--n_rows]);
	fputc('\n', out); // room for the byte behind the text
	fclose(out);
	free(rows);
	free(text);
	return written;
}

static void check_groups(const struct plan *plan)
{
	const struct user_plan *users = plan_user_plan(plan);

	promise(users->n_groups > 0 && users->n_groups <= MAX_REPORT_GROUPS, "groups in bounds");
	for (uint32_t i = 0; i < users->n_groups; i++) {
		promise(i == 0 || report_group_compare(&plan->groups[i - 1], &plan->groups[i]) < 0,
		        "groups are sorted and each stands once");
		promise(users->groups[i].user_len >= 1 &&
		                users->groups[i].user_len <=
		                        (users->groups[i].family == FAMILY_IPV4 ? 32 : 128),
		        "a user is some bits of an address");
	}
}

// The first address of a prefix is in the group of its row, or of a longer one.
static void check_row(const struct plan *plan, const struct csv_row *row)
{
	const struct csv_field *field = &row->fields[0];
	struct prefix_row prefix;
	uint32_t value;

	promise(prefix_text_read(field->text, field->n_bytes, &prefix) == PREFIX_TEXT_SOUND,
	        "a prefix that was taken is canonical");
	if (strcmp(row->fields[3].text, "6rd") == 0 || strcmp(row->fields[3].text, "nat64") == 0)
		return;
	value = prefix_table_find(plan->users.prefixes, (enum family)prefix.family, prefix.address);
	promise(value > 0 && value <= plan->users.n_groups, "a row covers its own address");
	promise(plan->users.groups[value - 1].family == prefix.family, "families are kept apart");
	promise(plan->users.groups[value - 1].user_len >= prefix.length,
	        "a subscriber is not larger than a row");
}

static void check_rows(const struct plan *plan, const char *bytes, size_t n_bytes)
{
	char *text = copy(bytes, n_bytes);
	struct csv_row row;
	struct csv csv;

	csv_init(&csv, text, n_bytes);
	promise(csv_next(&csv, &row) == CSV_ROW, "there is a header");
	while (csv_next(&csv, &row) == CSV_ROW)
		check_row(plan, &row);
	free(text);
}

static void check_order(const struct plan *plan, const char *bytes, size_t n_bytes)
{
	char why[CONFIG_WHY_BYTES] = "", *text;
	struct plan *again = NULL;
	size_t n_reversed;

	text = reversed(bytes, n_bytes, &n_reversed);
	promise(plan_read(NAME, text, n_reversed - 1, &again, why) == 0, why);
	promise(memcmp(&again->id, &plan->id, sizeof(plan->id)) == 0, "which the id ignores");
	plan_free(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	char *text = copy((const char *)bytes, n_bytes), why[CONFIG_WHY_BYTES] = "";
	struct plan *plan = NULL;

	if (plan_read(NAME, text, n_bytes, &plan, why) == 0) {
		check_groups(plan);
		check_rows(plan, (const char *)bytes, n_bytes);
		check_order(plan, (const char *)bytes, n_bytes);
	} else {
		promise(plan == NULL, "nothing is given after a refusal");
		promise(strncmp(why, NAME ":", sizeof(NAME)) == 0, "a refusal names the file");
		promise(strpbrk(why, "\n\r\033") == NULL, "a refusal is one clean line");
	}
	plan_free(plan);
	free(text);
	return 0;
}
