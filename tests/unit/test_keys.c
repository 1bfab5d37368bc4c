#include "test_all.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/keys.h"
#include "proto/base/clock.h"
#include "proto/base/config.h"
#include "tests/skip_because.h"

#include "vm_flags.h"

#define DAY_NS   (24 * 3600 * NS_PER_S)
#define START_NS (20770 * DAY_NS) // 2026-11-13, which is 670 times 31 days
#define HEX      "000102030405060708090a0b0c0d0e0f"
#define HEX_2    "ffeeddccbbaa99887766554433221100"
#define FIRST    "start: 2026-11-13\nkey: " HEX "\n"

static char directory[] = "keys-XXXXXX";
static char why[CONFIG_WHY_BYTES];
static struct keys *keys;
static struct report_key about[MAX_USER_KEYS];

static void write_key(const char *name, const char *text)
{
	char path[64];
	int descriptor;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
	close(descriptor);
}

static void change_mode(const char *name, mode_t mode)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	assert_int_equal(chmod(path, mode), 0);
}

// Sanitizers replace mlock() by one that does nothing.
static void skip_where_nothing_is_locked(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	skip_because("a sanitizer locks no memory");
#endif
}

static int load_at(uint64_t now_ns)
{
	keys_free(keys);
	keys = NULL;
	return keys_load(directory, now_ns, &keys, why);
}

