/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a riscv64 guest's device tree has of QEMU's `virt` board, with a PLIC or with APLIC and IMSICs (Linux,
 * Documentation/devicetree/bindings: riscv/cpus, riscv/extensions, interrupt-controller, power/reset). Boot only, one CPU.
 */
#include "drivers/emul/tree_riscv64.h"

#include "core/guest_tree_int.h"
#include "drivers/emul/board_riscv64.h"
#include "drivers/emul/dwgpio.h"

enum {
	PHANDLE_INTC = 1,
	PHANDLE_IMSIC,
	PHANDLE_FINISHER,
	PHANDLE_GPIO,
	PHANDLE_HART /* and one more for each hart */
};

#define S_EXTERNAL 9          /* local interrupt of a hart */
#define NO_CONTEXT UINT32_MAX /* a PLIC's context that is not there */
#define IRQ_TYPE_LEVEL_HIGH 4
#define UART_CLOCK_HZ 3686400
#define UART_SIZE 0x100
#define DEVICE_SIZE KIB(4)

/* What is written to the finisher (SiFive test device). */
#define FINISHER_OFF 0x5555
#define FINISHER_RESET 0x7777

const struct tree_board tree_board = {
	.compatible = "riscv-virtio",
	.uart = "/soc/serial",
};

/* ---- harts ---- */

static const char *mmu_type(const struct guest_isa *g)
{
	static const struct {
		u8 bits;
		const char *name;
	} types[] = {{39, "riscv,sv39"}, {48, "riscv,sv48"}, {57, "riscv,sv57"}};

	for (u32 i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].bits == g->mmu_bits)
			return types[i].name;
	}
	return "riscv,none";
}

/* The set in both ways in which it is written: the newer one, and the one that older systems read. */
struct isa_text {
	size_t list_size;
	char list[ISA_TEXT_MAX];
	char string[ISA_TEXT_MAX];
};

static void write_block_size(struct tree *t, const struct guest_isa *g, enum riscv_ext ext, const char *name,
			     u32 size)
{
	if (isa_has(&g->isa, ext) && size)
		tree_u32(t, name, size);
}

static void write_hart(struct tree *t, const struct guest_isa *g, const struct isa_text *text, u32 hart)
{
	tree_begin_at(t, "cpu", hart);
	tree_string(t, "device_type", "cpu");
	tree_string(t, "compatible", "riscv");
	tree_u32(t, "reg", hart);
	tree_string(t, "riscv,isa-base", "rv64i");
	tree_put(t, "riscv,isa-extensions", text->list, text->list_size);
	tree_string(t, "riscv,isa", text->string);
	tree_string(t, "mmu-type", mmu_type(g));
	write_block_size(t, g, EXT_ZICBOM, "riscv,cbom-block-size", g->cbom_block);
	write_block_size(t, g, EXT_ZICBOZ, "riscv,cboz-block-size", g->cboz_block);
	tree_begin(t, "interrupt-controller");
	tree_string(t, "compatible", "riscv,cpu-intc");
	tree_flag(t, "interrupt-controller");
	tree_u32(t, "#interrupt-cells", 1);
	tree_u32(t, "#address-cells", 0);
	tree_u32(t, "phandle", PHANDLE_HART + hart);
	tree_end(t);
	tree_end(t);
}

static void write_cpus(struct tree *t, const struct vm_plan *vm, const struct guest_isa *g)
{
	struct isa_text text;

	text.list_size = isa_list(&g->isa, text.list);
	isa_string(&g->isa, text.string);
	tree_begin(t, "cpus");
	tree_u32(t, "#address-cells", 1);
	tree_u32(t, "#size-cells", 0);
	tree_u32(t, "timebase-frequency", g->timebase_hz);
	for (u32 i = 0; i < vm->nr_vcpus; i++)
		write_hart(t, g, &text, i);
	tree_end(t);
}

/* ---- interrupt controllers ---- */

/* Named, with `reg`; the node stays open. */
static void begin_intc(struct tree *t, u64 at, u64 size, u32 phandle, u32 interrupt_cells)
{
	const u64 reg[1][2] = {{at, size}};

	tree_begin_at(t, "interrupt-controller", at);
	tree_reg(t, reg, 1);
	tree_flag(t, "interrupt-controller");
	tree_u32(t, "#interrupt-cells", interrupt_cells);
	tree_u32(t, "#address-cells", 0);
	tree_u32(t, "phandle", phandle);
}

/* The S context of hart h is 2h+1, as on boards that have M level, so 2h is listed as one that is not there. */
static void write_plic(struct tree *t, const struct vm_plan *vm, const struct guest_isa *g)
{
	u32 wires[PLAN_VCPUS_MAX][4];

	for (u32 i = 0; i < vm->nr_vcpus; i++) {
		wires[i][0] = wires[i][2] = PHANDLE_HART + i;
		wires[i][1] = NO_CONTEXT;
		wires[i][3] = S_EXTERNAL;
	}
	begin_intc(t, vm->layout.intc_dist.v, GUEST_PLIC_SIZE, PHANDLE_INTC, 1);
	tree_strings(t, "compatible", "sifive,plic-1.0.0\0riscv,plic0");
	tree_cells(t, "interrupts-extended", wires[0], 4 * vm->nr_vcpus);
	tree_u32(t, "riscv,ndev", g->nr_sources);
	tree_end(t);
}

