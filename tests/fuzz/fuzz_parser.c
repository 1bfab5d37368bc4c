// Any bytes as a frame of any link layer: the parser reads nothing outside them, both of its paths
// agree, and what it says is within the bounds others rely on. Then a meter that counts users reads
// it, some times in one burst: it has one end that sends, in the plan or not.
#include "fuzz_target.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "probe/meter/meter.h"
#include "probe/meter/parse.h"

#include "tests/unit/user_sample.h"

static void check_bounds(const struct packet *packet)
{
	assert(packet->verdict < N_FRAME_VERDICTS);
	assert(packet->carrier < N_FAMILIES && packet->payload < N_FAMILIES);
	assert(packet->transition < N_TRANSITIONS);
	assert(packet->n_headers <= MAX_HEADERS && packet->n_ip_headers <= MAX_IP_HEADERS);
	assert((packet->n_ip_headers > 0) ==
	       (packet->verdict == FRAME_IPV4 || packet->verdict == FRAME_IPV6));
	assert(!(packet->flags & PACKET_FRAGMENT) ||
	       (packet->source_port == 0 && packet->destination_port == 0));
	assert(packet->transport_offset != 0 ||
	       (packet->source_port == 0 && packet->destination_port == 0));
}

static void check_users(enum link_layer layer, const struct frame *frame)
{
	static const struct meter_config config = {.max_flows = 1, .seed = {3, 4}};
	const struct frame frames[] = {*frame, *frame, *frame};
	const uint32_t n_frames = sizeof(frames) / sizeof(frames[0]);
	static struct user_sample sample;
	struct meter *meter = meter_init(sample_memory(meter_memory_bytes(&config)), &config);
	static struct user_tally users;
	static struct tally tally;
	uint64_t n_ends = 0;

	if (!sample.memory) {
		user_sample_init(&sample);
		sample_tally_new(&sample, &users);
	}
	tally_init(&tally, &users);
	meter_burst(meter, &tally, 0, 0, layer, frames, n_frames);
	for (int family = 0; family < N_FAMILIES; family++)
		n_ends += users.covered_ends[family] + users.uncovered_ends[family];
	assert(link_tally_frames(&tally.links[0]) == n_frames);
	assert(n_ends <= 1);
	assert(user_tally_registers(&users, GRADE_CONFIRMED) == 0);
	assert(user_tally_registers(&users, GRADE_SENT) <= n_ends * MAX_USER_KEYS);
	user_tally_reset(&users);
	free(meter);
}

// Input: link layer, bytes the capture cut off (16 bits), frame.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	struct packet by_walk, packet;
	struct frame frame = {0};
	enum link_layer layer;
	uint8_t *copy;

	if (n_bytes < 3 || n_bytes > UINT16_MAX)
		return 0;
	layer = (enum link_layer)(data[0] % N_LINK_LAYERS);
	frame.captured_bytes = (uint32_t)n_bytes - 3;
	frame.wire_bytes = frame.captured_bytes + ((uint32_t)data[1] << 8 | data[2]);
	copy = malloc(n_bytes); // at least one byte, and no byte behind the frame
	assert(copy);
	memcpy(copy, data, n_bytes);
	frame.data = copy + 3;
	packet_parse_by_walk(layer, &frame, &by_walk);
	packet_parse(layer, &frame, &packet);
	assert(memcmp(&packet, &by_walk, sizeof(packet)) == 0);
	check_bounds(&packet);
	check_users(layer, &frame);
	free(copy);
	return 0;
}
