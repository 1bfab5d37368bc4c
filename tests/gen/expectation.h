// What a frame was made as, which is what a probe must find in it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/enums.h"

#include "address.h"

// What one frame was made as. Only the verdict counts unless it is one of the IP families.
struct expectation {
	enum frame_verdict verdict; // family of the carrier, if IP
	enum family payload;
	enum transition transition;
	uint32_t carrier_bytes, payload_bytes;
	bool is_fragment;
	uint8_t protocol; // above the innermost IP header
	// It acknowledges what its peer has sent, as only who saw that can; true of all but TCP.
	bool acknowledges;
	struct path path; // of the innermost header; ports 0 as the rules of flows want them
};
