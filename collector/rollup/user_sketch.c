#include "user_sketch.h"

#include <errno.h>

bool user_identity_domain_same(const struct user_identity_domain *a,
                               const struct user_identity_domain *b)
{
	return a->key_id == b->key_id && a->grade == b->grade &&
	       report_group_compare(&a->group, &b->group) == 0;
}

int user_sketch_union(struct user_sketch *into, const struct user_sketch *other)
{
	if (!user_identity_domain_same(&into->domain, &other->domain))
		return -EXDEV;
	sketch_merge(&into->sketch, &other->sketch);
	return 0;
}
