#include "finding.h"

#include <ctype.h>
#include <stdarg.h>

static const char *const severity_names[N_SEVERITIES] = {"ok", "warning", "fault"};

static void print_plain(FILE *out, const char *text)
{
	for (; *text != '\0'; text++)
		fputc(iscntrl((unsigned char)*text) ? '?' : *text, out);
}

void finding_add(struct findings *findings, enum severity severity, const char *what,
                 const char *mend, const char *found, ...)
{
	char text[FINDING_TEXT_BYTES];
	va_list list;

	va_start(list, found);
	vsnprintf(text, sizeof(text), found, list);
	va_end(list);
	fprintf(findings->out, "%s  ", severity_names[severity]);
	print_plain(findings->out, what);
	fputs(": found ", findings->out);
	print_plain(findings->out, text);
	if (mend != NULL) {
		fputs(": ", findings->out);
		print_plain(findings->out, mend);
	}
	fputc('\n', findings->out);
	findings->n[severity]++;
}
