/* SPDX-License-Identifier: Apache-2.0 */
/* What an arm64 guest's device tree has of QEMU's `virt` board with a GICv3. Boot only, one CPU. */
#include "core/guest_tree.h"
#include "core/guest_tree_int.h"
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

const struct tree_board tree_board = {
	.compatible = "linux,dummy-virt",
	.uart = "/pl011",
	.interrupt_parent = PHANDLE_INTC,
};

static void put_spi(struct tree *t, u32 spi)
{
	tree_cells(t, "interrupts", (const u32[]){IRQ_SPI, spi, IRQ_LEVEL_HIGH}, 3);
}

static void write_cpus(struct tree *t, const struct vm_plan *vm)
{
	tree_begin(t, "cpus");
	tree_u32(t, "#address-cells", 1);
	tree_u32(t, "#size-cells", 0);
	for (u32 i = 0; i < vm->nr_vcpus; i++) {
		tree_begin_at(t, "cpu", guest_mpidr(i));
		tree_string(t, "device_type", "cpu");
		tree_string(t, "compatible", "arm,armv8");
		tree_u32(t, "reg", (u32)guest_mpidr(i));
		tree_string(t, "enable-method", "psci");
		tree_end(t);
	}
	tree_end(t);
}

static void write_timer(struct tree *t)
{
	static const u32 irqs[] = {
		IRQ_PPI, PPI_TIMER_SECURE, IRQ_LEVEL_HIGH, IRQ_PPI, PPI_TIMER_PHYS, IRQ_LEVEL_HIGH,
		IRQ_PPI, PPI_TIMER_VIRT,   IRQ_LEVEL_HIGH, IRQ_PPI, PPI_TIMER_HYP,  IRQ_LEVEL_HIGH,
	};

	tree_begin(t, "timer");
	tree_string(t, "compatible", "arm,armv8-timer");
	tree_cells(t, "interrupts", irqs, ARRAY_SIZE(irqs));
	tree_flag(t, "always-on");
	tree_end(t);
}

static void write_intc(struct tree *t, const struct vm_plan *vm)
{
	const u64 reg[2][2] = {
		{vm->layout.intc_dist.v, GICD_SIZE},
		{vm->layout.intc_cpu.v, GICR_SIZE * vm->nr_vcpus},
	};

	tree_begin_at(t, "intc", reg[0][0]);
	tree_string(t, "compatible", "arm,gic-v3");
	tree_reg(t, reg, 2);
	tree_u32(t, "#redistributor-regions", 1);
	tree_flag(t, "interrupt-controller");
	tree_u32(t, "#interrupt-cells", 3);
	tree_u32(t, "#address-cells", 2);
	tree_u32(t, "#size-cells", 2);
	tree_flag(t, "ranges");
	tree_u32(t, "phandle", PHANDLE_INTC);
	tree_end(t);
}

static void write_psci(struct tree *t)
{
	tree_begin(t, "psci");
	tree_strings(t, "compatible", "arm,psci-1.0\0arm,psci-0.2");
	tree_string(t, "method", "hvc");
	tree_end(t);
}

static void write_clock(struct tree *t)
{
	tree_begin(t, "apb-pclk");
	tree_string(t, "compatible", "fixed-clock");
	tree_u32(t, "#clock-cells", 0);
	tree_u32(t, "clock-frequency", CLOCK_HZ);
	tree_string(t, "clock-output-names", "clk24mhz");
	tree_u32(t, "phandle", PHANDLE_CLOCK);
	tree_end(t);
}

/* What all PrimeCell devices have; `type` is "plNNN"; the node stays open. */
static void begin_primecell(struct tree *t, const char *type, u64 at, u32 spi)
{
	const u64 reg[1][2] = {{at, DEVICE_SIZE}};
	char compatible[] = "arm,pl000\0arm,primecell";

	memcpy(compatible + 4, type, 5);
	tree_begin_at(t, type, at);
	tree_put(t, "compatible", compatible, sizeof(compatible));
	tree_reg(t, reg, 1);
	put_spi(t, spi);
}

static void write_uart(struct tree *t, const struct vm_plan *vm)
{
	begin_primecell(t, "pl011", vm->layout.uart.v, SPI_UART);
	tree_cells(t, "clocks", (const u32[]){PHANDLE_CLOCK, PHANDLE_CLOCK}, 2);
	tree_strings(t, "clock-names", "uartclk\0apb_pclk");
	tree_end(t);
}

static void write_rtc(struct tree *t, const struct vm_plan *vm)
{
	begin_primecell(t, "pl031", vm->layout.rtc.v, SPI_RTC);
	tree_u32(t, "clocks", PHANDLE_CLOCK);
	tree_string(t, "clock-names", "apb_pclk");
	tree_end(t);
}

static void write_power_key(struct tree *t, const struct vm_plan *vm)
{
	begin_primecell(t, "pl061", vm->layout.power.v, SPI_GPIO);
	tree_u32(t, "clocks", PHANDLE_CLOCK);
	tree_string(t, "clock-names", "apb_pclk");
	tree_flag(t, "gpio-controller");
	tree_u32(t, "#gpio-cells", 2);
	tree_u32(t, "phandle", PHANDLE_GPIO);
	tree_end(t);
	tree_power_key(t, PHANDLE_GPIO, POWER_LINE);
}

void tree_write_board(struct tree *t, const struct vm_plan *vm)
{
	write_cpus(t, vm);
	write_psci(t);
	write_timer(t);
	write_intc(t, vm);
	write_clock(t);
	if (vm->console)
		write_uart(t, vm);
	write_rtc(t, vm);
	write_power_key(t, vm);
}
