// Sets of processors, or of memory nodes, as the kernel writes them: "0-3,8".
#pragma once

#include <sched.h>
#include <stddef.h>

enum {
	CPU_LIST_TEXT_BYTES = 256,
};

// An empty text is the empty set. 0; -EINVAL when it is no list or a number is beyond the set.
int cpu_list_parse(const char *text, cpu_set_t *ret_set);

// "none" for the empty set; cut off where it does not fit.
void cpu_list_format(const cpu_set_t *set, char *ret_text);
