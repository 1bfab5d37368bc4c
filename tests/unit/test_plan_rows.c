// What plans are refused for: every fault has its row, with the line it must name and words of the
// sentence.
#include "test_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/plan/plan.h"

#define HEADER    "prefix,carrier,region,access,class,user_len,port_block\n"
#define ROW       "2001:db8::/32,A,R,mobile,,64,\n"
#define LONG_NAME "1234567890123456789012345678901234567890123456789012345678901234" // one too many

struct fault {
	const char *text;
	const char *place; // begins the complaint
	const char *words; // are in it
};

static char why[CONFIG_WHY_BYTES];

static int refused(const char *text, size_t n_bytes)
{
	char *bytes = malloc(n_bytes + 1);
	struct plan *plan = NULL;
	int rc;

	assert_non_null(bytes);
	memcpy(bytes, text, n_bytes);
	why[0] = '\0';
	rc = plan_read("plan.csv", bytes, n_bytes, &plan, why);
	free(bytes);
	plan_free(plan);
	return rc;
}

static void assert_refused(const struct fault *faults, size_t n_faults)
{
	for (size_t i = 0; i < n_faults; i++) {
		int rc = refused(faults[i].text, strlen(faults[i].text));

		if (rc != -EINVAL || strncmp(why, faults[i].place, strlen(faults[i].place)) != 0 ||
		    !strstr(why, faults[i].words) || strpbrk(why, "\n\r\033"))
			fail_msg("%s\nwas answered by %d, \"%s\"\ninstead of \"%s %s\"",
			         faults[i].text, rc, why, faults[i].place, faults[i].words);
	}
}

#define ASSERT_REFUSED(faults) assert_refused(faults, sizeof(faults) / sizeof((faults)[0]))

static void a_file_must_have_the_header_and_rows(void **state)
{
	static const struct fault faults[] = {
		{"", "plan.csv: ", "is empty"},
		{"\n# only this\n", "plan.csv: ", "is empty"},
		{HEADER, "plan.csv: ", "covers nothing"},
		{HEADER "2001:db8::/32,,,6rd,,\n", "plan.csv: ", "covers nothing"},
		{"\n" ROW, "plan.csv:2: ", "the header \"prefix,carrier,"},
		{"prefix,carrier,region,access,class,user_len\n" ROW, "plan.csv:1: ", "header"},
		{"Prefix,carrier,region,access,class,user_len,port_block\n" ROW,
	         "plan.csv:1: ", "header"},
		{HEADER HEADER ROW, "plan.csv:2: ", "prefix \"prefix\" is none"},
	};

	ASSERT_REFUSED(faults);
}

static void a_row_must_have_its_columns(void **state)
{
	static const struct fault faults[] = {
		{HEADER ROW "2001:db9::/32,A,R,mobile,\n", "plan.csv:3: ", "5 columns"},
		{HEADER ROW "2001:db9::/32,A,R,mobile,,64,,\n",
	         "plan.csv:3: ", "8 columns where there must be 7, or 6"},
		{HEADER "\n#\n2001:db9::/32\n", "plan.csv:4: ", "1 columns"},
		{HEADER ROW "\"2001:db9::/32,A\n" ROW, "plan.csv:3: ", "quotes of column 1 do not"},
		{HEADER ROW "2001:db9::/32,A\"B\n" ROW, "plan.csv:3: ", "a quote in column 2"},
		{HEADER ROW "2001:db9::/32,\"A\"B\n" ROW, "plan.csv:3: ", "quotes of column 2"},
	};

	ASSERT_REFUSED(faults);
	assert_int_equal(refused(HEADER "\0", sizeof(HEADER)), -EINVAL);
	assert_string_equal(why, "plan.csv:2: a zero byte: write the file in UTF-8");
}

static void a_prefix_must_be_canonical(void **state)
{
	static const struct fault faults[] = {
		{HEADER "x,A,R,mobile,,64\n", "plan.csv:2: ", "prefix \"x\" is none"},
		{HEADER "\033[31m,A,R,mobile,,64\n", "plan.csv:2: ", "prefix \"?[31m\" is none"},
		{HEADER ",A,R,mobile,,64\n", "plan.csv:2: ", "prefix \"\" is none"},
		{HEADER "2001:db8::,A,R,mobile,,64\n",
	         "plan.csv:2: ", "write it as 2001:db8::/LENGTH"},
		{HEADER "10.0.0.0/33,A,R,mobile,,32\n", "plan.csv:2: ", "longer than its address"},
		{HEADER "2001:db8::1/64,A,R,mobile,,64\n",
	         "plan.csv:2: ", "has bits behind its length: write 2001:db8::/64"},
		{HEADER "2001:DB8::/64,A,R,mobile,,64\n",
	         "plan.csv:2: ", "canonical form: write 2001:db8::/64"},
	};

	ASSERT_REFUSED(faults);
}

