#include "test_all.h"

#include <math.h>

#include "collector/rollup/indicator.h"

// A minute of one link in which it counted that many payload bytes of each family.
static struct cell cell_of(uint64_t v4_bytes, uint64_t v6_bytes)
{
	struct cell cell = {.observed_ns = CELL_WINDOW_NS, .received_frames = 600};

	cell.frames[FRAME_IPV4] = 600;
	cell.traffic[FAMILY_IPV4][FAMILY_IPV4][TRANSITION_NATIVE4] = (struct cell_traffic){
		10, v4_bytes, v4_bytes};
	cell.traffic[FAMILY_IPV6][FAMILY_IPV6][TRANSITION_NATIVE6] = (struct cell_traffic){
		20, v6_bytes, v6_bytes};
	return cell;
}

static void add_cell(struct aggregate *sums, const struct cell *cell)
{
	struct measure measure = {.n_expected = 1};

	measure_add(&measure, cell);
	aggregate_add(sums, &measure);
}

static double value(enum indicator indicator, const struct aggregate *sums, struct slice slice)
{
	double result = NAN;

	assert_true(indicator_value(indicator, sums, 60, slice, &result));
	return result;
}

static void assert_near(double result, double expected, double tolerance)
{
	if (!(fabs(result - expected) <= tolerance))
		fail_msg("%.12g is not within %.3g of %.12g", result, tolerance, expected);
}

// Mid-2025: 66.00 % of mobile and 28.32 % of fixed bytes were IPv6, and 31.12 % of all. So mobile
// carried (31.12 - 28.32) / (66.00 - 28.32) = 7.43 % of the bytes.
static void a_total_share_is_weighted_by_bytes(void **state)
{
	const uint64_t all = UINT64_C(1000000000000);
	const uint64_t mobile = all * 280 / 3768, fixed = all - mobile;
	struct cell mobile_cell = cell_of(mobile * 34 / 100, mobile * 66 / 100);
	struct cell fixed_cell = cell_of(fixed / 10000 * 7168, fixed / 10000 * 2832);
	struct aggregate mobile_only = {0}, fixed_only = {0}, total = {0};

	add_cell(&mobile_only, &mobile_cell);
	add_cell(&fixed_only, &fixed_cell);
	add_cell(&total, &mobile_cell);
	add_cell(&total, &fixed_cell);
	assert_near(value(INDICATOR_V6_SHARE, &mobile_only, SLICE_ALL), 0.66, 1e-6);
	assert_near(value(INDICATOR_V6_SHARE, &fixed_only, SLICE_ALL), 0.2832, 1e-6);
	assert_near(value(INDICATOR_V6_SHARE, &total, SLICE_ALL), 0.3112, 1e-6);
	assert_near((double)mobile / (double)all, 0.074, 0.0005);
	assert_true(fabs(value(INDICATOR_V6_SHARE, &total, SLICE_ALL) - (0.66 + 0.2832) / 2) > 0.1);
}

static void rates_divide_bits_by_seconds(void **state)
{
	struct cell cell = cell_of(3000, 9000);
	struct aggregate sums = {0};

	add_cell(&sums, &cell);
	assert_near(value(INDICATOR_V6_TRAFFIC_BPS, &sums, SLICE_ALL), 1200, 1e-9);
	assert_near(value(INDICATOR_V4_TRAFFIC_BPS, &sums, SLICE_ALL), 400, 1e-9);
	assert_near(value(INDICATOR_FRAMES_PER_SECOND, &sums, SLICE_ALL), 10, 1e-9);
	assert_near(value(INDICATOR_PACKETS_PER_SECOND, &sums, (struct slice){FAMILY_IPV6, -1}),
	            20.0 / 60, 1e-9);
}

static void a_window_seen_by_half_is_a_lower_bound_and_says_so(void **state)
{
	struct cell cell = cell_of(3000, 9000);
	struct aggregate sums = {0};

	cell.observed_ns = CELL_WINDOW_NS / 2;
	add_cell(&sums, &cell);
	assert_near(value(INDICATOR_V6_TRAFFIC_BPS, &sums, SLICE_ALL), 1200, 1e-9);
	assert_near(value(INDICATOR_COVERAGE, &sums, SLICE_ALL), 0.5, 1e-9);
}

static void rates_of_links_add_up_to_what_was_counted(void **state)
{
	struct cell whole = cell_of(0, 9000), half = cell_of(0, 9000);
	struct aggregate sums = {0};

	half.observed_ns = CELL_WINDOW_NS / 2;
	add_cell(&sums, &whole);
	add_cell(&sums, &half);
	assert_near(value(INDICATOR_V6_TRAFFIC_BPS, &sums, SLICE_ALL) * 60 / 8, 18000, 1e-9);
}

