#include "cpu_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

// Reads a number below CPU_SETSIZE and moves on behind it; -1 when there is none.
static int take_number(const char **text)
{
	char *end;
	long number;

	if (**text < '0' || **text > '9')
		return -1;
	number = strtol(*text, &end, 10);
	*text = end;
	return number < CPU_SETSIZE ? (int)number : -1;
}

int cpu_list_parse(const char *text, cpu_set_t *ret_set)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	while (*text != '\0') {
		int first = take_number(&text);
		int last = first;

		if (*text == '-') {
			text++;
			last = take_number(&text);
		}
		if (first < 0 || last < first)
			return -EINVAL;
		for (int i = first; i <= last; i++)
			CPU_SET(i, &set);
		if (*text == ',' && text[1] != '\0')
			text++;
		else if (*text != '\0')
			return -EINVAL;
	}
	*ret_set = set;
	return 0;
}

static int range_end(const cpu_set_t *set, int first)
{
	while (first + 1 < CPU_SETSIZE && CPU_ISSET(first + 1, set))
		first++;
	return first;
}

void cpu_list_format(const cpu_set_t *set, char *ret_text)
{
	size_t n_bytes = 0;

	snprintf(ret_text, CPU_LIST_TEXT_BYTES, "none");
	for (int i = 0; i < CPU_SETSIZE; i++) {
		int last = range_end(set, i);
		char range[32];

		if (!CPU_ISSET(i, set))
			continue;
		snprintf(range, sizeof(range), last > i ? "%s%d-%d" : "%s%d",
		         n_bytes > 0 ? "," : "", i, last);
		n_bytes += (size_t)snprintf(ret_text + n_bytes, CPU_LIST_TEXT_BYTES - n_bytes, "%s",
		                            range);
		if (n_bytes >= CPU_LIST_TEXT_BYTES)
			return;
		i = last;
	}
}
