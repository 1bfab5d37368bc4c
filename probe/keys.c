// A file's key is kept with the keys of its neighbours in both forms in which it can be active
// (struct held_key), so turning to other keys is turning to another pointer.
#include "keys.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "proto/base/config.h"

#include "key_file.h"

enum {
	STACK_BYTES = 32768, // more than reading keys takes
	OWN_KEYS = 3, // for four months at most; then others are made
};

// What is no secret of a file, and where its key is.
struct key_about {
	char name[NAME_MAX + 1];
	uint64_t start_ns;
	uint64_t id; // 0 when it has expired
	struct held_key *held; // in the page, in the order of reading
};

struct keys {
	char *directory;
	uint32_t n;
	struct key_about about[MAX_KEY_FILES]; // in order of starts
	struct key_page *page;
};

static int is_key_file(const struct dirent *entry)
{
	size_t n_bytes = strlen(entry->d_name);

	return entry->d_name[0] != '.' && n_bytes > 4 &&
	       strcmp(entry->d_name + n_bytes - 4, ".key") == 0;
}

// Word by word and never through a vector register, see key_file.c.
static void copy_key(const struct siphash_key *key, struct siphash_key *ret_key)
{
	const volatile struct siphash_key *from = key;

	*(volatile uint64_t *)&ret_key->k0 = from->k0;
	*(volatile uint64_t *)&ret_key->k1 = from->k1;
}

// Keeps the key that was read, in order behind all that began before it.
static int insert(struct keys *keys, const char *name, uint64_t start_ns, char *why)
{
	struct held_key *held = &keys->page->keys[keys->n];
	uint32_t at = keys->n;

	while (at > 0 && keys->about[at - 1].start_ns > start_ns)
		at--;
	if (at > 0 && keys->about[at - 1].start_ns == start_ns) {
		snprintf(why, CONFIG_WHY_BYTES,
		         "%s/%s: begins on the same day as %s: keep the one that the other probes "
		         "have, and destroy the other",
		         keys->directory, name, keys->about[at - 1].name);
		return -EINVAL;
	}
	memmove(&keys->about[at + 1], &keys->about[at], (keys->n - at) * sizeof(keys->about[0]));
	keys->about[at] = (struct key_about){.start_ns = start_ns, .held = held};
	snprintf(keys->about[at].name, sizeof(keys->about[at].name), "%s", name);
	copy_key(&keys->page->read, &held->alone.keys[0]);
	keys->n++;
	return 0;
}

static int read_file(struct keys *keys, const char *name, char *why)
{
	char path[PATH_MAX];
	uint64_t start_ns;
	int rc;

	snprintf(path, sizeof(path), "%s/%s", keys->directory, name);
	rc = key_file_read(path, keys->page, &start_ns, why);
	if (rc == 0)
		rc = insert(keys, name, start_ns, why);
	return rc;
}

static int read_all(struct keys *keys, struct dirent **files, int n_files, char *why)
{
	int rc = 0;

	if (n_files > MAX_KEY_FILES) {
		snprintf(why, CONFIG_WHY_BYTES,
		         "%s: holds %d key files, at most %d can be read: destroy those that have "
		         "expired (shred -u)",
		         keys->directory, n_files, MAX_KEY_FILES);
		return -E2BIG;
	}
	for (int i = 0; rc == 0 && i < n_files; i++)
		rc = read_file(keys, files[i]->d_name, why);
	return rc;
}

static int read_directory(struct keys *keys, char *why)
{
	struct dirent **files;
	int n_files = scandir(keys->directory, &files, is_key_file, alphasort);
	int rc;

	if (n_files < 0) {
		rc = -errno;
		snprintf(why, CONFIG_WHY_BYTES, "%s: %s: \"scripts/new-key %s\" makes keys there",
		         keys->directory, strerror(-rc), keys->directory);
		return rc;
	}
	rc = read_all(keys, files, n_files, why);
	for (int i = 0; i < n_files; i++)
		free(files[i]);
	free(files);
	return rc;
}

