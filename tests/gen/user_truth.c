#include "user_truth.h"

#include <assert.h>
#include <string.h>

#include "packet_builder.h"
#include "plan_file.h"

// First byte of a key: what it says of a subscriber, or of the client's end of a flow.
enum key_of {
	KEY_OF_USER = 1, // and the grade
	KEY_OF_FLOW_SENT = KEY_OF_USER + N_GRADES,
	KEY_OF_FLOW_ANSWERED,
};

void user_truth_fini(struct user_truth *users)
{
	key_set_fini(&users->seen);
}

// One end of a flow: its own and then the other one.
static struct key end_key(enum key_of of, uint8_t protocol, const struct path *path)
{
	struct key key = {{(uint8_t)of, (uint8_t)path->source.family, protocol}};

	address_put_end(&path->source, path->source_port, key.bytes + 3);
	address_put_end(&path->destination, path->destination_port,
	                key.bytes + 3 + ADDRESS_END_BYTES);
	return key;
}
static_assert(3 + 2 * ADDRESS_END_BYTES <= KEY_BYTES, "both ends fit a key");

static int add_key(struct user_truth *users, struct key key, bool *ret_new)
{
	return key_set_add(&users->seen, &key, ret_new);
}

static int count_user(struct user_truth *users, enum grade grade, const struct address *client)
{
	struct key key = {{(uint8_t)(KEY_OF_USER + grade), (uint8_t)client->family}};
	bool is_new = false;
	int r;

	memcpy(key.bytes + 2, client->bytes, plan_user_bytes(client->family));
	r = add_key(users, key, &is_new);
	users->n[client->family][grade] += is_new;
	return r;
}

// The client has sent: that makes a user of one grade, and of the other if it was answered before
// and now acknowledges it.
static int add_sent(struct user_truth *users, const struct expectation *expected)
{
	const struct path *path = &expected->path;
	struct key answered = end_key(KEY_OF_FLOW_ANSWERED, expected->protocol, path);
	bool is_new;
	int r = count_user(users, GRADE_SENT, &path->source);

	if (r == 0)
		r = add_key(users, end_key(KEY_OF_FLOW_SENT, expected->protocol, path), &is_new);
	if (r == 0 && expected->acknowledges && key_set_has(&users->seen, &answered))
		r = count_user(users, GRADE_CONFIRMED, &path->source);
	return r;
}

// The client is sent to, which answers it if it has sent before.
static int add_received(struct user_truth *users, const struct expectation *expected)
{
	struct path path = path_reversed(&expected->path);
	struct key sent = end_key(KEY_OF_FLOW_SENT, expected->protocol, &path);
	bool is_new;

	if (!expected->acknowledges || !key_set_has(&users->seen, &sent))
		return 0;
	return add_key(users, end_key(KEY_OF_FLOW_ANSWERED, expected->protocol, &path), &is_new);
}

int user_truth_add(struct user_truth *users, const struct expectation *expected)
{
	int r = 0;

	if (expected->protocol == icmp_protocol(expected->payload))
		return 0;
	if (plan_covers(&expected->path.source))
		r = add_sent(users, expected);
	if (r == 0 && plan_covers(&expected->path.destination))
		r = add_received(users, expected);
	return r;
}
