// The probe's side of the protocol. One frame at a time is written; the next is chosen when it has
// left: greeting, then reports while there is credit, a heartbeat when nothing was said for long.
// Nothing here outlives the session but the queue, so a session that breaks anywhere costs only
// time: what was not acknowledged is sent again in the next.
#include "session.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/wire.h"

#include "dial.h"

enum {
	READ_BYTES = 1 << 16,
	CLOCK_TOLERANCE_S = 5,
};

#define DIAL_PATIENCE_NS     (10 * NS_PER_S)
#define GREETING_DEADLINE_NS (10 * NS_PER_S)
// A frame must leave, and a report be acknowledged, within this long.
#define PROGRESS_DEADLINE_NS (60 * NS_PER_S)
#define HEARTBEAT_NS         (30 * NS_PER_S)
// The collector answers each heartbeat: this much silence means it is gone.
#define SILENCE_DEADLINE_NS (90 * NS_PER_S)

struct session {
	const struct session_context *context;
	const struct address *address;
	struct session_end *end;
	int socket;
	struct wire_decoder decoder;
	uint64_t credit_bytes;
	uint8_t *out; // the frame being written, NULL when none is
	size_t out_bytes, out_sent;
	uint64_t opened_ns, received_ns, sent_ns; // monotonic
	uint64_t waiting_since_ns; // since when acknowledgements have been owed
};

// Notes why the session ends, and returns the error given.
__attribute__((format(printf, 3, 4))) static int end_with(struct session *session, int rc,
                                                          const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(session->end->why, sizeof(session->end->why), format, list);
	va_end(list);
	return rc;
}

static int greet(struct session *session)
{
	const struct session_context *context = session->context;
	struct hello hello = {
		.min_version = WIRE_VERSION,
		.max_version = WIRE_VERSION,
		.spool = context->spool,
		.next_sequence = report_queue_oldest(context->queue),
		.wall_ns = clock_wall_ns(),
	};

	snprintf(hello.probe, sizeof(hello.probe), "%s", context->probe);
	snprintf(hello.software, sizeof(hello.software), "%s", context->software);
	return hello_encode(&hello, &session->out, &session->out_bytes);
}

// Windows are made by this machine's clock: a wrong one is said, here and at the collector.
static void compare_clocks(const struct session *session, uint64_t collector_ns)
{
	double ahead_s = ((double)clock_wall_ns() - (double)collector_ns) / (double)NS_PER_S;

	if (ahead_s > CLOCK_TOLERANCE_S || ahead_s < -CLOCK_TOLERANCE_S)
		log_warning("uplink: %s:%s: our clock is %.1f s ahead of the collector's, set it "
		            "by NTP",
		            session->address->host, session->address->port, ahead_s);
}

static int on_hello_ack(struct session *session, const struct wire_frame *frame)
{
	char why[MAX_TEXT_BYTES];
	struct hello_ack ack;
	int rc = hello_ack_decode(frame->payload, frame->payload_bytes, &ack, why);

	if (rc != 0)
		return end_with(session, rc, "answer to the greeting: %s", why);
	if (session->end->accepted)
		return end_with(session, -EPROTO, "answered the greeting twice");
	if (ack.version != WIRE_VERSION)
		return end_with(session, -EPROTO, "wants protocol version %u, this probe speaks %d",
		                ack.version, WIRE_VERSION);
	log_info("uplink: %s:%s: session accepted", session->address->host, session->address->port);
	compare_clocks(session, ack.wall_ns);
	session->end->accepted = true;
	session->credit_bytes = ack.credit_bytes;
	session->decoder.max_payload_bytes = WIRE_MAX_PAYLOAD_BYTES;
	return 0;
}

// One line for all, since a long outage can end in many.
static void on_rejections(struct session *session, const struct ack *ack)
{
	const struct rejection *first = NULL;
	uint64_t n_rejected = 0;

	for (uint32_t i = 0; i < ack->n_rejections; i++) {
		const struct rejection *rejection = &ack->rejections[i];

		if (report_queue_remove(session->context->queue, rejection->sequence,
		                        rejection->sequence) == 0)
			continue;
		if (first == NULL)
			first = rejection;
		n_rejected++;
	}
	if (first == NULL)
		return;
	atomic_fetch_add(session->context->n_rejected, n_rejected);
	log_error("uplink: report %" PRIu64 " and %" PRIu64
	          " more rejected: %s; they will not be sent again",
	          first->sequence, n_rejected - 1, first->reason);
}

