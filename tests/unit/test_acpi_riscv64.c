/* SPDX-License-Identifier: Apache-2.0 */
/* A RISC-V machine's ACPI tables to struct machine; what every machine's have is test_acpi.c's. */
/* SOURCES: boot/acpi.c boot/acpi_riscv64.c boot/check_riscv64.c boot/memmap.c core/isa.c core/machine.c hal/fake/fake.c hal/fake/fake_log.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "acpi_riscv64.h"
#include "boot/acpi.h"
#include "hal/boot.h"
#include "machine_env.h"

#define MAPS_MAX 256

static u64 boot_hart;
static void *maps[MAPS_MAX];
static u32 nr_maps;

u64 cpu_hwid(void)
{
	return boot_hart;
}

/* A copy of these bytes alone, so that a read beyond them is found. */
const void *acpi_map(hpa_t pa, u64 size)
{
	void *copy;

	if (!range_inside(pa.v, size, 0, ACPI_IMAGE_SIZE))
		return NULL;
	assert_true(nr_maps < MAPS_MAX);
	copy = malloc(size);
	assert_non_null(copy);
	memcpy(copy, acpi_image + pa.v, size);
	return maps[nr_maps++] = copy;
}

static int teardown(void **state)
{
	(void)state;
	while (nr_maps)
		free(maps[--nr_maps]);
	return 0;
}

static int setup(void **state)
{
	teardown(state);
	boot_hart = 1;
	machine_setup(state);
	return machine_add_ram(&m, 0x80000000, 0x10000000, 0) == OK ? 0 : -1;
}

static enum err read_machine(void)
{
	acpi_sum_all();
	return machine_from_acpi(HPA(ACPI_RSDP_AT), &m);
}

static enum err read_dump(const struct acpi_dump *d)
{
	setup(NULL);
	acpi_load(d);
	return read_machine();
}

/* MADT's subtable `n` of that type, to be changed. */
static void *subtable(u8 type, u32 n)
{
	u8 *p = (u8 *)acpi_find("APIC");

	for (u32 at = MADT_SUBTABLES;; at += p[at + 1])
		if (p[at] == type && !n--)
			return p + at;
}

/* RHCT's first node of that type. */
static void *rhct_node(u16 type)
{
	u8 *p = (u8 *)acpi_find("RHCT");
	struct rhct_node *node = (void *)(p + ((struct acpi_rhct *)(void *)p)->node_offset);

	while (node->type != type)
		node = (void *)((u8 *)node + node->length);
	return node;
}

static void harts_are_read_with_what_they_can(void **state)
{
	(void)state;
	assert_int_equal(read_dump(&dump_aia), OK);
	assert_string_equal(m.source, "ACPI");
	assert_int_equal(m.timer.hz, 10000000);
	assert_int_equal(m.nr_cpus, 4);
	for (u32 i = 0; i < 4; i++) {
		assert_int_equal(m.cpus[i].hwid, i);
		assert_int_equal(m.cpus[i].acpi_uid, i);
		assert_int_equal(m.cpus[i].mmu_bits, 57);
		assert_int_equal(m.cpus[i].cbom_block, 64);
		assert_int_equal(m.cpus[i].cboz_block, 64);
		assert_true(isa_has(&m.cpus[i].isa, EXT_H) && isa_has(&m.cpus[i].isa, EXT_SSTC));
		assert_true(isa_has(&m.cpus[i].isa, EXT_SSAIA) && isa_has(&m.cpus[i].isa, EXT_SVPBMT));
		assert_true(isa_has(&m.cpus[i].isa, EXT_SMSTATEEN) && isa_has(&m.cpus[i].isa, EXT_ZBB));
		assert_false(isa_has(&m.cpus[i].isa, EXT_V));
	}
}

static void imsics_and_an_aplic_that_sends_messages_are_read(void **state)
{
	const struct machine_imsic *imsic = &m.aia.imsic;

	(void)state;
	assert_int_equal(read_dump(&dump_aia), OK);
	for (u32 i = 0; i < 4; i++)
		assert_int_equal(imsic->file[i].v, 0x28000000 + i * 0x4000);
	assert_int_equal(imsic->file[4].v, 0);
	assert_int_equal(imsic->nr_ids, 255);
	assert_int_equal(imsic->nr_guest_ids, 255);
	assert_int_equal(imsic->nr_guest_files, 3);
	assert_int_equal(imsic->stride, 0x4000);
	assert_int_equal(imsic->guest_index_bits, 2);
	assert_int_equal(imsic->hart_index_bits, 2);
	assert_int_equal(imsic->group_index_bits, 0);
	assert_int_equal(imsic->group_index_shift, 24);
	assert_int_equal(m.aia.aplic.base.v, 0xd000000);
	assert_int_equal(m.aia.aplic.size, 0x8000);
	assert_int_equal(m.aia.aplic.nr_sources, 96);
	assert_true(m.aia.aplic.msi);
	assert_int_equal(m.aia.aplic.idc[0], UINT32_MAX);
	assert_int_equal(m.plic.base.v, 0);
}

