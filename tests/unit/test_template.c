#include "test_all.h"

#include <string.h>

#include "tests/gen/random.h"
#include "tests/gen/template_set.h"

enum {
	N_ENDS = 50, // tried with each template
};

static struct packet_builder builder;

static struct template_ends draw_ends(struct random *random, enum family family)
{
	struct template_ends ends = {
		.client_network = random_bits(random) >> 2,
		.client_interface = random_bits(random) >> 4,
		.server_network = random_bits(random) >> 2,
		.server_interface = random_bits(random) >> 4,
		.client_port = (uint16_t)random_bits(random),
		.server_port = (uint16_t)random_bits(random),
	};

	if (family == FAMILY_IPV4) {
		ends.client_network = ends.server_network = 0;
		ends.client_interface >>= 32;
		ends.server_interface >>= 32;
	}
	return ends;
}

static struct address address_of(enum family family, uint64_t network, uint64_t interface)
{
	return family == FAMILY_IPV4 ? address_ipv4((uint32_t)interface)
	                             : address_ipv6(network, interface);
}

static struct path path_of(const struct template_plan *plan, const struct template_ends *ends)
{
	const struct path path = {
		.source = address_of(plan->payload, ends->client_network, ends->client_interface),
		.destination = address_of(plan->payload, ends->server_network,
	                                  ends->server_interface),
		.source_port = ends->client_port,
		.destination_port = ends->server_port,
	};
	bool reverse = plan->segment == SEGMENT_REVERSE || plan->segment == SEGMENT_PROBE ||
	               plan->segment == SEGMENT_ACCEPTANCE;

	return reverse ? path_reversed(&path) : path;
}

// Of the two zeros of a checksum templates always take the one.
static void take_other_zero(uint8_t *checksum)
{
	if (checksum[0] == 0 && checksum[1] == 0)
		checksum[0] = checksum[1] = 0xff;
}

// All packets have one sequence number.
static uint32_t acknowledged_by(enum segment segment)
{
	switch (segment) {
	case SEGMENT_OPENING:
	case SEGMENT_PROBE:
		return 0;
	case SEGMENT_FORWARD:
	case SEGMENT_REVERSE:
		return 0x5e900001 + 2048;
	case SEGMENT_GUESS: // far off
		return 0x5e900001 + (1 << 28);
	default: // the opening before it
		return 0x5e900001 + 1;
	}
}

// The innermost packet as the builder makes it with these ends, in front of the template's payload.
static void build_again(const struct template_plan *plan, const struct template_ends *ends,
                        const uint8_t *packet, uint32_t n_bytes)
{
	struct path path = path_of(plan, ends);
	uint32_t ip_bytes = plan->payload == FAMILY_IPV4 ? 20 : 40;
	uint32_t header_bytes = ip_bytes + (plan->udp ? 8 : 20);
	const uint8_t *tcp = packet + ip_bytes;

	packet_begin_copy(&builder, packet + header_bytes, n_bytes - header_bytes);
	if (plan->udp)
		packet_push_udp(&builder, &path);
	else
		packet_push_tcp(&builder, &path, 0x5e900001, acknowledged_by(plan->segment),
		                tcp[13]);
	take_other_zero(builder.bytes + builder.start + (plan->udp ? 6 : 16));
	packet_push_ip(&builder, &path, plan->udp ? PROTOCOL_UDP : PROTOCOL_TCP);
	if (plan->payload == FAMILY_IPV4)
		take_other_zero(builder.bytes + builder.start + 10);
}

static void fill(const struct template *template, const struct template_ends *ends,
                 enum family family, uint8_t *place)
{
	if (family == FAMILY_IPV4)
		template_fill_ipv4(template, ends, place);
	else
		template_fill_ipv6(template, ends, place);
}

