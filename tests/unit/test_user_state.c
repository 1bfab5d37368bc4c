// Who is noted of a conversation, in which grade: a table of conversations, each metered in one
// burst and frame by frame. Both ends are in the plan.
#include "test_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/meter/meter.h"

#include "user_frames.h"
#include "user_sample.h"

enum {
	MAX_SAID = 8,
	SENT = 1 << GRADE_SENT,
	CONFIRMED = 1 << GRADE_SENT | 1 << GRADE_CONFIRMED,
	ANY_LINK = 1,
	SYN = TCP_SYN,
	ACK = TCP_ACK,
	RST = TCP_RST,
	FIN = TCP_FIN,
};

enum speaker {
	NOBODY,
	CLIENT,
	SERVER,
};

struct line {
	enum speaker speaker;
	struct said said;
};

#define TCP(...) PROTOCOL_TCP, __VA_ARGS__
#define UDP      PROTOCOL_UDP

// The client's numbers begin at 1000, the server's at 5000. A line is who speaks, protocol, flags,
// sequence number, acknowledgement number, bytes of data.
struct conversation {
	const char *name;
	struct line lines[MAX_SAID];
	uint16_t client_port, server_port; // 0: 40000 and 443
	bool asymmetric;
	uint32_t client, server; // grades noted
};

