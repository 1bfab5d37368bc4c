// Answers to HTTP requests. HEAD is answered like GET, without the body.
#pragma once

#include <event2/buffer.h>
#include <event2/http.h>
#include <jansson.h>

enum {
	REPLY_OK = 200,
	REPLY_BAD_REQUEST = 400,
	REPLY_NOT_FOUND = 404,
	REPLY_BAD_METHOD = 405,
	REPLY_INTERNAL = 500,
	REPLY_UNAVAILABLE = 503,
};

// Takes the document; NULL, for one that could not be made, is answered with an error.
void reply_json(struct evhttp_request *request, json_t *document);

// {"error": "..."}: one sentence that names the parameter and the mend.
__attribute__((format(printf, 3, 4))) void reply_error(struct evhttp_request *request, int status,
                                                       const char *format, ...);

// Takes the body.
void reply_body(struct evhttp_request *request, int status, const char *content_type,
                struct evbuffer *body);

// What every answer carries: nothing is guessed from content, nothing is shown in other pages.
void reply_add_headers(struct evhttp_request *request, const char *content_type);
