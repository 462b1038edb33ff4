/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkplan: checks a manifest on a workstation with the hypervisor's own parser and planner, and prints the
 * plan or the refusals as the machine would.
 *
 * usage[] says how it is called. With -b kernels are unpacked, pieces placed and device trees written; the bundle's own
 * manifest.dtb is not read.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot/fdt.h"
#include "boot/serial.h"
#include "core/image.h"
#include "core/log.h"
#include "core/planner.h"
#include "core/platform.h"
#include "core/pools.h"
#include "drivers/emul/tree_riscv64.h"
#include "hal/boot.h"
#include "hal/mem.h"
#include "hal/vcpu.h"

/*
 * What the hypervisor itself takes. Its pools are counted by the same code as at boot, but for three sizes that
 * this program does not know: they and the image are estimates, a little more than any machine takes.
 */
#define IMAGE_SIZE MIB(4)
#define VCPU_STATE_SIZE KIB(16) /* registers with the longest SVE vectors */
#define VM_STATE_SIZE KIB(32)
#define DEVICES_SIZE KIB(8)

struct blob {
	void *data;
	size_t size;
};

static struct machine machine;
static struct planner planner;
static struct plan plan;
static u32 ipa_bits = 40;
static struct blob bundle;
static const void *machine_tree;
static u8 *backing[MACHINE_RAM_MAX]; /* of machine.ram[i], as far as it is looked at */

u32 log_level = LOG_INFO;
u32 nr_cpus;

NORETURN static void die_with(const char *fmt, va_list ap)
{
	fputs("mkplan: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	exit(2);
}

NORETURN PRINTF(1, 2) static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	die_with(fmt, ap);
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

/* The machine is another one: none of its CPUs runs this. */
u64 cpu_hwid(void)
{
	return UINT64_MAX;
}

/* riscv64: what any such machine's VMs have at least. The plan itself does not depend on it. */
const struct guest_isa *guest_isa(const struct vm_plan *vm UNUSED)
{
	static const char common[] = "rv64imafdc";
	static struct guest_isa isa = {.mmu_bits = 39, .timebase_hz = 10000000, .nr_sources = 95};

	isa.isa = isa_from_string(common, sizeof(common));
	return &isa;
}

void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	die_with(fmt, ap);
}

/* ---- what pools are made of ---- */

size_t vcpu_arch_size(void)
{
	return VCPU_STATE_SIZE;
}

size_t vm_arch_size(const struct vm_plan *vm UNUSED)
{
	return VM_STATE_SIZE;
}

size_t platform_size(const struct vm_plan *vm UNUSED)
{
	return DEVICES_SIZE;
}

/* The walker names these in its table of hooks; nothing is ever mapped here. */
void s2_flush(struct vm *vm UNUSED, gpa_t gpa UNUSED, u64 size UNUSED)
{
}

