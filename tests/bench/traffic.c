#include "traffic.h"

#include <math.h>
#include <string.h>

#include "memory.h"

// The header of an Ethernet frame and the beginning of an IP header, as far as it is the same in
// all frames.
static const uint8_t ipv4_template[FRAME_BYTES] = {2, 0,    0, 0, 0,  2, 2, 0,    0, 0,  0,  1, 8,
                                                   0, 0x45, 0, 0, 82, 0, 0, 0x40, 0, 64, 17, 0, 0};
static const uint8_t ipv6_template[FRAME_BYTES] = {2, 0,  0,  0,    0,    2,    2,    0,   0,
                                                   0, 0,  1,  0x86, 0xdd, 0x60, 0,    0,   0,
                                                   0, 42, 17, 64,   0x20, 1,    0x0d, 0xb8};

uint64_t scramble(uint64_t x)
{
	x ^= x >> 31;
	x *= 0x9e3779b97f4a7c15;
	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9;
	return x ^ x >> 32;
}

void traffic_init(struct traffic *traffic, const struct traffic_setup *setup, uint64_t seed)
{
	*traffic = (struct traffic){
		.setup = *setup,
		.random = seed,
		.next_new_flow = setup->n_flows,
		.ring = memory_map((size_t)RING_BUFFERS * BUFFER_STRIDE, true),
	};
}

void traffic_fini(struct traffic *traffic)
{
	memory_unmap(traffic->ring, (size_t)RING_BUFFERS * BUFFER_STRIDE);
}

// From 0 to below 1.
static double uniform(struct traffic *traffic)
{
	traffic->random += 0x9e3779b97f4a7c15;
	return (double)(scramble(traffic->random) >> 11) / 9007199254740992.0;
}

// Zipf by inversion of the continuous law: exact enough for a work load.
static uint64_t choose_zipf(struct traffic *traffic)
{
	const double s = 1.1;
	double n = (double)traffic->setup.n_flows;
	double x = pow(1 - uniform(traffic) * (1 - pow(n, 1 - s)), 1 / (1 - s));

	return x >= n ? traffic->setup.n_flows - 1 : (uint64_t)x - 1;
}

// Every draw is a new one: a list of choices taken again and again would be fewer flows than asked.
static uint64_t choose_flow(struct traffic *traffic)
{
	if (traffic->setup.churn_percent > 0 &&
	    uniform(traffic) * 100 < traffic->setup.churn_percent)
		return traffic->next_new_flow++;
	if (traffic->setup.zipf)
		return choose_zipf(traffic);
	return (uint64_t)(uniform(traffic) * (double)traffic->setup.n_flows);
}

// Every end of every flow in another network.
static void make_ipv6(uint64_t id, uint64_t peer, bool back, uint8_t *frame)
{
	memcpy(frame, ipv6_template, 54);
	memcpy(frame + 38, frame + 22, 4);
	memcpy(frame + (back ? 42 : 26), &id, 8);
	memcpy(frame + (back ? 26 : 42), &peer, 8);
}

static void make_ipv4(uint64_t flow, uint64_t peer, bool back, uint8_t *frame)
{
	uint32_t low = (uint32_t)flow, high = (uint32_t)peer;

	memcpy(frame, ipv4_template, 34);
	memcpy(frame + (back ? 30 : 26), &low, 4);
	memcpy(frame + (back ? 26 : 30), &high, 4);
}

// One direction or the other by the packet's number.
static void make_frame(struct traffic *traffic, uint64_t flow, uint8_t *frame)
{
	uint64_t id = scramble(flow + 1), peer = id * 0x9e3779b97f4a7c15;
	bool ipv6 = id % 100 < traffic->setup.ipv6_percent, back = traffic->n_packets++ & 1;

	if (ipv6)
		make_ipv6(id, peer, back, frame);
	else
		make_ipv4(flow, peer, back, frame);
	frame += ipv6 ? 54 : 34;
	frame[0] = frame[2] = 0x20;
	frame[1] = frame[3] = (uint8_t)id;
	frame[4] = 0;
	frame[5] = 62;
}

void traffic_fill(struct traffic *traffic)
{
	for (uint32_t i = 0; i < RING_BUFFERS; i++)
		make_frame(traffic, choose_flow(traffic), traffic->ring + i * BUFFER_STRIDE);
}

void traffic_fill_in_order(struct traffic *traffic, uint64_t first_flow)
{
	for (uint32_t i = 0; i < RING_BUFFERS; i++)
		make_frame(traffic, first_flow + i, traffic->ring + i * BUFFER_STRIDE);
}

void traffic_turn(struct traffic *traffic)
{
	traffic->n_packets++;
}

void traffic_burst(const struct traffic *traffic, uint32_t number, uint64_t time_ns,
                   struct frame *ret_frames)
{
	for (uint32_t i = 0; i < BURST; i++)
		ret_frames[i] = (struct frame){
			traffic->ring + (number * BURST + i) * BUFFER_STRIDE,
			FRAME_BYTES,
			FRAME_BYTES,
			time_ns,
		};
}