static void a_plic_is_read_with_the_context_of_each_hart(void **state)
{
	(void)state;
	assert_int_equal(read_dump(&dump_plic), OK);
	assert_int_equal(m.nr_cpus, 2);
	assert_int_equal(m.plic.base.v, 0xc000000);
	assert_int_equal(m.plic.size, 0x600000);
	assert_int_equal(m.plic.nr_sources, 95);
	assert_int_equal(m.plic.context[0], 1);
	assert_int_equal(m.plic.context[1], 3);
	assert_int_equal(m.plic.context[2], UINT32_MAX);
	assert_int_equal(m.aia.aplic.base.v, 0);
	assert_int_equal(m.aia.imsic.nr_ids, 0);
	assert_int_equal(m.uart.irq, 10);
}

static void a_plic_context_without_registers_is_none(void **state)
{
	struct madt_rintc *r;

	(void)state;
	setup(NULL);
	acpi_load(&dump_plic);
	r = subtable(MADT_RINTC, 0);
	r->intc = 0x400; /* behind the PLIC's last page */
	r = subtable(MADT_RINTC, 1);
	r->intc = 1u << RINTC_INTC_ID_SHIFT | 3; /* another PLIC's */
	assert_int_equal(read_machine(), OK);
	assert_int_equal(m.plic.context[0], UINT32_MAX);
	assert_int_equal(m.plic.context[1], UINT32_MAX);
}

static void an_aplic_wired_to_harts_is_read(void **state)
{
	(void)state;
	assert_int_equal(read_dump(&dump_aplic), OK);
	assert_false(m.aia.aplic.msi);
	assert_int_equal(m.aia.aplic.idc[0], 0);
	assert_int_equal(m.aia.aplic.idc[1], 1);
	assert_int_equal(m.aia.aplic.idc[2], UINT32_MAX);
}

static void sockets_have_imsics_in_groups_and_nodes_and_the_first_aplic_is_used(void **state)
{
	static const u64 files[] = {0x28000000, 0x28002000, 0x29000000, 0x29002000};

	(void)state;
	assert_int_equal(read_dump(&dump_sockets), OK);
	for (u32 i = 0; i < 4; i++) {
		assert_int_equal(m.aia.imsic.file[i].v, files[i]);
		assert_int_equal(m.cpus[i].node, i / 2);
	}
	assert_int_equal(m.aia.imsic.group_index_bits, 1);
	assert_int_equal(m.aia.aplic.base.v, 0xd000000);
	assert_true(fake_log_has("a second interrupt controller, APLIC 1, is not used"));
	assert_int_equal(m.nr_nodes, 2);
	assert_int_equal(m.nr_ram, 2);
	assert_int_equal(m.ram[1].base.v, 0x88000000);
	assert_int_equal(m.ram[1].node, 1);
}

static void the_console_is_a_16550_with_registers_a_byte_apart(void **state)
{
	(void)state;
	assert_int_equal(read_dump(&dump_aia), OK);
	assert_int_equal(m.uart.kind, UART_NS16550);
	assert_int_equal(m.uart.base.v, 0x10000000);
	assert_int_equal(m.uart.io_width, 1);
	assert_int_equal(m.uart.reg_shift, 0); /* the table's 32 bits are not their distance */
	assert_int_equal(m.uart.irq, 10);
	assert_int_equal(m.nr_ecam, 1);
	assert_int_equal(m.ecam[0].base.v, 0x30000000);
}

static void a_uart_of_words_has_registers_a_word_apart(void **state)
{
	struct acpi_spcr *s;

	(void)state;
	setup(NULL);
	acpi_load(&dump_aia);
	s = (void *)acpi_find("SPCR");
	s->base.access = 3;
	assert_int_equal(read_machine(), OK);
	assert_int_equal(m.uart.io_width, 4);
	assert_int_equal(m.uart.reg_shift, 2);
}

static void the_consoles_interrupt_is_counted_from_its_controllers_first(void **state)
{
	static const struct {
		u32 base, gsi, irq;
		u8 type;
	} rows[] = {
		{0, 96, 96, SPCR_IRQ_RISCV}, {0, 97, 0, SPCR_IRQ_RISCV},  {96, 106, 10, SPCR_IRQ_RISCV},
		{96, 10, 0, SPCR_IRQ_RISCV}, {96, 96, 0, SPCR_IRQ_RISCV}, {0, 10, 0, SPCR_IRQ_GIC},
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct madt_aplic *aplic;
		struct acpi_spcr *s;

		setup(NULL);
		acpi_load(&dump_aia);
		aplic = subtable(MADT_APLIC, 0);
		aplic->gsi_base = rows[i].base;
		s = (void *)acpi_find("SPCR");
		s->irq_type = rows[i].type;
		s->gsiv = rows[i].gsi;
		assert_int_equal(read_machine(), OK);
		assert_int_equal(m.uart.irq, rows[i].irq);
	}
}

