// Skipping a case by name and reason; cmocka's own skip() has no room for one.
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

// Ends the case; the harness shows the reason. A comment of the protocol carries it there.
#define skip_because(reason)                                                                       \
	do {                                                                                       \
		print_message("# reason: %s\n", reason);                                           \
		skip();                                                                            \
	} while (0)
