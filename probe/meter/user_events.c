#include "user_events.h"

#include <string.h>

#include "proto/identity.h"

#include "user_roll.h"

_Static_assert((int)PASSAGES_MAX <= (int)PREFIX_MAX_BURST, "all ends are looked up together");

// One hash on its way to its set.
struct addition {
	uint64_t hash;
	uint32_t set;
	uint32_t grades;
};

static void add_event(struct user_events *events, struct flow *flow, uint32_t end,
                      struct user_step step)
{
	const struct flow_key *key = &flow->key;
	struct user_event *event = &events->at[events->n];

	*event = (struct user_event){
		.flow = flow,
		.address = {flow_key_address(key, end)[0], flow_key_address(key, end)[1]},
		.tail = key->words[4],
		.end = (uint8_t)end,
		.grades = step.grades,
		.first = step.first,
	};
	prefix_search_begin(&events->searches[events->n], events->users->plan->prefixes,
	                    flow_key_family(key), (const uint8_t *)event->address);
	events->n++;
}

void user_events_note(struct user_events *events, struct flow *flow, const struct frame *frame,
                      const struct passage *passage, uint32_t link)
{
	uint32_t end = flow_end((enum flow_direction)passage->direction);
	bool one_way = events->users->asymmetric_links >> link & 1;
	struct segment segment;
	struct user_step step;

	if (!user_waits_to_send(user_state_of(flow, end)) &&
	    !user_waits_for_answer(user_state_of(flow, 1 - end)) && !one_way)
		return;
	if (!user_flow_qualifies(&passage->key)) {
		flow->user_state |= USER_BOTH_DONE;
		return;
	}
	segment = segment_of(frame, passage);
	step = user_state_step(flow, end, &segment, one_way);
	if (step.grades != 0)
		add_event(events, flow, end, step);
}

// The end of this event is no user, which its flow is told if it is still where it was. An address
// is in the plan or not whatever the flow.
static void leave_alone(const struct user_event *event)
{
	const uint64_t *address = flow_key_address(&event->flow->key, event->end);

	if (address[0] == event->address[0] && address[1] == event->address[1] &&
	    event->flow->key.words[4] == event->tail)
		event->flow->user_state |= (uint16_t)(USER_DONE << USER_STATE_BITS * event->end);
}

static struct identity identity_of(const struct user_tally *users, uint32_t group,
                                   const struct user_event *event, uint16_t port)
{
	const struct user_group *of = &users->plan->groups[group];
	const uint8_t *address = (const uint8_t *)event->address;

	if (of->family == FAMILY_IPV6)
		return identity_of_ipv6(address, of->user_len);
	if (of->port_block == 0)
		return identity_of_ipv4(address, of->user_len);
	return identity_of_port_block(address, of->user_len,
	                              user_block(users->block_scales[group], port));
}

// Writes the hashes of an end under all keys, if it is a user's; returns how many.
static uint32_t hash_end(struct user_tally *users, const struct user_event *event, uint32_t found,
                         struct addition *ret_additions)
{
	enum family family = (enum family)(event->tail >> 40 & 0xff);
	uint16_t port = (uint16_t)(event->tail >> 16 * event->end);
	uint32_t group = found - 1;
	struct identity identity;

	if (event->first && found == PREFIX_NONE)
		users->uncovered_ends[family]++;
	else if (event->first)
		users->covered_ends[family]++;
	// Behind a shared address, who has no port is nobody.
	if (found == PREFIX_NONE || (users->plan->groups[group].port_block != 0 && port == 0)) {
		leave_alone(event);
		return 0;
	}
	identity = identity_of(users, group, event, port);
	for (uint32_t key = 0; key < users->keys->n; key++) {
		struct addition *addition = &ret_additions[key];

		*addition = (struct addition){identity_hash(&identity, &users->keys->keys[key]),
		                              user_tally_set(group, key), event->grades};
		user_sketches_prefetch(&users->sketches, addition->set, addition->hash,
		                       addition->grades);
	}
	if (users->roll)
		user_roll_add(users->roll, group, ret_additions[0].hash, event->grades);
	return users->keys->n;
}

void user_events_apply(struct user_events *events)
{
	struct addition additions[PASSAGES_MAX * MAX_USER_KEYS];
	struct user_tally *users = events->users;
	uint32_t n_additions = 0;

	if (events->n == 0)
		return;
	prefix_table_find_burst(users->plan->prefixes, events->searches, events->n);
	for (uint32_t i = 0; i < events->n; i++)
		n_additions += hash_end(users, &events->at[i], events->searches[i].found,
		                        &additions[n_additions]);
	for (uint32_t i = 0; i < n_additions; i++)
		user_sketches_add(&users->sketches, additions[i].set, additions[i].hash,
		                  additions[i].grades);
}
