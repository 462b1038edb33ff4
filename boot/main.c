/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot story, on the boot CPU: find out what machine this is, show a
 * console, bring CPUs up, make the plan and everything in it, go. This code and
 * its data are given back at the end (core/start.c is where it ends).
 */
#include "boot/acpi.h"
#include "boot/clock.h"
#include "boot/fdt.h"
#include "boot/handoff.h"
#include "boot/memmap.h"
#include "boot/pci.h"
#include "boot/serial.h"
#include "core/build.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/house.h"
#include "core/image.h"
#include "core/log.h"
#include "core/planner.h"
#include "core/pools.h"
#include "core/start.h"
#include "core/string.h"
#include "hal/boot.h"
#include "hal/cpu.h"
#include "hal/mem.h"
#include "hal/vcpu.h"
#include "version.h"

static struct planner planner;
static bool from_uefi;
static const void *machine_tree; /* mapped; NULL when ACPI describes the machine */
static volatile void *console_regs;

static void must(enum err e, const char *what)
{
	if (e != OK)
		panic("%s: error %u", what, e);
}

/* [base, base+size) of memory readable and writable at the returned address; what is mapped already stays. */
static void *boot_map(void *ctx UNUSED, hpa_t base, u64 size)
{
	u64 first = align_down(base.v, PAGE_SIZE);

	must(host_map_ram(HPA(first), align_up(base.v + size, PAGE_SIZE) - first), "mapping boot memory");
	return hpa_to_va(base);
}

const void *acpi_map(hpa_t pa, u64 size)
{
	return boot_map(NULL, pa, size);
}

/* ---- the machine ---- */

static enum err discover_tree(hpa_t at)
{
	const void *fdt = boot_map(NULL, at, PAGE_SIZE);
	u32 size = machine_fdt_size(fdt);
	enum err e;

	if (!size)
		return ERR_INVAL;
	machine_tree = boot_map(NULL, at, machine_fdt_extent(fdt));
	e = machine_from_fdt(machine_tree, &the_machine);
	return e == OK ? machine_reserve(&the_machine, at.v, size) : e;
}

static enum err discover_by(const struct handoff *h, bool acpi)
{
	enum err e = machine_from_handoff(h, &the_machine);

	if (e != OK)
		return e;
	return acpi ? machine_from_acpi(HPA(h->rsdp), &the_machine) : discover_tree(HPA(h->fdt));
}

/* Firmware gives ACPI, a device tree or both. ACPI is preferred when it says all that is needed. */
static enum err discover_handoff(const struct handoff *h)
{
	enum err e = ERR_NOENT;

	boot_map(NULL, HPA(h->efi_map), h->efi_map_size);
	if (h->rsdp)
		e = discover_by(h, true);
	if (e == OK || !h->fdt)
		return e;
	if (h->rsdp) {
		log_warn("ACPI does not describe this machine, its device tree is taken instead");
		memset(&the_machine, 0, sizeof(the_machine));
	}
	return discover_by(h, false);
}

static enum err discover(u64 arg)
{
	const void *p = boot_map(NULL, HPA(arg), PAGE_SIZE);
	hpa_t image;
	u64 size;
	enum err e;

	from_uefi = handoff_is(p);
	e = from_uefi ? discover_handoff(p) : discover_tree(HPA(arg));
	if (e != OK)
		return e;
	image_range(&image, &size);
	e = machine_reserve(&the_machine, image.v, size);
	if (e == OK)
		e = machine_reserve(&the_machine, host_ram_limit(), UINT64_MAX - host_ram_limit());
	for (u32 i = 0; i < the_machine.nr_cpus; i++)
		if (the_machine.cpus[i].hwid == cpu_hwid())
			the_machine.boot_cpu = i;
	return e;
}

/* False: the console is as before. */
static bool open_console(const struct machine_uart *u)
{
	const struct uart_ops *ops = uart_driver(u->kind);
	volatile void *regs = ops ? host_map_io(u->base, u->size ? u->size : PAGE_SIZE) : NULL;

	if (!regs)
		return false;
	console_regs = regs;
	console_init(ops, regs, u);
	return true;
}

static void describe(void)
{
	const struct machine *m = &the_machine;
	const struct uart_ops *driver = uart_driver(m->uart.kind);

	log_info("version %s, machine described by %s: %u CPUs, %llu MiB of RAM, %llu MiB free",
		 MONADIC_VERSION, m->source, m->nr_cpus, (unsigned long long)(m->ram_total >> 20),
		 (unsigned long long)(plan_mem_free(&planner.mem, NODE_ANY) >> 20));
	if (m->uart.kind != UART_NONE)
		log_info("console: %s, %s at %llx, interrupt %u", driver ? driver->name : "no driver",
			 m->uart.path, (unsigned long long)m->uart.base.v, m->uart.irq);
}

/* ---- CPUs ---- */

