#include "replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "probe/meter/meter.h"
#include "probe/meter/user_roll.h"
#include "probe/plan/plan.h"
#include "probe/source/dpdk_replay.h"
#include "probe/source/pcap.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"

#include "memory.h"
#include "summary.h"
#include "summary_users.h"

enum {
	// Slots of the first flow table; a crowded one is replaced by one this much larger.
	REPLAY_FIRST_FLOWS = 1 << 16,
	REPLAY_GROWTH = 2,
};

static const char *source_text = "pcap", *idle_timeout_text = "30", *format_text = "table";
static const char *plan_path;

const struct cli_option replay_options[] = {
	{"source", "pcap|dpdk", "read files by libpcap, or through DPDK's receive path",
         (const char *const[]){"pcap", "dpdk", NULL}, &source_text, NULL},
	{"idle-timeout", "SECONDS", "a flow ends when idle this long; 0: never (30)", NULL,
         &idle_timeout_text, NULL},
	{"plan", "FILE", "whose addresses are whose: count users", NULL, &plan_path, NULL},
	{"format", "table|json", "what to print (table)",
         (const char *const[]){"table", "json", NULL}, &format_text, NULL},
	{NULL},
};

// Either source behind one face.
struct replay_source {
	void *state;
	int (*receive)(void *state, struct burst *ret_burst, char *why);
	void (*release)(void *state);
};

// Under a key that is always the same: a replay prints the same on every run, and nothing under it
// leaves this process but numbers.
static const struct user_keys replay_keys = {
	.n = 1,
	.keys = {{0x7265706c61792d75, 0x7265706c61792d6b}},
};

struct replay_users {
	struct plan *plan;
	void *memory; // of the tally
	size_t memory_bytes;
	struct user_tally tally;
	struct user_roll roll;
};

struct replay {
	struct meter_config config;
	void *memory; // of the meter
	struct meter *meter;
	struct tally tally;
	struct distinct_sources sources;
	struct replay_users *users; // NULL without a plan
	uint32_t n_refused; // files that could not be opened
};

static int receive_pcap(void *state, struct burst *ret_burst, char *why)
{
	return pcap_source_receive(state, ret_burst, why);
}

static void release_pcap(void *state)
{
	pcap_source_free(state);
}

static int receive_dpdk(void *state, struct burst *ret_burst, char *why)
{
	return dpdk_replay_receive(state, ret_burst, why);
}

static void release_dpdk(void *state)
{
	dpdk_replay_free(state);
}

static int open_source(const char *const *paths, uint32_t n_paths, struct replay_source *ret_source,
                       char *why)
{
	struct dpdk_replay *dpdk;
	struct pcap_source *pcap;
	int r;

	if (strcmp(source_text, "dpdk") == 0) {
		r = dpdk_replay_new(paths, n_paths, &dpdk, why);
		if (r < 0)
			return r;
		*ret_source = (struct replay_source){dpdk, receive_dpdk, release_dpdk};
		return 0;
	}
	pcap = pcap_source_new(paths, n_paths);
	if (!pcap) {
		snprintf(why, SOURCE_WHY_BYTES, "out of memory");
		return -ENOMEM;
	}
	*ret_source = (struct replay_source){pcap, receive_pcap, release_pcap};
	return 0;
}

static void users_free(struct replay_users *users)
{
	if (users == NULL)
		return;
	memory_give_back(users->memory, users->memory_bytes);
	plan_free(users->plan);
	free(users);
}

// An exit status; a plan with a fault is one of usage.
static int users_new(const char *path, struct replay_users **ret_users)
{
	struct replay_users *users = calloc(1, sizeof(*users));
	char why[CONFIG_WHY_BYTES];

	if (users == NULL)
		return cli_failure("out of memory");
	if (plan_load(path, &users->plan, why) != 0) {
		free(users);
		return cli_usage_error("%s", why);
	}
	for (uint32_t i = 0; i < users->plan->n_warnings; i++)
		log_warning("plan: %s", users->plan->warnings[i]);
	users->memory_bytes = user_tally_memory_bytes(users->plan->users.n_groups, replay_keys.n);
	users->memory = memory_take(users->memory_bytes);
	if (users->memory == NULL) {
		users_free(users);
		return cli_failure("out of memory for the users of a plan of so many groups");
	}
	user_tally_init(&users->tally, users->memory, plan_user_plan(users->plan), &replay_keys);
	users->tally.roll = &users->roll;
	*ret_users = users;
	return EXIT_STATUS_OK;
}

