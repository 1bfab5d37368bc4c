#include "file.h"

#include <string.h>

#include "reply.h"

static const struct file *find(const char *path)
{
	const char *name = strcmp(path, "/") == 0 ? "index.html" : path + 1;

	for (const struct file *file = embedded_files; file->name; file++)
		if (strcmp(file->name, name) == 0)
			return file;
	return NULL;
}

static const char *content_type(const char *name)
{
	static const struct {
		const char *suffix, *type;
	} types[] = {
		{".html", "text/html; charset=utf-8"},
		{".js", "text/javascript; charset=utf-8"},
		{".css", "text/css; charset=utf-8"},
		{".json", "application/json"},
		{".svg", "image/svg+xml"},
	};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(dot, types[i].suffix) == 0)
			return types[i].type;
	return "application/octet-stream";
}

void file_reply(struct evhttp_request *request, const char *path)
{
	const struct file *file = find(path);
	struct evbuffer *body;

	if (!file) {
		reply_error(request, REPLY_NOT_FOUND,
		            "%.100s: nothing is here, /openapi.json lists what there is", path);
		return;
	}
	body = evbuffer_new();
	if (!body || evbuffer_add_reference(body, file->bytes, file->n_bytes, NULL, NULL) < 0) {
		reply_error(request, REPLY_INTERNAL, "the collector is out of memory");
		if (body)
			evbuffer_free(body);
		return;
	}
	reply_body(request, REPLY_OK, content_type(file->name), body);
}