static const struct conversation conversations[] = {
	{"a SYN alone", {{CLIENT, {TCP(SYN, 1000)}}}, .client = SENT},
	{"a SYN that is answered",
         {{CLIENT, {TCP(SYN, 1000)}}, {SERVER, {TCP(SYN | ACK, 5000, 1001)}}},
         .client = SENT,
         .server = SENT},
	{"a handshake",
         {{CLIENT, {TCP(SYN, 1000)}},
          {SERVER, {TCP(SYN | ACK, 5000, 1001)}},
          {CLIENT, {TCP(ACK, 1001, 5001)}}},
         .client = CONFIRMED,
         .server = SENT},
	{"a handshake and an answer",
         {{CLIENT, {TCP(SYN, 1000)}},
          {SERVER, {TCP(SYN | ACK, 5000, 1001)}},
          {CLIENT, {TCP(ACK, 1001, 5001)}},
          {CLIENT, {TCP(ACK, 1001, 5001, 16)}},
          {SERVER, {TCP(ACK, 5001, 1017)}}},
         .client = CONFIRMED,
         .server = CONFIRMED},
	{"a server that acknowledges less than what answered it",
         {{CLIENT, {TCP(SYN, 1000)}},
          {SERVER, {TCP(SYN | ACK, 5000, 1001)}},
          {CLIENT, {TCP(ACK, 1001, 5001, 16)}},
          {SERVER, {TCP(ACK, 5001, 1001)}}},
         .client = CONFIRMED,
         .server = SENT},
	{"a SYN repeated behind the answer",
         {{CLIENT, {TCP(SYN, 1000)}},
          {SERVER, {TCP(SYN | ACK, 5000, 1001)}},
          {CLIENT, {TCP(SYN, 1000)}}},
         .client = SENT,
         .server = SENT},
	{"an answer sent twice",
         {{CLIENT, {TCP(SYN, 1000)}},
          {SERVER, {TCP(SYN | ACK, 5000, 1001)}},
          {SERVER, {TCP(SYN | ACK, 5000, 1001)}}},
         .client = SENT,
         .server = SENT},
	{"an answer sent twice to a SYN sent twice",
         {{CLIENT, {TCP(SYN, 1000)}},
          {SERVER, {TCP(SYN | ACK, 5000, 1001)}},
          {CLIENT, {TCP(SYN, 1000)}},
          {SERVER, {TCP(SYN | ACK, 5000, 1001)}}},
         .client = SENT,
         .server = SENT},
	{"a host that resets what it never asked for",
         {{CLIENT, {TCP(SYN, 1000)}},
          {SERVER, {TCP(SYN | ACK, 5000, 1001)}},
          {CLIENT, {TCP(RST, 5001)}},
          {CLIENT, {TCP(RST | ACK, 1001, 5001)}},
          {SERVER, {TCP(ACK, 5001, 1001)}}},
         .client = SENT,
         .server = SENT},
	{"a SYN that is refused",
         {{CLIENT, {TCP(SYN, 1000)}},
          {SERVER, {TCP(RST | ACK, 0, 1001)}},
          {CLIENT, {TCP(ACK, 1001, 1)}}},
         .client = SENT,
         .server = SENT},
	{"a guess at what the server said",
         {{CLIENT, {TCP(SYN, 1000)}},
          {SERVER, {TCP(SYN | ACK, 5000, 1001)}},
          {CLIENT, {TCP(ACK, 1001, 5000)}},
          {CLIENT, {TCP(ACK, 1001, 5001 + 65537)}}},
         .client = SENT,
         .server = SENT},
	{"as far ahead as is believed",
         {{CLIENT, {TCP(SYN, 1000)}},
          {SERVER, {TCP(SYN | ACK, 5000, 1001)}},
          {CLIENT, {TCP(ACK, 1001, 5001 + 65536)}}},
         .client = CONFIRMED,
         .server = SENT},
	{"numbers that wrap",
         {{CLIENT, {TCP(SYN, 1000)}},
          {SERVER, {TCP(SYN | ACK, 0xffffffff, 1001)}},
          {CLIENT, {TCP(ACK, 1001, 0)}}},
         .client = CONFIRMED,
         .server = SENT},
	{"an upload from its middle on, whose server only acknowledges",
         {{CLIENT, {TCP(ACK, 80000, 5001, 16)}},
          {SERVER, {TCP(ACK, 5001, 80016)}},
          {CLIENT, {TCP(ACK, 80016, 5001, 16)}},
          {SERVER, {TCP(ACK, 5001, 80032)}}},
         .client = CONFIRMED,
         .server = CONFIRMED},
	{"a download from its middle on, beginning with an old acknowledgement",
         {{CLIENT, {TCP(ACK, 1001, 5001)}},
          {SERVER, {TCP(ACK, 90000, 1001, 16)}},
          {CLIENT, {TCP(ACK, 1001, 80000)}},
          {CLIENT, {TCP(ACK, 1001, 90016)}}},
         .client = CONFIRMED,
         .server = SENT},
	{"an acknowledgement far ahead, and then one of the next answer",
         {{CLIENT, {TCP(ACK, 1001, 5001)}},
          {SERVER, {TCP(ACK, 5001, 1001, 16)}},
          {CLIENT, {TCP(ACK, 1001, 500000)}},
          {SERVER, {TCP(ACK, 500000, 1001, 16)}},
          {CLIENT, {TCP(ACK, 1001, 500016)}}},
         .client = CONFIRMED,
         .server = CONFIRMED},
	{"a FIN, which takes a number",
         {{CLIENT, {TCP(ACK, 1001, 5001)}},
          {SERVER, {TCP(FIN | ACK, 5001, 1001)}},
          {CLIENT, {TCP(ACK, 1001, 5001)}}},
         .client = SENT,
         .server = SENT},
	{"TCP that is cut before its flags",
         {{CLIENT, {TCP(SYN, 1000)}},
          {SERVER, {TCP(SYN | ACK, 5000, 1001), .captured_bytes = 13}},
          {CLIENT, {TCP(ACK, 1001, 5001)}}},
         .client = SENT,
         .server = SENT},
	{"TCP that is cut behind its flags",
         {{CLIENT, {TCP(SYN, 1000)}},
          {SERVER, {TCP(SYN | ACK, 5000, 1001), .captured_bytes = 14}},
          {CLIENT, {TCP(ACK, 1001, 5001), .captured_bytes = 14}}},
         .client = CONFIRMED,
         .server = SENT},
	{"a first fragment of TCP, which shows nothing",
         {{CLIENT, {TCP(ACK, 1001, 5001), .fragment = true}},
          {SERVER, {TCP(ACK, 5001, 1001), .fragment = true}},
          {CLIENT, {TCP(ACK, 1001, 5001), .fragment = true}}},
         .client = SENT,
         .server = SENT},
	{"a datagram", {{CLIENT, {UDP}}}, .client = SENT},
	{"datagrams one way", {{CLIENT, {UDP}}, {CLIENT, {UDP}}, {CLIENT, {UDP}}}, .client = SENT},
	{"a datagram and its answer",
         {{CLIENT, {UDP}}, {SERVER, {UDP}}},
         .client = SENT,
         .server = SENT},
	{"a datagram, its answer, and another",
         {{CLIENT, {UDP}}, {SERVER, {UDP}}, {CLIENT, {UDP}}},
         .client = CONFIRMED,
         .server = SENT},
	{"datagrams by turns",
         {{CLIENT, {UDP}}, {SERVER, {UDP}}, {CLIENT, {UDP}}, {SERVER, {UDP}}},
         .client = CONFIRMED,
         .server = CONFIRMED},
	{"answers first, as of a flow seen from its middle on",
         {{SERVER, {UDP}}, {SERVER, {UDP}}, {CLIENT, {UDP}}, {SERVER, {UDP}}},
         .client = SENT,
         .server = CONFIRMED},
	{"fragments of datagrams by turns",
         {{CLIENT, {UDP, .fragment = true}},
          {SERVER, {UDP, .fragment = true}},
          {CLIENT, {UDP, .fragment = true}}},
         .client = CONFIRMED,
         .server = SENT},
	{"a question for a name",
         {{CLIENT, {UDP}}, {SERVER, {UDP}}, {CLIENT, {UDP}}},
         .server_port = 53},
	{"a question for a name, the other way",
         {{CLIENT, {UDP}}, {SERVER, {UDP}}, {CLIENT, {UDP}}},
         .client_port = 53},
	{"a question for a name by TCP",
         {{CLIENT, {TCP(SYN, 1000)}},
          {SERVER, {TCP(SYN | ACK, 5000, 1001)}},
          {CLIENT, {TCP(ACK, 1001, 5001)}}},
         .server_port = 53},
	{"a ping",
         {{CLIENT, {PROTOCOL_ICMP}}, {SERVER, {PROTOCOL_ICMP}}, {CLIENT, {PROTOCOL_ICMP}}}},
	{"a ping of IPv6",
         {{CLIENT, {PROTOCOL_ICMPV6}}, {SERVER, {PROTOCOL_ICMPV6}}, {CLIENT, {PROTOCOL_ICMPV6}}}},
	{"ESP, which has no ports",
         {{CLIENT, {PROTOCOL_ESP}}, {SERVER, {PROTOCOL_ESP}}, {CLIENT, {PROTOCOL_ESP}}},
         .client = CONFIRMED,
         .server = SENT},
	{"one way, on a link that sees no other",
         {{CLIENT, {TCP(SYN, 1000)}}},
         .asymmetric = true,
         .client = CONFIRMED},
	{"a question for a name on such a link",
         {{CLIENT, {UDP}}},
         .server_port = 53,
         .asymmetric = true},
};

