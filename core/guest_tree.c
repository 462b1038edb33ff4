/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest device tree writer, on libfdt's sequential-write calls. An error (there is
 * only one: no room) sticks and is looked at once, at the end. Boot only, one CPU.
 */
#include "core/guest_tree.h"

#include <libfdt.h>

#include "core/string.h"

enum { PHANDLE_INTC = 1, PHANDLE_CLOCK, PHANDLE_GPIO };

#define IRQ_SPI 0
#define IRQ_PPI 1
#define IRQ_LEVEL_HIGH 4

/* Interrupts of QEMU's virt: PPIs of the timers and SPIs of the devices. */
#define PPI_TIMER_SECURE 13
#define PPI_TIMER_PHYS 14
#define PPI_TIMER_VIRT 11
#define PPI_TIMER_HYP 10
#define SPI_UART 1
#define SPI_RTC 2
#define SPI_GPIO 7

#define GICD_SIZE KIB(64)
#define GICR_SIZE KIB(128) /* a vCPU */
#define DEVICE_SIZE KIB(4)
#define CLOCK_HZ 24000000
#define POWER_LINE 3
#define KEY_POWER 116 /* linux,code */

struct tree {
	void *fdt;
	bool failed;
	u64 seed[2]; /* where in the tree the values of rng-seed and kaslr-seed lie */
};

/* ---- properties ---- */

static void note(struct tree *t, int result)
{
	t->failed |= result != 0;
}

static void put(struct tree *t, const char *name, const void *value, size_t size)
{
	note(t, fdt_property(t->fdt, name, value, (int)size));
}

/* To be filled later: its place in the tree, which stays (only names move when the tree is finished). */
static u64 put_zeros(struct tree *t, const char *name, u32 size)
{
	void *value;
	int e = fdt_property_placeholder(t->fdt, name, (int)size, &value);

	note(t, e);
	if (e)
		return 0;
	memset(value, 0, size);
	return (u64)((u8 *)value - (u8 *)t->fdt);
}

static void put_flag(struct tree *t, const char *name)
{
	put(t, name, "", 0);
}

static void put_string(struct tree *t, const char *name, const char *value)
{
	put(t, name, value, strlen(value) + 1);
}

/* A list of strings given as one literal with NULs between them. */
#define put_strings(t, name, literal) put(t, name, literal, sizeof(literal))

static void put_cells(struct tree *t, const char *name, const u32 *value, u32 n)
{
	fdt32_t cell[16];

	for (u32 i = 0; i < n && i < ARRAY_SIZE(cell); i++)
		cell[i] = cpu_to_fdt32(value[i]);
	put(t, name, cell, n * sizeof(cell[0]));
}

static void put_u32(struct tree *t, const char *name, u32 value)
{
	put_cells(t, name, (const u32[]){value}, 1);
}

static void put_u64(struct tree *t, const char *name, u64 value)
{
	put_cells(t, name, (const u32[]){(u32)(value >> 32), (u32)value}, 2);
}

/* `n` pairs of address and size, two cells each. */
static void put_reg(struct tree *t, const u64 (*pair)[2], u32 n)
{
	u32 cell[8];

	for (u32 i = 0; i < n * 2 && i * 2 < ARRAY_SIZE(cell); i++) {
		u64 v = pair[i / 2][i % 2];

		cell[2 * i] = (u32)(v >> 32);
		cell[2 * i + 1] = (u32)v;
	}
	put_cells(t, "reg", cell, n * 4);
}

static void put_spi(struct tree *t, u32 spi)
{
	put_cells(t, "interrupts", (const u32[]){IRQ_SPI, spi, IRQ_LEVEL_HIGH}, 3);
}

/* ---- nodes ---- */

static void begin(struct tree *t, const char *name)
{
	note(t, fdt_begin_node(t->fdt, name));
}

/* NAME@ADDRESS, the address in hexadecimal without leading zeros. */
static void name_at(char *out, const char *name, u64 at)
{
	size_t n = strlen(name);
	int shift = 60;

	memcpy(out, name, n);
	out[n++] = '@';
	while (shift > 0 && !(at >> shift & 15))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		out[n++] = "0123456789abcdef"[at >> shift & 15];
	out[n] = '\0';
}

static void begin_at(struct tree *t, const char *name, u64 at)
{
	char full[48];

	name_at(full, name, at);
	begin(t, full);
}

static void end(struct tree *t)
{
	note(t, fdt_end_node(t->fdt));
}

