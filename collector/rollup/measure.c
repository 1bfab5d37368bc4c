#include "measure.h"

void measure_add(struct measure *measure, const struct cell *cell)
{
	measure->observed_seconds += (double)cell->observed_ns / 1e9;
	measure->received_frames += (double)cell->received_frames;
	measure->coverage += cell_coverage(cell);
	for (int carrier = 0; carrier < N_FAMILIES; carrier++) {
		for (int payload = 0; payload < N_FAMILIES; payload++) {
			for (int transition = 0; transition < N_TRANSITIONS; transition++) {
				const struct cell_traffic *from =
					&cell->traffic[carrier][payload][transition];

				measure->packets[payload][transition] += (double)from->packets;
				measure->bytes[payload][transition] += (double)from->payload_bytes;
			}
		}
	}
}

void aggregate_add(struct aggregate *aggregate, const struct measure *measure)
{
	aggregate->coverage += measure->coverage;
	aggregate->n_expected += measure->n_expected;
	aggregate->n_links += measure->observed_seconds > 0;
	aggregate->received_frames += measure->received_frames;
	for (int family = 0; family < N_FAMILIES; family++) {
		for (int transition = 0; transition < N_TRANSITIONS; transition++) {
			aggregate->packets[family][transition] +=
				measure->packets[family][transition];
			aggregate->bytes[family][transition] += measure->bytes[family][transition];
		}
	}
}