static int on_ack(struct session *session, const struct wire_frame *frame)
{
	char why[MAX_TEXT_BYTES];
	struct ack ack;
	int rc = ack_decode(frame->payload, frame->payload_bytes, &ack, why);

	if (rc != 0)
		return end_with(session, rc, "acknowledgement: %s", why);
	if (memcmp(&ack.spool, &session->context->spool, sizeof(ack.spool)) == 0) {
		for (uint32_t i = 0; i < ack.n_ranges; i++)
			report_queue_remove(session->context->queue, ack.ranges[i].first,
			                    ack.ranges[i].last);
		on_rejections(session, &ack);
		session->waiting_since_ns = clock_monotonic_ns();
	}
	ack_fini(&ack);
	return 0;
}

static int on_goodbye(struct session *session, const struct wire_frame *frame)
{
	char why[MAX_TEXT_BYTES];
	struct goodbye goodbye;
	int rc = goodbye_decode(frame->payload, frame->payload_bytes, &goodbye, why);

	if (rc != 0)
		return end_with(session, rc, "goodbye: %s", why);
	session->end->retry_after_ns = goodbye.retry_after_ns;
	return end_with(session, -ECONNRESET, "%s", goodbye.reason);
}

static int on_frame(struct session *session, const struct wire_frame *frame)
{
	switch (frame->type) {
	case WIRE_HELLO_ACK:
		return on_hello_ack(session, frame);
	case WIRE_GOODBYE:
		return on_goodbye(session, frame);
	case WIRE_HEARTBEAT:
		return 0;
	case WIRE_ACK:
		if (session->end->accepted)
			return on_ack(session, frame);
		break;
	default:
		break;
	}
	return end_with(session, -EPROTO, "sent a message of type %d, which has no place here",
	                (int)frame->type);
}

static int read_frames(struct session *session)
{
	uint8_t bytes[READ_BYTES];
	struct wire_frame frame;
	ssize_t n_bytes = recv(session->socket, bytes, sizeof(bytes), 0);
	int rc;

	if (n_bytes < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n_bytes < 0)
		return end_with(session, -errno, "%s", strerror(errno));
	if (n_bytes == 0)
		return end_with(session, -ECONNRESET, "closed the session");
	session->received_ns = clock_monotonic_ns();
	rc = wire_decoder_feed(&session->decoder, bytes, (size_t)n_bytes);
	while (rc == 0 && wire_decoder_next(&session->decoder, &frame))
		rc = on_frame(session, &frame);
	if (session->decoder.error != WIRE_OK)
		return end_with(session, -EPROTO, "%s", wire_error_text(session->decoder.error));
	return rc == -ENOMEM ? end_with(session, rc, "out of memory") : rc;
}

static int write_out(struct session *session)
{
	ssize_t n_bytes = send(session->socket, session->out + session->out_sent,
	                       session->out_bytes - session->out_sent, MSG_NOSIGNAL);

	if (n_bytes < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n_bytes < 0)
		return end_with(session, -errno, "%s", strerror(errno));
	session->sent_ns = clock_monotonic_ns();
	session->out_sent += (size_t)n_bytes;
	if (session->out_sent == session->out_bytes) {
		free(session->out);
		session->out = NULL;
		session->out_sent = 0;
	}
	return 0;
}

static int next_report(struct session *session)
{
	struct report_queue *queue = session->context->queue;
	bool owed = report_queue_in_flight(queue) > 0;

	switch (report_queue_take(queue, session->credit_bytes, &session->out,
	                          &session->out_bytes)) {
	case REPORT_QUEUE_TAKEN:
		if (!owed)
			session->waiting_since_ns = clock_monotonic_ns();
		return 0;
	case REPORT_QUEUE_NEVER:
		return end_with(session, -EMSGSIZE,
		                "grants %" PRIu64 " bytes of credit, less than one report takes",
		                session->credit_bytes);
	case REPORT_QUEUE_NO_MEMORY:
		return end_with(session, -ENOMEM, "out of memory");
	default:
		return 0;
	}
}

