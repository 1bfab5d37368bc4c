#include "test_all.h"

#include <errno.h>
#include <string.h>

#include "proto/base/clock.h"
#include "tests/gen/settings.h"

static struct settings settings;
static char why[SETTINGS_WHY_BYTES];

static void accepts(struct settings_text text)
{
	why[0] = '\0';
	if (settings_parse(&text, &settings, why) != 0)
		fail_msg("refused: %s", why);
}

// The sentence must name the option.
static void refuses(struct settings_text text, const char *option)
{
	assert_int_equal(settings_parse(&text, &settings, why), -EINVAL);
	assert_non_null(strstr(why, option));
}

static void nothing_said_is_a_small_mix(void **state)
{
	(void)state;
	accepts((struct settings_text){0});
	assert_int_equal(settings.n_frames, 10000);
	assert_int_equal(settings.duration_ns, 10 * NS_PER_S);
	assert_true(settings.weights[KIND_TEREDO] > 0);
}

static void a_mix_leaves_out_the_kinds_it_does_not_name(void **state)
{
	(void)state;
	accepts((struct settings_text){.mix = "plain=8,6in4=2"});
	assert_int_equal(settings.weights[KIND_PLAIN], 8);
	assert_int_equal(settings.weights[KIND_6IN4], 2);
	assert_int_equal(settings.weights[KIND_VLAN], 0);
}

static void start_can_be_told_in_four_ways(void **state)
{
	uint64_t now_ns = clock_wall_ns();

	(void)state;
	accepts((struct settings_text){.start = "2026-01-01T08:00:00+08:00"});
	assert_true(settings.start_ns == UINT64_C(1767225600) * NS_PER_S);
	accepts((struct settings_text){.start = "1767225600"});
	assert_true(settings.start_ns == UINT64_C(1767225600) * NS_PER_S);
	accepts((struct settings_text){.start = "now"});
	assert_true(settings.start_ns >= now_ns);
	accepts((struct settings_text){.start = "now-600"});
	assert_true(settings.start_ns >= now_ns - 600 * NS_PER_S);
	assert_true(settings.start_ns < now_ns);
}

static void what_makes_no_sense_is_refused_by_name(void **state)
{
	(void)state;
	refuses((struct settings_text){.seed = "x"}, "--seed");
	refuses((struct settings_text){.seed = "99999999999999999999"}, "--seed");
	refuses((struct settings_text){.start = "yesterday"}, "--start");
	refuses((struct settings_text){.start = "2110-01-01T00:00:00Z"}, "--start");
	refuses((struct settings_text){.frames = "1000000000", .rate = "0.001"}, "--rate");
	refuses((struct settings_text){.start = "now-"}, "--start");
	refuses((struct settings_text){.start = "now+5"}, "--start");
	refuses((struct settings_text){.frames = "0"}, "--frames");
	refuses((struct settings_text){.frames = "2000000000000"}, "to 1099511627776");
	refuses((struct settings_text){.frames = "5", .duration = "5"}, "--duration");
	refuses((struct settings_text){.duration = "0"}, "--duration");
	refuses((struct settings_text){.rate = "-1"}, "--rate");
	refuses((struct settings_text){.rate = "nan"}, "--rate");
	refuses((struct settings_text){.flows = "0"}, "--flows");
	refuses((struct settings_text){.v6_share = "1.1"}, "--v6-share");
	refuses((struct settings_text){.churn = "often"}, "--churn");
	refuses((struct settings_text){.snaplen = "0"}, "--snaplen");
}

static void a_flood_is_told_nothing_by_the_second(void **state)
{
	(void)state;
	refuses((struct settings_text){.flood = true, .duration = "60"}, "give --frames");
	refuses((struct settings_text){.flood = true, .churn = "100000"}, "--new-share");
	refuses((struct settings_text){.flood = true, .rate = "5"}, "--rate");
	accepts((struct settings_text){.flood = true, .frames = "40000000000"});
	assert_true(settings.n_frames == UINT64_C(40000000000));
	refuses((struct settings_text){.frames = "40000000000"}, "raise --rate");
	accepts((struct settings_text){
		.flood = true, .frames = "40000000000", .profile = "syn-flood"});
}

static void refuses_for(const char *profile, struct settings_text text, const char *option)
{
	text.profile = profile;
	refuses(text, option);
}

