// In the place of dpdk_contenders.c in a build without DPDK.
#include "contender.h"

uint32_t dpdk_contenders_start(uint32_t max_mib, const struct contender **ret_contenders)
{
	*ret_contenders = NULL;
	return 0;
}
