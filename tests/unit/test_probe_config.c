#include "test_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/config.h"
#include "probe/meter/tally.h"
#include "proto/base/clock.h"

#define LINK(name, source)                                                                         \
	"  - {name: " name ", source: " source ", device: d, capacity_bps: 10, surface: metro}\n"
#define SMALLEST "probe: p1\nlinks:\n" LINK("a", "dpdk")

static struct probe_config config;
static char why[CONFIG_WHY_BYTES];
static char path[] = "probe-config-XXXXXX";

static int load(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	probe_config_fini(&config);
	return probe_config_load(path, &config, why);
}

static int make_file(void **state)
{
	int fd = mkstemp(path);

	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	probe_config_fini(&config);
	return unlink(path);
}

static void assert_refused(const char *text, const char *field, const char *reason)
{
	assert_int_not_equal(load(text), 0);
	assert_non_null(strstr(why, path));
	assert_non_null(strstr(why, field));
	assert_non_null(strstr(why, reason));
	assert_null(strchr(why, '\n'));
}

static void the_smallest_file_takes_every_preset(void **state)
{
	assert_int_equal(load(SMALLEST), 0);
	assert_int_equal(config.collectors.n, 1);
	assert_string_equal(config.collectors.items[0], "127.0.0.1:8661");
	assert_int_equal(config.window_ns, 60 * NS_PER_S);
	assert_int_equal(config.idle_timeout_ns, 30 * NS_PER_S);
	assert_int_equal(config.max_flows, 1000000);
	assert_false(config.insecure);
	assert_null(config.plan);
	assert_string_equal(probe_config_link(&config, 0)->name, "a");
	assert_int_equal(probe_config_link(&config, 0)->source, LINK_SOURCE_DPDK);
}

static void a_plan_is_looked_for_from_where_the_configuration_is(void **state)
{
	char elsewhere[sizeof(path) + 8];

	assert_int_equal(load(SMALLEST "plan: plan.csv\n"), 0);
	assert_string_equal(config.plan_path, "plan.csv");
	snprintf(elsewhere, sizeof(elsewhere), "././%s", path);
	probe_config_fini(&config);
	assert_int_equal(probe_config_load(elsewhere, &config, why), 0);
	assert_string_equal(config.plan, "plan.csv");
	assert_string_equal(config.plan_path, "././plan.csv");
	assert_int_equal(load(SMALLEST "plan: /var/plan.csv\n"), 0);
	probe_config_fini(&config);
	assert_int_equal(probe_config_load(elsewhere, &config, why), 0);
	assert_string_equal(config.plan_path, "/var/plan.csv");
	assert_int_equal(load(SMALLEST), 0);
	assert_null(config.plan_path);
}

static void arguments_come_behind_those_of_the_file(void **state)
{
	char list[] = "-l", number[] = "1";
	char *arguments[] = {list, number};

	assert_int_equal(load(SMALLEST), 0);
	assert_int_equal(probe_config_append_eal(&config, 2, arguments), 0);
	assert_int_equal(config.eal.n, 2);
	assert_int_equal(load(SMALLEST "eal: [--iova-mode=va]\n"), 0);
	assert_int_equal(probe_config_append_eal(&config, 2, arguments), 0);
	assert_int_equal(config.eal.n, 3);
	assert_string_equal(config.eal.items[0], "--iova-mode=va");
	assert_string_equal(config.eal.items[2], "1");
}

static void links_have_names_of_their_own(void **state)
{
	assert_refused(SMALLEST LINK("b", "dpdk") LINK("a", "dpdk"), "links[2].name", "links[0]");
}

static void a_capture_file_is_the_only_link(void **state)
{
	assert_int_equal(load("probe: p\nlinks:\n" LINK("a", "pcap")), 0);
	assert_refused(SMALLEST LINK("b", "pcap"), "links[1].source", "only link");
	assert_refused("probe: p\nlinks:\n" LINK("a", "pcap") LINK("b", "pcap"), "links[0].source",
	               "only link");
}

static void a_capture_file_has_no_queues(void **state)
{
	assert_int_equal(
		load("probe: p1\nlinks:\n  - {name: a, source: pcap, device: d, queues: 2, "
	             "capacity_bps: 10, surface: metro}\n"),
		-EINVAL);
	assert_non_null(strstr(why, "links[0].queues: a capture file has none: leave it out"));
}

