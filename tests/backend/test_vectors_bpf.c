// The vectors through the kernel: the parser compiled for BPF, passed by the verifier, run by
// test-run.
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/meter/packet.h"

#include "parse_frame.skel.h"
#include "vectors.h"

enum {
	ETHERNET_HEADER_BYTES = 14, // the kernel's test-run refuses shorter frames
};

static struct parse_frame_bpf *program;

static int load(void **state)
{
	program = parse_frame_bpf__open_and_load();
	if (!program)
		fprintf(stderr, "the verifier refused the parser\n");
	return program ? 0 : -1;
}

static int unload(void **state)
{
	parse_frame_bpf__destroy(program);
	return 0;
}

static void vector_counts_as_expected(void **state)
{
	const struct vector *vector = *state;
	struct packet packet;
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = vector->bytes,
	            .data_size_in = vector->n_bytes, .repeat = 1);

	if (vector->n_bytes < ETHERNET_HEADER_BYTES)
		skip();
	program->bss->parse_request.layer = vector->layer;
	program->bss->parse_request.wire_bytes = vector_wire_bytes(vector);
	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(program->progs.parse_frame), &run),
	                 0);
	assert_int_equal(run.retval, 2); // XDP_PASS
	memcpy(&packet, &program->bss->parse_result, sizeof(packet));
	if (vector_difference(vector, &packet))
		fail_msg("%s differs", vector_difference(vector, &packet));
}

int main(void)
{
	struct CMUnitTest *tests = calloc(n_vectors, sizeof(*tests));
	int n_failed;

	if (!tests)
		return 1;
	if (geteuid() != 0) {
		printf("1..0 # SKIP loading BPF programs needs root\n");
		return 0;
	}
	for (size_t i = 0; i < n_vectors; i++)
		tests[i] = (struct CMUnitTest){.name = vectors[i].name,
		                               .test_func = vector_counts_as_expected,
		                               .initial_state = (void *)&vectors[i]};
	n_failed = _cmocka_run_group_tests("vectors_bpf", tests, n_vectors, load, unload);
	free(tests);
	return n_failed;
}
