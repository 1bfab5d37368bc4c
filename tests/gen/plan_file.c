#include "plan_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "address_plan.h"

enum {
	IPV4_PREFIX_BYTES = 1,
	IPV6_PREFIX_BYTES = 4,
	IPV4_USER_BYTES = 4,
	IPV6_USER_BYTES = 8,
};

static struct address first_client(enum family family)
{
	return family == FAMILY_IPV4 ? address_ipv4(CLIENTS_IPV4) : address_ipv6(CLIENTS_IPV6, 0);
}

static uint32_t prefix_bytes(enum family family)
{
	return family == FAMILY_IPV4 ? IPV4_PREFIX_BYTES : IPV6_PREFIX_BYTES;
}

bool plan_covers(const struct address *address)
{
	struct address first = first_client(address->family);

	return memcmp(address->bytes, first.bytes, prefix_bytes(address->family)) == 0;
}

uint32_t plan_user_bytes(enum family family)
{
	return family == FAMILY_IPV4 ? IPV4_USER_BYTES : IPV6_USER_BYTES;
}

int plan_file_write(const char *path)
{
	FILE *file = fopen(path, "w");
	bool failed;

	if (file == NULL)
		return -errno;
	fprintf(file, "prefix,carrier,region,access,class,user_len,port_block\n");
	fprintf(file, "%" PRIu32 ".0.0.0/%d,gen,lab,mobile,,%d,\n", CLIENTS_IPV4 >> 24,
	        8 * IPV4_PREFIX_BYTES, 8 * IPV4_USER_BYTES);
	fprintf(file, "%" PRIx64 ":%" PRIx64 "::/%d,gen,lab,mobile,,%d,\n", CLIENTS_IPV6 >> 48,
	        CLIENTS_IPV6 >> 32 & 0xffff, 8 * IPV6_PREFIX_BYTES, 8 * IPV6_USER_BYTES);
	failed = ferror(file) != 0;
	return fclose(file) != 0 || failed ? -EIO : 0;
}