static void assert_refused(const char *reason)
{
	assert_int_not_equal(load_at(START_NS + DAY_NS), 0);
	assert_null(keys);
	if (strstr(why, reason) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", reason, why);
	assert_null(strchr(why, '\n'));
}

static const struct user_keys *active_at(uint64_t now_ns)
{
	memset(about, 0, sizeof(about));
	return keys_active(keys, now_ns, about);
}

static int make_directory(void **state)
{
	return mkdtemp(directory) != NULL ? 0 : -1;
}

static int empty_directory(void **state)
{
	DIR *stream = opendir(directory);
	const struct dirent *entry;

	keys_free(keys);
	keys = NULL;
	while ((entry = readdir(stream)) != NULL)
		unlinkat(dirfd(stream), entry->d_name, 0);
	return closedir(stream);
}

static int remove_directory(void **state)
{
	return rmdir(directory);
}

static void a_key_holds_for_62_days(void **state)
{
	const struct user_keys *active;

	write_key("a.key", "# of all probes\n\n  start: 2026-11-13 # a Friday\r\nkey:\t" HEX);
	assert_int_equal(load_at(START_NS), 0);
	active = active_at(START_NS);
	assert_non_null(active);
	assert_int_equal(active->n, 1);
	assert_true(active->keys[0].k0 == UINT64_C(0x0706050403020100));
	assert_true(active->keys[0].k1 == UINT64_C(0x0f0e0d0c0b0a0908));
	assert_int_equal(about[0].start_ns, START_NS);
	assert_ptr_equal(active_at(START_NS + 31 * DAY_NS - 1), active);
	assert_non_null(active_at(START_NS + 31 * DAY_NS));
	assert_non_null(active_at(START_NS + 62 * DAY_NS - 1));
	assert_null(active_at(START_NS + 62 * DAY_NS));
	assert_null(active_at(START_NS - 1));
	assert_int_equal(about[0].start_ns, 0);
}

// The key id is half of SipHash-2-4 of "sixgauge key id" and the start as eight bytes, big-endian.
// The figure is of a SipHash of another's, in Python.
static void a_key_has_an_id_that_all_probes_agree_on(void **state)
{
	write_key("a.key", FIRST);
	assert_int_equal(load_at(START_NS), 0);
	assert_non_null(active_at(START_NS));
	assert_true(about[0].id == UINT64_C(0x2b8da5d32e0f8d57) >> 1);
}

static void the_older_key_comes_first_while_two_hold(void **state)
{
	const struct user_keys *active;
	uint64_t id;

	write_key("b.key", FIRST);
	write_key("a.key", "key: " HEX_2 "\nstart: 2026-12-14\n");
	assert_int_equal(load_at(START_NS), 0);
	assert_int_equal(active_at(START_NS)->n, 1);
	id = about[0].id;
	active = active_at(START_NS + 31 * DAY_NS);
	assert_int_equal(active->n, 2);
	assert_true(about[0].id == id && about[1].id != id);
	assert_int_equal(about[1].start_ns, START_NS + 31 * DAY_NS);
	assert_true(active->keys[0].k0 == UINT64_C(0x0706050403020100));
	assert_true(active->keys[1].k0 == UINT64_C(0x8899aabbccddeeff));
	active = active_at(START_NS + 62 * DAY_NS);
	assert_int_equal(active->n, 1);
	assert_true(active->keys[0].k0 == UINT64_C(0x8899aabbccddeeff));
	assert_int_equal(about[0].start_ns, START_NS + 31 * DAY_NS);
}

static void a_key_that_was_never_made_leaves_a_gap(void **state)
{
	write_key("a.key", FIRST);
	write_key("c.key", "key: " HEX_2 "\nstart: 2027-01-14\n");
	assert_int_equal(load_at(START_NS), 0);
	assert_int_equal(active_at(START_NS + 62 * DAY_NS - 1)->n, 1);
	assert_int_equal(about[0].start_ns, START_NS);
	assert_int_equal(active_at(START_NS + 62 * DAY_NS)->n, 1);
	assert_int_equal(about[0].start_ns, START_NS + 62 * DAY_NS);
}

static void a_probe_without_keys_makes_its_own(void **state)
{
	uint64_t now_ns = START_NS + 5 * DAY_NS, id;
	const struct user_keys *active;

	assert_int_equal(keys_make(now_ns, &keys, why), 0);
	active = active_at(now_ns);
	assert_non_null(active);
	assert_int_equal(active->n, 1);
	assert_int_equal(about[0].start_ns, START_NS);
	assert_true(active->keys[0].k0 != 0 || active->keys[0].k1 != 0);
	id = about[0].id;
	active = active_at(START_NS + 31 * DAY_NS);
	assert_int_equal(active->n, 2);
	assert_true(about[0].id == id && about[1].id != id);
	assert_int_equal(active_at(START_NS + 4 * 31 * DAY_NS - 1)->n, 1);
	assert_null(active_at(START_NS + 4 * 31 * DAY_NS));
}

static void an_expired_key_is_told_and_not_kept(void **state)
{
	char line[CONFIG_WHY_BYTES];

	write_key("old.key", FIRST);
	write_key("new.key", "key: " HEX_2 "\nstart: 2026-12-14\n");
	assert_int_equal(load_at(START_NS + 62 * DAY_NS), 0);
	assert_int_equal(keys_count(keys), 2);
	assert_int_equal(keys_describe(keys, 0, START_NS + 62 * DAY_NS, line), KEY_EXPIRED);
	assert_non_null(strstr(line, "/old.key: expired on 2027-01-14, destroy it (shred -u)"));
	assert_int_equal(keys_describe(keys, 1, START_NS + 62 * DAY_NS, line), KEY_ACTIVE);
	assert_non_null(strstr(line, "of 2026-12-14, active until 2027-02-14"));
	assert_null(strstr(line, "ffeeddcc"));
	// Nor is it there for a clock that is set back.
	assert_null(active_at(START_NS));
}

static void keys_that_do_not_hold_now_are_an_error(void **state)
{
	assert_refused(": holds no *.key file: \"scripts/new-key keys-");
	write_key("a.txt", FIRST);
	write_key(".a.key", FIRST);
	assert_refused("holds no *.key file");
	write_key("later.key", "key: " HEX "\nstart: 2026-12-14\n");
	write_key("earlier.key", "key: " HEX "\nstart: 2026-09-12\n");
	assert_refused(": no key is active, all 2 have expired or not begun");
}

static void a_missing_directory_is_named(void **state)
{
	assert_int_equal(keys_load("nowhere", START_NS, &keys, why), -ENOENT);
	assert_string_equal(why, "nowhere: No such file or directory: \"scripts/new-key nowhere\" "
	                         "makes keys there");
}

static void a_key_that_others_can_read_is_refused(void **state)
{
	static const mode_t modes[] = {0640, 0604, 0620, 0601, 0644};

	write_key("a.key", FIRST);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		change_mode("a.key", modes[i]);
		assert_refused("a.key: is open to others (mode 06");
		assert_non_null(strstr(why, "chmod 600 keys-"));
	}
	change_mode("a.key", 0400);
	assert_int_equal(load_at(START_NS), 0);
}

static void a_key_of_somebody_else_is_refused(void **state)
{
	if (geteuid() != 0)
		skip_because("only root can give a file away");
	write_key("a.key", FIRST);
	assert_int_equal(chdir(directory), 0);
	assert_int_equal(chown("a.key", 12345, 0), 0);
	assert_int_equal(chdir(".."), 0);
	assert_refused("a.key: belongs to user 12345, who is neither root nor the one who runs");
	assert_non_null(strstr(why, "chown root keys-"));
}

