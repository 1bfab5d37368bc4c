#include "hugepages.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "node.h"
#include "tree.h"

#define NODES "/sys/devices/system/node"

enum {
	COMMON_KIB = 2048, // the page that is asked for when there are too few
};

struct pages {
	uint64_t free_kib;
	uint64_t n_common; // reserved, used ones included
	char text[FINDING_TEXT_BYTES]; // "3 of 64 free of 2048 kB, 0 of 0 free of 1048576 kB"
};

// Adds the pages of one size, whose directory is named "hugepages-2048kB".
static void add_size(struct tree_path directory, const char *name, struct pages *pages,
                     size_t *n_bytes)
{
	int64_t n_free, n_total;
	uint64_t page_kib;

	if (sscanf(name, "hugepages-%" SCNu64 "kB", &page_kib) != 1 ||
	    tree_read_number(tree_path(directory.text, "/%s/free_hugepages", name), &n_free) != 0 ||
	    tree_read_number(tree_path(directory.text, "/%s/nr_hugepages", name), &n_total) != 0 ||
	    n_free < 0 || n_total < 0)
		return;
	if (page_kib == COMMON_KIB)
		pages->n_common += (uint64_t)n_total;
	pages->free_kib += page_kib * (uint64_t)n_free;
	if (*n_bytes < sizeof(pages->text))
		*n_bytes += (size_t)snprintf(pages->text + *n_bytes, sizeof(pages->text) - *n_bytes,
		                             "%s%" PRId64 " of %" PRId64 " free of %" PRIu64 " kB",
		                             *n_bytes > 0 ? ", " : "", n_free, n_total, page_kib);
}

// From the smallest size to the largest.
static void read_pages(struct tree_path directory, struct pages *ret_pages)
{
	struct dirent **entries;
	int n_entries = scandir(directory.text, &entries, NULL, versionsort);
	struct pages pages = {.text = "none"};
	size_t n_bytes = 0;

	for (int i = 0; i < n_entries; i++) {
		add_size(directory, entries[i]->d_name, &pages, &n_bytes);
		free(entries[i]);
	}
	if (n_entries >= 0)
		free(entries);
	*ret_pages = pages;
}

// Pages to reserve in all, so that what is needed is free.
static uint64_t wanted_pages(const struct pages *pages, uint64_t need_kib)
{
	uint64_t missing_kib = need_kib - pages->free_kib;

	return pages->n_common + (missing_kib + COMMON_KIB - 1) / COMMON_KIB;
}

static void read_node(const char *root, int node, struct pages *ret_pages)
{
	read_pages(tree_path(root, NODES "/node%d/hugepages", node), ret_pages);
}

// Where there is enough in all, but not where the worker runs, its buffers are far from it.
static void report_node(int node, const struct pages *pages, const struct hugepages_need *need,
                        bool enough, struct findings *findings)
{
	uint64_t need_kib = need->mib * 1024;
	bool far = enough && node == need->node && pages->free_kib < need_kib;
	char what[FINDING_WHAT_BYTES], mend[FINDING_TEXT_BYTES];

	snprintf(what, sizeof(what), "hugepages of node %d", node);
	snprintf(mend, sizeof(mend),
	         "the worker runs on this node and wants %" PRIu64 " MiB here: echo %" PRIu64
	         " >" NODES "/node%d/hugepages/hugepages-2048kB/nr_hugepages",
	         need->mib, far ? wanted_pages(pages, need_kib) : 0, node);
	finding_add(findings, far ? SEVERITY_WARNING : SEVERITY_OK, what, far ? mend : NULL, "%s",
	            pages->text);
}

static void report_total(const struct pages *total, const struct hugepages_need *need, bool enough,
                         struct findings *findings)
{
	uint64_t free_mib = total->free_kib / 1024;
	char mend[FINDING_TEXT_BYTES];

	if (need->mib == 0) {
		finding_add(findings, SEVERITY_OK, "hugepages", NULL,
		            "%" PRIu64 " MiB free, none needed", free_mib);
		return;
	}
	snprintf(mend, sizeof(mend),
	         "buffers would live on ordinary pages, slower, and a network card may refuse "
	         "them: sysctl -w vm.nr_hugepages=%" PRIu64,
	         enough ? 0 : wanted_pages(total, need->mib * 1024));
	finding_add(findings, enough ? SEVERITY_OK : SEVERITY_WARNING, "hugepages",
	            enough ? NULL : mend,
	            "%" PRIu64 " MiB free, packet buffers take %" PRIu64 " MiB", free_mib,
	            need->mib);
}

// A kernel without memory nodes has one pool.
static void read_total(const char *root, const cpu_set_t *nodes, struct pages *ret_total)
{
	struct pages total = {0};

	if (CPU_COUNT(nodes) == 0)
		read_pages(tree_path(root, "/sys/kernel/mm/hugepages"), &total);
	for (int node = 0; node < CPU_SETSIZE; node++) {
		struct pages pages;

		if (!CPU_ISSET(node, nodes))
			continue;
		read_node(root, node, &pages);
		total.free_kib += pages.free_kib;
		total.n_common += pages.n_common;
	}
	*ret_total = total;
}

uint64_t hugepages_check(const char *root, const struct hugepages_need *need,
                         struct findings *findings)
{
	struct pages pages, total;
	cpu_set_t nodes;
	bool enough;

	if (node_list(root, &nodes) != 0)
		CPU_ZERO(&nodes);
	read_total(root, &nodes, &total);
	enough = total.free_kib >= need->mib * 1024;
	for (int node = 0; node < CPU_SETSIZE; node++)
		if (CPU_ISSET(node, &nodes)) {
			read_node(root, node, &pages);
			report_node(node, &pages, need, enough, findings);
		}
	report_total(&total, need, enough, findings);
	return total.free_kib / 1024;
}