static void write_chosen(struct tree *t, const struct vm_plan *vm, const struct guest_tree_initrd *initrd)
{
	char uart[32] = "/";

	begin(t, "chosen");
	if (vm->bootargs[0])
		put_string(t, "bootargs", vm->bootargs);
	if (vm->console) {
		name_at(uart + 1, "pl011", vm->layout.uart.v);
		put_string(t, "stdout-path", uart);
	}
	if (initrd->size) {
		put_u64(t, "linux,initrd-start", initrd->at.v);
		put_u64(t, "linux,initrd-end", initrd->at.v + initrd->size);
	}
	t->seed[0] = put_zeros(t, "rng-seed", GUEST_RNG_SEED_SIZE);
	t->seed[1] = put_zeros(t, "kaslr-seed", GUEST_KASLR_SEED_SIZE);
	end(t);
}

/* One node for every contiguous part of guest RAM. */
static void write_memory(struct tree *t, const struct vm_plan *vm)
{
	u64 reg[1][2] = {{vm->layout.ram.v, vm->memory}};
	u32 i = 0;

	do {
		if (vm->nr_ram) {
			reg[0][0] = vm->ram[i].gpa.v;
			reg[0][1] = vm->ram[i].size;
			for (i++; i < vm->nr_ram && vm->ram[i].gpa.v == reg[0][0] + reg[0][1]; i++)
				reg[0][1] += vm->ram[i].size;
		}
		begin_at(t, "memory", reg[0][0]);
		put_string(t, "device_type", "memory");
		put_reg(t, (const u64(*)[2])reg, 1);
		end(t);
	} while (i < vm->nr_ram);
}

static void write_cpus(struct tree *t, const struct vm_plan *vm)
{
	begin(t, "cpus");
	put_u32(t, "#address-cells", 1);
	put_u32(t, "#size-cells", 0);
	for (u32 i = 0; i < vm->nr_vcpus; i++) {
		begin_at(t, "cpu", guest_mpidr(i));
		put_string(t, "device_type", "cpu");
		put_string(t, "compatible", "arm,armv8");
		put_u32(t, "reg", (u32)guest_mpidr(i));
		put_string(t, "enable-method", "psci");
		end(t);
	}
	end(t);
}

static void write_timer(struct tree *t)
{
	static const u32 irqs[] = {
		IRQ_PPI, PPI_TIMER_SECURE, IRQ_LEVEL_HIGH, IRQ_PPI, PPI_TIMER_PHYS, IRQ_LEVEL_HIGH,
		IRQ_PPI, PPI_TIMER_VIRT,   IRQ_LEVEL_HIGH, IRQ_PPI, PPI_TIMER_HYP,  IRQ_LEVEL_HIGH,
	};

	begin(t, "timer");
	put_string(t, "compatible", "arm,armv8-timer");
	put_cells(t, "interrupts", irqs, ARRAY_SIZE(irqs));
	put_flag(t, "always-on");
	end(t);
}

static void write_intc(struct tree *t, const struct vm_plan *vm)
{
	const u64 reg[2][2] = {
		{vm->layout.intc_dist.v, GICD_SIZE},
		{vm->layout.intc_cpu.v, GICR_SIZE * vm->nr_vcpus},
	};

	begin_at(t, "intc", reg[0][0]);
	put_string(t, "compatible", "arm,gic-v3");
	put_reg(t, reg, 2);
	put_u32(t, "#redistributor-regions", 1);
	put_flag(t, "interrupt-controller");
	put_u32(t, "#interrupt-cells", 3);
	put_u32(t, "#address-cells", 2);
	put_u32(t, "#size-cells", 2);
	put_flag(t, "ranges");
	put_u32(t, "phandle", PHANDLE_INTC);
	end(t);
}

static void write_psci(struct tree *t)
{
	begin(t, "psci");
	put_strings(t, "compatible", "arm,psci-1.0\0arm,psci-0.2");
	put_string(t, "method", "hvc");
	end(t);
}

static void write_clock(struct tree *t)
{
	begin(t, "apb-pclk");
	put_string(t, "compatible", "fixed-clock");
	put_u32(t, "#clock-cells", 0);
	put_u32(t, "clock-frequency", CLOCK_HZ);
	put_string(t, "clock-output-names", "clk24mhz");
	put_u32(t, "phandle", PHANDLE_CLOCK);
	end(t);
}

