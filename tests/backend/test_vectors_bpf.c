// The vectors through the kernel: the parser compiled for BPF, passed by the verifier, run by
// test-run.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <unistd.h>

#include "probe/meter/packet.h"

#include "parse_frame.skel.h"
#include "vectors.h"

enum {
	MIN_FRAME_BYTES = 14,
};

static struct parse_frame_bpf *program;

static const char *skip(const struct vector *vector)
{
	return vector->n_bytes < MIN_FRAME_BYTES ? "the kernel runs no frame under 14 bytes" : NULL;
}

static const char *run(const struct vector *vector)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = vector->bytes,
	            .data_size_in = vector->n_bytes, .repeat = 1);

	program->bss->parse_request.layer = vector->layer;
	program->bss->parse_request.wire_bytes = vector_wire_bytes(vector);
	if (bpf_prog_test_run_opts(bpf_program__fd(program->progs.parse_frame), &options) != 0)
		return "the kernel's answer to test-run";
	if (options.retval != XDP_PASS)
		return "the program's verdict";
	return vector_difference(vector, &program->bss->parse_result);
}

int main(void)
{
	int status;

	if (geteuid() != 0) {
		printf("1..0 # SKIP loading a BPF program needs root\n");
		return 0;
	}
	program = parse_frame_bpf__open_and_load();
	if (!program) {
		printf("1..1\nnot ok 1 - the verifier accepts the parser\n");
		return 1;
	}
	status = vectors_run(NULL, skip, run);
	parse_frame_bpf__destroy(program);
	return status;
}
