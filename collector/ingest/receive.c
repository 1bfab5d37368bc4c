#include "receive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/report_sequence.h"

#include "admission.h"
#include "batch.h"
#include "ingest.h"

// A probe's clock that differs by more is worth a line in the log.
#define CLOCK_TOLERANCE_NS (5 * (int64_t)NS_PER_S)

static bool hello_accept(struct session *session, const struct hello *hello)
{
	struct hello_ack ack = {
		.version = WIRE_VERSION,
		.wall_ns = clock_wall_ns(),
		.credit_bytes = SESSION_CREDIT_BYTES,
	};
	uint64_t lateness_ns = session->ingest->settings->lateness_ns;
	uint8_t *frame;
	size_t n_bytes;

	ack.oldest_accepted_ns = ack.wall_ns > lateness_ns ? ack.wall_ns - lateness_ns : 0;
	if (hello_ack_encode(&ack, &frame, &n_bytes) < 0) {
		session_end(session, SESSION_END_MEMORY, "the collector is out of memory");
		return false;
	}
	ingest_replace(session->ingest, hello->probe);
	session->hello = *hello;
	session->clock_ahead_ns = (int64_t)(hello->wall_ns - ack.wall_ns);
	session->state = SESSION_OPEN;
	session->decoder.max_payload_bytes = WIRE_MAX_PAYLOAD_BYTES;
	session->ingest->metrics->sessions_opened++;
	session_send(session, frame, n_bytes);
	return true;
}

static void log_hello(const struct session *session)
{
	const struct hello *hello = &session->hello;

	log_info("ingest: %s: session from %s (%s), next report %ju", hello->probe, session->peer,
	         hello->software, (uintmax_t)hello->next_sequence);
	if (session->clock_ahead_ns > CLOCK_TOLERANCE_NS ||
	    session->clock_ahead_ns < -CLOCK_TOLERANCE_NS)
		log_warning("ingest: %s: its clock is %.1f s ahead of ours, set it by NTP",
		            hello->probe, (double)session->clock_ahead_ns / (double)NS_PER_S);
}

static void receive_hello(struct session *session, const struct wire_frame *frame)
{
	char why[MAX_TEXT_BYTES];
	struct hello hello;

	if (frame->type != WIRE_HELLO) {
		session_end(session, SESSION_END_PROTOCOL, "a session begins with Hello");
		return;
	}
	if (hello_decode(frame->payload, frame->payload_bytes, &hello, why) < 0) {
		session_end(session, SESSION_END_PROTOCOL, "%s", why);
		return;
	}
	if (hello.min_version > WIRE_VERSION || hello.max_version < WIRE_VERSION) {
		session_end(
			session, SESSION_END_VERSION,
			"this collector speaks version %d, the probe %u to %u: update the older "
			"of the two",
			WIRE_VERSION, hello.min_version, hello.max_version);
		return;
	}
	if (hello_accept(session, &hello))
		log_hello(session);
}

static enum refusal admit(const struct session *session, const struct report *report,
                          uint64_t now_ns, char *ret_reason)
{
	struct admission admission = {
		.hello = &session->hello,
		.now_ns = now_ns,
		.lateness_ns = session->ingest->settings->lateness_ns,
	};

	return admission_check(&admission, report, ret_reason);
}

// Decodes and judges. A report of another spool has a number, but not one of this session.
static int judge(struct session *session, struct store_entry *entry)
{
	const struct spool_id *spool = &session->hello.spool;
	int error = report_decode(entry->payload, entry->payload_bytes, &entry->report,
	                          entry->reason);

	if (error == -ENOMEM)
		return error;
	if (error) {
		entry->refusal = REFUSAL_UNDECODABLE;
		entry->has_sequence = report_sequence_scan(entry->payload, entry->payload_bytes,
		                                           &entry->sequence);
		return 0;
	}
	entry->sequence = entry->report->sequence;
	entry->has_sequence = memcmp(&entry->report->spool, spool, sizeof(*spool)) == 0;
	entry->refusal = admit(session, entry->report, entry->received_ns, entry->reason);
	return 0;
}

static void receive_report(struct session *session, const struct wire_frame *frame)
{
	struct store_entry entry = {
		.spool = session->hello.spool,
		.received_ns = clock_wall_ns(),
		.crc = frame->crc,
		.payload = malloc(frame->payload_bytes + 1),
		.payload_bytes = frame->payload_bytes,
		.owner = session,
	};

	strcpy(entry.probe, session->hello.probe);
	if (entry.payload)
		memcpy(entry.payload, frame->payload, frame->payload_bytes);
	if (!entry.payload || judge(session, &entry) < 0) {
		free(entry.payload);
		session_end(session, SESSION_END_MEMORY, "the collector is out of memory");
		return;
	}
	batch_take(session->ingest->batch, &entry);
}

static void receive_heartbeat(struct session *session)
{
	uint8_t *frame;
	size_t n_bytes;

	if (heartbeat_encode(&frame, &n_bytes) == 0)
		session_send(session, frame, n_bytes);
}

static void receive_goodbye(struct session *session, const struct wire_frame *frame)
{
	struct goodbye goodbye;
	char why[MAX_TEXT_BYTES];

	if (goodbye_decode(frame->payload, frame->payload_bytes, &goodbye, why) == 0)
		log_info("ingest: %s: says goodbye: %s", session->hello.probe, goodbye.reason);
}

static void receive_frame(struct session *session, const struct wire_frame *frame)
{
	switch (frame->type) {
	case WIRE_REPORT:
		receive_report(session, frame);
		break;
	case WIRE_HEARTBEAT:
		receive_heartbeat(session);
		break;
	case WIRE_GOODBYE:
		receive_goodbye(session, frame);
		break;
	default:
		session_end(session, SESSION_END_PROTOCOL,
		            "frame type %d is not for a probe to send in an open session",
		            (int)frame->type);
	}
}

void receive_bytes(struct session *session, const uint8_t *bytes, size_t n_bytes)
{
	struct wire_decoder *decoder = &session->decoder;
	struct wire_frame frame;

	if (wire_decoder_feed(decoder, bytes, n_bytes) == -ENOMEM) {
		session_end(session, SESSION_END_MEMORY, "the collector is out of memory");
		return;
	}
	while (session->state != SESSION_CLOSING && wire_decoder_next(decoder, &frame)) {
		if (session->state == SESSION_GREETING) {
			receive_hello(session, &frame);
		} else {
			session_heard(session);
			receive_frame(session, &frame);
		}
	}
	if (decoder->error != WIRE_OK)
		session_end(session, SESSION_END_FRAMING, "%s", wire_error_text(decoder->error));
}
