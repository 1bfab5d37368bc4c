#include "collector.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "collector/api/api.h"
#include "collector/ingest/batch.h"
#include "collector/ingest/ingest.h"
#include "collector/store/store.h"
#include "proto/base/cli.h"
#include "proto/base/log.h"

#include "listen.h"
#include "recompute.h"
#include "zone.h"

enum {
	// Longest wait for probes to read our goodbye.
	STOP_S = 3,
	N_STOP_SIGNALS = 2,
};

struct collector {
	const struct settings *settings;
	struct metrics metrics;
	struct event_base *base;
	struct event *stop_signals[N_STOP_SIGNALS];
	struct store *store;
	struct recompute recompute;
	struct batch *batch;
	struct ingest ingest;
	struct api api;
};

static void on_stop(evutil_socket_t signal_number, short events, void *arg)
{
	static const struct timeval at_most = {STOP_S, 0};
	struct collector *collector = arg;

	log_info("collector: %s, stopping", strsignal((int)signal_number));
	event_base_loopexit(collector->base, &at_most);
	ingest_stop(&collector->ingest);
}

static void on_committed(void *arg)
{
	struct collector *collector = arg;

	recompute_wake(&collector->recompute);
}

static void on_recomputed(void *arg, uint64_t start_ns)
{
	struct collector *collector = arg;

	api_window_changed(&collector->api, start_ns);
}

static int start_loop(struct collector *collector)
{
	static const int signals[N_STOP_SIGNALS] = {SIGTERM, SIGINT};

	signal(SIGPIPE, SIG_IGN);
	collector->base = event_base_new();
	if (!collector->base)
		return cli_failure("cannot make an event loop: %s", strerror(errno));
	for (int i = 0; i < N_STOP_SIGNALS; i++) {
		collector->stop_signals[i] = evsignal_new(collector->base, signals[i], on_stop,
		                                          collector);
		if (!collector->stop_signals[i] || event_add(collector->stop_signals[i], NULL) < 0)
			return cli_failure("out of memory");
	}
	return EXIT_STATUS_OK;
}

static int start_store(struct collector *collector)
{
	char why[STORE_WHY_BYTES];

	if (store_open(collector->settings->store, &collector->store, why) < 0)
		return cli_failure("store: %s", why);
	zone_use(collector->settings->zone);
	if (store_use_zone(collector->store, collector->settings->zone) < 0)
		return cli_failure("store: cannot cut its days anew: %s",
		                   store_error(collector->store));
	return EXIT_STATUS_OK;
}

static int start_recompute(struct collector *collector)
{
	struct recompute *recompute = &collector->recompute;

	if (recompute_init(collector->base, collector->store, &collector->metrics, recompute) < 0)
		return cli_failure("out of memory");
	recompute->recomputed = on_recomputed;
	recompute->recomputed_arg = collector;
	return EXIT_STATUS_OK;
}

static int listen_failure(const char *field, const char *address, int error)
{
	return cli_failure("%s: cannot listen on %s: %s; stop what listens there or set \"%s\" to "
	                   "another address",
	                   field, address, strerror(-error), field);
}

static int start_ingest(struct collector *collector)
{
	const struct settings *settings = collector->settings;
	char address[ADDRESS_TEXT_BYTES];
	int error;

	collector->batch = batch_new(collector->base, collector->store, &collector->metrics);
	if (!collector->batch)
		return cli_failure("out of memory");
	collector->batch->committed = on_committed;
	collector->batch->committed_arg = collector;
	error = ingest_start(collector->base, settings, collector->batch, &collector->metrics,
	                     &collector->ingest);
	if (error)
		return listen_failure("listen", settings->listen, error);
	listen_format(collector->ingest.listener, address);
	log_info("collector: sessions on %s", address);
	return EXIT_STATUS_OK;
}

static int start_api(struct collector *collector)
{
	const struct settings *settings = collector->settings;
	char address[ADDRESS_TEXT_BYTES];
	int error = api_start(collector->base, settings, collector->store, &collector->metrics,
	                      &collector->ingest, &collector->api);

	if (error)
		return listen_failure("http", settings->http, error);
	listen_format(collector->api.listener, address);
	log_info("collector: http on %s", address);
	return EXIT_STATUS_OK;
}

static int (*const starts[])(struct collector *collector) = {
	start_loop, start_store, start_recompute, start_ingest, start_api,
};

// The same list backwards; every part may be missing.
static void stop_all(struct collector *collector)
{
	api_fini(&collector->api);
	ingest_fini(&collector->ingest);
	batch_free(collector->batch);
	recompute_fini(&collector->recompute);
	store_close(collector->store);
	link_totals_fini(&collector->metrics.links);
	for (int i = 0; i < N_STOP_SIGNALS; i++)
		if (collector->stop_signals[i])
			event_free(collector->stop_signals[i]);
	if (collector->base)
		event_base_free(collector->base);
}

int collector_run(const struct settings *settings)
{
	struct collector collector = {.settings = settings};
	int status = EXIT_STATUS_OK;

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]) && !status; i++)
		status = starts[i](&collector);
	if (!status)
		event_base_dispatch(collector.base);
	stop_all(&collector);
	if (!status)
		log_info("collector: stopped");
	return status;
}
