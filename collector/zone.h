// The time zone days are cut in.
#pragma once

// One sentence about a name that cannot be used, else NULL.
const char *zone_fault(const char *name);

// Makes it the zone of this process. Times in logs and answers stay in UTC.
void zone_use(const char *name);
