#include "indicator.h"

#include <string.h>

static const struct indicator_info indicators[N_INDICATORS] = {
	[INDICATOR_V6_TRAFFIC_BPS] = {"v6_traffic_bps", "bps", 1, CUT_NONE, true, true},
	[INDICATOR_V4_TRAFFIC_BPS] = {"v4_traffic_bps", "bps", 1, CUT_NONE, true, true},
	[INDICATOR_V6_SHARE] = {"v6_share", "ratio", 1, CUT_NONE, false, false},
	[INDICATOR_V6_SHARE_NATIVE] = {"v6_share_native", "ratio", 1, CUT_NONE, false, false},
	[INDICATOR_TRANSITION_BPS] = {"transition_bps", "bps", 1, CUT_TRANSITION, true, true},
	[INDICATOR_PACKETS_PER_SECOND] = {"packets_per_second", "packets/s", 1, CUT_FAMILY, true,
                                          true},
	[INDICATOR_FRAMES_PER_SECOND] = {"frames_per_second", "frames/s", 1, CUT_NONE, false,
                                         false},
	[INDICATOR_COVERAGE] = {"coverage", "ratio", 1, CUT_NONE, false, false},
};

const struct indicator_info *indicator_info(enum indicator indicator)
{
	return &indicators[indicator];
}

int indicator_from_id(const char *id)
{
	for (int i = 0; i < N_INDICATORS; i++)
		if (strcmp(indicators[i].id, id) == 0)
			return i;
	return -1;
}

static double slice_sum(const double amounts[N_FAMILIES][N_TRANSITIONS], struct slice slice)
{
	double sum = 0;

	for (int family = 0; family < N_FAMILIES; family++) {
		if (slice.family >= 0 && slice.family != family)
			continue;
		for (int transition = 0; transition < N_TRANSITIONS; transition++)
			if (slice.transition < 0 || slice.transition == transition)
				sum += amounts[family][transition];
	}
	return sum;
}

// Bits of one family; none where the slice asks for the other one.
static double family_bits(const struct aggregate *aggregate, enum family family, struct slice slice)
{
	if (slice.family >= 0 && slice.family != (int)family)
		return 0;
	slice.family = (int)family;
	return 8 * slice_sum(aggregate->bytes, slice);
}

static bool ratio(double part, double whole, double *ret_value)
{
	if (whole <= 0)
		return false;
	*ret_value = part / whole;
	return true;
}

// Ratio of sums of payload bytes, never an average of ratios.
static bool v6_share(const struct aggregate *aggregate, double *ret_value)
{
	double v6 = slice_sum(aggregate->bytes, (struct slice){FAMILY_IPV6, -1});

	return ratio(v6, slice_sum(aggregate->bytes, SLICE_ALL), ret_value);
}

// Traffic of the transition mechanisms is left out on both sides.
static bool v6_share_native(const struct aggregate *aggregate, double *ret_value)
{
	double v6 = slice_sum(aggregate->bytes, (struct slice){-1, TRANSITION_NATIVE6});
	double v4 = slice_sum(aggregate->bytes, (struct slice){-1, TRANSITION_NATIVE4});

	return ratio(v6, v4 + v6, ret_value);
}

// A window that is not over yet may have a cell before its links are expected.
static bool coverage(const struct aggregate *aggregate, double *ret_value)
{
	if (!ratio(aggregate->coverage, (double)aggregate->n_expected, ret_value))
		return false;
	if (*ret_value > 1)
		*ret_value = 1;
	return true;
}

// What is counted, before it is divided by time.
static double amount(enum indicator indicator, const struct aggregate *aggregate,
                     struct slice slice)
{
	switch (indicator) {
	case INDICATOR_V6_TRAFFIC_BPS:
		return family_bits(aggregate, FAMILY_IPV6, slice);
	case INDICATOR_V4_TRAFFIC_BPS:
		return family_bits(aggregate, FAMILY_IPV4, slice);
	case INDICATOR_TRANSITION_BPS:
		return 8 * slice_sum(aggregate->bytes, slice);
	case INDICATOR_PACKETS_PER_SECOND:
		return slice_sum(aggregate->packets, slice);
	default:
		return aggregate->received_frames;
	}
}

bool indicator_value(enum indicator indicator, const struct aggregate *aggregate, double seconds,
                     struct slice slice, double *ret_value)
{
	if (indicator == INDICATOR_COVERAGE)
		return coverage(aggregate, ret_value);
	if (aggregate->n_links == 0)
		return false;
	if (indicator == INDICATOR_V6_SHARE)
		return v6_share(aggregate, ret_value);
	if (indicator == INDICATOR_V6_SHARE_NATIVE)
		return v6_share_native(aggregate, ret_value);
	*ret_value = amount(indicator, aggregate, slice) / seconds;
	return true;
}
