#include "reload.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

#include "proto/base/clock.h"
#include "proto/base/log.h"

static struct basis *_Atomic loaded; // that nobody has taken yet

static sigset_t reload_signal(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	return signals;
}

static void reload(const struct probe_config *config)
{
	char why[CONFIG_WHY_BYTES];
	struct basis *basis;

	if (config->plan == NULL) {
		log_warning("reload: no plan is configured, there is nothing to read again");
		return;
	}
	if (basis_load(config, true, clock_wall_ns(), &basis, why) != 0) {
		log_error("reload: %s: the plan and the keys of before stay in force", why);
		return;
	}
	// One that came before and was not taken yet is out of date already.
	basis_free(atomic_exchange(&loaded, basis));
	log_info("reload: plan and keys were read, and are in force from the next window on");
}

// Ends with the process.
static void *take_signals(void *argument)
{
	const sigset_t signals = reload_signal();
	int signal;

	pthread_setname_np(pthread_self(), "reload");
	for (;;)
		if (sigwait(&signals, &signal) == 0)
			reload(argument);
	return NULL;
}

int reload_start(const struct probe_config *config)
{
	pthread_t thread;
	int rc = pthread_create(&thread, NULL, take_signals, (void *)config);
	if (rc != 0)
		return -rc;
	return -pthread_detach(thread);
}

struct basis *reload_take(void)
{
	return atomic_exchange(&loaded, NULL);
}
