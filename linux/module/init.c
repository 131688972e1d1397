// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first and only process: loads the module and carries frames between the host, at the other
 * end of a virtio port, and the module. When it ends, however it does, the kernel panics.
 */
#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MODULE "/carveout.ko"
#define PORT "carveout"
#define PORTS "/sys/class/virtio-ports"
#define PARAMETER "carveout."

/* The port is there some time after the kernel has found its device, if at all. */
#define PORT_TRIES 1000
#define WAIT_US 10000
/* Until the host has connected, reading ends at once. */
#define HOST_WAIT_US 1000

/* Says why on the console, and ends. */
static __attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...)
{
	char text[256];
	va_list list;
	int log;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	log = open("/dev/kmsg", O_WRONLY);
	if (log >= 0)
		dprintf(log, "<0>carveout: init: %s: %s\n", text, strerror(errno));
	exit(1);
}

static void mount_at(const char *type, const char *path)
{
	if (mkdir(path, 0755) && errno != EEXIST)
		die("mkdir %s", path);
	if (mount(type, path, type, 0, NULL))
		die("mount %s", path);
}

/* What the kernel's command line says of the module: all `carveout.X=Y` as `X=Y`. */
static void read_parameters(char *parameters, size_t size)
{
	char line[4096];
	int file = open("/proc/cmdline", O_RDONLY);
	ssize_t length = file < 0 ? -1 : read(file, line, sizeof(line) - 1);

	if (length < 0)
		die("read /proc/cmdline");
	close(file);
	line[length] = '\0';
	*parameters = '\0';
	for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
		size_t used = strlen(parameters);

		if (!strncmp(word, PARAMETER, strlen(PARAMETER)))
			snprintf(parameters + used, size - used, "%s ", word + strlen(PARAMETER));
	}
}

static void load_module(void)
{
	char parameters[4096];
	int file = open(MODULE, O_RDONLY);

	read_parameters(parameters, sizeof(parameters));
	if (file < 0 || syscall(SYS_finit_module, file, parameters, 0))
		die("load %s", MODULE);
	close(file);
}

static int is_our_port(const char *name)
{
	char path[512], label[64];
	FILE *file;
	int ours;

	snprintf(path, sizeof(path), PORTS "/%s/name", name);
	file = fopen(path, "r");
	if (!file)
		return 0;
	ours = fscanf(file, "%63s", label) == 1 && !strcmp(label, PORT);
	fclose(file);
	return ours;
}

/* The device file of our port, or -1: it is not there yet. */
static int try_port(void)
{
	DIR *ports = opendir(PORTS);
	struct dirent *entry;
	char path[512];
	int file = -1;

	if (!ports)
		return -1;
	while (file < 0 && (entry = readdir(ports))) {
		if (!is_our_port(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		file = open(path, O_RDWR);
	}
	closedir(ports);
	return file;
}

static int open_port(void)
{
	for (int i = 0; i < PORT_TRIES; i++) {
		int file = try_port();

		if (file >= 0)
			return file;
		usleep(WAIT_US);
	}
	die("no port named %s", PORT);
}

static void read_all(int file, void *to, size_t length)
{
	char *at = to;

	while (length) {
		ssize_t got = read(file, at, length);

		if (got < 0)
			die("read the port");
		if (!got)
			usleep(HOST_WAIT_US);
		at += got;
		length -= got;
	}
}

static void write_all(int file, const void *from, size_t length)
{
	const char *at = from;

	while (length) {
		ssize_t put = write(file, at, length);

		if (put <= 0)
			die("write the port");
		at += put;
		length -= put;
	}
}

/* Of a size that is read in one call; what it has is forgotten. */
static char *grown(char *frame, size_t *room, size_t length)
{
	if (length <= *room)
		return frame;
	free(frame);
	frame = malloc(length);
	if (!frame)
		die("a frame of %zu bytes", length);
	*room = length;
	return frame;
}

int main(void)
{
	size_t room = 65536;
	char *frame = malloc(room);
	int port, module;

	mount_at("devtmpfs", "/dev");
	mount_at("proc", "/proc");
	mount_at("sysfs", "/sys");
	load_module();
	module = open("/dev/carveout", O_RDWR);
	if (!frame || module < 0)
		die("open /dev/carveout");
	port = open_port();
	for (;;) {
		uint32_t length;
		ssize_t got;

		read_all(port, &length, sizeof(length));
		frame = grown(frame, &room, length);
		read_all(port, frame, length);
		if (write(module, frame, length) != (ssize_t)length)
			die("a request of %u bytes", length);
		/* The reply begins with its length. */
		while ((got = read(module, frame, room)) > 0)
			write_all(port, frame, got);
		if (got < 0)
			die("read the reply");
	}
}
