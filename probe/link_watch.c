#include "link_watch.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "probe/source/device.h"

#include "port_exchange.h"

#define MIN_PAUSE_NS NS_PER_S
#define MAX_PAUSE_NS (64 * NS_PER_S)

// The port and the interface below it, if there is one, must both be up.
static enum link_state state_of(const struct crew_link *link)
{
	enum link_state of_port = dpdk_port_state(link->port);
	enum link_state of_netdev;

	if (!link->on_netdev || of_port == LINK_STATE_GONE)
		return of_port;
	of_netdev = netdev_state(&link->netdev);
	if (of_netdev == LINK_STATE_UP || of_netdev == LINK_STATE_UNKNOWN)
		return of_port;
	return of_netdev;
}

// What a port dropped since it was last asked. A counter that fell was set back by its driver, and
// nothing is known of what it had counted since.
static void add_dropped(struct link_watch *watch, const struct dpdk_counters *now)
{
	for (int reason = 0; reason < N_DROP_REASONS; reason++)
		if (now->dropped_frames[reason] > watch->counters.dropped_frames[reason])
			watch->dropped_frames[reason] += now->dropped_frames[reason] -
			                                 watch->counters.dropped_frames[reason];
	watch->counters = *now;
}

// Counters are read before the state, and believed only if the port was still there after that:
// net_pcap counts each look at an interface that has been deleted as an error. A port that does not
// answer has dropped nothing yet: the next answer covers this time too.
static enum link_state look_at_port(struct link_watch *watch, const struct crew_link *link)
{
	struct dpdk_counters counters;
	int rc = dpdk_port_counters(link->port, &counters);
	enum link_state state = state_of(link);

	if (rc == 0 && state != LINK_STATE_GONE)
		add_dropped(watch, &counters);
	return state == LINK_STATE_UNKNOWN ? watch->clock.state : state;
}

static void say_gone(const struct crew_link *link)
{
	const char *what = link->on_netdev ? link->netdev.name : link->device;

	if (link->on_netdev && device_reopens(link->device))
		log_warning("link %s: gone, %s was removed, opening it again when it is back",
		            link->name, what);
	else
		log_warning("link %s: gone, %s was removed, restart the probe when it is back",
		            link->name, what);
}

static void say_state(const struct link_watch *watch, const struct crew_link *link,
                      enum link_state state)
{
	if (state == LINK_STATE_GONE)
		say_gone(link);
	else if (state == LINK_STATE_DOWN)
		log_warning("link %s: down, waiting for it to come back", link->name);
	else if (link_is_lost(watch->clock.state))
		log_info("link %s: up again after %.1f s", link->name,
		         (double)(clock_monotonic_ns() - watch->lost_ns) / (double)NS_PER_S);
}

static void note_change(struct link_watch *watch, const struct crew_link *link,
                        enum link_state state)
{
	if (state == watch->clock.state)
		return;
	say_state(watch, link, state);
	if (!link_is_lost(watch->clock.state))
		watch->lost_ns = clock_monotonic_ns();
}

// A port that cannot be opened yet is tried again after pauses that get longer.
static void try_again(struct link_watch *watch, struct crew *crew, uint32_t link)
{
	char why[SOURCE_WHY_BYTES];
	int rc;

	if (clock_monotonic_ns() < watch->next_try_ns)
		return;
	rc = port_exchange_give(crew, link, why);
	if (rc == 0) {
		memset(&watch->counters, 0, sizeof(watch->counters));
		watch->pause_ns = 0;
		watch->stage = PORT_WATCHED;
		return;
	}
	if (rc == -ENODEV)
		return;
	watch->pause_ns = watch->pause_ns > 0 ? 2 * watch->pause_ns : MIN_PAUSE_NS;
	if (watch->pause_ns > MAX_PAUSE_NS)
		watch->pause_ns = MAX_PAUSE_NS;
	watch->next_try_ns = clock_monotonic_ns() + watch->pause_ns;
	log_warning("link %s: %s, trying again in %" PRIu64 " s", crew->links[link].name, why,
	            watch->pause_ns / NS_PER_S);
}

// One step on the way from a port that has gone to the same one opened again.
static void mend(struct link_watch *watch, struct crew *crew, uint32_t link)
{
	if (watch->stage == PORT_WATCHED && port_exchange_settled(crew, link))
		watch->stage = PORT_LEAVING;
	if (watch->stage == PORT_LEAVING && port_exchange_take(crew, link))
		watch->stage = PORT_LEFT;
	else if (watch->stage == PORT_LEFT && device_reopens(crew->links[link].device))
		try_again(watch, crew, link);
}

void link_watch_look(struct link_watch *watch, struct crew *crew, uint32_t link,
                     struct window window)
{
	const struct crew_link *of = &crew->links[link];
	enum link_state state = watch->clock.state;

	if (state == LINK_STATE_GONE)
		mend(watch, crew, link);
	if (state != LINK_STATE_GONE || watch->stage == PORT_WATCHED)
		state = look_at_port(watch, of);
	note_change(watch, of, state);
	link_clock_look(&watch->clock, window, clock_wall_ns(), state);
}
