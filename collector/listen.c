#include "listen.h"

#include <errno.h>

enum {
	BACKLOG = 128,
};

int listen_on(struct event_base *base, const struct address *address, evconnlistener_cb accepted,
              void *arg, struct evconnlistener **ret_listener)
{
	unsigned int flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
	struct evconnlistener *listener = evconnlistener_new_bind(
		base, accepted, arg, flags, BACKLOG, (const struct sockaddr *)&address->storage,
		(int)address->n_bytes);

	if (!listener)
		return errno ? -errno : -ENOMEM;
	*ret_listener = listener;
	return 0;
}

void listen_format(struct evconnlistener *listener, char *ret_text)
{
	struct sockaddr_storage storage = {0};
	socklen_t n_bytes = sizeof(storage);

	getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&storage, &n_bytes);
	address_format((const struct sockaddr *)&storage, ret_text);
}
