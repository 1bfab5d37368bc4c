// DPDK keeps its telemetry socket open until the process ends, and knows a command by its path and
// a function alone. So one function answers for all paths, from the table that is open.
#include "dpdk_telemetry.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <rte_log.h>
#include <rte_telemetry.h>

#include "dpdk_private.h"

#define SOCKET_NAME "/dpdk_telemetry.v2:99" // of the hundredth process of that prefix

static struct {
	bool started; // DPDK has been told to open the socket
	char why_not[SOURCE_WHY_BYTES];
	pthread_mutex_t lock; // over all below
	const struct dpdk_command *commands; // NULL: nobody answers
	uint32_t n_commands;
	const void *context;
} telemetry = {.why_not = "switched off", .lock = PTHREAD_MUTEX_INITIALIZER};

// Where DPDK makes directories of its own.
static const char *runtime_directory(void)
{
	const char *directory = getenv("RUNTIME_DIRECTORY");

	if (directory != NULL)
		return directory;
	if (getuid() == 0)
		return "/var/run";
	directory = getenv("XDG_RUNTIME_DIR");
	return directory != NULL ? directory : P_tmpdir;
}

// A directory that another user made beforehand, or may write in, could be turned into his.
static int make_directory(const char *path)
{
	struct stat found;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return -errno;
	if (lstat(path, &found) != 0)
		return -errno;
	if (!S_ISDIR(found.st_mode))
		return -ENOTDIR;
	if (found.st_uid != geteuid() || (found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return -EPERM;
	return access(path, W_OK | X_OK) == 0 ? 0 : -errno;
}

// DPDK does not start at all where its socket cannot be made, or makes it where everybody could
// have put his: look first.
bool dpdk_telemetry_prepare(const char *prefix)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int n_base = snprintf(path, sizeof(path), "%s/dpdk", runtime_directory());
	int rc;

	telemetry.started = false;
	if (n_base + 1 + strlen(prefix) + strlen(SOCKET_NAME) >= sizeof(path)) {
		snprintf(telemetry.why_not, sizeof(telemetry.why_not),
		         "%s/dpdk/%s is too long for a socket", runtime_directory(), prefix);
		return false;
	}
	rc = make_directory(path);
	if (rc == 0) {
		snprintf(path + n_base, sizeof(path) - (size_t)n_base, "/%s", prefix);
		rc = make_directory(path);
	}
	if (rc != 0)
		snprintf(telemetry.why_not, sizeof(telemetry.why_not), "%s: %s", path,
		         rc == -EPERM ? "others may write there" : strerror(-rc));
	// Known before DPDK starts, or its level cannot be set.
	rte_log_register("lib.telemetry");
	telemetry.started = rc == 0;
	return telemetry.started;
}

static struct rte_tel_data *data_of(struct dpdk_answer *answer)
{
	return (struct rte_tel_data *)answer;
}

void dpdk_answer_number(struct dpdk_answer *answer, const char *name, uint64_t number)
{
	rte_tel_data_add_dict_u64(data_of(answer), name, number);
}

void dpdk_answer_text(struct dpdk_answer *answer, const char *name, const char *text)
{
	rte_tel_data_add_dict_string(data_of(answer), name, text);
}

static struct dpdk_list *new_list(enum rte_tel_value_type type)
{
	struct rte_tel_data *data = rte_tel_data_alloc();

	if (data != NULL)
		rte_tel_data_start_array(data, type);
	return (struct dpdk_list *)data;
}

struct dpdk_list *dpdk_list_of_numbers(void)
{
	return new_list(RTE_TEL_U64_VAL);
}

struct dpdk_list *dpdk_list_of_texts(void)
{
	return new_list(RTE_TEL_STRING_VAL);
}

void dpdk_list_add_number(struct dpdk_list *list, uint64_t number)
{
	if (list != NULL)
		rte_tel_data_add_array_u64((struct rte_tel_data *)list, number);
}

void dpdk_list_add_text(struct dpdk_list *list, const char *text)
{
	if (list != NULL)
		rte_tel_data_add_array_string((struct rte_tel_data *)list, text);
}

void dpdk_answer_list(struct dpdk_answer *answer, const char *name, struct dpdk_list *take_list)
{
	struct rte_tel_data *data = (struct rte_tel_data *)take_list;

	if (data != NULL && rte_tel_data_add_dict_container(data_of(answer), name, data, 0) != 0)
		rte_tel_data_free(data);
}

static const struct dpdk_command *find(const char *path)
{
	for (uint32_t i = 0; i < telemetry.n_commands; i++)
		if (strcmp(telemetry.commands[i].path, path) == 0)
			return &telemetry.commands[i];
	return NULL;
}

// Called by DPDK.
static int answer(const char *path, const char *parameter, struct rte_tel_data *data)
{
	const struct dpdk_command *command;
	int rc = -ENOENT;

	rte_tel_data_start_dict(data);
	pthread_mutex_lock(&telemetry.lock);
	command = find(path);
	if (command != NULL)
		rc = command->answer(telemetry.context, parameter, (struct dpdk_answer *)data);
	pthread_mutex_unlock(&telemetry.lock);
	return rc;
}

static int register_all(const struct dpdk_command *commands, uint32_t n_commands)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < n_commands; i++)
		rc = rte_telemetry_register_cmd(commands[i].path, answer, commands[i].help);
	return rc;
}

int dpdk_telemetry_open(const struct dpdk_command *commands, uint32_t n_commands,
                        const void *context, char *why)
{
	int rc;

	if (!telemetry.started) {
		snprintf(why, SOURCE_WHY_BYTES, "%s", telemetry.why_not);
		return -ENOTSUP;
	}
	rc = register_all(commands, n_commands);
	if (rc != 0) {
		snprintf(why, SOURCE_WHY_BYTES, "commands are refused: %s", strerror(-rc));
		return -ENOTSUP;
	}
	pthread_mutex_lock(&telemetry.lock);
	telemetry.commands = commands;
	telemetry.n_commands = n_commands;
	telemetry.context = context;
	pthread_mutex_unlock(&telemetry.lock);
	return 0;
}

void dpdk_telemetry_close(void)
{
	pthread_mutex_lock(&telemetry.lock);
	telemetry.n_commands = 0;
	telemetry.commands = NULL;
	telemetry.context = NULL;
	pthread_mutex_unlock(&telemetry.lock);
}