static void counting_in_the_kernel_is_refused_plainly(void **state)
{
	assert_refused("probe: p\nlinks:\n" LINK("a", "xdp"),
	               ":3:23: ", "does not count in the kernel: use dpdk");
}

static void a_probe_has_a_bounded_number_of_links(void **state)
{
	char text[4096] = "probe: p\nlinks:\n";

	for (int i = 0; i <= MAX_LINKS; i++) {
		char name[16], link[128];

		snprintf(name, sizeof(name), "l%d", i);
		snprintf(link, sizeof(link),
		         "  - {name: %s, source: dpdk, device: d, capacity_bps: 1, surface: "
		         "metro}\n",
		         name);
		strcat(text, link);
		assert_true(i < MAX_LINKS ? load(text) == 0 : load(text) != 0);
	}
	assert_non_null(strstr(why, "links: 17 are too many"));
}

static void a_window_divides_a_minute(void **state)
{
	assert_int_equal(load(SMALLEST "window: 15s\n"), 0);
	assert_refused(SMALLEST "window: 7s\n", "window", "divide a minute");
	assert_refused(SMALLEST "window: 0.5s\n", "window", "");
	assert_refused(SMALLEST "window: 2m\n", "window", "");
}

static void plain_text_to_another_machine_needs_a_word(void **state)
{
	assert_refused(SMALLEST "collectors: [127.0.0.1:1, collector.example:8661]\n",
	               "collectors[1]", "insecure: true");
	assert_int_equal(load(SMALLEST "collectors: [collector.example:8661]\ninsecure: true\n"),
	                 0);
	assert_int_equal(load(SMALLEST "collectors: [\"[::1]:8661\", localhost:1]\n"), 0);
	assert_refused(SMALLEST "collectors: [localhost]\n", ":4:", "HOST:PORT");
}

// The file stands in no directory here.
static void keys_are_found_from_where_the_file_is(void **state)
{
	char text[512];

	assert_int_equal(load(SMALLEST "keys: secrets\n"), 0);
	assert_string_equal(config.keys, "secrets");
	assert_string_equal(config.keys_path, "secrets");
	assert_int_equal(load(SMALLEST "plan: plan.csv\nkeys: /etc/secrets\n"), 0);
	assert_string_equal(config.keys_path, "/etc/secrets");
	snprintf(text, sizeof(text), "./%s", path);
	assert_int_equal(load(SMALLEST "keys: secrets/\n"), 0);
	probe_config_fini(&config);
	assert_int_equal(probe_config_load(text, &config, why), 0);
	assert_string_equal(config.keys_path, "./secrets/");
	assert_string_equal(config.keys, "secrets/");
}

static void values_are_checked_where_they_stand(void **state)
{
	assert_refused("probe: Exchange 1\nlinks:\n" LINK("a", "dpdk"), ":1:8", "1 to 63 of a-z");
	assert_refused("probe: p\nlinks:\n  - {name: a, source: dpdk, device: d, capacity_bps: 1, "
	               "surface: moon}\n",
	               ":3:", "mobile-core");
	assert_refused(SMALLEST "log_level: loud\n", ":4:", "warning");
	assert_refused(SMALLEST "colector: x\n", ":4:1", "collectors");
	assert_refused("probe: p\n", "links", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_file_takes_every_preset),
		cmocka_unit_test(a_plan_is_looked_for_from_where_the_configuration_is),
		cmocka_unit_test(arguments_come_behind_those_of_the_file),
		cmocka_unit_test(links_have_names_of_their_own),
		cmocka_unit_test(a_capture_file_is_the_only_link),
		cmocka_unit_test(a_capture_file_has_no_queues),
		cmocka_unit_test(counting_in_the_kernel_is_refused_plainly),
		cmocka_unit_test(a_probe_has_a_bounded_number_of_links),
		cmocka_unit_test(a_window_divides_a_minute),
		cmocka_unit_test(plain_text_to_another_machine_needs_a_word),
		cmocka_unit_test(keys_are_found_from_where_the_file_is),
		cmocka_unit_test(values_are_checked_where_they_stand),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
