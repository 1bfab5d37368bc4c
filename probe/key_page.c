#include "key_page.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "proto/base/config.h"

static int fail(struct key_page *page, int error, const char *what, const char *mend, char *why)
{
	snprintf(why, CONFIG_WHY_BYTES, "%s: %s%s", what, strerror(error), mend);
	if (page != MAP_FAILED)
		munmap(page, sizeof(*page));
	return -error;
}

int key_page_new(struct key_page **ret_page, char *why)
{
	struct key_page *page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE,
	                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return fail(page, errno, "cannot take memory for keys", "", why);
	if (mlock(page, sizeof(*page)) != 0)
		return fail(page, errno, "cannot lock the memory of keys",
		            ", raise the limit on locked memory (ulimit -l, LimitMEMLOCK= of "
		            "systemd)",
		            why);
	if (madvise(page, sizeof(*page), MADV_DONTDUMP) != 0)
		return fail(page, errno, "cannot keep keys out of core dumps", "", why);
	*ret_page = page;
	return 0;
}

void key_page_free(struct key_page *page)
{
	if (page == NULL)
		return;
	explicit_bzero(page, sizeof(*page));
	munmap(page, sizeof(*page));
}