static void write_aplic(struct tree *t, const struct vm_plan *vm, const struct guest_isa *g)
{
	begin_intc(t, vm->layout.intc_dist.v, GUEST_APLIC_SIZE, PHANDLE_INTC, 2);
	tree_string(t, "compatible", "riscv,aplic");
	tree_u32(t, "msi-parent", PHANDLE_IMSIC);
	tree_u32(t, "riscv,num-sources", g->nr_sources);
	tree_end(t);
}

/* No guest index bits: a guest's harts have one file each. */
static void write_imsics(struct tree *t, const struct vm_plan *vm, const struct guest_isa *g)
{
	u32 wires[PLAN_VCPUS_MAX][2];

	for (u32 i = 0; i < vm->nr_vcpus; i++) {
		wires[i][0] = PHANDLE_HART + i;
		wires[i][1] = S_EXTERNAL;
	}
	begin_intc(t, vm->layout.intc_cpu.v, vm->nr_vcpus * PAGE_SIZE, PHANDLE_IMSIC, 0);
	tree_string(t, "compatible", "riscv,imsics");
	tree_flag(t, "msi-controller");
	tree_u32(t, "#msi-cells", 0);
	tree_cells(t, "interrupts-extended", wires[0], 2 * vm->nr_vcpus);
	tree_u32(t, "riscv,num-ids", g->imsic_ids);
	tree_end(t);
}

static void write_intc(struct tree *t, const struct vm_plan *vm, const struct guest_isa *g)
{
	if (g->aia) {
		write_imsics(t, vm, g);
		write_aplic(t, vm, g);
	} else {
		write_plic(t, vm, g);
	}
}

/* ---- devices ---- */

/* Named, with `reg`; the node stays open. */
static void begin_device(struct tree *t, const char *name, gpa_t at, u64 size)
{
	const u64 reg[1][2] = {{at.v, size}};

	tree_begin_at(t, name, at.v);
	tree_reg(t, reg, 1);
}

/* A PLIC takes levels only, so there is nothing to say of them. */
static void write_irq(struct tree *t, const struct guest_isa *g, u32 source)
{
	tree_cells(t, "interrupts", (const u32[]){source, IRQ_TYPE_LEVEL_HIGH}, g->aia ? 2 : 1);
}

static void write_uart(struct tree *t, const struct vm_plan *vm, const struct guest_isa *g)
{
	begin_device(t, "serial", vm->layout.uart, UART_SIZE);
	tree_string(t, "compatible", "ns16550a");
	tree_u32(t, "clock-frequency", UART_CLOCK_HZ);
	write_irq(t, g, IRQ_UART);
	tree_end(t);
}

static void write_rtc(struct tree *t, const struct vm_plan *vm, const struct guest_isa *g)
{
	begin_device(t, "rtc", vm->layout.rtc, DEVICE_SIZE);
	tree_string(t, "compatible", "google,goldfish-rtc");
	write_irq(t, g, IRQ_RTC);
	tree_end(t);
}

static void write_finisher(struct tree *t, const struct vm_plan *vm)
{
	begin_device(t, "test", vm->layout.finisher, DEVICE_SIZE);
	tree_strings(t, "compatible", "sifive,test1\0sifive,test0\0syscon");
	tree_u32(t, "phandle", PHANDLE_FINISHER);
	tree_end(t);
}

static void write_gpio(struct tree *t, const struct vm_plan *vm, const struct guest_isa *g)
{
	begin_device(t, "gpio", vm->layout.power, DWGPIO_SIZE);
	tree_string(t, "compatible", "snps,dw-apb-gpio");
	tree_u32(t, "#address-cells", 1);
	tree_u32(t, "#size-cells", 0);
	tree_begin_at(t, "gpio-port", 0);
	tree_string(t, "compatible", "snps,dw-apb-gpio-port");
	tree_u32(t, "reg", 0);
	tree_flag(t, "gpio-controller");
	tree_u32(t, "#gpio-cells", 2);
	tree_u32(t, "ngpios", DWGPIO_LINES);
	tree_flag(t, "interrupt-controller");
	tree_u32(t, "#interrupt-cells", 2);
	tree_u32(t, "#address-cells", 0);
	write_irq(t, g, IRQ_GPIO);
	tree_u32(t, "phandle", PHANDLE_GPIO);
	tree_end(t);
	tree_end(t);
}

static void write_soc(struct tree *t, const struct vm_plan *vm, const struct guest_isa *g)
{
	tree_begin(t, "soc");
	tree_string(t, "compatible", "simple-bus");
	tree_u32(t, "#address-cells", 2);
	tree_u32(t, "#size-cells", 2);
	tree_flag(t, "ranges");
	tree_u32(t, "interrupt-parent", PHANDLE_INTC);
	write_intc(t, vm, g);
	if (vm->console)
		write_uart(t, vm, g);
	write_rtc(t, vm, g);
	write_finisher(t, vm);
	write_gpio(t, vm, g);
	tree_end(t);
}

/* What writing `value` to the finisher does. */
static void write_power(struct tree *t, const char *name, const char *compatible, u32 value)
{
	tree_begin(t, name);
	tree_string(t, "compatible", compatible);
	tree_u32(t, "regmap", PHANDLE_FINISHER);
	tree_u32(t, "offset", 0);
	tree_u32(t, "value", value);
	tree_end(t);
}

void tree_write_board(struct tree *t, const struct vm_plan *vm)
{
	const struct guest_isa *g = guest_isa(vm);

	write_cpus(t, vm, g);
	write_soc(t, vm, g);
	write_power(t, "poweroff", "syscon-poweroff", FINISHER_OFF);
	write_power(t, "reboot", "syscon-reboot", FINISHER_RESET);
	tree_power_key(t, PHANDLE_GPIO, DWGPIO_POWER_LINE);
}
