#include "test_all.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/report_sequence.h"
#include "proto/wire.h"
#include "sample_report.h"

static void the_number_of_a_whole_report_is_found(void **state)
{
	struct report *report = sample_report_new();
	uint64_t sequence = 0;
	uint8_t *frame;
	size_t n_bytes;

	assert_int_equal(report_encode(report, &frame, &n_bytes), 0);
	assert_true(report_sequence_scan(frame + WIRE_HEADER_BYTES, n_bytes - WIRE_HEADER_BYTES,
	                                 &sequence));
	assert_int_equal(sequence, 17);
	free(frame);
	report_free(report);
}

// However a report is cut, the scan stays inside what there is.
static void a_cut_report_is_scanned_to_its_end(void **state)
{
	struct report *report = sample_report_new();
	uint8_t *frame, *cut;
	size_t n_bytes;
	bool was_found = false;

	assert_int_equal(report_encode(report, &frame, &n_bytes), 0);
	for (size_t i = 0; i <= n_bytes - WIRE_HEADER_BYTES; i++) {
		uint64_t sequence;
		bool is_found;

		cut = malloc(i + 1);
		memcpy(cut, frame + WIRE_HEADER_BYTES, i);
		is_found = report_sequence_scan(cut, i, &sequence);
		assert_true(is_found || !was_found);
		was_found = is_found;
		free(cut);
	}
	assert_true(was_found);
	free(frame);
	report_free(report);
}

static void damage_before_the_number_hides_it(void **state)
{
	static const struct {
		const char *bytes;
		size_t n_bytes;
		bool is_found;
	} vectors[] = {
		{"\x18\x07", 2, true},
		{"\x11xxxxxxxx\x18\x07", 11, true}, // a 64-bit field before
		{"\x15xxxx\x18\x07", 7, true}, // a 32-bit field before
		{"\x0b\x18\x07", 3, false}, // a group
		{"\x0a\x05x\x18\x07", 5, false}, // longer than what is left
		{"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x18\x07", 13, false},
		{"\x18", 1, false},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x18\x07", 13, false},
		{"", 0, false},
	};

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		uint64_t sequence = 99;
		bool is_found = report_sequence_scan((const uint8_t *)vectors[i].bytes,
		                                     vectors[i].n_bytes, &sequence);

		assert_int_equal(is_found, vectors[i].is_found);
		assert_int_equal(sequence, is_found ? 7 : 99);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_number_of_a_whole_report_is_found),
		cmocka_unit_test(a_cut_report_is_scanned_to_its_end),
		cmocka_unit_test(damage_before_the_number_hides_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
