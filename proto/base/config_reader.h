// libyaml's events, one at a time, with faults that name their place in the file.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

struct reader {
	const char *name; // of the file, in messages
	const char *text;
	size_t n_bytes;
	yaml_parser_t parser;
	yaml_event_t event; // the current one
	char *why; // CONFIG_WHY_BYTES, filled by every fault
};

// The name, text and why are borrowed. 0; -ENOMEM, and then there is nothing to release.
int reader_init(struct reader *reader, const char *name, const char *text, size_t n_bytes,
                char *why);
void reader_fini(struct reader *reader);

// Goes on to the next event. 0; -EINVAL when what comes is not YAML; -ENOMEM.
int reader_next(struct reader *reader);

// A fault at a place, which libyaml counts from 0 and people count from 1: returns -EINVAL. Text of
// the file may be part of the sentence: control characters in it are not passed on.
__attribute__((format(printf, 4, 5))) int reader_fault(struct reader *reader, size_t line,
                                                       size_t column, const char *format, ...);

#define reader_fault_at(reader, mark, ...)                                                         \
	reader_fault(reader, (mark).line, (mark).column, __VA_ARGS__)

// Returns -ENOMEM.
int reader_memory_fault(struct reader *reader);

// Refuses anchors, aliases and tags on the current event: YAML's indirections would let a value
// differ from what stands at its place.
int reader_check_plain(struct reader *reader);

// Checks that the current event is plain and begins what the key wants: "\"links\" must be a list,
// not a mapping".
int reader_expect(struct reader *reader, yaml_event_type_t type, const char *key, const char *what);

// True at a value that was left out, or written as YAML's null.
bool reader_at_null(const struct reader *reader);

// "a list", "a mapping" or "a single value".
const char *reader_event_kind(const struct reader *reader);
