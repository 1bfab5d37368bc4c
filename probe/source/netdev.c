#include "netdev.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "device.h"

// One question to the kernel about the interface of that name; 0 or -errno.
static int ask(const char *name, unsigned long question, struct ifreq *ret_answer)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return -errno;
	memset(ret_answer, 0, sizeof(*ret_answer));
	strcpy(ret_answer->ifr_name, name);
	rc = ioctl(fd, question, ret_answer) == 0 ? 0 : -errno;
	close(fd);
	return rc;
}

bool netdev_find(const char *device, struct netdev *ret_netdev)
{
	struct netdev netdev;
	struct ifreq answer;

	if (!device_interface(device, sizeof(netdev.name), netdev.name) ||
	    ask(netdev.name, SIOCGIFINDEX, &answer) != 0)
		return false;
	netdev.index = answer.ifr_ifindex;
	*ret_netdev = netdev;
	return true;
}

enum link_state netdev_state(const struct netdev *netdev)
{
	struct ifreq answer;
	int rc = ask(netdev->name, SIOCGIFINDEX, &answer);

	if (rc == -ENODEV || (rc == 0 && answer.ifr_ifindex != netdev->index))
		return LINK_STATE_GONE;
	if (rc != 0 || ask(netdev->name, SIOCGIFFLAGS, &answer) != 0)
		return LINK_STATE_UNKNOWN;
	return (answer.ifr_flags & IFF_UP) && (answer.ifr_flags & IFF_RUNNING) ? LINK_STATE_UP
	                                                                       : LINK_STATE_DOWN;
}