static void check_template(const struct template_plan *plan)
{
	static uint8_t place[TEMPLATE_MAX_BYTES + 1];
	struct random random = {plan->kind * 64 + plan->segment};
	struct template template;

	assert_int_equal(template_init(&template, plan), 0);
	assert_true(template.n_bytes == plan->n_bytes ||
	            template.n_bytes <= kind_max_header_bytes(plan->kind));
	for (int i = 0; i < N_ENDS; i++) {
		struct template_ends ends = draw_ends(&random, plan->payload);
		uint32_t inner_bytes = template.expected.payload_bytes;
		const uint8_t *inner = place + template.n_bytes - inner_bytes;

		place[template.n_bytes] = 0xa5;
		fill(&template, &ends, plan->payload, place);
		assert_int_equal(place[template.n_bytes], 0xa5);
		build_again(plan, &ends, inner, inner_bytes);
		assert_int_equal(packet_bytes(&builder), inner_bytes);
		assert_memory_equal(inner, packet_data(&builder), inner_bytes);
	}
	template_fini(&template);
}

static void check_kind(enum kind kind, enum family payload, enum family carrier)
{
	static const uint16_t sizes[] = {64, 65, 80, 81, 128, 590, TEMPLATE_MAX_BYTES};

	for (uint32_t i = 0; i < 2 * N_SEGMENTS * sizeof(sizes) / sizeof(sizes[0]); i++) {
		const struct template_plan plan = {
			.kind = kind,
			.payload = payload,
			.carrier = carrier,
			.udp = i % 2,
			.segment = i / 2 % N_SEGMENTS,
			.n_bytes = sizes[i / 2 / N_SEGMENTS],
		};

		check_template(&plan);
	}
}

static void a_copy_is_what_the_builder_makes_of_its_ends(void **state)
{
	(void)state;
	for (enum kind kind = 0; kind < N_KINDS; kind++) {
		for (int pair = 0; pair < N_FAMILIES * N_FAMILIES; pair++) {
			enum family payload = pair % N_FAMILIES, carrier = pair / N_FAMILIES;

			if (template_set_has(kind) && kind_carries(kind, payload) &&
			    kind_travels_in(kind, payload, carrier))
				check_kind(kind, payload, carrier);
		}
	}
}

static void a_checksum_is_never_zero_and_makes_the_sum_all_ones(void **state)
{
	static const uint64_t sums[] = {0, 1, 0xffff, 0x10000, 0x1fffe, UINT64_MAX, 123456789};

	(void)state;
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		uint16_t checksum = template_checksum(sums[i]);

		assert_int_not_equal(checksum, 0);
		assert_int_equal((sums[i] % 0xffff + checksum) % 0xffff, 0);
	}
}

static void weights_of_kinds_are_shares_of_lucks(void **state)
{
	struct settings settings = {.stream = {.n_sizes = 1, .sizes = {64}}};
	struct template_set set;
	uint32_t n[TEMPLATE_MAX_STACKS] = {0};

	(void)state;
	settings.weights[KIND_PLAIN] = 900000;
	settings.weights[KIND_GRE] = 100000;
	settings.weights[KIND_VLAN] = 1;
	assert_int_equal(template_set_init(&set, &settings), 0);
	for (uint32_t luck = 0; luck < TEMPLATE_LUCKS; luck++)
		n[set.stacks[FAMILY_IPV4][luck]]++;
	assert_in_range(n[0], 0.89 * TEMPLATE_LUCKS, 0.91 * TEMPLATE_LUCKS); // plain
	assert_in_range(n[1], 1, 2); // vlan, however rare
	assert_in_range(n[2], 0.045 * TEMPLATE_LUCKS, 0.055 * TEMPLATE_LUCKS); // gre in IPv4
	assert_in_range(n[3], 0.045 * TEMPLATE_LUCKS, 0.055 * TEMPLATE_LUCKS); // gre in IPv6
	assert_int_equal(n[0] + n[1] + n[2] + n[3], TEMPLATE_LUCKS);
	template_set_fini(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_is_what_the_builder_makes_of_its_ends),
		cmocka_unit_test(a_checksum_is_never_zero_and_makes_the_sum_all_ones),
		cmocka_unit_test(weights_of_kinds_are_shares_of_lucks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
