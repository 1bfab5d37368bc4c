// What tells one plan from another: a hash of what a plan says, whatever its file looks like.
#pragma once

#include "plan_rows.h"

// The id of sorted rows: 128 bits, the two halves SipHash-2-4 under fixed keys. It tells plans
// apart that differ by chance or by hand; it is no seal against who makes two of one id on purpose.
struct plan_id plan_rows_id(const struct plan_rows *rows);