static void an_access_must_be_one_of_those_there_are(void **state)
{
	static const struct fault faults[] = {
		{HEADER "::/0,A,R,moblie,,64\n",
	         "plan.csv:2: ", "unknown access \"moblie\", did you mean \"mobile\"?"},
		{HEADER "::/0,A,R,Fixed,,64\n", "plan.csv:2: ", "did you mean \"fixed\"?"},
		{HEADER "::/0,A,R,nat46,,64\n", "plan.csv:2: ", "did you mean \"nat64\"?"},
		{HEADER "::/0,A,R,satellite,,64\n",
	         "plan.csv:2: ", "must be mobile, fixed, enterprise, idc, broadcast or iot"},
		{HEADER "::/0,A,R,,,64\n", "plan.csv:2: ", "unknown access \"\""},
	};

	ASSERT_REFUSED(faults);
}

static void names_must_be_there_short_and_plain(void **state)
{
	static const struct fault faults[] = {
		{HEADER "::/0,,R,mobile,,64\n", "plan.csv:2: ", "carrier is empty"},
		{HEADER "::/0,A,,mobile,,64\n", "plan.csv:2: ", "region is empty"},
		{HEADER "::/0," LONG_NAME ",R,mobile,,64\n",
	         "plan.csv:2: ", "has 64 bytes, shorten it to 63"},
		{HEADER "::/0,A,R,mobile," LONG_NAME ",64\n", "plan.csv:2: ", "class \"123"},
		{HEADER "::/0,A/B,R,mobile,,64\n", "plan.csv:2: ", "carrier \"A/B\" has a slash"},
		{HEADER "::/0,A,\"R\nS\",mobile,,64\n", "plan.csv:2: ", "control characters"},
		{HEADER "::/0,A,R\xff,mobile,,64\n", "plan.csv:2: ", "region \"R?\" has control"},
		{HEADER "::/0,\" A\",R,mobile,,64\n", "plan.csv:2: ", "begins or ends with a"},
		{HEADER "::/0,A,R,mobile,\"c \",64\n", "plan.csv:2: ", "begins or ends with a"},
		{HEADER "2001::/32,A/B,,6rd,,\n", "plan.csv:2: ", "has a slash"},
	};

	ASSERT_REFUSED(faults);
}

static void a_user_is_at_least_the_prefix_and_at_most_the_address(void **state)
{
	static const struct fault faults[] = {
		{HEADER "2001:db8::/48,A,R,mobile,,47\n", "plan.csv:2: ",
	         "user_len 47 is shorter than the prefix 2001:db8::/48: give 48 to 128"},
		{HEADER "2001:db8::/48,A,R,mobile,,129\n", "plan.csv:2: ", "give 48 to 128"},
		{HEADER "10.0.0.0/8,A,R,mobile,,33\n", "plan.csv:2: ", "give 8 to 32"},
		{HEADER "10.0.0.0/8,A,R,mobile,,4294967328\n",
	         "plan.csv:2: ", "user_len 4294967328 is longer"},
		{HEADER "0.0.0.0/0,A,R,mobile,,0\n", "plan.csv:2: ", "give 1 to 32"},
		{HEADER "10.0.0.0/8,A,R,mobile,,\n", "plan.csv:2: ", "user_len \"\" is no number"},
		{HEADER "10.0.0.0/8,A,R,mobile,,-9\n", "plan.csv:2: ", "user_len \"-9\" is no"},
		{HEADER "2001::/32,,,6rd,,31\n", "plan.csv:2: ", "shorter than the prefix"},
	};

	ASSERT_REFUSED(faults);
}

static void a_port_block_is_for_shared_ipv4_addresses(void **state)
{
	static const struct fault faults[] = {
		{HEADER "2001:db8::/48,A,R,mobile,,64,512\n", "plan.csv:2: ", "leave it empty"},
		{HEADER "10.0.0.0/8,A,R,mobile,,31,512\n", "plan.csv:2: ", "of user_len 32"},
		{HEADER "10.0.0.0/8,A,R,mobile,,32,0\n", "plan.csv:2: ", "give 1 to 32768"},
		{HEADER "10.0.0.0/8,A,R,mobile,,32,32769\n", "plan.csv:2: ", "give 1 to 32768"},
		{HEADER "10.0.0.0/8,A,R,mobile,,32,x\n", "plan.csv:2: ", "port_block \"x\" is not"},
		{HEADER "2001::/32,,,6rd,,,1\n", "plan.csv:2: ", "leave it empty"},
	};

	ASSERT_REFUSED(faults);
}

