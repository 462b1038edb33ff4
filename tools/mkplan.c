/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkplan: checks a manifest on a workstation with the hypervisor's own parser and planner, and prints the
 * plan or the refusals as the machine would.
 *
 *   mkplan -m machine.dtb [-b bundle.cpio] [-i BITS] manifest.dts|manifest.dtb
 *
 *   -m  the machine's device tree (a running Linux: /sys/firmware/fdt; QEMU: -machine dumpdtb=FILE)
 *   -b  look the manifest's files up in this bundle; its own manifest.dtb is not read
 *   -i  guest physical address bits of the machine, 40
 *
 * Exit status: 0 all VMs are planned, 1 some or all are refused, 2 the tool could not do its work.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot/fdt.h"
#include "core/aspace.h"
#include "core/log.h"
#include "core/planner.h"
#include "hal/vcpu.h"

/* What the hypervisor itself takes at boot besides the bundle: image, stacks, pools. An estimate. */
#define HYPERVISOR_SIZE MIB(8)

struct blob {
	void *data;
	size_t size;
};

static struct machine machine;
static struct planner planner;
static struct plan plan;
static u32 ipa_bits = 40;

u32 log_level = LOG_INFO;

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("mkplan: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

/* ---- what the core asks of its surroundings ---- */

void log_line(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	if ((u32)level > log_level)
		return;
	va_start(ap, fmt);
	fputs("monadic: ", stdout);
	vprintf(fmt, ap);
	putchar('\n');
	va_end(ap);
}

u32 s2_max_ipa_bits(void)
{
	return ipa_bits;
}

/* Page tables are counted on the machine only, where the format is known. */
u32 aspace_quota(const struct vm_plan *vm)
{
	(void)vm;
	return 0;
}

/* ---- files ---- */

/* All of it, eight-byte aligned as malloc() does. */
static struct blob read_stream(FILE *f, const char *name)
{
	struct blob b = {NULL, 0};
	size_t room = 0, got;

	do {
		if (b.size == room) {
			room = room ? 2 * room : 1 << 16;
			b.data = realloc(b.data, room);
			if (!b.data)
				die("%s: out of memory", name);
		}
		got = fread((char *)b.data + b.size, 1, room - b.size, f);
		b.size += got;
	} while (got);
	if (ferror(f))
		die("%s: %s", name, strerror(errno));
	fclose(f);
	return b;
}

static struct blob read_file(const char *name)
{
	FILE *f = fopen(name, "rb");

	if (!f)
		die("%s: %s", name, strerror(errno));
	return read_stream(f, name);
}

static struct blob compile(const char *name)
{
	int ends[2], status;

	if (pipe(ends) != 0)
		die("pipe: %s", strerror(errno));
	pid_t pid = fork();

	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execlp("dtc", "dtc", "-q", "-I", "dts", "-O", "dtb", "--", name, (char *)NULL);
		die("dtc: %s (Debian: device-tree-compiler)", strerror(errno));
	}
	close(ends[1]);
	FILE *f = fdopen(ends[0], "rb");

	if (!f)
		die("fdopen: %s", strerror(errno));
	struct blob b = read_stream(f, name);

	if (waitpid(pid, &status, 0) != pid || status != 0)
		die("%s: dtc failed", name);
	return b;
}

static struct blob read_manifest(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && strcmp(name + len - 4, ".dts") == 0 ? compile(name) : read_file(name);
}

/* ---- */

struct options {
	const char *machine, *bundle, *manifest;
};

static struct options parse_options(int argc, char **argv)
{
	struct options o = {NULL, NULL, NULL};
	int c;

	while ((c = getopt(argc, argv, "m:b:i:")) != -1) {
		if (c == 'm')
			o.machine = optarg;
		else if (c == 'b')
			o.bundle = optarg;
		else if (c == 'i')
			ipa_bits = (u32)strtoul(optarg, NULL, 0);
		else
			o.machine = NULL, optind = argc;
	}
	if (!o.machine || optind != argc - 1 || ipa_bits < 32 || ipa_bits > 52) {
		fputs("usage: mkplan -m machine.dtb [-b bundle.cpio] [-i BITS] manifest.dts|manifest.dtb\n",
		      stderr);
		exit(2);
	}
	o.manifest = argv[optind];
	return o;
}

/* As on the machine, the hypervisor and the bundle lie in RAM first. */
static void take_own_memory(u64 bundle_size)
{
	if (!plan_carve(&planner.mem, HYPERVISOR_SIZE, MIB(2), NODE_ANY).v ||
	    (bundle_size && !plan_carve(&planner.mem, bundle_size, PAGE_SIZE, NODE_ANY).v))
		die("the machine has no room for the hypervisor and the bundle");
}

static bool make_plan(const struct blob *bundle, const struct blob *manifest)
{
	plan_begin(&planner, &machine, &plan);
	if (bundle->data && plan_bundle(&planner, bundle->data, bundle->size) != OK)
		return false;
	take_own_memory(bundle->size);
	if (plan_manifest(&planner, manifest->data, manifest->size) != OK)
		return false;
	plan_place(&planner);
	plan_print(&planner);
	return plan.nr_refused == 0;
}

int main(int argc, char **argv)
{
	struct options o = parse_options(argc, argv);
	struct blob tree = read_file(o.machine), bundle = {NULL, 0}, manifest;

	if (tree.size < 40 || machine_fdt_size(tree.data) > tree.size ||
	    machine_from_fdt(tree.data, &machine) != OK)
		die("%s: not a device tree of a machine that can run VMs", o.machine);
	if (o.bundle)
		bundle = read_file(o.bundle);
	manifest = read_manifest(o.manifest);
	bool all = make_plan(&bundle, &manifest);

	free(manifest.data);
	free(bundle.data);
	free(tree.data);
	return all ? 0 : 1;
}
