#include "clock_state.h"

#include <errno.h>
#include <string.h>

enum {
	// Of a window of a second, a tenth.
	MAX_ERROR_US = 100000,
};

void clock_state_judge(int state, const struct timex *timex, struct findings *findings)
{
	const char *mend = "windows begin by this clock: run chrony or systemd-timesyncd";

	if (state == TIME_ERROR || (timex->status & STA_UNSYNC) != 0)
		finding_add(findings, SEVERITY_WARNING, "clock", mend,
		            "nobody who keeps it in step");
	else if (timex->maxerror > MAX_ERROR_US)
		finding_add(findings, SEVERITY_WARNING, "clock",
		            "windows begin by this clock: use a nearer time server",
		            "it in step, but perhaps %ld ms off", timex->maxerror / 1000);
	else
		finding_add(findings, SEVERITY_OK, "clock", NULL, "it in step, at most %ld us off",
		            timex->maxerror);
}

void clock_state_check(struct findings *findings)
{
	struct timex timex = {0}; // no mode: nothing is set
	int state = adjtimex(&timex);

	if (state < 0)
		finding_add(findings, SEVERITY_WARNING, "clock",
		            "look at timedatectl or chronyc tracking",
		            "no answer from the kernel (%s)", strerror(errno));
	else
		clock_state_judge(state, &timex, findings);
}