/* In the ISA string, H itself and Sha, which implies it, are others' then. */
static void harts_without_h_are_left_out_but_the_boot_hart_is_not(void **state)
{
	struct rhct_isa *isa;
	char *sha;

	(void)state;
	setup(NULL);
	acpi_load(&dump_aia);
	isa = rhct_node(RHCT_ISA);
	assert_int_equal(isa->text[10], 'h');
	isa->text[10] = 'n';
	sha = strstr(isa->text, "_sha_");
	assert_non_null(sha);
	sha[3] = 'x';
	assert_int_equal(read_machine(), OK);
	assert_int_equal(m.nr_cpus, 1);
	assert_int_equal(m.cpus[0].hwid, 1);
	assert_int_equal(m.aia.imsic.file[0].v, 0x28004000);
	assert_true(fake_log_has("CPU 0x3 is not used: it has no hypervisor extension"));
}

static void harts_without_an_mmu_are_left_out(void **state)
{
	struct rhct_mmu *mmu;

	(void)state;
	setup(NULL);
	acpi_load(&dump_aia);
	mmu = rhct_node(RHCT_MMU);
	mmu->type = 3;
	assert_int_equal(read_machine(), OK);
	assert_int_equal(m.nr_cpus, 1);
	assert_true(fake_log_has("CPU 0x0 is not used: it has no MMU"));
}

static void harts_that_are_off_or_there_twice_are_left_out(void **state)
{
	struct madt_rintc *r;

	(void)state;
	setup(NULL);
	acpi_load(&dump_aia);
	r = subtable(MADT_RINTC, 0);
	r->flags = 0;
	r = subtable(MADT_RINTC, 2);
	r->flags = ACPI_CPU_ONLINE_CAPABLE;
	r = subtable(MADT_RINTC, 3);
	r->hart = 1;
	assert_int_equal(read_machine(), OK);
	assert_int_equal(m.nr_cpus, 1);
	assert_int_equal(m.cpus[0].hwid, 1);
	assert_true(fake_log_has("CPU 0x2 is not present yet"));
	assert_true(fake_log_has("CPU 0x1 is not used: it is there twice"));
}

static void hart_ids_may_be_any(void **state)
{
	struct madt_rintc *r;

	(void)state;
	setup(NULL);
	acpi_load(&dump_aia);
	r = subtable(MADT_RINTC, 0);
	r->hart = 0x123456789a;
	assert_int_equal(read_machine(), OK);
	assert_int_equal(m.nr_cpus, 4);
	assert_int_equal(m.cpus[0].hwid, 0x123456789a);
	assert_true(isa_has(&m.cpus[0].isa, EXT_H)); /* found by its UID */
}

static void guest_files_are_as_many_as_every_hart_has_room_for(void **state)
{
	struct madt_rintc *r;

	(void)state;
	setup(NULL);
	acpi_load(&dump_aia);
	r = subtable(MADT_RINTC, 2);
	r->imsic_size = 0x2000;
	r = subtable(MADT_RINTC, 3);
	r->imsic_size = 0x800; /* not even its own file */
	assert_int_equal(read_machine(), OK);
	assert_int_equal(m.aia.imsic.nr_guest_files, 1);
	assert_int_equal(m.aia.imsic.file[2].v, 0x28008000);
	assert_int_equal(m.aia.imsic.file[3].v, 0);
}

static void imsics_with_wrong_numbers_leave_an_aplic_with_nothing_to_send_to(void **state)
{
	struct madt_imsic *s;

	(void)state;
	setup(NULL);
	acpi_load(&dump_aia);
	s = subtable(MADT_IMSIC, 0);
	s->ids = 62;
	assert_int_equal(read_machine(), ERR_NOENT);
	assert_true(fake_log_has("the IMSICs are not used: their numbers are wrong"));
	assert_true(fake_log_has("an APLIC that sends messages, but no IMSICs"));
}

static void a_machine_without_interrupt_controller_or_timebase_is_refused(void **state)
{
	struct acpi_rhct *rhct;
	u8 *plic;

	(void)state;
	setup(NULL);
	acpi_load(&dump_plic);
	plic = subtable(MADT_PLIC, 0);
	plic[0] = 0x7f;
	assert_int_equal(read_machine(), ERR_NOENT);
	setup(NULL);
	acpi_load(&dump_plic);
	rhct = (void *)acpi_find("RHCT");
	rhct->timebase_hz = 0;
	assert_int_equal(read_machine(), ERR_NOENT);
}