void s2_publish(const void *entry UNUSED, size_t size UNUSED)
{
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
		die("%s: dtc cannot compile it, see its message above", name);
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

static const char usage[] =
	"usage: mkplan -m machine.dtb [-b bundle.cpio] [-i BITS] manifest.dts|manifest.dtb\n"
	"  -m  the machine's device tree: /sys/firmware/fdt of a Linux on it, or QEMU's -machine dumpdtb=FILE\n"
	"  -b  look files up in this bundle (tools/mkbundle) and prepare them as at boot\n"
	"  -i  guest physical address bits of the machine, 32 to 52 (40)\n"
	"exit status: 0 all is planned, 1 something is refused, 2 it could not be checked\n";

/* A mistake in the arguments: what, then how it is done. */
NORETURN PRINTF(1, 2) static void misused(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("mkplan: ", stderr);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n%s", usage);
	exit(2);
}

static u32 parse_bits(const char *text)
{
	char *end;
	unsigned long bits = strtoul(text, &end, 0);

	if (*end || bits < 32 || bits > 52)
		misused("-i %s: the guest physical address bits are a number from 32 to 52", text);
	return (u32)bits;
}

static struct options parse_options(int argc, char **argv)
{
	struct options o = {NULL, NULL, NULL};
	int c;

	opterr = 0;
	while ((c = getopt(argc, argv, ":hm:b:i:")) != -1) {
		if (c == 'm')
			o.machine = optarg;
		else if (c == 'b')
			o.bundle = optarg;
		else if (c == 'i')
			ipa_bits = parse_bits(optarg);
		else if (c == 'h')
			exit(fputs(usage, stdout) == EOF ? 2 : 0);
		else
			misused(c == ':' ? "-%c: its argument is missing" : "-%c: no such option", optopt);
	}
	if (!o.machine)
		misused("-m is missing: the plan is made for a machine");
	if (optind != argc - 1)
		misused(optind == argc ? "the manifest is missing" : "%s: more than one manifest",
			argv[argc - 1]);
	o.manifest = argv[optind];
	return o;
}

/* The machine's memory at [base, base+size), zero at first; or a member of the bundle, which has this program's addresses. */
static void *map(void *ctx, hpa_t base, u64 size)
{
	(void)ctx;
	if (range_inside(base.v, size, va_to_hpa(bundle.data).v, bundle.size))
		return hpa_to_va(base);
	for (u32 i = 0; i < machine.nr_ram; i++) {
		const struct mem_range *r = &machine.ram[i];

		if (!range_inside(base.v, size, r->base.v, r->size))
			continue;
		if (!backing[i])
			backing[i] = mmap(NULL, r->size, PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (backing[i] == MAP_FAILED)
			die("%llu MiB for the machine's memory: %s", (unsigned long long)(r->size >> 20),
			    strerror(errno));
		return backing[i] + (base.v - r->base.v);
	}
	die("0x%llx bytes at 0x%llx are not the machine's memory", (unsigned long long)size,
	    (unsigned long long)base.v);
}

/* As on the machine, the hypervisor and the bundle lie in RAM first. */
static void take_own_memory(void)
{
	u64 own = IMAGE_SIZE + (u64)machine.nr_cpus * STACK_TOTAL;

	if (!plan_carve(&planner.mem, own, MIB(2), NODE_ANY).v ||
	    (bundle.size && !plan_carve(&planner.mem, bundle.size, PAGE_SIZE, NODE_ANY).v))
		die("the machine has no room for the hypervisor and the bundle");
}

static const char *find_console(const char *value, struct machine_uart *u)
{
	return serial_find(&machine, machine_tree, value, u);
}

/* The stages of boot/main.c in their order. */
static bool make_plan(const struct blob *manifest)
{
	plan_begin(&planner, &machine, &plan);
	planner.reserve = pools_size;
	planner.find_console = find_console;
	if (bundle.data && plan_bundle(&planner, bundle.data, bundle.size) != OK)
		return false;
	take_own_memory();
	if (plan_manifest(&planner, manifest->data, manifest->size) != OK)
		return false;
	image_stage(&planner, map);
	plan_place(&planner);
	plan_print(&planner);
	return plan.nr_refused == 0;
}

int main(int argc, char **argv)
{
	struct options o = parse_options(argc, argv);
	struct blob tree = read_file(o.machine), manifest;

	if (tree.size < 40 || !machine_fdt_size(tree.data) || machine_fdt_size(tree.data) > tree.size)
		die("%s: not a compiled device tree (.dtb); give the machine's with -m", o.machine);
	if (machine_from_fdt(tree.data, &machine) != OK)
		die("%s: the hypervisor cannot run on this machine, see above", o.machine);
	machine_tree = tree.data;
	nr_cpus = machine.nr_cpus;
	if (o.bundle)
		bundle = read_file(o.bundle);
	manifest = read_manifest(o.manifest);
	bool all = make_plan(&manifest);

	free(manifest.data);
	free(bundle.data);
	free(tree.data);
	return all ? 0 : 1;
}
