// One row of plan.csv: a prefix, and who its subscribers are or which transition its packets are.
#pragma once

#include "probe/meter/prefix_table.h"
#include "proto/message.h"

#include "complaint.h"
#include "csv.h"

enum {
	PLAN_MAX_PORT_BLOCK = 32768,
};

struct plan_row {
	struct prefix_row prefix; // without a value
	bool is_transition;
	enum transition transition; // TRANSITION_6RD or TRANSITION_NAT64, where it is one
	struct report_group group; // where it is none; no bytes behind the names but zeros
};

// The header must be the first row of a plan.
int plan_header_check(const struct complaint *complaint, const struct csv_row *csv);

// Reads and checks a row as far as it can be judged alone. 0 or -EINVAL with a complaint.
int plan_row_read(const struct complaint *complaint, const struct csv_row *csv,
                  struct plan_row *ret_row);
