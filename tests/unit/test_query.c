#include "test_all.h"

#include <errno.h>
#include <event2/http.h>
#include <string.h>

#include "collector/api/query.h"

#define SECOND_NS UINT64_C(1000000000)
#define END_NS    (UINT64_C(1763800020) * SECOND_NS)

static int parse(const char *text, struct series_query *ret_series, char *why)
{
	struct evkeyvalq query;
	int error;

	assert_int_equal(evhttp_parse_query_str(text, &query), 0);
	error = query_series(&query, END_NS, ret_series, why);
	evhttp_clear_headers(&query);
	return error;
}

static void an_id_alone_asks_for_the_last_hour(void **state)
{
	struct series_query series;
	char why[QUERY_WHY_BYTES];

	assert_int_equal(parse("id=v6_share", &series, why), 0);
	assert_int_equal(series.indicator, INDICATOR_V6_SHARE);
	assert_int_equal(series.to_ns, END_NS);
	assert_int_equal(series.from_ns, END_NS - 3600 * SECOND_NS);
	assert_int_equal(series.step_ns, 60 * SECOND_NS);
	assert_int_equal(series.place, PLACE_ALL);
}

static void spans_are_widened_to_whole_steps(void **state)
{
	struct series_query series;
	char why[QUERY_WHY_BYTES];

	assert_int_equal(parse("id=coverage&from=301&to=899&step=300", &series, why), 0);
	assert_int_equal(series.from_ns, 300 * SECOND_NS);
	assert_int_equal(series.to_ns, 900 * SECOND_NS);
}

static void the_plus_of_an_offset_survives_the_query(void **state)
{
	struct series_query series;
	char why[QUERY_WHY_BYTES];

	assert_int_equal(parse("id=coverage&from=2026-01-31T08:00:00+08:00&to=2026-01-31T01:00:00Z",
	                       &series, why),
	                 0);
	assert_int_equal(series.to_ns - series.from_ns, 3600 * SECOND_NS);
}

static void traffic_in_classes_is_always_cut_by_them(void **state)
{
	struct series_query series;
	char why[QUERY_WHY_BYTES];

	assert_int_equal(parse("id=transition_bps&group_by=link", &series, why), 0);
	assert_true(series.by_transition);
	assert_int_equal(series.place, PLACE_LINK);
	assert_int_equal(parse("id=packets_per_second", &series, why), 0);
	assert_true(series.by_family);
	assert_int_equal(parse("id=packets_per_second&group_by=transition", &series, why), 0);
	assert_false(series.by_family);
	assert_true(series.by_transition);
}

static void wrong_parameters_are_named_with_their_mend(void **state)
{
	static const struct {
		const char *text, *why;
	} wrong[] = {
		{"", "id: missing, write such as v6_share"},
		{"id=v6_shar", "id: no indicator \"v6_shar\", did you mean v6_share"},
		{"id=v6_share&step=61",
	         "step: \"61\" is not a number of seconds that 60 divides, up to 3024000"},
		{"id=v6_share&step=0",
	         "step: \"0\" is not a number of seconds that 60 divides, up to 3024000"},
		{"id=v6_share&step=-60",
	         "step: \"-60\" is not a number of seconds that 60 divides, up to 3024000"},
		{"id=v6_share&step=60x",
	         "step: \"60x\" is not a number of seconds that 60 divides, up to 3024000"},
		{"id=v6_share&step=99999999999999999999999960",
	         "step: \"99999999999999999999999960\" is not a number of seconds that 60 divides, "
	         "up "
	         "to 3024000"},
		{"id=v6_share&group_by=carrier",
	         "group_by: \"carrier\" does not go with v6_share, write one of: surface, link"},
		{"id=v6_share&group_by=transition",
	         "group_by: \"transition\" does not go with v6_share, write one of: surface, link"},
		{"id=v6_traffic_bps&group_by=",
	         "group_by: \"\" does not go with v6_traffic_bps, write one of: surface, link, "
	         "transition, family"},
		{"id=v6_share&from=yesterday", "from: \"yesterday\" is not a time, write "
	                                       "2026-01-31T08:00:00Z or seconds since 1970"},
		{"id=v6_share&to=18446744073", "to: \"18446744073\" is not a time, write "
	                                       "2026-01-31T08:00:00Z or seconds since 1970"},
		{"id=v6_share&from=100&to=100", "from: not before to, give an earlier time"},
		{"id=v6_share&from=0&to=3024001",
	         "from: more than 35 days before to, ask for less"},
		{"id=v6_share&from=0&to=3024000",
	         "step: makes more than 10000 points, give a longer step or a shorter span"},
		{"id=v6_share&id=v6_share", "id: given more than once, give it once"},
		{"id=v6_share&form=1", "unknown parameter \"form\", did you mean \"from\"?"},
		{"id=v6_share&colour=1", "unknown parameter \"colour\", leave it out"},
	};
	struct series_query series = {0};
	char why[QUERY_WHY_BYTES];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(parse(wrong[i].text, &series, why), -EINVAL);
		assert_string_equal(why, wrong[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_alone_asks_for_the_last_hour),
		cmocka_unit_test(spans_are_widened_to_whole_steps),
		cmocka_unit_test(the_plus_of_an_offset_survives_the_query),
		cmocka_unit_test(traffic_in_classes_is_always_cut_by_them),
		cmocka_unit_test(wrong_parameters_are_named_with_their_mend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