// The same seed every time: a replay is the same on every run, and nobody aims at it.
static struct replay *replay_new(uint64_t idle_timeout_ns)
{
	struct replay *replay = calloc(1, sizeof(*replay));

	if (!replay)
		return NULL;
	replay->config = (struct meter_config){
		.max_flows = REPLAY_FIRST_FLOWS,
		.idle_timeout_ns = idle_timeout_ns,
		.seed = {0x7265706c61792d30, 0x7265706c61792d31},
		.sources = &replay->sources,
	};
	replay->memory = memory_take(meter_memory_bytes(&replay->config));
	if (!replay->memory) {
		free(replay);
		return NULL;
	}
	replay->meter = meter_init(replay->memory, &replay->config);
	return replay;
}

static void replay_free(struct replay *replay)
{
	memory_give_back(replay->memory, meter_memory_bytes(&replay->config));
	users_free(replay->users);
	free(replay);
}

// Replaces a crowded meter by a larger one. Without memory for it the old one goes on, and says
// itself which flows it had to give up.
static void replay_grow(struct replay *replay)
{
	struct meter_config config = replay->config;
	struct meter *larger;
	void *memory;

	config.max_flows *= REPLAY_GROWTH;
	memory = memory_take(meter_memory_bytes(&config));
	if (!memory)
		return;
	larger = meter_init(memory, &config);
	meter_move(larger, replay->meter);
	memory_give_back(replay->memory, meter_memory_bytes(&replay->config));
	replay->config = config;
	replay->memory = memory;
	replay->meter = larger;
}

// Meters the source to its end; a file that breaks off is reported and passed over.
static int replay_run(struct replay *replay, const struct replay_source *source)
{
	char why[SOURCE_WHY_BYTES];
	int status = EXIT_STATUS_OK, r;
	struct burst burst;

	while ((r = source->receive(source->state, &burst, why)) != 0) {
		if (r < 0) {
			replay->n_refused += r != -EIO;
			status = cli_failure("%s", why);
			continue;
		}
		meter_burst(replay->meter, &replay->tally, 0, 0, burst.layer, burst.frames,
		            burst.n_frames);
		if (meter_is_crowded(replay->meter))
			replay_grow(replay);
	}
	return status;
}

static int print_summary(const struct replay *replay, uint32_t n_files)
{
	struct summary summary = {n_files, &replay->tally, &replay->sources, NULL, 0};
	int r;

	if (replay->users != NULL) {
		summary.users = summary_users_new(replay->users->plan, &replay->users->tally,
		                                  &replay->users->roll, &summary.n_users);
		if (summary.users == NULL)
			return cli_failure("out of memory");
	}
	r = strcmp(format_text, "json") == 0 ? summary_print_json(&summary, stdout)
	                                     : summary_print_table(&summary, stdout);
	free(summary.users);
	return r < 0 ? cli_failure("standard output: %s", strerror(-r)) : EXIT_STATUS_OK;
}

// Decimal seconds, up to 10^9. False when the text is anything else.
static bool parse_seconds(const char *text, uint64_t *ret_ns)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end != '\0' || !(seconds >= 0 && seconds <= 1e9))
		return false;
	*ret_ns = (uint64_t)(seconds * (double)NS_PER_S);
	return true;
}

static int replay_files(struct replay *replay, const char *const *files, uint32_t n_files)
{
	char why[SOURCE_WHY_BYTES];
	struct replay_source source;
	uint32_t n_read;
	int status;

	if (open_source(files, n_files, &source, why) < 0)
		return cli_failure("%s", why);
	status = replay_run(replay, &source);
	n_read = n_files - replay->n_refused;
	if (n_read > 0) {
		int printed = print_summary(replay, n_read);

		if (printed != EXIT_STATUS_OK)
			status = printed;
	}
	source.release(source.state);
	return status;
}

int replay_command(int n_files, char **files)
{
	struct replay *replay;
	uint64_t idle_timeout_ns;
	int status = EXIT_STATUS_OK;

	if (!parse_seconds(idle_timeout_text, &idle_timeout_ns))
		return cli_usage_error("--idle-timeout: %s is not a number of seconds from 0 to "
		                       "1000000000",
		                       idle_timeout_text);
	replay = replay_new(idle_timeout_ns);
	if (!replay)
		return cli_failure("out of memory");
	if (plan_path)
		status = users_new(plan_path, &replay->users);
	if (status == EXIT_STATUS_OK) {
		tally_init(&replay->tally, replay->users ? &replay->users->tally : NULL);
		status = replay_files(replay, (const char *const *)files, (uint32_t)n_files);
	}
	replay_free(replay);
	return status;
}
