// sixgauge-gen: writes a capture file of made-up traffic, or sends it through a port, and prints
// what a probe must say about it.
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/cli.h"
#include "proto/base/clock.h"

#include "live.h"
#include "profile.h"
#include "settings.h"
#include "traffic.h"
#include "truth.h"

static const char *const shapes[] = {"flat", "swell", NULL};
static const char *output, *device, *wait_text = "10";
static bool flood;
static struct settings_text text;

// A capture file being written.
struct output {
	pcap_t *pcap;
	pcap_dumper_t *dumper;
	uint32_t snaplen;
};

static void output_close(struct output *file)
{
	if (file->dumper != NULL)
		pcap_dump_close(file->dumper);
	if (file->pcap != NULL)
		pcap_close(file->pcap);
}

static int output_open(struct output *file, const char *path, uint32_t snaplen)
{
	*file = (struct output){.snaplen = snaplen};
	file->pcap = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, (int)snaplen,
	                                                  PCAP_TSTAMP_PRECISION_NANO);
	if (file->pcap == NULL)
		return cli_failure("out of memory");
	file->dumper = pcap_dump_open(file->pcap, path);
	if (file->dumper == NULL)
		return cli_failure("%s", pcap_geterr(file->pcap));
	return EXIT_STATUS_OK;
}

static void output_write(struct output *file, const struct made_frame *frame)
{
	struct pcap_pkthdr header = {
		.ts = {.tv_sec = (time_t)(frame->time_ns / NS_PER_S),
	               .tv_usec = (suseconds_t)(frame->time_ns % NS_PER_S)}, // nanoseconds here
		.caplen = frame->n_bytes < file->snaplen ? frame->n_bytes : file->snaplen,
		.len = frame->n_bytes,
	};

	pcap_dump((u_char *)file->dumper, &header, frame->data);
}

static int write_frames(struct output *file, struct traffic *traffic, struct truth *truth)
{
	struct made_frame frame;

	while (traffic_next(traffic, &frame)) {
		output_write(file, &frame);
		if (truth_add(truth, &frame.expected, frame.time_ns,
		              frame.n_bytes > file->snaplen) < 0)
			return cli_failure("out of memory for the truth");
	}
	// pcap_dump() cannot fail; what it could not write shows here.
	if (pcap_dump_flush(file->dumper) < 0 || ferror(pcap_dump_file(file->dumper)))
		return cli_failure("%s: cannot write, is the disk full?", output);
	return EXIT_STATUS_OK;
}

static int generate(const struct settings *settings)
{
	static struct traffic traffic;
	struct truth truth = {0};
	struct output file;
	int status = output_open(&file, output, settings->snaplen);

	if (status == EXIT_STATUS_OK && traffic_init(&traffic, settings) < 0)
		status = cli_failure("out of memory for %u flows", settings->n_flows);
	if (status == EXIT_STATUS_OK)
		status = write_frames(&file, &traffic, &truth);
	if (status == EXIT_STATUS_OK && truth_write(&truth, stdout) < 0)
		status = cli_failure("cannot write the truth to standard output");
	truth_fini(&truth);
	traffic_fini(&traffic);
	output_close(&file);
	return status;
}

static int send_out(const struct settings *settings, int n_arguments, char **arguments)
{
	char *end;
	const double wait_seconds = strtod(wait_text, &end);
	const struct live_options options = {
		.device = device,
		.wait_ns = (uint64_t)(wait_seconds * (double)NS_PER_S),
		.flood = flood,
		.eal_arguments = (const char *const *)arguments,
		.n_eal_arguments = (uint32_t)n_arguments,
	};
	struct truth truth = {0};
	int status;

	if (end == wait_text || *end != '\0' || !(wait_seconds >= 0 && wait_seconds <= 86400))
		return cli_usage_error("--wait must be seconds, from 0 to 86400");
	status = live_send(settings, &options, &truth);
	if (status == EXIT_STATUS_OK && truth_write(&truth, stdout) < 0)
		status = cli_failure("cannot write the truth to standard output");
	truth_fini(&truth);
	return status;
}

static int run(int n_arguments, char **arguments)
{
	struct settings settings;
	char why[SETTINGS_WHY_BYTES];

	if ((output == NULL) == (device == NULL))
		return cli_usage_error("give --output FILE to write or --device DEVICE to send, "
		                       "one of them");
	if (output != NULL && strcmp(output, "-") == 0)
		return cli_usage_error(
			"--output cannot be \"-\": the truth goes to standard output");
	if (device == NULL && n_arguments > 0)
		return cli_usage_error("\"%s\" is for DPDK: give --device too", arguments[0]);
	if (settings_parse(&text, &settings, why) < 0)
		return cli_usage_error("%s", why);
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
		{"flood", NULL, "send as fast as the port takes it, not at --rate", .flag = &flood},
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
		{"profile", "NAME", "mix (all kinds alike), demo or plain (mix)",
	         .choices = profile_names(), .text = &text.profile},
		{"mix", "KIND=WEIGHT,...", "the kinds named instead of the profile's",
	         .text = &text.mix},
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
