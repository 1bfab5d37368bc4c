// The port a worker polls a queue of, which control may exchange meanwhile without waiting for it
// and without a lock. Control writes which port it shall be; the worker reads that once a burst,
// says which one it takes, and only then uses it. Until the worker has read the new one it says the
// old one, and once it has it never reads the old one again: so when it says the new one, the old
// one is control's alone.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct dpdk_port;

struct port_slot {
	// Control writes.
	_Atomic(struct dpdk_port *) wanted; // NULL: none
	// The worker writes.
	_Atomic(struct dpdk_port *) taken; // the one it may be using, until it takes another
};

// Before the worker runs.
static inline void port_slot_init(struct port_slot *slot, struct dpdk_port *port)
{
	atomic_init(&slot->wanted, port);
	atomic_init(&slot->taken, port);
}

// Control's: asks for another port, or for none, and says whether the worker has taken it. Asks
// again with the same one until then, and for no other one earlier.
static inline bool port_slot_change(struct port_slot *slot, struct dpdk_port *port)
{
	atomic_store_explicit(&slot->wanted, port, memory_order_release);
	return atomic_load_explicit(&slot->taken, memory_order_acquire) == port;
}

// The worker's, once a burst: the port to use until the next call.
static inline struct dpdk_port *port_slot_take(struct port_slot *slot)
{
	struct dpdk_port *port = atomic_load_explicit(&slot->wanted, memory_order_acquire);

	if (atomic_load_explicit(&slot->taken, memory_order_relaxed) != port)
		atomic_store_explicit(&slot->taken, port, memory_order_release);
	return port;
}
