// In the place of dpdk_contenders.c in a build without DPDK.
#include "contender.h"

int dpdk_contenders_start(uint32_t max_mib, bool large_pages,
                          const struct contender **ret_contenders)
{
	*ret_contenders = NULL;
	return 0;
}