// A name for a key that gives nothing of it away, the same at every probe that has it. Numbers of
// reports have 63 bits.
static uint64_t key_id(const struct siphash_key *key, uint64_t start_ns)
{
	uint8_t bytes[] = "sixgauge key id\0\0\0\0\0\0\0";

	static_assert(sizeof(bytes) == 15 + sizeof(start_ns), "the start follows the words");
	for (int i = 0; i < 8; i++)
		bytes[15 + i] = (uint8_t)(start_ns >> (56 - 8 * i));
	return siphash_2_4(key, bytes, sizeof(bytes)) >> 1;
}

static void add_key(struct user_keys *set, const struct siphash_key *key)
{
	copy_key(key, &set->keys[set->n++]);
}

// Makes of each key what the packet path will use, and wipes those that have expired.
static void prepare(struct keys *keys, uint64_t now_ns)
{
	const struct held_key *before = NULL; // whose second half is the next one's first

	for (uint32_t i = 0; i < keys->n; i++) {
		struct key_about *about = &keys->about[i];
		struct held_key *held = about->held;

		if (i > 0 && keys->about[i - 1].start_ns + KEY_PERIOD_NS != about->start_ns)
			before = NULL;
		if (about->start_ns + KEY_LIFE_NS <= now_ns) {
			explicit_bzero(held, sizeof(*held));
			continue;
		}
		about->id = key_id(&held->alone.keys[0], about->start_ns);
		held->alone.n = 1;
		if (before != NULL)
			add_key(&held->begun, &before->alone.keys[0]);
		add_key(&held->begun, &held->alone.keys[0]);
		before = held;
	}
	explicit_bzero(&keys->page->read, sizeof(keys->page->read));
}

static int check_active(const struct keys *keys, uint64_t now_ns, char *why)
{
	struct report_key about[MAX_USER_KEYS];
	int rc = keys_active(keys, now_ns, about) != NULL ? 0 : -ENOKEY;

	if (rc != 0 && keys->n == 0)
		snprintf(why, CONFIG_WHY_BYTES,
		         "%s: holds no *.key file: \"scripts/new-key %s\" makes one",
		         keys->directory, keys->directory);
	else if (rc != 0)
		snprintf(why, CONFIG_WHY_BYTES,
		         "%s: no key is active, all %u have expired or not begun: copy the one of "
		         "the other probes here, or make the first with \"scripts/new-key %s\"",
		         keys->directory, keys->n, keys->directory);
	return rc;
}

// Not part of its caller, whose own stack is not wiped.
__attribute__((noinline)) static int load(struct keys *keys, uint64_t now_ns, char *why)
{
	int rc = key_page_new(&keys->page, why);

	if (rc == 0)
		rc = read_directory(keys, why);
	if (rc == 0) {
		prepare(keys, now_ns);
		rc = check_active(keys, now_ns, why);
	}
	return rc;
}

// What reading and hashing left where the stack was.
__attribute__((noinline)) static void wipe_stack(void)
{
	char stack[STACK_BYTES];

	explicit_bzero(stack, sizeof(stack));
}

int keys_load(const char *directory, uint64_t now_ns, struct keys **ret_keys, char *why)
{
	struct keys *keys = calloc(1, sizeof(*keys));
	int rc = -ENOMEM;

	snprintf(why, CONFIG_WHY_BYTES, "%s: out of memory for keys", directory);
	if (keys != NULL)
		keys->directory = strdup(directory);
	if (keys != NULL && keys->directory != NULL)
		rc = load(keys, now_ns, why);
	wipe_stack();
	if (rc != 0)
		keys_free(keys);
	else
		*ret_keys = keys;
	return rc;
}

