#include "ingest.h"

#include <string.h>

#include "collector/listen.h"

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer,
                      int n_bytes, void *arg)
{
	struct ingest *ingest = arg;

	if (!session_new(ingest, fd, peer))
		ingest->metrics->sessions_refused++;
	if (ingest->n_sessions >= INGEST_MAX_SESSIONS)
		evconnlistener_disable(listener);
}

int ingest_start(struct event_base *base, const struct settings *settings, struct batch *batch,
                 struct metrics *metrics, struct ingest *ret_ingest)
{
	*ret_ingest = (struct ingest){
		.base = base,
		.settings = settings,
		.batch = batch,
		.metrics = metrics,
	};
	return listen_on(base, &settings->listen_address, on_accept, ret_ingest,
	                 &ret_ingest->listener);
}

void ingest_link(struct ingest *ingest, struct session *session)
{
	session->next = ingest->sessions;
	if (session->next)
		session->next->previous = session;
	ingest->sessions = session;
	ingest->n_sessions++;
}

// A full house stops listening; connections wait in the kernel until one leaves.
void ingest_unlink(struct ingest *ingest, struct session *session)
{
	if (session->previous)
		session->previous->next = session->next;
	else
		ingest->sessions = session->next;
	if (session->next)
		session->next->previous = session->previous;
	ingest->n_sessions--;
	if (!ingest->is_stopping)
		evconnlistener_enable(ingest->listener);
	else if (ingest->n_sessions == 0)
		event_base_loopexit(ingest->base, NULL);
}

static struct session *find(const struct ingest *ingest, const char *probe)
{
	for (struct session *session = ingest->sessions; session; session = session->next)
		if (session->state == SESSION_OPEN && strcmp(session->hello.probe, probe) == 0)
			return session;
	return NULL;
}

const struct session *ingest_find(const struct ingest *ingest, const char *probe)
{
	return find(ingest, probe);
}

void ingest_replace(struct ingest *ingest, const char *probe)
{
	struct session *session = find(ingest, probe);

	if (session)
		session_end(
			session, SESSION_END_REPLACED,
			"a newer session of this probe took over: give each probe its own name");
}

void ingest_stop(struct ingest *ingest)
{
	ingest->is_stopping = true;
	evconnlistener_disable(ingest->listener);
	batch_commit(ingest->batch);
	for (struct session *session = ingest->sessions; session; session = session->next)
		session_end(session, SESSION_END_STOPPING, "the collector is stopping");
	if (ingest->n_sessions == 0)
		event_base_loopexit(ingest->base, NULL);
}

void ingest_fini(struct ingest *ingest)
{
	while (ingest->sessions)
		session_free(ingest->sessions);
	if (ingest->listener)
		evconnlistener_free(ingest->listener);
	ingest->listener = NULL;
}
