// Kinds of traffic that can be mixed into a capture.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/enums.h"

enum kind {
	KIND_PLAIN,
	KIND_VLAN,
	KIND_QINQ,
	KIND_MPLS,
	KIND_PPPOE,
	KIND_6IN4,
	KIND_6TO4,
	KIND_ISATAP,
	KIND_TEREDO,
	KIND_4IN6,
	KIND_GRE,
	KIND_VXLAN,
	KIND_GTPU,
	KIND_GENEVE,
	KIND_SRV6,
	KIND_NAT64,
	KIND_FRAGMENTS,
	KIND_ICMP,
	N_FLOW_KINDS, // kinds up to here are flows; those below are single frames
	KIND_OTHER = N_FLOW_KINDS,
	KIND_MALFORMED,
	N_KINDS
};

// "plain", "6in4", "gtpu" ...
const char *kind_name(enum kind kind);

// Names of all kinds, ending with NULL, in the order of the enum.
const char *const *kind_names(void);

// The kind with that name, or -1 if there is none.
int kind_from_name(const char *name);

// Whether flows of this kind can have a payload of the family.
bool kind_carries(enum kind kind, enum family payload);

// Whether a payload of one family can have an outermost IP header of the other, by this kind.
bool kind_travels_in(enum kind kind, enum family payload, enum family carrier);

// Bytes from the start of a frame to the end of its innermost transport header, at most.
uint32_t kind_max_header_bytes(enum kind kind);

// Class of a flow of this kind whose payload is of the family.
enum transition kind_transition(enum kind kind, enum family payload);
