#include "node.h"

#include "cpu_list.h"
#include "tree.h"

static int read_list(struct tree_path path, cpu_set_t *ret_set)
{
	char text[TREE_TEXT_BYTES];
	int rc = tree_read_text(path, sizeof(text), text);

	return rc == 0 ? cpu_list_parse(text, ret_set) : rc;
}

int node_list(const char *root, cpu_set_t *ret_nodes)
{
	return read_list(tree_path(root, "/sys/devices/system/node/online"), ret_nodes);
}

int node_processors(const char *root, int node, cpu_set_t *ret_processors)
{
	return read_list(tree_path(root, "/sys/devices/system/node/node%d/cpulist", node),
	                 ret_processors);
}

int node_of_processor(const char *root, int processor)
{
	cpu_set_t nodes, processors;

	if (node_list(root, &nodes) != 0)
		return -1;
	for (int node = 0; node < CPU_SETSIZE; node++)
		if (CPU_ISSET(node, &nodes) && node_processors(root, node, &processors) == 0 &&
		    CPU_ISSET(processor, &processors))
			return node;
	return -1;
}