// Chooses what to write when nothing is being written.
static int choose_out(struct session *session)
{
	int rc;

	if (session->out != NULL || !session->end->accepted)
		return 0;
	rc = next_report(session);
	if (rc != 0 || session->out != NULL)
		return rc;
	if (clock_monotonic_ns() - session->sent_ns >= HEARTBEAT_NS)
		rc = heartbeat_encode(&session->out, &session->out_bytes);
	return rc == 0 ? 0 : end_with(session, rc, "%s", strerror(-rc));
}

// Writes until the socket takes no more, or nothing is left to say; credit bounds it.
static int write_frames(struct session *session)
{
	int rc;

	for (;;) {
		rc = choose_out(session);
		if (rc != 0 || session->out == NULL)
			return rc;
		rc = write_out(session);
		if (rc != 0 || session->out != NULL)
			return rc;
	}
}

static int check_deadlines(struct session *session)
{
	uint64_t now_ns = clock_monotonic_ns();

	if (!session->end->accepted && now_ns - session->opened_ns > GREETING_DEADLINE_NS)
		return end_with(session, -ETIMEDOUT, "no answer to the greeting within 10 s");
	if (session->out != NULL && now_ns - session->sent_ns > PROGRESS_DEADLINE_NS)
		return end_with(session, -ETIMEDOUT, "took nothing for 60 s");
	if (now_ns - session->received_ns > SILENCE_DEADLINE_NS)
		return end_with(session, -ETIMEDOUT, "said nothing for 90 s");
	if (report_queue_in_flight(session->context->queue) > 0 &&
	    now_ns - session->waiting_since_ns > PROGRESS_DEADLINE_NS)
		return end_with(session, -ETIMEDOUT, "acknowledged nothing for 60 s");
	return 0;
}

// Waits until the socket or the queue has something, at most a second (deadlines are not finer).
static int step(struct session *session)
{
	struct pollfd polled[2] = {
		{.fd = session->socket, .events = POLLIN | (session->out != NULL ? POLLOUT : 0)},
		{.fd = session->context->wake, .events = POLLIN},
	};
	uint64_t n_wakes;
	int rc = 0;

	if (poll(polled, 2, 1000) < 0 && errno != EINTR)
		return end_with(session, -errno, "poll: %s", strerror(errno));
	if ((polled[1].revents & POLLIN) != 0 &&
	    read(session->context->wake, &n_wakes, sizeof(n_wakes)) < 0 && errno != EAGAIN)
		return end_with(session, -errno, "eventfd: %s", strerror(errno));
	if ((polled[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
		rc = read_frames(session);
	if (rc == 0)
		rc = write_frames(session);
	return rc != 0 ? rc : check_deadlines(session);
}

// Tells the collector that this end is meant; if it cannot take the message at once it will see
// the connection close.
static void say_goodbye(struct session *session)
{
	struct goodbye goodbye = {.reason = "the probe stops"};
	uint8_t *frame;
	size_t n_bytes;

	if (session->out != NULL || goodbye_encode(&goodbye, &frame, &n_bytes) != 0)
		return;
	if (send(session->socket, frame, n_bytes, MSG_NOSIGNAL) < 0)
		log_debug("uplink: goodbye not sent: %s", strerror(errno));
	free(frame);
}

static int exchange(struct session *session)
{
	int rc = greet(session);

	if (rc != 0)
		return end_with(session, rc, "greeting: %s", strerror(-rc));
	while (rc == 0 && !atomic_load(session->context->stop))
		rc = step(session);
	if (rc == 0)
		say_goodbye(session);
	return rc;
}

int session_run(const struct session_context *context, const struct address *address,
                struct session_end *ret_end)
{
	uint64_t now_ns = clock_monotonic_ns();
	struct session session = {
		.context = context,
		.address = address,
		.end = ret_end,
		.opened_ns = now_ns,
		.received_ns = now_ns,
		.sent_ns = now_ns,
	};
	int rc;

	*ret_end = (struct session_end){0};
	session.socket = dial(address, DIAL_PATIENCE_NS, context->stop, ret_end->why,
	                      sizeof(ret_end->why));
	if (session.socket < 0)
		return session.socket;
	wire_decoder_init(&session.decoder, WIRE_MAX_GREETING_BYTES);
	rc = exchange(&session);
	report_queue_rewind(context->queue);
	wire_decoder_fini(&session.decoder);
	free(session.out);
	close(session.socket);
	return rc;
}
