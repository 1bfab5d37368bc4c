// SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause)
// Runs the shared parser over one frame in the kernel and leaves what it found for user space: the
// proof that the one parser holds there too. The program only reads the frame and lets it pass.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "probe/meter/parse.h"

// Set by user space before a run: what a driver cannot know of a frame out of a file.
struct {
	__u32 layer; // enum link_layer
	__u32 wire_bytes;
} parse_request;

// Read by user space after the run.
struct packet parse_result;

// The walk lives in a map and not on the stack: what is read back from a map is unknown to the
// verifier, so that it checks the step once and not once for every offset it could start from.
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct walk);
} walks SEC(".maps");

struct parse_context {
	struct xdp_md *xdp;
	struct walk *walk;
};

static long parse_step(__u32 round, void *argument)
{
	struct parse_context *context = argument;
	const struct frame_view view = {
		(const __u8 *)(long)context->xdp->data,
		(const __u8 *)(long)context->xdp->data_end,
	};

	walk_step(&view, context->walk);
	return context->walk->kind == HEADER_NONE;
}

SEC("xdp")
int parse_frame(struct xdp_md *xdp)
{
	__u32 key = 0;
	struct parse_context context = {xdp, bpf_map_lookup_elem(&walks, &key)};

	if (!context.walk)
		return XDP_ABORTED;
	walk_begin(context.walk, (enum link_layer)parse_request.layer, parse_request.wire_bytes);
	// One round more than headers: the last one notices that there are too many.
	bpf_loop(MAX_HEADERS + 1, parse_step, &context, 0);
	walk_finish(context.walk);
	parse_result = context.walk->packet;
	return XDP_PASS;
}

char license_text[] SEC("license") = "Dual BSD/GPL";
