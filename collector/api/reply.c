#include "reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAX_ERROR_BYTES = 512,
};

static const char *reason(int status)
{
	switch (status) {
	case REPLY_OK:
		return "OK";
	case REPLY_BAD_REQUEST:
		return "Bad Request";
	case REPLY_NOT_FOUND:
		return "Not Found";
	case REPLY_BAD_METHOD:
		return "Method Not Allowed";
	case REPLY_UNAVAILABLE:
		return "Service Unavailable";
	default:
		return "Internal Server Error";
	}
}

// One request a connection: what a client may hold open then has one bound, its deadline.
void reply_add_headers(struct evhttp_request *request, const char *content_type)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);

	evhttp_add_header(headers, "Content-Type", content_type);
	evhttp_add_header(headers, "Cache-Control", "no-store");
	evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
	evhttp_add_header(headers, "Content-Security-Policy",
	                  "default-src 'self'; frame-ancestors 'none'");
	evhttp_add_header(headers, "Connection", "close");
}

void reply_body(struct evhttp_request *request, int status, const char *content_type,
                struct evbuffer *body)
{
	char length[32];

	reply_add_headers(request, content_type);
	snprintf(length, sizeof(length), "%zu", evbuffer_get_length(body));
	evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Length", length);
	if (evhttp_request_get_command(request) == EVHTTP_REQ_HEAD)
		evbuffer_drain(body, evbuffer_get_length(body));
	evhttp_send_reply(request, status, reason(status), body);
	evbuffer_free(body);
}

static int add_text(const char *text, size_t n_bytes, void *body)
{
	return evbuffer_add(body, text, n_bytes);
}

static void reply_document(struct evhttp_request *request, int status, json_t *document)
{
	struct evbuffer *body = evbuffer_new();

	if (!body || !document || json_dump_callback(document, add_text, body, JSON_COMPACT) < 0) {
		evhttp_send_error(request, REPLY_INTERNAL, reason(REPLY_INTERNAL));
		if (body)
			evbuffer_free(body);
	} else {
		evbuffer_add(body, "\n", 1);
		reply_body(request, status, "application/json", body);
	}
	json_decref(document);
}

void reply_json(struct evhttp_request *request, json_t *document)
{
	reply_document(request, REPLY_OK, document);
}

void reply_error(struct evhttp_request *request, int status, const char *format, ...)
{
	char sentence[MAX_ERROR_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	reply_document(request, status, json_pack("{s:s}", "error", sentence));
}
