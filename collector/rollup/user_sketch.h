// Sketches of users that know whose they are. Users of one group, hashed with one key and counted
// in one grade, are the only ones a union may be made of: another key or another normalisation
// gives the same subscriber another hash, so that the union would count them twice; groups are
// disjoint, and their estimates are added instead. In the collector no other file merges sketches,
// so a union over a border cannot be written.
#pragma once

#include <stdbool.h>

#include "proto/message.h"
#include "proto/sketch.h"

// Normalisation, how an address becomes a user, is part of the group: user_len and port_block.
struct user_identity_domain {
	struct report_group group;
	uint64_t key_id;
	enum grade grade;
};

struct user_sketch {
	struct user_identity_domain domain;
	struct sketch sketch;
};

bool user_identity_domain_same(const struct user_identity_domain *a,
                               const struct user_identity_domain *b);

// Adds the users of other. 0, or -EXDEV when they are of another domain (into is then as before).
int user_sketch_union(struct user_sketch *into, const struct user_sketch *other);