static void what_is_wrong_in_a_file_is_named_by_line(void **state)
{
	static const struct {
		const char *text, *reason;
	} wrong[] = {
		{"", "a.key: has no line \"start: DATE\""},
		{"key: " HEX "\n", "a.key: has no line \"start: DATE\""},
		{"start: 2026-11-13\n", "a.key: has no line \"key: DIGITS\""},
		{"\nstart: 13.11.2026\n", "a.key:2: start: must be a date, YYYY-MM-DD"},
		{"start: 2026-02-30\n", "a.key:1: start: must be a date"},
		{"start: 1969-12-01\n", "a.key:1: start: must be a date"},
		{"start: 2026-11-14\n", "none on 2026-11-14, the nearest are 2026-11-13 and "
	                                "2026-12-14"},
		{"start: 2026-11-12\n", "the nearest are 2026-10-13 and 2026-11-13"},
		{FIRST "start: 2026-11-13\n", "a.key:3: start: is there already"},
		{FIRST "key: " HEX "\n", "a.key:3: key: is there already"},
		{"key: 0001\n", "a.key:1: key: must be 32 hexadecimal digits, these are 4"},
		{"key: " HEX "0\n", "these are 33"},
		{"key: 0001020304050607x8090a0b0c0d0e0f\n", "the 17. is none"},
		{"key: 00000000000000000000000000000000\n", "all zeros"},
		{"secret " HEX "\n", "a.key:1: unknown line: a key file has"},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		write_key("a.key", wrong[i].text);
		assert_refused(wrong[i].reason);
		assert_null(strstr(why, "0001020304"));
	}
}

static void what_is_no_key_file_is_refused(void **state)
{
	char large[1100];

	memset(large, '#', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	write_key("a.key", large);
	assert_refused("a.key: is larger than the 1024 bytes of a key file");
	write_key("a.key", "");
	empty_directory(state);
	assert_int_equal(chdir(directory), 0);
	assert_int_equal(mkfifo("a.key", 0600), 0);
	assert_int_equal(chdir(".."), 0);
	assert_refused("a.key: is no ordinary file");
}

static void two_keys_of_one_day_are_refused(void **state)
{
	write_key("a.key", FIRST);
	write_key("b.key", "key: " HEX_2 "\nstart: 2026-11-13\n");
	assert_refused("b.key: begins on the same day as a.key: keep the one that the other");
}

static void the_number_of_files_is_bounded(void **state)
{
	for (int i = 0; i < 33; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%d.key", i);
		write_key(name, FIRST);
	}
	assert_refused(
		"holds 33 key files, at most 32 can be read: destroy those that have expired");
}

static void keys_are_locked_and_in_no_core_dump(void **state)
{
	const struct user_keys *active;

	skip_where_nothing_is_locked();
	write_key("a.key", FIRST);
	assert_int_equal(load_at(START_NS), 0);
	active = active_at(START_NS);
	assert_true(vm_has_flag(active, " lo"));
	assert_true(vm_has_flag(active, " dd"));
	assert_false(vm_has_flag(keys, " lo"));
}

// Root may lock without a limit, so somebody else tries.
static int load_without_locking(void)
{
	const struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || (geteuid() == 0 && setuid(65534) != 0))
		return 1;
	if (load_at(START_NS) == 0)
		return 2;
	return strstr(why, "cannot lock the memory of keys: ") != NULL &&
	                       strstr(why, "LimitMEMLOCK=") != NULL
	               ? 0
	               : 3;
}

static void memory_that_cannot_be_locked_is_an_error(void **state)
{
	int status;
	pid_t child;

	skip_where_nothing_is_locked();
	write_key("a.key", FIRST);
	child = fork();
	if (child == 0)
		_exit(load_without_locking());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_key_holds_for_62_days, empty_directory),
		cmocka_unit_test_teardown(a_key_has_an_id_that_all_probes_agree_on,
	                                  empty_directory),
		cmocka_unit_test_teardown(the_older_key_comes_first_while_two_hold,
	                                  empty_directory),
		cmocka_unit_test_teardown(a_key_that_was_never_made_leaves_a_gap, empty_directory),
		cmocka_unit_test_teardown(a_probe_without_keys_makes_its_own, empty_directory),
		cmocka_unit_test_teardown(an_expired_key_is_told_and_not_kept, empty_directory),
		cmocka_unit_test_teardown(keys_that_do_not_hold_now_are_an_error, empty_directory),
		cmocka_unit_test_teardown(a_missing_directory_is_named, empty_directory),
		cmocka_unit_test_teardown(a_key_that_others_can_read_is_refused, empty_directory),
		cmocka_unit_test_teardown(a_key_of_somebody_else_is_refused, empty_directory),
		cmocka_unit_test_teardown(what_is_wrong_in_a_file_is_named_by_line,
	                                  empty_directory),
		cmocka_unit_test_teardown(what_is_no_key_file_is_refused, empty_directory),
		cmocka_unit_test_teardown(two_keys_of_one_day_are_refused, empty_directory),
		cmocka_unit_test_teardown(the_number_of_files_is_bounded, empty_directory),
		cmocka_unit_test_teardown(keys_are_locked_and_in_no_core_dump, empty_directory),
		cmocka_unit_test_teardown(memory_that_cannot_be_locked_is_an_error,
	                                  empty_directory),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