/* Hypervisor memory before there is a plan: the planner's free list, so that nothing is given out twice. */
static hpa_t carve(u64 size, u64 align)
{
	hpa_t at;

	size = align_up(size, 64);
	at = plan_carve(&planner.mem, size, align, NODE_ANY);
	if (at.v) {
		void *va = boot_map(NULL, at, size);
		u64 start = time_now();

		mem_zero_fast(va, size);
		boot_zeroing += time_now() - start;
	}
	return at;
}

static hpa_t carve_stack(void)
{
	return carve(STACK_TOTAL, PAGE_SIZE);
}

static void start_all_cpus(void)
{
	u32 up = smp_start(&the_machine, carve_stack);

	log_info("%u of %u CPUs are running", up, the_machine.nr_cpus);
	for (u32 i = 0; i < the_machine.nr_cpus; i++)
		if (!cpus[i].online)
			plan_cpu_offline(&planner, i);
	for (u32 i = 0; i < the_machine.nr_cpus; i++)
		log_debug("CPU %u: %s %llx, node %u", i, arch_plan.hwid_name,
			  (unsigned long long)the_machine.cpus[i].hwid, the_machine.cpus[i].node);
}

/* ---- plan ---- */

static enum err read_manifest(void)
{
	const struct machine *m = &the_machine;
	const struct bundle_file *file;
	const void *fdt;
	u64 size;
	enum err e;

	if (!m->bundle_size) {
		log_error("refused: bundle: none found; give bundle.cpio beside the .efi, or an initrd");
		return ERR_NOENT;
	}
	e = plan_bundle(&planner, boot_map(NULL, m->bundle, m->bundle_size), m->bundle_size);
	if (e != OK)
		return e;
	file = bundle_find(&planner.bundle, BUNDLE_MANIFEST);
	if (file)
		must(boot_scratch(min_u64(file->size, MANIFEST_MAX)), "room for the manifest");
	fdt = plan_find_manifest(&planner, &size);
	return fdt ? plan_manifest(&planner, fdt, size) : ERR_INVAL;
}

static const char *find_console(const char *value, struct machine_uart *u)
{
	return serial_find(&the_machine, machine_tree, value, u);
}

/*
 * Firmware's console was opened before there was a manifest, so that refusals are seen. When the manifest names
 * another, the first line of the new one is that of the hypervisor's start.
 */
static void move_console(const struct machine_uart *to)
{
	if (to->kind == UART_NONE || to->base.v == the_machine.uart.base.v)
		return;
	log_info("console: it goes on at %s, %llx, interrupt %u", to->path, (unsigned long long)to->base.v,
		 to->irq);
	if (open_console(to))
		the_machine.uart = *to;
	else
		log_warn("console: its registers cannot be mapped, it stays where it is");
}

static void make_plan(void)
{
	if (read_manifest() != OK)
		return;
	move_console(&planner.uart);
	image_stage(&planner, boot_map);
	plan_place(&planner);
	plan_print(&planner);
}

/* What the manifest's /hypervisor asks of the core, before VMs exist. */
static void apply_plan(void)
{
	log_level = the_plan.log_level;
	if (the_plan.nr_vms == 0 &&
	    !cpus[the_plan.housekeeping[0]].online) /* refused: defaults were restored */
		the_plan.housekeeping[0] = (u16)the_machine.boot_cpu;
	for (u32 i = 0; i < the_plan.nr_housekeeping; i++)
		cpus[the_plan.housekeeping[i]].housekeeping = true;
	for (u32 i = 0; i < nr_cpus; i++)
		sched_cpu_init(&cpus[i]);
	if (console_regs && the_machine.uart.irq)
		irq_connect(the_machine.uart.irq, the_machine.uart.irq_edge, house_cpu->index, console_irq);
}

/* A VM's memory is seen by the hypervisor only through windows. */
static void hide_guest_memory(void)
{
	for (u32 i = 0; i < the_plan.nr_vms; i++) {
		const struct vm_plan *vm = &the_plan.vms[i];

		for (u32 r = 0; r < vm->nr_ram; r++)
			must(host_unmap_ram(vm->ram[r].hpa, vm->ram[r].size), "hiding guest memory");
	}
}

static void make_vms(void)
{
	u64 size = pools_size(&the_plan);
	hpa_t base = carve(size, KIB(64));

	if (!base.v)
		panic("%llu KiB for pools: not free any more", (unsigned long long)(size >> 10));
	pools_init(&the_plan, base);
	build_vms(&the_plan);
	hide_guest_memory();
}

void boot_main(u64 arg)
{
	enum err found = discover(arg);

	(void)open_console(&the_machine.uart);
	must(found, "no usable description of this machine");
	start_cpus(&the_machine);
	plan_begin(&planner, &the_machine, &the_plan);
	planner.reserve = pools_size;
	planner.claim_pages = vm_arch_claim;
	planner.find_console = find_console;
	describe();
	clock_begin(&the_machine, MONADIC_DATE);
	must(arch_boot_init(&the_machine), "this machine");
	pci_quiesce(&the_machine, from_uefi);
	start_all_cpus();
	host_windows_init(nr_cpus);
	make_plan();
	apply_plan();
	smp_go();
	make_vms();
	start_run();
}
