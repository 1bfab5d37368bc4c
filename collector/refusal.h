// Why a report was refused: set at admission or by the store, counted, and told to the probe.
#pragma once

enum refusal {
	REFUSAL_NONE,
	REFUSAL_UNDECODABLE,
	REFUSAL_FOREIGN, // of another probe or spool than the session's
	REFUSAL_SEQUENCE,
	REFUSAL_WINDOW, // a length or place this collector cannot roll up
	REFUSAL_LATE,
	REFUSAL_FUTURE,
	REFUSAL_BOUND, // past a bound of the store
	REFUSAL_GROUPS, // of groups or a plan alone, past how many the store takes; the rest is
	                // stored
	REFUSAL_CONFLICT, // another report has its key
	N_REFUSALS
};

// Lower case, as in the labels of metrics.
const char *refusal_name(enum refusal refusal);