static int make_key(struct keys *keys, uint64_t start_ns, char *why)
{
	if (getrandom(&keys->page->read, sizeof(keys->page->read), 0) != sizeof(keys->page->read)) {
		snprintf(why, CONFIG_WHY_BYTES, "keys: no random numbers: %s", strerror(errno));
		return -EIO;
	}
	return insert(keys, "own", start_ns, why);
}

static int fill(struct keys *keys, uint64_t now_ns, char *why)
{
	int rc = key_page_new(&keys->page, why);

	for (uint64_t i = 0; rc == 0 && i < OWN_KEYS; i++)
		rc = make_key(keys, (now_ns / KEY_PERIOD_NS + i) * KEY_PERIOD_NS, why);
	if (rc == 0)
		prepare(keys, now_ns);
	wipe_stack();
	return rc;
}

int keys_make(uint64_t now_ns, struct keys **ret_keys, char *why)
{
	struct keys *keys = calloc(1, sizeof(*keys));
	int rc;

	snprintf(why, CONFIG_WHY_BYTES, "keys: out of memory");
	if (keys == NULL)
		return -ENOMEM;
	rc = fill(keys, now_ns, why);
	if (rc != 0)
		keys_free(keys);
	else
		*ret_keys = keys;
	return rc;
}

void keys_free(struct keys *keys)
{
	if (keys == NULL)
		return;
	key_page_free(keys->page);
	free(keys->directory);
	free(keys);
}

// The last that has begun decides: its time is the first half of its life, or the second.
const struct user_keys *keys_active(const struct keys *keys, uint64_t now_ns,
                                    struct report_key ret_about[MAX_USER_KEYS])
{
	const struct user_keys *active;
	uint32_t at = keys->n;

	while (at > 0 && keys->about[at - 1].start_ns > now_ns)
		at--;
	if (at == 0 || keys->about[at - 1].start_ns + KEY_LIFE_NS <= now_ns)
		return NULL;
	active = now_ns < keys->about[at - 1].start_ns + KEY_PERIOD_NS
	                 ? &keys->about[at - 1].held->begun
	                 : &keys->about[at - 1].held->alone;
	for (uint32_t i = 0; i < active->n; i++) {
		const struct key_about *about = &keys->about[at - active->n + i];

		ret_about[i] = (struct report_key){.id = about->id, .start_ns = about->start_ns};
	}
	return active->n > 0 ? active : NULL;
}

uint32_t keys_count(const struct keys *keys)
{
	return keys->n;
}

enum key_state keys_describe(const struct keys *keys, uint32_t at, uint64_t now_ns, char *ret_line)
{
	const struct key_about *about = &keys->about[at];
	uint64_t end_ns = about->start_ns + KEY_LIFE_NS;
	char start[KEY_DATE_BYTES], end[KEY_DATE_BYTES];

	key_date(about->start_ns, start);
	key_date(end_ns, end);
	if (end_ns <= now_ns) {
		snprintf(ret_line, CONFIG_WHY_BYTES,
		         "%s/%s: expired on %s, destroy it (shred -u), at every probe",
		         keys->directory, about->name, end);
		return KEY_EXPIRED;
	}
	snprintf(ret_line, CONFIG_WHY_BYTES, "%s/%s: key %016" PRIx64 " of %s, %s %s",
	         keys->directory, about->name, about->id, start,
	         about->start_ns <= now_ns ? "active until" : "begins then, ends on", end);
	return about->start_ns <= now_ns ? KEY_ACTIVE : KEY_LATER;
}

void keys_print(FILE *out, const struct keys *keys, uint64_t now_ns)
{
	fprintf(out, "# keys: %s\n", keys->directory);
	for (uint32_t i = 0; i < keys->n; i++) {
		char line[CONFIG_WHY_BYTES];
		enum key_state state = keys_describe(keys, i, now_ns, line);

		fprintf(out, "#   %s%s\n", state == KEY_EXPIRED ? "warning: " : "", line);
	}
}
