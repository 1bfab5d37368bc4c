// Searches all memory of this process for a key that was loaded. What is searched for stands
// nowhere in the clear: the test knows the key only under a mask, and another process writes its
// file.
#include "test_all.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/keys.h"
#include "proto/base/clock.h"
#include "proto/base/config.h"
#include "tests/skip_because.h"

#define START_NS (20770 * 24 * 3600 * NS_PER_S)

enum {
	N_WORDS = 2, // of a key
	N_WANTED = N_WORDS * 5,
	CHUNK_BYTES = 1 << 20,
};

static const uint64_t mask = UINT64_C(0xa5c3f01e96785a3c);
static const uint64_t masked_key[N_WORDS] = {UINT64_C(0x81f2c4e03b9d5768),
                                             UINT64_C(0x1c5ab97e42d0836f)};

// A key, its digits in the file, and the state from which SipHash begins, all under the mask.
static uint64_t wanted[N_WANTED];
static uint8_t chunk[CHUNK_BYTES];

// Eight digits of the file, two for each byte, least significant byte first.
static uint64_t masked_digits(uint64_t masked_word, int first_byte)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t text = 0;

	for (int i = 0; i < 8; i++) {
		int shift = 8 * (first_byte + i / 2) + (i % 2 == 0 ? 4 : 0);
		uint64_t digit = (masked_word ^ mask) >> shift & 15;

		text |= (uint64_t)(uint8_t)digits[digit] << (8 * i);
	}
	return text ^ mask;
}

static void prepare(void)
{
	for (int i = 0; i < N_WORDS; i++) {
		wanted[i] = masked_key[i];
		wanted[N_WORDS + 2 * i] = masked_digits(masked_key[i], 0);
		wanted[N_WORDS + 2 * i + 1] = masked_digits(masked_key[i], 4);
	}
	wanted[6] = masked_key[0] ^ UINT64_C(0x736f6d6570736575);
	wanted[7] = masked_key[1] ^ UINT64_C(0x646f72616e646f6d);
	wanted[8] = masked_key[0] ^ UINT64_C(0x6c7967656e657261);
	wanted[9] = masked_key[1] ^ UINT64_C(0x7465646279746573);
}

static void write_file(const char *path)
{
	FILE *file;

	umask(077);
	file = fopen(path, "w");
	fprintf(file, "start: 2026-11-13\nkey: ");
	for (int i = 0; i < 16; i++)
		fprintf(file, "%02x",
		        (unsigned int)((masked_key[i / 8] ^ mask) >> 8 * (i % 8)) & 255);
	fprintf(file, "\n");
	_exit(fclose(file) == 0 ? 0 : 1);
}

// Places in the bytes where something wanted begins.
static uint32_t count_in(const uint8_t *bytes, size_t n_bytes)
{
	uint32_t n_found = 0;

	for (size_t at = 0; at + sizeof(uint64_t) <= n_bytes; at++) {
		uint64_t word;

		memcpy(&word, bytes + at, sizeof(word));
		for (int i = 0; i < N_WANTED; i++)
			n_found += (word ^ wanted[i]) == mask;
	}
	return n_found;
}

// Chunks overlap, so that nothing is cut in two. What cannot be read is no memory of ours.
static uint32_t count_between(int memory, uint64_t first, uint64_t end)
{
	uint32_t n_found = 0;

	for (uint64_t at = first; at < end; at += CHUNK_BYTES - sizeof(uint64_t) + 1) {
		size_t n_bytes = end - at < CHUNK_BYTES ? end - at : CHUNK_BYTES;
		ssize_t n_read = pread(memory, chunk, n_bytes, (off_t)at);

		if (n_read > 0)
			n_found += count_in(chunk, (size_t)n_read);
	}
	return n_found;
}

// All readable memory, or what stands on either side of the borders of one mapping.
static void search(const void *page, uint32_t *ret_inside, uint32_t *ret_outside)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	int memory = open("/proc/self/mem", O_RDONLY);
	char line[1024];

	assert_non_null(maps);
	assert_true(memory >= 0);
	*ret_inside = *ret_outside = 0;
	while (fgets(line, sizeof(line), maps) != NULL) {
		uint64_t first, end;
		char right;
		bool inside;

		assert_int_equal(sscanf(line, "%" SCNx64 "-%" SCNx64 " %c", &first, &end, &right),
		                 3);
		if (right != 'r')
			continue;
		inside = (uintptr_t)page >= first && (uintptr_t)page < end;
		*(inside ? ret_inside : ret_outside) += count_between(memory, first, end);
		// What was read from the page is a copy of this test's own.
		explicit_bzero(chunk, sizeof(chunk));
	}
	close(memory);
	fclose(maps);
}

static void a_key_is_in_its_page_and_nowhere_else(void **state)
{
	char directory[] = "secrecy-XXXXXX", path[64], why[CONFIG_WHY_BYTES];
	struct report_key about[MAX_USER_KEYS];
	const struct user_keys *active;
	uint32_t n_inside, n_outside;
	struct keys *keys;
	int status;
	pid_t child;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	skip_because("a sanitizer's memory is too large to be searched");
#endif
	prepare();
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/a.key", directory);
	child = fork();
	if (child == 0)
		write_file(path);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(keys_load(directory, START_NS, &keys, why), 0);
	unlink(path);
	rmdir(directory);
	active = keys_active(keys, START_NS, about);
	assert_non_null(active);
	search(active, &n_inside, &n_outside);
	// As it will be used alone and with an older one: two words each.
	assert_int_equal(n_inside, 4);
	assert_int_equal(n_outside, 0);
	keys_free(keys);
	search(active, &n_inside, &n_outside);
	assert_int_equal(n_inside + n_outside, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_in_its_page_and_nowhere_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