static void a_transition_prefix_is_ipv6_and_leaves_room(void **state)
{
	static const struct fault faults[] = {
		{HEADER "10.0.0.0/8,,,6rd,,\n", "plan.csv:2: ", "10.0.0.0/8 is IPv4"},
		{HEADER "::/0,,,nat64,,\n", "plan.csv:2: ", "must be 1 to 96"},
		{HEADER "64:ff9b::/97,,,nat64,,\n", "plan.csv:2: ", "must be 1 to 96"},
		{HEADER "2001::/65,,,6rd,,\n", "plan.csv:2: ", "must be 1 to 64"},
		{HEADER ROW "2001::/32,,,6rd,,\n2001::/32,,,6rd,,\n",
	         "plan.csv:4: ", "one of 6rd in line 3 already"},
		{HEADER ROW "2001::/32,,,6rd,,\n2001::/32,,,nat64,,\n",
	         "plan.csv:4: ", "one of 6rd in line 3 already"},
	};

	ASSERT_REFUSED(faults);
}

static void a_prefix_stands_once(void **state)
{
	static const struct fault faults[] = {
		{HEADER ROW ROW,
	         "plan.csv:3: ", "prefix 2001:db8::/32 stands in line 2 already: keep one"},
		{HEADER "::/0,A,R,mobile,,64\n10.0.0.0/8,A,R,mobile,,32\n\n"
	                "10.0.0.0/8,B,Q,fixed,,32\n::/0,A,R,mobile,,64\n",
	         "plan.csv:5: ", "10.0.0.0/8 stands in line 3 already"},
	};

	ASSERT_REFUSED(faults);
}

static void no_prefix_cuts_a_subscriber_in_two(void **state)
{
	static const struct fault faults[] = {
		{HEADER "2001:db8::/32,A,R,fixed,,56\n2001:db8:1::/60,A,R,mobile,,64\n",
	         "plan.csv:3: ",
	         "2001:db8:1::/60 would cut a subscriber of 2001:db8::/32 in line 2 in two, whose "
	         "user_len is 56"},
		{HEADER "2001:db8:1::/60,A,R,mobile,,64\n2001:db8::/32,A,R,fixed,,56\n",
	         "plan.csv:2: ", "of 2001:db8::/32 in line 3 in two"},
		{HEADER "10.0.0.0/8,A,R,fixed,,24\n10.1.0.0/16,A,R,fixed,,24\n"
	                "10.1.1.128/25,A,R,fixed,,32\n",
	         "plan.csv:4: ", "of 10.1.0.0/16 in line 3"},
	};
	// What is between the two has subscribers of its own, and takes all of those above.
	static const char between[] = HEADER
		"2001:db8::/32,A,R,fixed,,56\n2001:db8:1::/48,A,R,mobile,,64\n"
		"2001:db8:1::/60,A,R,fixed,,60\n2001:db8::/56,A,R,idc,,56\n";

	ASSERT_REFUSED(faults);
	assert_int_equal(refused(between, strlen(between)), 0);
}

// A plan of n rows by a format with their number, one behind the other.
static int refused_rows(const char *format, uint32_t n_rows)
{
	char *text = NULL;
	size_t n_bytes;
	FILE *out = open_memstream(&text, &n_bytes);
	int rc;

	assert_non_null(out);
	fputs(HEADER ROW, out);
	for (uint32_t i = 0; i < n_rows; i++)
		fprintf(out, format, i + 16, i);
	fclose(out);
	rc = refused(text, n_bytes);
	free(text);
	return rc;
}

static void there_are_bounds_on_groups_and_transition_prefixes(void **state)
{
	static const char groups[] = "2002:%x::/32,A,R%u,mobile,,64\n";
	static const char transitions[] = "2002:%x::/32,,,6rd,%u,\n";

	assert_int_equal(refused_rows(groups, MAX_REPORT_GROUPS - 1), 0);
	assert_int_equal(refused_rows(groups, MAX_REPORT_GROUPS), -EINVAL);
	assert_non_null(strstr(why, "plan.csv:4098: more than 4096 groups"));
	assert_int_equal(refused_rows(transitions, 64), 0);
	assert_int_equal(refused_rows(transitions, 65), -EINVAL);
	assert_non_null(strstr(why, "plan.csv:67: more than 64 prefixes of 6rd"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_must_have_the_header_and_rows),
		cmocka_unit_test(a_row_must_have_its_columns),
		cmocka_unit_test(a_prefix_must_be_canonical),
		cmocka_unit_test(an_access_must_be_one_of_those_there_are),
		cmocka_unit_test(names_must_be_there_short_and_plain),
		cmocka_unit_test(a_user_is_at_least_the_prefix_and_at_most_the_address),
		cmocka_unit_test(a_port_block_is_for_shared_ipv4_addresses),
		cmocka_unit_test(a_transition_prefix_is_ipv6_and_leaves_room),
		cmocka_unit_test(a_prefix_stands_once),
		cmocka_unit_test(no_prefix_cuts_a_subscriber_in_two),
		cmocka_unit_test(there_are_bounds_on_groups_and_transition_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
