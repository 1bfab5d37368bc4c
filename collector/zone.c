#include "zone.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
	// Offsets of a zone are looked at this many days back and ahead.
	LOOK_DAYS = 400,
	DAY_SECONDS = 86400,
	HOUR_SECONDS = 3600,
};

// The C library takes any name, and UTC where it has no such zone.
static bool is_known(const char *name)
{
	const char *directory = getenv("TZDIR");
	struct stat status;
	char path[512];

	if (*name == '/' || *name == ':' || strstr(name, ".."))
		return false;
	snprintf(path, sizeof(path), "%s/%s", directory ? directory : "/usr/share/zoneinfo", name);
	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool is_in_whole_hours(void)
{
	time_t now = time(NULL);
	struct tm local;

	for (int day = -LOOK_DAYS; day <= LOOK_DAYS; day++) {
		time_t then = now + (time_t)day * DAY_SECONDS;

		localtime_r(&then, &local);
		if (local.tm_gmtoff % HOUR_SECONDS != 0)
			return false;
	}
	return true;
}

void zone_use(const char *name)
{
	setenv("TZ", name, 1);
	tzset();
}

// LIMIT: sketches of whole hours must lie in one day, so zones such as Asia/Kolkata cannot be used.
const char *zone_fault(const char *name)
{
	const char *before = getenv("TZ");
	char *kept = before ? strdup(before) : NULL;
	bool is_whole;

	if (!is_known(name)) {
		free(kept);
		return "no time zone of this machine, write one as Asia/Shanghai (package tzdata)";
	}
	zone_use(name);
	is_whole = is_in_whole_hours();
	if (kept)
		zone_use(kept);
	else
		unsetenv("TZ");
	free(kept);
	return is_whole ? NULL : "its days do not begin on whole hours of UTC, use another zone";
}
