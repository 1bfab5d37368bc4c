#include "test_all.h"

#include <string.h>

#include "collector/ingest/admission.h"
#include "sample_report.h"

#define SECOND_NS UINT64_C(1000000000)
#define DAY_NS    (86400 * SECOND_NS)

struct bench {
	struct hello hello;
	struct report *report;
	struct admission admission;
	char reason[MAX_TEXT_BYTES];
};

// A session that sends its own report just after the window's end.
static void bench_init(struct bench *bench)
{
	*bench = (struct bench){.report = sample_report_new()};
	strcpy(bench->hello.probe, bench->report->probe);
	bench->hello.spool = bench->report->spool;
	bench->admission = (struct admission){
		.hello = &bench->hello,
		.now_ns = bench->report->window_start_ns + 61 * SECOND_NS,
		.lateness_ns = 7 * DAY_NS,
	};
}

static enum refusal judge(struct bench *bench)
{
	return admission_check(&bench->admission, bench->report, bench->reason);
}

static void a_probe_may_write_its_own_reports(void **state)
{
	struct bench bench;

	bench_init(&bench);
	assert_int_equal(judge(&bench), REFUSAL_NONE);
	report_free(bench.report);
}

static void a_probe_may_not_write_for_another(void **state)
{
	struct bench bench;

	bench_init(&bench);
	strcpy(bench.hello.probe, "exchange-2.example");
	assert_int_equal(judge(&bench), REFUSAL_FOREIGN);
	assert_string_equal(bench.reason, "this session may write reports of exchange-2.example "
	                                  "only, not of exchange-1.example");
	report_free(bench.report);
}

static void a_session_writes_one_spool(void **state)
{
	struct bench bench;

	bench_init(&bench);
	bench.hello.spool.bytes[15] ^= 1;
	assert_int_equal(judge(&bench), REFUSAL_FOREIGN);
	report_free(bench.report);
}

static void a_sequence_must_fit_what_stores_keep(void **state)
{
	static const uint64_t wrong[] = {0, (uint64_t)INT64_MAX + 1, UINT64_MAX};
	struct bench bench;

	bench_init(&bench);
	for (size_t i = 0; i < 3; i++) {
		bench.report->sequence = wrong[i];
		assert_int_equal(judge(&bench), REFUSAL_SEQUENCE);
	}
	bench.report->sequence = INT64_MAX;
	assert_int_equal(judge(&bench), REFUSAL_NONE);
	report_free(bench.report);
}

static void windows_must_divide_a_minute(void **state)
{
	struct bench bench;

	bench_init(&bench);
	bench.report->observed_ns = 0;
	for (uint64_t seconds = 0; seconds <= 61; seconds++) {
		bench.report->window_length_ns = seconds * SECOND_NS;
		assert_int_equal(judge(&bench),
		                 seconds && 60 % seconds == 0 ? REFUSAL_NONE : REFUSAL_WINDOW);
	}
	bench.report->window_length_ns = 300 * SECOND_NS;
	assert_int_equal(judge(&bench), REFUSAL_WINDOW);
	assert_string_equal(bench.reason, "a window of 300 s does not divide 60 s: set the probe's "
	                                  "window to 60 s or a part of it");
	report_free(bench.report);
}

static void contradictory_windows_are_refused(void **state)
{
	struct bench bench;

	bench_init(&bench);
	bench.report->window_start_ns += 1;
	assert_int_equal(judge(&bench), REFUSAL_WINDOW);
	bench.report->window_start_ns -= 1;
	bench.report->observed_ns = bench.report->window_length_ns + 1;
	assert_int_equal(judge(&bench), REFUSAL_WINDOW);
	report_free(bench.report);
}

static void old_reports_are_declared_lost(void **state)
{
	struct bench bench;

	bench_init(&bench);
	bench.admission.now_ns = bench.report->window_start_ns + 60 * SECOND_NS + 7 * DAY_NS;
	assert_int_equal(judge(&bench), REFUSAL_NONE);
	bench.admission.now_ns += 1;
	assert_int_equal(judge(&bench), REFUSAL_LATE);
	assert_non_null(strstr(bench.reason, "declared lost"));
	report_free(bench.report);
}

static void reports_of_the_future_point_at_the_probes_clock(void **state)
{
	struct bench bench;
	uint64_t end_ns;

	bench_init(&bench);
	end_ns = bench.report->window_start_ns + bench.report->window_length_ns;
	bench.admission.now_ns = end_ns - ADMISSION_MAX_AHEAD_NS;
	assert_int_equal(judge(&bench), REFUSAL_NONE);
	bench.admission.now_ns -= 1;
	assert_int_equal(judge(&bench), REFUSAL_FUTURE);
	assert_non_null(strstr(bench.reason, "set the probe's clock"));
	bench.report->window_start_ns = UINT64_MAX - UINT64_MAX % (60 * SECOND_NS);
	assert_int_equal(judge(&bench), REFUSAL_FUTURE);
	report_free(bench.report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_probe_may_write_its_own_reports),
		cmocka_unit_test(a_probe_may_not_write_for_another),
		cmocka_unit_test(a_session_writes_one_spool),
		cmocka_unit_test(a_sequence_must_fit_what_stores_keep),
		cmocka_unit_test(windows_must_divide_a_minute),
		cmocka_unit_test(contradictory_windows_are_refused),
		cmocka_unit_test(old_reports_are_declared_lost),
		cmocka_unit_test(reports_of_the_future_point_at_the_probes_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
