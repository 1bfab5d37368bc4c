// What a flow remembers of its two ends, to tell users who sent from users who are certainly there.
//
// An end is `sent` when it has sent. It is `confirmed` when it was answered after that and sends
// again: who only claims an address gets no answer and cannot go on. By TCP an answer has ACK and
// no RST, and what is sent again too, and it acknowledges the answer: its acknowledgement number
// lies in [A, A + 64 Ki], where A is what the answer's sequence number makes of it. One further
// ahead, as when a flow is first seen in its middle, forgets A, and the next answer says it anew.
//
//   nothing ── sends ──► begun ── is answered ──► answered ── sends again ──► confirmed
//                          ▲                         │
//                          └── acknowledges far ahead┘
//
// That much lasts as long as the flow. What was noted of an end lasts for a scope: then each end
// is noted again with its first packet.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "flow_table.h"
#include "segment.h"

// Of one end; the high one's stand above the low one's.
enum user_state {
	// In this scope.
	USER_DONE = 1 << 0, // there is no more to note: confirmed, or no user at all
	USER_SENT = 1 << 1,
	// In this flow.
	USER_BEGUN = 1 << 2, // has sent
	USER_ANSWERED = 1 << 3, // and was answered; the flow has A
	USER_CONFIRMED = 1 << 4,

	USER_STATE_BITS = 8,
	USER_BOTH_DONE = USER_DONE | USER_DONE << USER_STATE_BITS,
	USER_SCOPE = (USER_DONE | USER_SENT) | (USER_DONE | USER_SENT) << USER_STATE_BITS,
};

enum {
	MAX_ACKNOWLEDGED_AHEAD = 65536,
	PORT_DNS = 53,
};

// What a packet made of the end that sent it.
struct user_step {
	uint8_t grades; // bit set of enum grade: to be noted now, and not before in this scope
	bool first; // its first packet in this flow
};

static inline uint32_t user_state_of(const struct flow *flow, uint32_t end)
{
	return flow->user_state >> end * USER_STATE_BITS & ((1u << USER_STATE_BITS) - 1);
}

static inline void user_state_put(struct flow *flow, uint32_t end, uint32_t state)
{
	uint32_t shift = end * USER_STATE_BITS, mask = ((1u << USER_STATE_BITS) - 1) << shift;

	flow->user_state = (uint16_t)((flow->user_state & ~mask) | state << shift);
}

// All that most packets are asked: is there anything left to note?
static inline bool user_state_is_done(const struct flow *flow)
{
	return (flow->user_state & USER_BOTH_DONE) == USER_BOTH_DONE;
}

// The ends of the flow are to be noted again.
static inline void user_state_begin_scope(struct flow *flow)
{
	flow->user_state &= (uint16_t)~USER_SCOPE;
}

// Neither a ping nor a question for a name makes a user.
static inline bool user_flow_qualifies(const struct flow_key *key)
{
	uint8_t protocol = flow_key_protocol(key);

	return protocol != PROTOCOL_ICMP && protocol != PROTOCOL_ICMPV6 &&
	       flow_key_port(key, 0) != PORT_DNS && flow_key_port(key, 1) != PORT_DNS;
}

// True while the end waits for a packet of its peer.
static inline bool user_waits_for_answer(uint32_t state)
{
	return (state & (USER_DONE | USER_BEGUN | USER_ANSWERED | USER_CONFIRMED)) == USER_BEGUN;
}

// True while the end's next packet may say something new of it.
static inline bool user_waits_to_send(uint32_t state)
{
	return !(state & USER_DONE) && (state & (USER_SENT | USER_ANSWERED)) != USER_SENT;
}

// The state of an answered end that sends again.
static inline uint32_t user_state_go_on(uint32_t state, uint32_t answer_sequence,
                                        const struct segment *segment)
{
	uint32_t ahead = segment->acknowledged - answer_sequence;

	if (!segment->speaks)
		return state;
	if (!segment->is_tcp || ahead <= MAX_ACKNOWLEDGED_AHEAD)
		return state | USER_CONFIRMED;
	return (int32_t)ahead > 0 ? state & ~(uint32_t)USER_ANSWERED : state;
}

// A packet from one end of the flow to the other. Where one_way, nobody who was answered would be
// seen, and who sent counts as confirmed.
static inline struct user_step user_state_step(struct flow *flow, uint32_t end,
                                               const struct segment *segment, bool one_way)
{
	uint32_t own = user_state_of(flow, end), peer = user_state_of(flow, 1 - end);
	struct user_step step = {0};

	if (user_waits_for_answer(peer) && segment->speaks) {
		flow->answer_sequence[1 - end] = segment->expected;
		user_state_put(flow, 1 - end, peer | USER_ANSWERED);
	}
	if (own & USER_DONE)
		return step;
	if ((own & (USER_ANSWERED | USER_CONFIRMED)) == USER_ANSWERED)
		own = user_state_go_on(own, flow->answer_sequence[end], segment);
	if (!(own & USER_SENT))
		step.grades = 1 << GRADE_SENT;
	if ((own & USER_CONFIRMED) || one_way) {
		step.grades |= 1 << GRADE_CONFIRMED;
		own |= USER_DONE;
	}
	step.first = !(own & USER_BEGUN);
	user_state_put(flow, end, own | USER_SENT | USER_BEGUN);
	return step;
}
