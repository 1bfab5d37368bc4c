// One conversation: who talks to whom, through what, and how far they have come.
#pragma once

#include <stdint.h>

#include "address.h"
#include "kind.h"
#include "random.h"

struct flow {
	enum kind kind;
	uint8_t protocol; // TCP, UDP or the family's ICMP
	struct path path; // innermost header of packets from client to server
	struct path tunnel; // outer header of the same packets; its family is the carrier's
	uint32_t tag; // VLAN, label, session, key or network number
	uint32_t n_packets; // so far
	uint32_t client_sequence, server_sequence; // of TCP
};

// Starts a new conversation of this kind and payload family among n_clients clients.
void flow_open(struct flow *flow, enum kind kind, enum family payload, uint32_t n_clients,
               struct random *random);
