#include "config.h"

#include "config_scalar.h"

enum {
	INDENT = 2, // columns a level
};

// Prints the mapping below what has been written of its line.
static void mapping_print(FILE *out, const struct config_schema *schema, const char *values,
                          int depth);

static void texts_print(FILE *out, const struct config_texts *texts, int depth)
{
	for (size_t i = 0; i < texts->n; i++) {
		fprintf(out, "%*s- ", (depth + 1) * INDENT, "");
		config_text_print(out, texts->items[i]);
		fputc('\n', out);
	}
}

static void rows_print(FILE *out, const struct config_schema *schema,
                       const struct config_rows *rows, int depth)
{
	for (size_t i = 0; i < rows->n; i++) {
		fprintf(out, "%*s-", (depth + 1) * INDENT, "");
		mapping_print(out, schema, (const char *)rows->items + i * schema->size, depth + 2);
	}
}

static void field_print(FILE *out, const struct config_field *field, const char *slot, int depth)
{
	switch (field->type) {
	case CONFIG_TEXTS: {
		const struct config_texts *texts = (const void *)slot;
		fputs(texts->n ? ":\n" : ": []\n", out);
		texts_print(out, texts, depth);
		break;
	}
	case CONFIG_ROWS: {
		const struct config_rows *rows = (const void *)slot;
		fputs(rows->n ? ":\n" : ": []\n", out);
		rows_print(out, field->rows, rows, depth);
		break;
	}
	case CONFIG_GROUP:
		fputc(':', out);
		mapping_print(out, field->rows, slot, depth + 1);
		break;
	default:
		fputs(": ", out);
		config_scalar_print(out, field, slot);
		fputc('\n', out);
	}
}

// What was not given and has no preset is shown as a comment: there is no way to write it.
static bool field_is_set(const struct config_field *field, const char *slot)
{
	return field->type >= CONFIG_TEXTS || config_scalar_is_set(field, slot);
}

static bool mapping_is_empty(const struct config_schema *schema, const char *values)
{
	for (const struct config_field *field = schema->fields; field->key; field++)
		if (field_is_set(field, values + field->offset))
			return false;
	return true;
}

static void fields_print(FILE *out, const struct config_schema *schema, const char *values,
                         int depth)
{
	for (const struct config_field *field = schema->fields; field->key; field++) {
		const char *slot = values + field->offset;
		if (field->help)
			fprintf(out, "%*s# %s\n", depth * INDENT, "", field->help);
		if (field_is_set(field, slot)) {
			fprintf(out, "%*s%s", depth * INDENT, "", field->key);
			field_print(out, field, slot, depth);
		} else {
			fprintf(out, "%*s# %s: (not set)\n", depth * INDENT, "", field->key);
		}
	}
}

static void mapping_print(FILE *out, const struct config_schema *schema, const char *values,
                          int depth)
{
	// Without a key of its own YAML would read nothing at all, not an empty mapping.
	fputs(mapping_is_empty(schema, values) ? " {}\n" : "\n", out);
	fields_print(out, schema, values, depth);
}

void config_print(FILE *out, const struct config_schema *schema, const void *values)
{
	if (mapping_is_empty(schema, values))
		fputs("{}\n", out);
	fields_print(out, schema, values, 0);
}