/* What all PrimeCell devices have; `type` is "plNNN"; the node stays open. */
static void begin_primecell(struct tree *t, const char *type, u64 at, u32 spi)
{
	const u64 reg[1][2] = {{at, DEVICE_SIZE}};
	char compatible[] = "arm,pl000\0arm,primecell";

	memcpy(compatible + 4, type, 5);
	begin_at(t, type, at);
	put(t, "compatible", compatible, sizeof(compatible));
	put_reg(t, reg, 1);
	put_spi(t, spi);
}

static void write_uart(struct tree *t, const struct vm_plan *vm)
{
	begin_primecell(t, "pl011", vm->layout.uart.v, SPI_UART);
	put_cells(t, "clocks", (const u32[]){PHANDLE_CLOCK, PHANDLE_CLOCK}, 2);
	put_strings(t, "clock-names", "uartclk\0apb_pclk");
	end(t);
}

static void write_rtc(struct tree *t, const struct vm_plan *vm)
{
	begin_primecell(t, "pl031", vm->layout.rtc.v, SPI_RTC);
	put_u32(t, "clocks", PHANDLE_CLOCK);
	put_string(t, "clock-names", "apb_pclk");
	end(t);
}

static void write_power_key(struct tree *t, const struct vm_plan *vm)
{
	begin_primecell(t, "pl061", vm->layout.power.v, SPI_GPIO);
	put_u32(t, "clocks", PHANDLE_CLOCK);
	put_string(t, "clock-names", "apb_pclk");
	put_flag(t, "gpio-controller");
	put_u32(t, "#gpio-cells", 2);
	put_u32(t, "phandle", PHANDLE_GPIO);
	end(t);

	begin(t, "gpio-keys");
	put_string(t, "compatible", "gpio-keys");
	begin(t, "poweroff");
	put_string(t, "label", "GPIO Key Poweroff");
	put_u32(t, "linux,code", KEY_POWER);
	put_cells(t, "gpios", (const u32[]){PHANDLE_GPIO, POWER_LINE, 0}, 3);
	end(t);
	end(t);
}

static void write_flash(struct tree *t, const struct vm_plan *vm)
{
	const u64 reg[2][2] = {
		{vm->flash[0].gpa.v, vm->flash[0].size},
		{vm->flash[1].gpa.v, vm->flash[1].size},
	};

	begin_at(t, "flash", reg[0][0]);
	put_string(t, "compatible", "cfi-flash");
	put_reg(t, reg, 2);
	put_u32(t, "bank-width", 4);
	end(t);
}

static void write_hypervisor(struct tree *t)
{
	begin(t, "hypervisor");
	put_string(t, "compatible", "monadic,hypervisor-1.0");
	end(t);
}

static void write_root(struct tree *t, const struct vm_plan *vm, const struct guest_tree_initrd *initrd)
{
	begin(t, "");
	put_u32(t, "#address-cells", 2);
	put_u32(t, "#size-cells", 2);
	put_u32(t, "interrupt-parent", PHANDLE_INTC);
	put_string(t, "compatible", "linux,dummy-virt");
	put_string(t, "model", "Monadic virtual machine");
	write_chosen(t, vm, initrd);
	write_memory(t, vm);
	write_cpus(t, vm);
	write_psci(t);
	write_timer(t);
	write_intc(t, vm);
	write_clock(t);
	if (vm->console)
		write_uart(t, vm);
	write_rtc(t, vm);
	write_power_key(t, vm);
	if (vm->flash[0].size)
		write_flash(t, vm);
	write_hypervisor(t);
	end(t);
}

enum err guest_tree_write(struct vm_plan *vm, const struct guest_tree_initrd *initrd, void *out, u32 room,
			  u32 *size)
{
	struct tree t = {.fdt = out};

	/* Looking for each name among those before costs more than writing it twice. */
	if (fdt_create_with_flags(out, (int)room, FDT_CREATE_FLAG_NO_NAME_DEDUP) != 0)
		return ERR_NOMEM; /* there is not even a header */
	note(&t, fdt_finish_reservemap(out));
	write_root(&t, vm, initrd);
	note(&t, fdt_finish(out));
	if (t.failed)
		return ERR_NOMEM;
	vm->seed_off[0] = t.seed[0];
	vm->seed_off[1] = t.seed[1];
	vm->seed_len[0] = GUEST_RNG_SEED_SIZE;
	vm->seed_len[1] = GUEST_KASLR_SEED_SIZE;
	*size = fdt_totalsize(out);
	return OK;
}
