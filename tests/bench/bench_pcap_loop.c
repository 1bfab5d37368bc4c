// The floor of every offline meter: libpcap's own loop over a file, each frame touched.
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>

static void touch(uint8_t *sum, const struct pcap_pkthdr *header, const uint8_t *bytes)
{
	*(uint64_t *)sum += header->len + (header->caplen > 0 ? bytes[0] : 0);
}

int main(int argc, char **argv)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *file = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
	uint64_t sum = 0;

	if (!file) {
		fprintf(stderr, "bench_pcap_loop: %s\n", argc == 2 ? error : "give one FILE");
		return 2;
	}
	pcap_loop(file, -1, touch, (uint8_t *)&sum);
	pcap_close(file);
	printf("%ju\n", (uintmax_t)sum);
	return 0;
}
