#include "run.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/log.h"

#include "probe/plan/plan.h"
#include "probe/plan/plan_print.h"

#include "config_option.h"
#include "control.h"
#include "keys.h"
#include "offline.h"
#include "registrar.h"
#include "reload.h"
#include "reporter.h"
#include "stop.h"

// Plan and keys are read before anything is printed: a configuration is right as a whole, or not.
static int check(const struct probe_config *config)
{
	uint64_t now_ns = clock_wall_ns();
	char why[CONFIG_WHY_BYTES];
	struct plan *plan = NULL;
	struct keys *keys = NULL;
	int rc = 0;

	if (config->plan_path != NULL)
		rc = plan_load(config->plan_path, &plan, why);
	if (rc == 0 && config->keys_path != NULL)
		rc = keys_load(config->keys_path, now_ns, &keys, why);
	if (rc != 0) {
		plan_free(plan);
		return cli_usage_error("%s", why);
	}
	probe_config_print(stdout, config);
	if (plan != NULL)
		plan_print(stdout, config->plan_path, plan);
	if (keys != NULL)
		keys_print(stdout, keys, now_ns);
	else if (plan != NULL)
		puts("# keys: none, users are counted under keys of each run's own");
	plan_free(plan);
	keys_free(keys);
	return fflush(stdout) == 0 ? EXIT_STATUS_OK : cli_failure("standard output: %m");
}

int check_command(int n_arguments, char **arguments)
{
	struct probe_config config;
	int status = config_option_load(n_arguments, arguments, &config);

	if (status != EXIT_STATUS_OK)
		return status;
	status = check(&config);
	probe_config_fini(&config);
	return status;
}

// Everything has been counted: gives the reports time to arrive. A request to stop, earlier or
// now, bounds it.
static int deliver(struct reporter *reporter, bool stopped)
{
	if (!stopped)
		stopped = reporter_wait_delivery(reporter, UINT64_MAX);
	if (stopped)
		reporter_wait_delivery(reporter, stop_patience_ns());
	return reporter_status(reporter);
}

static int run_offline(const struct probe_config *config, const struct engine *engine,
                       struct registrar *registrar)
{
	int status = registrar_begin(registrar, 1), delivered;
	char why[CONFIG_WHY_BYTES];
	struct reporter *reporter;
	bool stopped = false;

	if (status != EXIT_STATUS_OK)
		return status;
	if (reporter_new(config, &reporter, why) != 0)
		return cli_failure("%s", why);
	if (offline_run(config, engine, registrar, reporter, &stopped, why) != 0)
		status = cli_failure("links[0].device: %s", why);
	delivered = deliver(reporter, stopped);
	reporter_free(reporter);
	return status != EXIT_STATUS_OK ? status : delivered;
}

// The threads of the uplink and of reload are made after DPDK has put this one on its processors,
// and inherit them.
static int watch(const struct probe_config *config, struct crew *crew, struct registrar *registrar)
{
	char why[CONFIG_WHY_BYTES];
	struct reporter *reporter;
	int status;

	if (reporter_new(config, &reporter, why) != 0)
		return cli_failure("%s", why);
	control_begin(config, crew, registrar);
	status = reload_start(config);
	if (status == 0)
		status = crew_launch(crew);
	if (status != 0) {
		reporter_free(reporter);
		return cli_failure("worker: %s", strerror(-status));
	}
	control_run(config, crew, registrar, reporter);
	status = deliver(reporter, true);
	if (crew->n_stuck > 0)
		status = EXIT_STATUS_FAILURE;
	reporter_free(reporter);
	return status;
}

// A worker that hangs may use its crew to the very end.
static int run_live(const struct probe_config *config, struct registrar *registrar)
{
	static struct crew crew;
	int status = crew_open(config, &crew);

	if (status == EXIT_STATUS_OK)
		status = registrar_begin(registrar, crew.n_workers);
	if (status == EXIT_STATUS_OK)
		status = watch(config, &crew, registrar);
	crew_close(&crew);
	if (crew.n_stuck == 0)
		registrar_close(registrar);
	return status;
}

static int run_file(const struct probe_config *config, struct registrar *registrar)
{
	struct engine engine;
	int rc = engine_init(config->max_flows, config->idle_timeout_ns, config->window_ns,
	                     &engine);
	int status;

	if (rc != 0)
		return cli_failure("meter: no memory for %" PRIu64 " flows (%s): lower max_flows",
		                   config->max_flows, strerror(-rc));
	log_info("meter: %zu MiB for %" PRIu64 " flows", engine.memory_bytes >> 20,
	         config->max_flows);
	status = run_offline(config, &engine, registrar);
	engine_fini(&engine);
	registrar_close(registrar);
	return status;
}

static int run(const struct probe_config *config)
{
	static struct registrar registrar;
	int status = registrar_open(config, &registrar);

	if (status != EXIT_STATUS_OK)
		return status;
	if (probe_config_link(config, 0)->source == LINK_SOURCE_PCAP)
		return run_file(config, &registrar);
	return run_live(config, &registrar);
}

// Each has a thread that waits for it: no other one may take it, those threads included.
static void block_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

int run_command(int n_arguments, char **arguments)
{
	static struct probe_config config;
	int status = config_option_load(n_arguments, arguments, &config);
	int rc;

	if (status != EXIT_STATUS_OK)
		return status;
	log_set_level((enum log_level)log_level_from_name(config.log_level));
	block_signals();
	rc = stop_prepare();
	// The config is not given back: the process ends, and a plan may be read again to the last.
	return rc == 0 ? run(&config) : cli_failure("stop: %s", strerror(-rc));
}
