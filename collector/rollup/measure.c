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

static void aggregate_add_rates(struct aggregate *aggregate, const struct measure *measure)
{
	double seconds = measure->observed_seconds;

	aggregate->n_links++;
	aggregate->frames_per_second += measure->received_frames / seconds;
	for (int family = 0; family < N_FAMILIES; family++) {
		for (int transition = 0; transition < N_TRANSITIONS; transition++) {
			double packets = measure->packets[family][transition];
			double bytes = measure->bytes[family][transition];

			aggregate->packets_per_second[family][transition] += packets / seconds;
			aggregate->bits_per_second[family][transition] += bytes * 8 / seconds;
			aggregate->bytes[family][transition] += bytes;
		}
	}
}

void aggregate_add(struct aggregate *aggregate, const struct measure *measure)
{
	aggregate->coverage += measure->coverage;
	aggregate->n_expected += measure->n_expected;
	if (measure->observed_seconds > 0)
		aggregate_add_rates(aggregate, measure);
}
