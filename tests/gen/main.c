// sixgauge-gen: writes a capture file of made-up traffic, or sends it through a port, and prints
// what a probe must say about it.
#include <stdio.h>
#include <string.h>

#include "proto/base/cli.h"
#include "proto/base/clock.h"

#include "live.h"
#include "number.h"
#include "offline.h"
#include "plan_file.h"
#include "profile.h"
#include "settings.h"
#include "truth.h"

enum {
	DEFAULT_WAIT_SECONDS = 10,
	MAX_WAIT_SECONDS = 86400,
};

static const char *const shapes[] = {"flat", "swell", NULL};
static const char *output, *device, *wait_text, *plan_output;
static struct settings_text text;

static int print_truth(const struct truth *truth)
{
	if (truth_write(truth, stdout) < 0)
		return cli_failure("cannot write the truth to standard output");
	return EXIT_STATUS_OK;
}

static int generate(const struct settings *settings)
{
	struct truth truth = {0};
	int status = offline_write(settings, output, &truth);

	if (status == EXIT_STATUS_OK)
		status = print_truth(&truth);
	truth_fini(&truth);
	return status;
}

static int send_out(const struct settings *settings, int n_arguments, char **arguments)
{
	struct live_options options = {
		.device = device,
		.wait_ns = DEFAULT_WAIT_SECONDS * NS_PER_S,
		.flood = text.flood,
		.eal_arguments = (const char *const *)arguments,
		.n_eal_arguments = (uint32_t)n_arguments,
	};
	struct truth truth = {0};
	double seconds;
	int status;

	if (wait_text != NULL) {
		if (!number_parse_real(wait_text, 0, MAX_WAIT_SECONDS, &seconds))
			return cli_usage_error("--wait must be seconds, from 0 to %d",
			                       MAX_WAIT_SECONDS);
		options.wait_ns = (uint64_t)(seconds * (double)NS_PER_S);
	}
	status = live_send(settings, &options, &truth);
	if (status == EXIT_STATUS_OK)
		status = print_truth(&truth);
	truth_fini(&truth);
	return status;
}

// What only a port knows, or only a file.
static int check_way(int n_arguments, char **arguments)
{
	if ((output == NULL) == (device == NULL))
		return cli_usage_error("give --output FILE to write or --device DEVICE to send, "
		                       "one of them");
	if (device != NULL && (text.snaplen != NULL || text.start != NULL))
		return cli_usage_error("--%s is for --output: a port %s, leave it out",
		                       text.snaplen != NULL ? "snaplen" : "start",
		                       text.snaplen != NULL ? "cuts nothing" : "sends now");
	if (device != NULL)
		return EXIT_STATUS_OK;
	if (strcmp(output, "-") == 0)
		return cli_usage_error(
			"--output cannot be \"-\": the truth goes to standard output");
	if (text.flood || wait_text != NULL)
		return cli_usage_error("--%s is for --device: leave it out",
		                       text.flood ? "flood" : "wait");
	if (n_arguments > 0)
		return cli_usage_error("\"%s\" is for DPDK: give --device too", arguments[0]);
	return EXIT_STATUS_OK;
}

static int run(int n_arguments, char **arguments)
{
	struct settings settings;
	char why[SETTINGS_WHY_BYTES];
	int status = check_way(n_arguments, arguments);

	if (status != EXIT_STATUS_OK)
		return status;
	text.counts_users = plan_output != NULL;
	if (settings_parse(&text, &settings, why) < 0)
		return cli_usage_error("%s", why);
	if (plan_output != NULL) {
		int r = plan_file_write(plan_output);

		if (r < 0)
			return cli_failure("%s: cannot write: %s", plan_output, strerror(-r));
	}
	return device != NULL ? send_out(&settings, n_arguments, arguments) : generate(&settings);
}

int main(int argc, char **argv)
{
	const struct cli_option options[] = {
		{"output", "FILE", "capture file to write (pcap, nanoseconds, Ethernet)",
	         .text = &output},
		{"device", "DEVICE", "or port to send on: PCI address or DPDK virtual device",
	         .text = &device},
		{"wait", "SECONDS", "so long for the other end of the link (10)",
	         .text = &wait_text},
		{"flood", NULL, "send as fast as the port takes it, not at --rate",
	         .flag = &text.flood},
		{"plan-output", "FILE", "plan of the clients to write; the truth then has users",
	         .text = &plan_output},
		{"seed", "N", "same seed, same bytes (1)", .text = &text.seed},
		{"frames", "N", "this many frames (10000)", .text = &text.frames},
		{"duration", "SECONDS", "or this long", .text = &text.duration},
		{"rate", "FPS", "frames per second, on the mean (1000)", .text = &text.rate},
		{"start", "TIME", "RFC 3339, Unix seconds, now or now-SECONDS (2026-01-01)",
	         .text = &text.start},
		{"flows", "N", "conversations under way at a time (200)", .text = &text.flows},
		{"v6-share", "SHARE", "share of IPv6 among them, 0 to 1 (0.5)",
	         .text = &text.v6_share},
		{"churn", "PER-SECOND", "flows replaced by new ones (by profile)",
	         .text = &text.churn},
		{"shape", "SHAPE", "flat, or swell: rate and IPv6 share move (by profile)",
	         .choices = shapes, .text = &text.shape},
		{"snaplen", "BYTES", "capture so much of a frame, at least its headers (65535)",
	         .text = &text.snaplen},
		{"profile", "NAME",
	         "mix (all kinds alike), demo, plain; fast: stream, scan, syn-flood (mix)",
	         .choices = profile_names(), .text = &text.profile},
		{"mix", "KIND=WEIGHT,...", "the kinds named instead of the profile's",
	         .text = &text.mix},
		{"size", "BYTES|imix", "stream, scan, syn-flood: frames without checksum (64)",
	         .text = &text.size},
		{"subscribers", "N",
	         "stream: clients whose flows they are (as many as flows); scan, "
	         "syn-flood: clients swept (as many as there are)",
	         .text = &text.subscribers},
		{"choose", "HOW", "stream: flows uniform, or zipf with exponent 1.1 (uniform)",
	         .choices = stream_choices, .text = &text.choose},
		{"new-share", "SHARE", "stream: frames that each begin a new flow, 0 to 1 (0)",
	         .text = &text.new_share},
		{"protocol", "NAME",
	         "stream: flows of tcp, udp or both (both); scan, syn-flood: tcp or udp (tcp)",
	         .choices = stream_protocols, .text = &text.protocol},
		{"answered", "SHARE", "scan, syn-flood: flows that are answered, 0 to 1 (0)",
	         .text = &text.answered},
		{"reset", "SHARE", "scan, syn-flood: of these, that the client refuses (0)",
	         .text = &text.reset},
		{"guess", "SHARE",
	         "syn-flood: of these, whose client acknowledges what it did not see (0)",
	         .text = &text.guess},
		{NULL},
	};
	const struct cli_command commands[] = {
		{"sixgauge-gen", "[-- EAL-ARGUMENT...]",
	         "writes or sends traffic and prints what a probe must say about it", options, 0,
	         64, run},
		{NULL},
	};
	const struct cli_program program = {"sixgauge-gen", "makes test traffic with known truth",
	                                    commands, .single = true};

	return cli_main(&program, argc, argv);
}