static struct meter *meter_new(void)
{
	const struct meter_config config = {.max_flows = 64, .seed = {3, 4}};

	return meter_init(sample_memory(meter_memory_bytes(&config)), &config);
}

static uint32_t make_frames(const struct conversation *conversation, enum family family,
                            const struct host hosts[2], struct frame *frames,
                            uint8_t bytes[MAX_SAID][USER_FRAME_BYTES])
{
	uint32_t n = 0;

	for (; n < MAX_SAID && conversation->lines[n].speaker != NOBODY; n++) {
		const struct line *line = &conversation->lines[n];
		bool from_client = line->speaker == CLIENT;

		frames[n] = user_frame(bytes[n], family, &hosts[!from_client], &hosts[from_client],
		                       &line->said, n);
	}
	return n;
}

static void expect_grade(const struct user_sample *sample, const struct user_tally *users,
                         enum family family, const struct host hosts[2], const uint32_t grades[2],
                         enum grade grade)
{
	uint32_t group = family == FAMILY_IPV4 ? SAMPLE_IPV4 : SAMPLE_FIXED;

	for (uint32_t key = 0; key < MAX_USER_KEYS; key++) {
		struct sketch expected = {0}, found = {0};
		bool any = false;

		for (int i = 0; i < 2; i++) {
			struct identity identity = family == FAMILY_IPV4
			                                   ? identity_of_ipv4(hosts[i].address, 32)
			                                   : identity_of_ipv6(hosts[i].address, 56);

			if (!(grades[i] >> grade & 1))
				continue;
			sketch_add(&expected, identity_hash(&identity, &sample->keys.keys[key]));
			any = true;
		}
		assert_int_equal(user_tally_merge(users, group, key, grade, &found), any);
		assert_memory_equal(&found, &expected, sizeof(found));
	}
}

static void hold_conversation(const struct user_sample *sample,
                              const struct conversation *conversation, enum family family,
                              uint32_t burst)
{
	struct host hosts[2] = {
		{{10, 0, 0, 1}, conversation->client_port ? conversation->client_port : 40000},
		{{10, 9, 9, 9}, conversation->server_port ? conversation->server_port : 443}};
	const uint32_t grades[2] = {conversation->client, conversation->server};
	const struct host hosts_ipv6[2] = {
		{{0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 9, 1}, hosts[0].port},
		{{0x20, 0x01, 0x0d, 0xb8, 0, 1, 1, 0, 1}, hosts[1].port}};
	uint8_t bytes[MAX_SAID][USER_FRAME_BYTES];
	struct frame frames[MAX_SAID];
	struct meter *meter = meter_new();
	struct user_tally users;
	void *memory = sample_tally_new(sample, &users);
	static struct tally tally;
	uint32_t n_frames;

	if (family == FAMILY_IPV6)
		memcpy(hosts, hosts_ipv6, sizeof(hosts));
	users.asymmetric_links = conversation->asymmetric ? 1 << ANY_LINK : 1 << (ANY_LINK + 1);
	tally_init(&tally, &users);
	n_frames = make_frames(conversation, family, hosts, frames, bytes);
	for (uint32_t i = 0; i < n_frames; i += burst)
		meter_burst(meter, &tally, 0, ANY_LINK, LINK_ETHERNET, frames + i,
		            n_frames - i < burst ? n_frames - i : burst);
	for (int grade = 0; grade < N_GRADES; grade++)
		expect_grade(sample, &users, family, hosts, grades, (enum grade)grade);
	free(memory);
	free(meter);
}

static void conversations_note_whom_they_should(void **state)
{
	struct user_sample sample;

	user_sample_init(&sample);
	for (size_t i = 0; i < sizeof(conversations) / sizeof(conversations[0]); i++) {
		const struct conversation *conversation = &conversations[i];
		bool fragment = conversation->lines[0].said.fragment;

		print_message("# %s\n", conversation->name);
		for (uint32_t burst = 1; burst <= MAX_SAID; burst++) {
			hold_conversation(&sample, conversation, FAMILY_IPV4, burst);
			if (!fragment)
				hold_conversation(&sample, conversation, FAMILY_IPV6, burst);
		}
	}
	user_sample_fini(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversations_note_whom_they_should),
	};

	return cmocka_run_group_tests_name("user_state", tests, NULL, NULL);
}