static void what_makes_no_sense_in_a_stream_is_refused_by_name(void **state)
{
	(void)state;
	refuses((struct settings_text){.subscribers = "5"}, "--subscribers");
	refuses((struct settings_text){.size = "64"}, "--profile stream, scan or syn-flood");
	refuses_for("plain", (struct settings_text){.new_share = "1"}, "--profile stream");
	refuses_for("scan", (struct settings_text){.choose = "zipf"}, "--choose");
	refuses_for("scan", (struct settings_text){.flows = "5"}, "--flows");
	refuses_for("syn-flood", (struct settings_text){.churn = "5"}, "--churn");
	refuses_for("syn-flood", (struct settings_text){.protocol = "both"}, "--protocol");
	refuses_for("stream", (struct settings_text){.answered = "1"}, "scan or syn-flood");
	refuses_for("scan", (struct settings_text){.guess = "1"}, "--profile syn-flood");
	refuses_for("scan", (struct settings_text){.answered = "1.1"}, "--answered");
	refuses_for("scan", (struct settings_text){.reset = "2"}, "--reset");
	refuses_for("syn-flood", (struct settings_text){.reset = "0.6", .guess = "0.6"},
	            "1 together at most");
	refuses_for("syn-flood", (struct settings_text){.protocol = "udp", .reset = "0.1"},
	            "--reset is for TCP");
	refuses_for("syn-flood", (struct settings_text){.subscribers = "2", .frames = "65537"},
	            "32768 flows each");
	refuses_for("stream", (struct settings_text){.shape = "swell"}, "--shape");
	refuses_for("stream", (struct settings_text){.mix = "teredo=1"}, "teredo");
	refuses_for("stream", (struct settings_text){.mix = "6in4=1"}, "--mix");
	refuses_for("stream", (struct settings_text){.subscribers = "0"}, "--subscribers");
	refuses_for("stream", (struct settings_text){.subscribers = "16777217"}, "--subscribers");
	refuses_for("stream", (struct settings_text){.new_share = "2"}, "--new-share");
	refuses_for("stream", (struct settings_text){.size = "63"}, "--size");
	refuses_for("stream", (struct settings_text){.size = "1519"}, "--size");
	refuses_for("stream", (struct settings_text){.size = "jumbo"}, "--size");
	refuses_for("stream", (struct settings_text){.snaplen = "60"}, "--snaplen");
	refuses_for("stream",
	            (struct settings_text){.subscribers = "1",
	                                   .new_share = "1",
	                                   .frames = "5000000000",
	                                   .rate = "1000000"},
	            "--subscribers");
	refuses_for("scan", (struct settings_text){.frames = "1099511627776", .rate = "1000000"},
	            "with every frame");
	refuses_for("stream", (struct settings_text){.frames = "1099511627776", .rate = "1000000"},
	            "--frames");
}

static void a_stream_says_what_it_is_made_of(void **state)
{
	(void)state;
	accepts((struct settings_text){.profile = "stream", .flows = "500"});
	assert_int_equal(settings.pattern, PATTERN_STREAM);
	assert_int_equal(settings.stream.n_subscribers, 500);
	assert_false(settings.stream.zipf);
	assert_int_equal(settings.stream.sizes[0], 64);
	accepts((struct settings_text){
		.profile = "stream", .choose = "zipf", .size = "imix", .protocol = "udp"});
	assert_true(settings.stream.zipf);
	assert_int_equal(settings.stream.n_cycle, 12);
	assert_int_equal(settings.stream.protocols, PROTOCOLS_UDP);
	accepts((struct settings_text){
		.profile = "syn-flood", .frames = "100000000", .rate = "10000000"});
	assert_int_equal(settings.pattern, PATTERN_SYN_FLOOD);
	assert_int_equal(settings.stream.n_subscribers, 0);
	accepts((struct settings_text){.profile = "syn-flood",
	                               .subscribers = "4",
	                               .frames = "65536",
	                               .answered = "0.5",
	                               .reset = "0.5",
	                               .guess = "0.5"});
	assert_int_equal(settings.stream.protocols, PROTOCOLS_TCP);
	assert_true(settings.stream.answered_share == 0.5);
}

static void a_bad_mix_is_refused_with_the_mend(void **state)
{
	(void)state;
	refuses((struct settings_text){.mix = ""}, "KIND=WEIGHT");
	refuses((struct settings_text){.mix = "plain"}, "KIND=WEIGHT");
	refuses((struct settings_text){.mix = "plain=many"}, "whole number");
	refuses((struct settings_text){.mix = "teredp=1"}, "\"teredo\"?");
	refuses((struct settings_text){.mix = "teredo=1"}, "--v6-share 1");
	refuses((struct settings_text){.mix = "4in6=1"}, "--v6-share 0");
	refuses((struct settings_text){.mix = "other=1", .v6_share = "1"}, "no kind carries");
}

static void a_snaplen_that_would_cut_headers_is_refused_with_the_least_that_fits(void **state)
{
	(void)state;
	refuses((struct settings_text){.snaplen = "73", .profile = "plain"}, "74");
	accepts((struct settings_text){.snaplen = "74", .profile = "plain"});
	refuses((struct settings_text){.snaplen = "100", .mix = "plain=1,vxlan=1"}, "\"vxlan\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said_is_a_small_mix),
		cmocka_unit_test(a_mix_leaves_out_the_kinds_it_does_not_name),
		cmocka_unit_test(start_can_be_told_in_four_ways),
		cmocka_unit_test(what_makes_no_sense_is_refused_by_name),
		cmocka_unit_test(a_flood_is_told_nothing_by_the_second),
		cmocka_unit_test(what_makes_no_sense_in_a_stream_is_refused_by_name),
		cmocka_unit_test(a_stream_says_what_it_is_made_of),
		cmocka_unit_test(a_bad_mix_is_refused_with_the_mend),
		cmocka_unit_test(
			a_snaplen_that_would_cut_headers_is_refused_with_the_least_that_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