static void tunnelled_ipv6_counts_as_ipv6_but_not_as_native(void **state)
{
	struct cell cell = cell_of(1000, 1000);
	struct aggregate sums = {0};

	cell.traffic[FAMILY_IPV4][FAMILY_IPV6][TRANSITION_6IN4] = (struct cell_traffic){1, 2040,
	                                                                                2000};
	add_cell(&sums, &cell);
	assert_near(value(INDICATOR_V6_SHARE, &sums, SLICE_ALL), 3000.0 / 4000, 1e-9);
	assert_near(value(INDICATOR_V6_SHARE_NATIVE, &sums, SLICE_ALL), 0.5, 1e-9);
	assert_near(value(INDICATOR_TRANSITION_BPS, &sums, (struct slice){-1, TRANSITION_6IN4}),
	            2000 * 8 / 60.0, 1e-9);
}

static void ipv4_inside_ipv6_is_never_ipv6(void **state)
{
	struct cell cell = {.observed_ns = CELL_WINDOW_NS};
	struct aggregate sums = {0};

	cell.traffic[FAMILY_IPV6][FAMILY_IPV4][TRANSITION_4IN6] = (struct cell_traffic){1, 140,
	                                                                                100};
	add_cell(&sums, &cell);
	assert_near(value(INDICATOR_V6_SHARE, &sums, SLICE_ALL), 0, 0);
	assert_near(value(INDICATOR_V4_TRAFFIC_BPS, &sums, SLICE_ALL), 100 * 8 / 60.0, 1e-9);
}

static void nothing_observed_is_not_measured_rather_than_0(void **state)
{
	struct aggregate none = {0}, silent = {0};
	struct measure expected = {.n_expected = 1};
	double result = -1;

	aggregate_add(&silent, &expected);
	for (int i = 0; i < N_INDICATORS; i++) {
		assert_false(indicator_value((enum indicator)i, &none, 60, SLICE_ALL, &result));
		if (i != INDICATOR_COVERAGE)
			assert_false(indicator_value((enum indicator)i, &silent, 60, SLICE_ALL,
			                             &result));
	}
	assert_true(result == -1);
	assert_near(value(INDICATOR_COVERAGE, &silent, SLICE_ALL), 0, 0);
}

static void a_share_of_no_bytes_is_not_measured(void **state)
{
	struct cell idle = {.observed_ns = CELL_WINDOW_NS};
	struct aggregate sums = {0};
	double result;

	add_cell(&sums, &idle);
	assert_false(indicator_value(INDICATOR_V6_SHARE, &sums, 60, SLICE_ALL, &result));
	assert_near(value(INDICATOR_V6_TRAFFIC_BPS, &sums, SLICE_ALL), 0, 0);
	assert_near(value(INDICATOR_COVERAGE, &sums, SLICE_ALL), 1, 0);
}

static void drops_lower_coverage(void **state)
{
	struct cell cell = cell_of(1, 1);
	struct aggregate sums = {0};

	cell.dropped_frames[DROP_MISSED] = 120;
	cell.dropped_frames[DROP_NO_BUFFER] = 50;
	cell.dropped_frames[DROP_ERROR] = 30;
	add_cell(&sums, &cell);
	assert_near(value(INDICATOR_COVERAGE, &sums, SLICE_ALL), 600.0 / 800, 1e-9);
}

static void every_indicator_is_found_by_its_id(void **state)
{
	for (int i = 0; i < N_INDICATORS; i++)
		assert_int_equal(indicator_from_id(indicator_info((enum indicator)i)->id), i);
	assert_int_equal(indicator_from_id("v6"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_total_share_is_weighted_by_bytes),
		cmocka_unit_test(rates_divide_bits_by_seconds),
		cmocka_unit_test(a_window_seen_by_half_is_a_lower_bound_and_says_so),
		cmocka_unit_test(rates_of_links_add_up_to_what_was_counted),
		cmocka_unit_test(tunnelled_ipv6_counts_as_ipv6_but_not_as_native),
		cmocka_unit_test(ipv4_inside_ipv6_is_never_ipv6),
		cmocka_unit_test(nothing_observed_is_not_measured_rather_than_0),
		cmocka_unit_test(a_share_of_no_bytes_is_not_measured),
		cmocka_unit_test(drops_lower_coverage),
		cmocka_unit_test(every_indicator_is_found_by_its_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
