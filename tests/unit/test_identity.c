#include "test_all.h"

#include <arpa/inet.h>
#include <string.h>

#include "proto/identity.h"

enum {
	NO_BLOCK = -1,
	MAX_HASHED_BYTES = 1 + 16 + 2,
};

// Key 00 01 .. 0f, as in the vectors of SipHash's authors.
static const struct siphash_key key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

// Computed in Python with ipaddress.ip_network(..., strict=False).network_address.packed and a
// SipHash-2-4 written there from the paper, checked by its authors' vector of 15 bytes.
static const struct {
	const char *address;
	uint32_t user_bits;
	int block;
	uint64_t hash;
} known[] = {
	{"192.0.2.77", 32, NO_BLOCK, UINT64_C(0x4ab40fed8e6fb687)},
	{"192.0.2.77", 24, NO_BLOCK, UINT64_C(0x4574bd3e53df00e3)},
	{"192.0.2.77", 32, 0, UINT64_C(0x8640a094ea41ad18)},
	{"192.0.2.77", 32, 1, UINT64_C(0xd46fab0b6d259843)},
	{"192.0.2.77", 32, 300, UINT64_C(0x9092065d6c7f056d)},
	{"2001:db8:1234:5678:9abc:def0:1122:3344", 128, NO_BLOCK, UINT64_C(0x7374eae3bc2cc651)},
	{"2001:db8:1234:5678:9abc:def0:1122:3344", 64, NO_BLOCK, UINT64_C(0x2c111edf96c05f9f)},
	{"2001:db8:1234:5678:9abc:def0:1122:3344", 56, NO_BLOCK, UINT64_C(0x4a0ad6f229f72325)},
	{"2001:db8:1234:5678:9abc:def0:1122:3344", 60, NO_BLOCK, UINT64_C(0x2ba292ad477bdefb)},
	{"2001:db8:1234:5678:9abc:def0:1122:3344", 72, NO_BLOCK, UINT64_C(0x8eecacde6de5ad2f)},
	{"0.0.0.0", 0, NO_BLOCK, UINT64_C(0x58c578fff6e39924)},
	{"::", 0, NO_BLOCK, UINT64_C(0xb15875863ab4a9f5)},
};

static struct identity identity_of(int family, const uint8_t *address, uint32_t user_bits,
                                   int block)
{
	if (family == AF_INET6)
		return identity_of_ipv6(address, user_bits);
	return block == NO_BLOCK ? identity_of_ipv4(address, user_bits)
	                         : identity_of_port_block(address, user_bits, (uint16_t)block);
}

static void known_identities_have_known_hashes(void **state)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		int family = strchr(known[i].address, ':') ? AF_INET6 : AF_INET;
		uint8_t address[16] = {0};
		struct identity identity;

		assert_int_equal(inet_pton(family, known[i].address, address), 1);
		identity = identity_of(family, address, known[i].user_bits, known[i].block);
		assert_true(identity_hash(&identity, &key) == known[i].hash);
	}
}

// The bytes that are hashed, as the wire protocol's page says them.
static uint64_t hash_of_bytes(int family, const uint8_t *address, uint32_t user_bits, int block)
{
	uint32_t n_address = family == AF_INET6 ? 16 : 4, n_bytes = 1;
	uint8_t bytes[MAX_HASHED_BYTES] = {family == AF_INET6 ? 6 : 4};

	for (uint32_t bit = 0; bit < 8 * n_address; bit++)
		if (bit < user_bits)
			bytes[1 + bit / 8] |= (uint8_t)(address[bit / 8] & 0x80 >> bit % 8);
	n_bytes += n_address;
	if (block != NO_BLOCK) {
		bytes[n_bytes++] = (uint8_t)(block >> 8);
		bytes[n_bytes++] = (uint8_t)block;
	}
	return siphash_2_4(&key, bytes, n_bytes);
}

static void every_length_hashes_the_bytes_it_says(void **state)
{
	const uint8_t address[16] = {0xa5, 0xf1, 0x3c, 0x99, 0xff, 0x01, 0x80, 0x7e,
	                             0xd2, 0x44, 0xe7, 0xff, 0x10, 0xfe, 0x55, 0xbd};

	for (uint32_t bits = 0; bits <= 128; bits++) {
		struct identity identity = identity_of(AF_INET6, address, bits, NO_BLOCK);

		assert_true(identity_hash(&identity, &key) ==
		            hash_of_bytes(AF_INET6, address, bits, NO_BLOCK));
	}
	for (uint32_t bits = 0; bits <= 32; bits++)
		for (int block = NO_BLOCK; block <= 0xffff; block += 257) {
			struct identity identity = identity_of(AF_INET, address, bits, block);

			assert_true(identity_hash(&identity, &key) ==
			            hash_of_bytes(AF_INET, address, bits, block));
		}
}

static void another_key_is_another_hash(void **state)
{
	const struct siphash_key other = {key.k0, key.k1 ^ 1};
	const uint8_t address[16] = {0x20, 0x01};
	struct identity identity = identity_of_ipv6(address, 64);

	assert_true(identity_hash(&identity, &key) != identity_hash(&identity, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_identities_have_known_hashes),
		cmocka_unit_test(every_length_hashes_the_bytes_it_says),
		cmocka_unit_test(another_key_is_another_hash),
	};

	return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
