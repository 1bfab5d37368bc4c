// What we answer on the telemetry socket of DPDK: commands by name, each of which fills named
// numbers, texts and lists. A build without DPDK has no socket.
//
// Answers are made on a thread of DPDK's, while all others go on: they may only read what is shared
// with any thread.
#pragma once

#include <stdint.h>

// An answer being made. Names are of letters, digits and '_'. What finds no room is left out: 256
// names, 512 members of a list.
struct dpdk_answer;

void dpdk_answer_number(struct dpdk_answer *answer, const char *name, uint64_t number);
void dpdk_answer_text(struct dpdk_answer *answer, const char *name, const char *text);

// A list is made first, then filled, then put under its name, which takes it. NULL when there is no
// memory, which the other two accept.
struct dpdk_list;

struct dpdk_list *dpdk_list_of_numbers(void);
struct dpdk_list *dpdk_list_of_texts(void);
void dpdk_list_add_number(struct dpdk_list *list, uint64_t number);
void dpdk_list_add_text(struct dpdk_list *list, const char *text);
void dpdk_answer_list(struct dpdk_answer *answer, const char *name, struct dpdk_list *take_list);

struct dpdk_command {
	const char *path; // "/sixgauge/links"
	const char *help; // at most 63 bytes
	// What stands behind the comma is in parameter, NULL without one. 0, or -errno when the
	// answer is to be null.
	int (*answer)(const void *context, const char *parameter, struct dpdk_answer *ret_answer);
};

// Once in a process: has DPDK, which runs, answer these from now on; commands and context are
// borrowed until dpdk_telemetry_close(), after which nobody looks at them. -ENOTSUP when DPDK runs
// without telemetry; why has SOURCE_WHY_BYTES.
int dpdk_telemetry_open(const struct dpdk_command *commands, uint32_t n_commands,
                        const void *context, char *why);
void dpdk_telemetry_close(void);
