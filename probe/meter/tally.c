#include "tally.h"

#include <string.h>

void tally_init(struct tally *tally, struct user_tally *users)
{
	memset(tally, 0, sizeof(*tally));
	tally->users = users;
	tally->first_ns = UINT64_MAX;
}

void tally_reset(struct tally *tally)
{
	tally_init(tally, tally->users);
}

static void traffic_cell_merge(struct traffic_cell *into, const struct traffic_cell *other)
{
	into->packets += other->packets;
	into->carrier_bytes += other->carrier_bytes;
	into->payload_bytes += other->payload_bytes;
}

static void flow_cell_merge(struct flow_cell *into, const struct flow_cell *other)
{
	into->new_flows += other->new_flows;
	into->active_flows += other->active_flows;
	into->evicted_flows += other->evicted_flows;
	into->fragments += other->fragments;
}

static void link_tally_merge(struct link_tally *into, const struct link_tally *other)
{
	for (int v = 0; v < N_FRAME_VERDICTS; v++)
		into->frames[v] += other->frames[v];
	into->truncated_frames += other->truncated_frames;
	into->deep_frames += other->deep_frames;
	into->wire_bytes += other->wire_bytes;
	for (int c = 0; c < N_FAMILIES; c++)
		for (int p = 0; p < N_FAMILIES; p++)
			for (int t = 0; t < N_TRANSITIONS; t++)
				traffic_cell_merge(&into->traffic[c][p][t],
				                   &other->traffic[c][p][t]);
	for (int f = 0; f < N_FAMILIES; f++)
		flow_cell_merge(&into->flows[f], &other->flows[f]);
}

void tally_merge(struct tally *into, const struct tally *other)
{
	if (other->first_ns < into->first_ns)
		into->first_ns = other->first_ns;
	if (other->last_ns > into->last_ns)
		into->last_ns = other->last_ns;
	for (int i = 0; i < MAX_LINKS; i++)
		link_tally_merge(&into->links[i], &other->links[i]);
}

uint64_t link_tally_frames(const struct link_tally *link)
{
	uint64_t n = 0;

	for (int v = 0; v < N_FRAME_VERDICTS; v++)
		n += link->frames[v];
	return n;
}
