// The closed sets both sides agree on. The numbers are those of sixgauge.proto and never change;
// the last member of each sizes the arrays indexed by it.
// Portable: compiles natively and for BPF.
#pragma once

// IP version of a header.
enum family {
	FAMILY_IPV4,
	FAMILY_IPV6,
	N_FAMILIES
};

// What a frame was counted as, exactly once.
enum frame_verdict {
	FRAME_IPV4, // outermost IP header is a valid IPv4 header
	FRAME_IPV6, // outermost IP header is a valid IPv6 header
	FRAME_OTHER, // not IP, or the capture was cut before its IP header could be read
	FRAME_MALFORMED, // says IP, but the header contradicts itself or the frame ends inside it
	N_FRAME_VERDICTS
};

// Why a port lost a frame it should have received. A frame is lost for one reason.
enum drop_reason {
	DROP_MISSED, // the receive ring was full
	DROP_NO_BUFFER, // it was taken from the ring, but no packet buffer was free to hold it
	DROP_ERROR, // damaged, or longer than the port takes
	DROP_RING_FULL, // a worker had it in hand, but the ring to the worker that counts it was
	                // full
	N_DROP_REASONS
};

// Whether a link carries anything, by the word of its port.
enum link_state {
	LINK_STATE_UNKNOWN, // the probe does not say, or the source has no link: a file
	LINK_STATE_UP,
	LINK_STATE_DOWN, // the port is there, but has no carrier or was taken down
	LINK_STATE_GONE, // the port itself, or the interface it watches, has been removed
	N_LINK_STATES
};

// Exclusive transition class of a packet, decided on the outermost step that puts one IP version
// directly inside the other.
enum transition {
	TRANSITION_NATIVE4,
	TRANSITION_NATIVE6,
	TRANSITION_6IN4,
	TRANSITION_6TO4,
	TRANSITION_6RD,
	TRANSITION_ISATAP,
	TRANSITION_TEREDO,
	TRANSITION_4IN6,
	TRANSITION_NAT64,
	N_TRANSITIONS
};

// How a subscriber is connected, by the word of the plan.
enum access {
	ACCESS_MOBILE,
	ACCESS_FIXED,
	ACCESS_ENTERPRISE,
	ACCESS_IDC,
	ACCESS_BROADCAST,
	ACCESS_IOT,
	N_ACCESSES
};

// What a subscriber must have done to be counted.
enum grade {
	GRADE_SENT, // sent a qualifying packet
	GRADE_CONFIRMED, // in one flow it sent, was answered, and sent again
	N_GRADES
};

// Where in the network a link is. Surfaces are never added together: one packet crosses several.
enum surface {
	SURFACE_METRO,
	SURFACE_MOBILE_CORE,
	SURFACE_INTERCONNECT,
	SURFACE_INTERNATIONAL,
	N_SURFACES
};