static void nodes_with_wrong_lengths_are_refused(void **state)
{
	static const u16 lengths[] = {0, 5, 0x1f0, 0xffff};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct rhct_isa *isa;

		setup(NULL);
		acpi_load(&dump_aia);
		isa = rhct_node(RHCT_ISA);
		isa->node.length = lengths[i];
		assert_int_equal(read_machine(), ERR_INVAL);
	}
}

static void an_isa_string_ends_where_its_node_does(void **state)
{
	struct rhct_isa *isa;

	(void)state;
	setup(NULL);
	acpi_load(&dump_aia);
	isa = rhct_node(RHCT_ISA);
	isa->length = 0xffff;
	memset(isa->text + 11, 'h', isa->node.length - sizeof(*isa) - 11);
	assert_int_equal(read_machine(), OK);
	assert_int_equal(m.nr_cpus, 4);
}

/* The hart info node's first offset is that of the ISA string. */
static void offsets_out_of_the_table_are_passed_over(void **state)
{
	static const u32 offsets[] = {0, 0x20, 0x213, 0xfffffff0};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(offsets); i++) {
		struct rhct_hart *hart;

		setup(NULL);
		acpi_load(&dump_aia);
		hart = rhct_node(RHCT_HART);
		memcpy(hart + 1, &offsets[i], sizeof(offsets[i]));
		hart->nr_offsets = 0xffff;
		assert_int_equal(read_machine(), OK);
		assert_int_equal(m.nr_cpus, 3);
		assert_int_equal(m.cpus[0].hwid, 1);
	}
}

static void a_missing_or_broken_table_is_missed_only_when_needed(void **state)
{
	static const struct {
		const char *signature;
		enum err missing, broken;
	} rows[] = {{"APIC", ERR_NOENT, ERR_INVAL},
		    {"RHCT", ERR_NOENT, ERR_INVAL},
		    {"SRAT", OK, OK},
		    {"SPCR", OK, OK},
		    {"MCFG", OK, OK}};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		setup(NULL);
		acpi_load(&dump_sockets);
		acpi_find(rows[i].signature)->checksum ^= 1;
		assert_int_equal(machine_from_acpi(HPA(ACPI_RSDP_AT), &m), rows[i].broken);
		setup(NULL);
		acpi_load(&dump_sockets);
		acpi_find(rows[i].signature)->signature[0] = 'x';
		assert_int_equal(read_machine(), rows[i].missing);
	}
}

/* Checksums put right again after every change, so that the parsers see it; and every length that a table can be cut to. */
static void damaged_tables_are_read_without_harm(void **state)
{
	static const struct acpi_dump *const dumps[] = {&dump_sockets, &dump_plic};

	(void)state;
	for (u32 d = 0; d < ARRAY_SIZE(dumps); d++) {
		acpi_load(dumps[d]);
		for (u32 t = 0; t < acpi_nr_roots - 1; t++) {
			struct acpi_header *h = (void *)(acpi_image + acpi_roots[t]);
			u32 length = h->length;

			for (u32 i = 0; i < 2 * length; i++) {
				setup(NULL);
				acpi_load(dumps[d]);
				if (i < length)
					((u8 *)h)[i] ^= 0xff;
				else
					h->length = i - length;
				(void)!read_machine();
			}
		}
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(harts_are_read_with_what_they_can),
		TEST(imsics_and_an_aplic_that_sends_messages_are_read),
		TEST(a_plic_is_read_with_the_context_of_each_hart),
		TEST(a_plic_context_without_registers_is_none),
		TEST(an_aplic_wired_to_harts_is_read),
		TEST(sockets_have_imsics_in_groups_and_nodes_and_the_first_aplic_is_used),
		TEST(the_console_is_a_16550_with_registers_a_byte_apart),
		TEST(a_uart_of_words_has_registers_a_word_apart),
		TEST(the_consoles_interrupt_is_counted_from_its_controllers_first),
		TEST(harts_without_h_are_left_out_but_the_boot_hart_is_not),
		TEST(harts_without_an_mmu_are_left_out),
		TEST(harts_that_are_off_or_there_twice_are_left_out),
		TEST(hart_ids_may_be_any),
		TEST(guest_files_are_as_many_as_every_hart_has_room_for),
		TEST(imsics_with_wrong_numbers_leave_an_aplic_with_nothing_to_send_to),
		TEST(a_machine_without_interrupt_controller_or_timebase_is_refused),
		TEST(nodes_with_wrong_lengths_are_refused),
		TEST(an_isa_string_ends_where_its_node_does),
		TEST(offsets_out_of_the_table_are_passed_over),
		TEST(a_missing_or_broken_table_is_missed_only_when_needed),
		TEST(damaged_tables_are_read_without_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
