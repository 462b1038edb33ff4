/* SPDX-License-Identifier: Apache-2.0 */
/* Physical interrupts of a hart, with the host's APLIC (fake_aplic.h) and IMSICs. The PLIC's own: test_plic.c.
 * SOURCES: arch/riscv/plic.c arch/riscv/sbi.c tests/unit/fake_hart.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c */
#include "tests/unit/fake_aplic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hal/mem.h"
#include "tests/unit/fake_hart.h"

/* The files under test, with what they keep; cpu_kick() beside that of fake_cpu.c. */
#define cpu_kick irq_kick
#include "arch/riscv/irq.c"
#define devices imsic_devices
#include "arch/riscv/imsic.c"
#undef devices
#include "arch/riscv/aplic.c"

#define APLIC 0xd000000ULL
#define PLIC 0xc000000ULL
#define IMSICS 0x28000000ULL
#define PLIC_SIZE 0x600000
#define GUEST_BITS 2
#define HART_BITS 3
#define GROUP_SHIFT 26
#define CPUS 6
#define LINE 10 /* the console's source */
#define ALL UINT64_MAX

static u32 pages[CPUS][PAGE_SIZE / 4];
static u32 plic_regs[PLIC_SIZE / 4];
static hpa_t cannot_map;
static struct {
	u32 timer, files, device[4];
} calls; /* of handlers */

void timer_irq(void)
{
	calls.timer++;
}

void vintc_file_irq(void)
{
	calls.files++;
}

volatile void *host_map_io(hpa_t at, u64 size)
{
	if (at.v == cannot_map.v)
		return NULL;
	if (at.v == APLIC && size == FAKE_APLIC_SIZE)
		return fake_aplic_frame();
	if (at.v == PLIC && size == PLIC_SIZE)
		return plic_regs;
	for (u32 i = 0; i < nr_cpus; i++)
		if (at.v == the_machine.aia.imsic.file[i].v && size == PAGE_SIZE)
			return pages[i];
	fail_msg("nothing is at %llx", (unsigned long long)at.v);
	return NULL;
}

/* ---- machines ---- */

/* CPU i's indexes are not i: two groups, and harts from the end. */
static u32 group_of(u32 i)
{
	return i & 1;
}

static u32 hart_of(u32 i)
{
	return 7 - i / 2;
}

static u64 file_of(u32 group, u32 hart)
{
	return IMSICS | (u64)group << GROUP_SHIFT | (u64)hart << (PAGE_SHIFT + GUEST_BITS);
}

/* An MSI of the APLIC's arrives in the file that has the address (AIA 1.0, 4.9.1). */
static void deliver(u32 target)
{
	u32 index = target >> 18;
	u64 at = file_of(index >> HART_BITS, index & ((1 << HART_BITS) - 1));

	for (u32 i = 0; i < nr_cpus; i++)
		if (the_machine.aia.imsic.file[i].v == at)
			fake_hart_msi(i, 0, target & 0x7ff);
}

enum kind { MSIS, WIRED, BY_PLIC };

/* Harts with ids of their own; as firmware left them: everything enabled and pending. */
static void machine(enum kind kind)
{
	struct machine_aia *a = &the_machine.aia;

	fake_hart_reset(CPUS);
	memset(&calls, 0, sizeof(calls));
	memset(pages, 0, sizeof(pages));
	memset(devices, 0, sizeof(devices));
	memset(imsic_devices, 0, sizeof(imsic_devices));
	memset(files, 0, sizeof(files));
	nr_devices = 0;
	intc = NULL;
	cannot_map = HPA(0);
	for (u32 i = 0; i < CPUS; i++) {
		the_machine.cpus[i].hwid = 40 - i;
		the_machine.plic.context[i] = 2 * i + 1;
		a->aplic.idc[i] = 5 - i;
		a->imsic.file[i] = HPA(file_of(group_of(i), hart_of(i)));
		fake_harts[i].has.aia = kind == MSIS;
		fake_harts[i].csr[CSR_SIE] = 0x222;
		fake_harts[i].csr[CSR_SIP] = IRQ_BIT(IRQ_SSI);
	}
	a->imsic.nr_ids = kind == MSIS ? 255 : 0;
	a->imsic.guest_index_bits = GUEST_BITS;
	a->imsic.hart_index_bits = HART_BITS;
	a->imsic.group_index_bits = 1;
	a->imsic.group_index_shift = GROUP_SHIFT;
	a->aplic.base = HPA(kind == BY_PLIC ? 0 : APLIC);
	a->aplic.size = FAKE_APLIC_SIZE;
	a->aplic.nr_sources = 96;
	a->aplic.msi = kind == MSIS;
	the_machine.plic.base = HPA(kind == BY_PLIC ? PLIC : 0);
	the_machine.plic.size = PLIC_SIZE;
	the_machine.plic.nr_sources = 95;
	fake_aplic_begin(kind == MSIS ? deliver : NULL);
}

static void begin(enum kind kind)
{
	machine(kind);
	assert_int_equal(irq_init(&the_machine), OK);
	for (u32 i = CPUS; i-- > 0;) {
		fake_hart_on(i);
		irq_cpu_init();
	}
}

/* Every interrupt that is pending on the hart, one kind at a time; how many times there was one. */
static u32 take_all(u32 cpu)
{
	u32 n = 0;

	fake_hart_on(cpu);
	while (n < 20 && irq_handle_one())
		n++;
	return n;
}

static int no_violation(void **state UNUSED)
{
	if (fake_violations)
		fail_msg("%s", fake_last_violation);
	return 0;
}

/* ---- which controller ---- */

static void the_controller_is_picked_by_what_the_machine_has(void **state UNUSED)
{
	static const struct {
		u64 aplic, plic;
		bool msi;
		u32 ids;
		const struct intc *want;
	} rows[] = {
		{APLIC, 0, true, 255, &intc_imsic},    {APLIC, 0, false, 0, &intc_aplic},
		{APLIC, 0, false, 255, &intc_aplic},   {APLIC, 0, true, 0, &intc_aplic},
		{0, PLIC, false, 0, &intc_plic},       {0, PLIC, true, 255, &intc_plic},
		{APLIC, PLIC, true, 255, &intc_imsic}, {APLIC, PLIC, false, 0, &intc_aplic},
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(MSIS);
		the_machine.aia.aplic.base = HPA(rows[i].aplic);
		the_machine.aia.aplic.msi = rows[i].msi;
		the_machine.aia.imsic.nr_ids = rows[i].ids;
		the_machine.plic.base = HPA(rows[i].plic);
		assert_int_equal(irq_init(&the_machine), OK);
		assert_ptr_equal(intc, rows[i].want);
		assert_true(fake_log_has(rows[i].want->name));
	}
}

static void a_machine_without_a_controller_is_refused(void **state UNUSED)
{
	machine(MSIS);
	the_machine.aia.aplic.base = HPA(0);
	assert_int_equal(irq_init(&the_machine), ERR_UNSUPPORTED);
	assert_true(fake_log_has("no PLIC and no APLIC"));
}

static void a_hart_without_an_imsic_beside_others_is_refused(void **state UNUSED)
{
	machine(MSIS);
	the_machine.aia.imsic.file[3] = HPA(0);
	assert_int_equal(irq_init(&the_machine), ERR_UNSUPPORTED);
	assert_true(fake_log_has("CPU 3 (hart 25)"));
}

static void registers_that_cannot_be_mapped_are_an_error(void **state UNUSED)
{
	static const struct {
		enum kind kind;
		u64 at;
	} rows[] = {{MSIS, APLIC}, {WIRED, APLIC}, {BY_PLIC, PLIC}, {MSIS, 0}};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].kind);
		cannot_map = rows[i].at ? HPA(rows[i].at) : the_machine.aia.imsic.file[CPUS - 1];
		assert_int_equal(irq_init(&the_machine), ERR_NOMEM);
	}
}

/* ---- what firmware left ---- */

static void no_source_of_firmwares_is_left_and_none_interrupts_meanwhile(void **state UNUSED)
{
	static const u32 sources[] = {1, 31, 32, 63, 64, 96};

	for (u32 i = 0; i < 2 * ARRAY_SIZE(sources); i++) {
		machine(i & 1 ? WIRED : MSIS);
		the_machine.aia.aplic.nr_sources = sources[i / 2];
		for (u32 irq = sources[i / 2] + 1; irq <= FAKE_APLIC_SOURCES; irq++)
			fake_aplic.source[irq].enabled = false; /* no such */
		assert_int_equal(irq_init(&the_machine), OK);
		for (u32 irq = 1; irq <= FAKE_APLIC_SOURCES; irq++) {
			assert_int_equal(fake_aplic.source[irq].mode, irq <= sources[i / 2] ? 0 : FAKE_EDGE);
			assert_false(fake_aplic.source[irq].enabled);
		}
		assert_int_equal(fake_aplic.domaincfg, i & 1 ? 0x100 : 0x104);
		assert_int_equal(fake_aplic.while_on, 0);
		assert_int_equal(fake_aplic.signals, 0);
	}
}

static void no_source_interrupts_before_it_is_connected(void **state UNUSED)
{
	for (enum kind kind = MSIS; kind <= WIRED; kind++) {
		begin(kind);
		for (u32 irq = 1; irq <= FAKE_APLIC_SOURCES; irq++)
			fake_aplic_line(irq, true);
		assert_int_equal(fake_aplic.signals, 0);
	}
}

static void no_identity_of_firmwares_is_left_in_a_harts_file(void **state UNUSED)
{
	static const u32 ids[] = {63, 127, 255, 1023, 2047};

	for (u32 i = 0; i < ARRAY_SIZE(ids); i++) {
		u64(*file)[0x100] = fake_harts[2].file;

		machine(MSIS);
		the_machine.aia.imsic.nr_ids = ids[i];
		assert_int_equal(irq_init(&the_machine), OK);
		memset(file, 0xff, sizeof(fake_harts[2].file));
		fake_hart_on(2);
		irq_cpu_init();
		assert_int_equal(file[0][EIDELIVERY], 1);
		assert_int_equal(file[0][EITHRESHOLD], 0);
		for (u32 k = 0; k < (ids[i] + 1) / 64; k++) {
			assert_int_equal(file[0][EIP0 + 2 * k], 0);
			assert_int_equal(file[0][EIE0 + 2 * k], k ? 0 : 1 << 1); /* kicks */
		}
		for (u32 f = 1; f <= FAKE_FILES; f++) /* guests' are cleared when they get them */
			assert_true(file[f][EIDELIVERY] == ALL && file[f][EIE0] == ALL);
	}
}

static void firmwares_delivery_structures_are_set_anew(void **state UNUSED)
{
	machine(WIRED);
	the_machine.aia.aplic.idc[4] = UINT32_MAX;
	assert_int_equal(irq_init(&the_machine), OK);
	for (u32 i = 0; i < CPUS; i++) {
		fake_hart_on(i);
		irq_cpu_init();
	}
	for (u32 n = 0; n < CPUS; n++) {
		const struct fake_idc *idc = &fake_aplic.idc[n];
		bool is_ours = n != 5 - 4;

		assert_int_equal(idc->force, !is_ours);
		assert_int_equal(idc->threshold, is_ours ? 0 : 7);
		assert_int_equal(idc->delivery, 1);
	}
}

static void firmwares_timer_and_software_interrupts_are_withdrawn(void **state UNUSED)
{
	for (enum kind kind = MSIS; kind <= BY_PLIC; kind++) {
		begin(kind);
		for (u32 i = 0; i < CPUS; i++) {
			fake_hart_on(i);
			fake_hart_here()->csr[CSR_SIP] = IRQ_BIT(IRQ_SSI);
			csr_write(CSR_SIE, 1 << IRQ_SGEI | 0x222);
			fake_firmware.timer = 1;
			irq_cpu_init();
			assert_int_equal(csr_read(CSR_SIP), 0);
			assert_int_equal(csr_read(CSR_SIE),
					 IRQ_BIT(IRQ_SSI) | IRQ_BIT(IRQ_STI) | IRQ_BIT(IRQ_SEI));
			assert_true(fake_firmware.timer == NO_DEADLINE);
			assert_false(irq_handle_one());
		}
		assert_int_equal(calls.timer, 0);
	}
}

static void nothing_may_interrupt_while_a_hart_is_set_up(void **state UNUSED)
{
	machine(WIRED);
	assert_int_equal(irq_init(&the_machine), OK);
	fake_aplic.enabled_meanwhile = 0;
	irq_cpu_init();
	assert_int_equal(fake_aplic.enabled_meanwhile, 0);
	assert_true(csr_read(CSR_SIE));
}

/* ---- kicks ---- */

static void a_kick_is_identity_1_stored_to_the_harts_page(void **state UNUSED)
{
	for (u32 to = 0; to < CPUS; to++) {
		begin(MSIS);
		cpu_kick(to);
		for (u32 i = 0; i < CPUS; i++)
			for (u32 word = 0; word < PAGE_SIZE / 4; word++)
				assert_int_equal(pages[i][word], i == to && !word);
		assert_int_equal(fake_firmware.ipis[to], 0);
		fake_hart_msi(to, 0, pages[to][0]);
		assert_int_equal(take_all(to), 1);
		assert_int_equal(cpus[to].kicks, 1);
		assert_int_equal(take_all(!to), 0);
	}
}

static void without_imsics_firmware_kicks_by_hart_id(void **state UNUSED)
{
	for (u32 i = 0; i < 2 * CPUS; i++) {
		begin(i & 1 ? WIRED : BY_PLIC);
		cpu_kick(i / 2);
		assert_int_equal(fake_firmware.ext, SBI_EXT_IPI);
		for (u32 cpu = 0; cpu < CPUS; cpu++)
			assert_int_equal(fake_firmware.ipis[cpu], cpu == i / 2);
		fake_harts[i / 2].csr[CSR_SIP] = IRQ_BIT(IRQ_SSI);
		assert_int_equal(take_all(i / 2), 1);
		assert_int_equal(cpus[i / 2].kicks, 1);
	}
}

/* ---- devices ---- */

static u32 lines[4];
static bool served; /* handlers withdraw what they handle */

#define HANDLER(n)                                        \
	static void handler##n(void)                      \
	{                                                 \
		calls.device[n]++;                        \
		if (served)                               \
			fake_aplic_line(lines[n], false); \
	}
HANDLER(0)
HANDLER(1)
HANDLER(2)
HANDLER(3)
static void (*const handler[4])(void) = {handler0, handler1, handler2, handler3};

/* Device n at CPU n: irq_connect() on CPU 0, then each hart is set up again. */
static void connect(enum kind kind, bool edge)
{
	static const u32 irqs[4] = {LINE, 1, 96, 33};

	begin(kind);
	served = true;
	memcpy(lines, irqs, sizeof(lines));
	fake_hart_on(0);
	for (u32 n = 0; n < 4; n++)
		irq_connect(irqs[n], edge, n, handler[n]);
	for (u32 i = 0; i < CPUS; i++) {
		fake_hart_on(i);
		irq_cpu_init();
	}
}

/* A wired APLIC's signal to a hart is sip.SEIP. */
static void wires(void)
{
	for (u32 i = 0; i < CPUS; i++)
		fake_harts[i].csr[CSR_SIP] =
			fake_aplic_asserts(the_machine.aia.aplic.idc[i]) ? IRQ_BIT(IRQ_SEI) : 0;
}

static u32 rise(enum kind kind, u32 n, u32 cpu)
{
	u32 taken;

	fake_aplic_line(lines[n], true);
	if (kind == MSIS)
		return take_all(cpu);
	wires();
	fake_hart_on(cpu);
	for (taken = 0; taken < 20 && irq_handle_one(); taken++)
		wires();
	return taken;
}

static void a_source_is_handled_once_by_its_handler_on_its_cpu(void **state UNUSED)
{
	for (u32 i = 0; i < 4; i++)
		for (u32 n = 0; n < 4; n++) {
			u32 want[4] = {0};

			connect(i & 1 ? WIRED : MSIS, i & 2);
			want[n] = 1;
			assert_int_equal(rise(i & 1 ? WIRED : MSIS, n, n), 1);
			assert_memory_equal(calls.device, want, sizeof(want));
			for (u32 cpu = 0; cpu < CPUS; cpu++)
				assert_int_equal(take_all(cpu), 0);
		}
}

static void a_harts_file_has_kicks_and_its_own_devices_enabled(void **state UNUSED)
{
	connect(MSIS, false);
	for (u32 i = 0; i < CPUS; i++)
		assert_int_equal(fake_harts[i].file[0][EIE0],
				 1 << IMSIC_KICK_ID | (i < 4 ? 1 << (IMSIC_FIRST_ID + i) : 0));
}

static void each_identity_that_is_pending_is_handled_once(void **state UNUSED)
{
	begin(MSIS);
	served = false;
	for (u32 n = 0; n < 4; n++)
		irq_connect(20 + n, true, 0, handler[n]);
	irq_cpu_init();
	for (u32 n = 0; n < 4; n++)
		fake_aplic_line(20 + n, true);
	fake_hart_msi(0, 0, IMSIC_KICK_ID);
	fake_hart_msi(0, 0, IMSIC_KICK_ID);
	assert_int_equal(take_all(0), 5);
	for (u32 n = 0; n < 4; n++)
		assert_int_equal(calls.device[n], 1);
	assert_int_equal(cpus[0].kicks, 1);
	assert_int_equal(take_all(0), 0);
}

static void what_comes_before_a_hart_is_set_up_again_is_not_lost(void **state UNUSED)
{
	begin(MSIS);
	served = false;
	irq_cpu_init();
	irq_connect(20, true, 0, handler[0]);
	fake_aplic_line(20, true);
	fake_hart_msi(0, 0, IMSIC_FIRST_ID + 1); /* nobody's */
	irq_cpu_init();
	assert_int_equal(fake_harts[0].file[0][EIP0], 1 << IMSIC_FIRST_ID);
	assert_int_equal(take_all(0), 1);
	assert_int_equal(calls.device[0], 1);
}

static void a_level_that_stays_is_handled_again_and_an_edge_is_not(void **state UNUSED)
{
	for (u32 i = 0; i < 4; i++) {
		enum kind kind = i & 1 ? WIRED : MSIS;

		connect(kind, i & 2);
		served = false;
		assert_int_equal(rise(kind, 0, 0), i & 2 ? 1 : 20);
		assert_int_equal(calls.device[0], i & 2 ? 1 : 20);
		served = true;
		fake_aplic_line(LINE, false);
		if (kind == WIRED)
			wires();
		take_all(0);
		calls.device[0] = 0;
		assert_int_equal(rise(kind, 0, 0), 1);
		assert_int_equal(calls.device[0], 1);
	}
}

static void an_interrupt_that_went_away_calls_nobody(void **state UNUSED)
{
	connect(WIRED, false);
	irq_handle(IRQ_SEI);
	assert_int_equal(calls.device[0], 0);
	connect(MSIS, false);
	irq_handle(IRQ_SEI);
	fake_harts[0].file[0][EIE0] = ALL;
	for (u32 id = 6; id < 64; id++) /* of no device */
		fake_hart_msi(0, 0, id);
	assert_int_equal(take_all(0), 20);
	for (u32 n = 0; n < 4; n++)
		assert_int_equal(calls.device[n], 0);
	assert_int_equal(cpus[0].kicks, 0);
}

static void what_cannot_be_connected_is_said_and_stays_off(void **state UNUSED)
{
	static const struct {
		enum kind kind;
		u32 irq, cpu, ids;
		const char *said;
	} rows[] = {
		{MSIS, 0, 0, 255, "APLIC: there is no source 0"},
		{MSIS, 97, 0, 255, "APLIC: there is no source 97"},
		{WIRED, 97, 0, 0, "APLIC: there is no source 97"},
		{WIRED, 9, 4, 0, "APLIC: source 9 cannot reach CPU 4"},
		{MSIS, 9, 0, 1, "IMSIC: no identity is left for source 9"},
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].kind);
		the_machine.aia.aplic.idc[4] = UINT32_MAX;
		the_machine.aia.imsic.nr_ids = rows[i].ids;
		assert_int_equal(irq_init(&the_machine), OK);
		irq_connect(rows[i].irq, false, rows[i].cpu, handler0);
		assert_true(fake_log_has(rows[i].said));
		for (u32 irq = 0; irq <= FAKE_APLIC_SOURCES; irq++)
			assert_false(fake_aplic.source[irq].enabled);
	}
}

static void more_devices_than_there_are_places_end_boot(void **state UNUSED)
{
	begin(MSIS);
	for (u32 n = 0; n < 4; n++)
		irq_connect(20 + n, false, 0, handler[n]);
	if (fake_catch() == FAKE_RUNNING) {
		irq_connect(24, false, 0, handler0);
		fake_uncatch();
		fail();
	}
	assert_string_equal(fake_panic_text, "no place for device interrupt 24");
}

/* ---- by cause ---- */

static void each_cause_goes_to_its_handler(void **state UNUSED)
{
	static const struct {
		u64 cause;
		u32 timer, files, kicks;
	} rows[] = {
		{IRQ_SSI, 0, 0, 1},    {IRQ_STI, 1, 0, 0},  {IRQ_SGEI, 0, 1, 0}, {0, 0, 0, 0},
		{IRQ_VSSI, 0, 0, 0},   {IRQ_VSTI, 0, 0, 0}, {IRQ_VSEI, 0, 0, 0}, {13, 0, 0, 0},
		{15, 0, 0, 0},         {16, 0, 0, 0},       {17, 0, 0, 0},       {63, 0, 0, 0},
		{1ULL << 32, 0, 0, 0}, {ALL, 0, 0, 0},
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(MSIS);
		irq_handle(rows[i].cause);
		assert_int_equal(calls.timer, rows[i].timer);
		assert_int_equal(calls.files, rows[i].files);
		assert_int_equal(cpus[0].kicks, rows[i].kicks);
	}
}

static void a_software_interrupt_is_withdrawn_when_it_is_taken(void **state UNUSED)
{
	begin(WIRED);
	fake_hart_on(1);
	fake_harts[1].csr[CSR_SIP] = IRQ_BIT(IRQ_SSI) | IRQ_BIT(IRQ_STI);
	irq_handle(IRQ_SSI);
	assert_int_equal(fake_harts[1].csr[CSR_SIP], IRQ_BIT(IRQ_STI));
	assert_int_equal(cpus[1].kicks, 1);
}

static void of_all_kinds_that_are_pending_and_enabled_one_each_is_taken(void **state UNUSED)
{
	begin(MSIS);
	csr_write(CSR_HIE, 1 << IRQ_SGEI);
	csr_write(CSR_HGEIE, 1 << 2);
	fake_harts[0].file[2][EIDELIVERY] = 1;
	fake_harts[0].file[2][EIE0] = 1 << 9;
	fake_hart_msi(0, 2, 9);
	fake_hart_msi(0, 0, IMSIC_KICK_ID);
	fake_harts[0].csr[CSR_SIP] = IRQ_BIT(IRQ_SSI) | IRQ_BIT(IRQ_STI);
	assert_true(irq_handle_one());
	assert_int_equal(calls.timer, 1);
	assert_int_equal(calls.files, 1);
	assert_int_equal(cpus[0].kicks, 2); /* by the one and by the other */
	csr_write(CSR_SIE, IRQ_BIT(IRQ_SSI) | IRQ_BIT(IRQ_SEI));
	csr_write(CSR_HIE, 0);
	assert_false(irq_handle_one());
	csr_write(CSR_HIE, 1 << IRQ_SGEI);
	assert_true(irq_handle_one());
	assert_int_equal(calls.timer, 1);
	assert_int_equal(calls.files, 2);
}

int main(void)
{
#define T(f) cmocka_unit_test_teardown(f, no_violation)
	const struct CMUnitTest tests[] = {
		T(the_controller_is_picked_by_what_the_machine_has),
		T(a_machine_without_a_controller_is_refused),
		T(a_hart_without_an_imsic_beside_others_is_refused),
		T(registers_that_cannot_be_mapped_are_an_error),
		T(no_source_of_firmwares_is_left_and_none_interrupts_meanwhile),
		T(no_source_interrupts_before_it_is_connected),
		T(no_identity_of_firmwares_is_left_in_a_harts_file),
		T(firmwares_delivery_structures_are_set_anew),
		T(firmwares_timer_and_software_interrupts_are_withdrawn),
		T(nothing_may_interrupt_while_a_hart_is_set_up),
		T(a_kick_is_identity_1_stored_to_the_harts_page),
		T(without_imsics_firmware_kicks_by_hart_id),
		T(a_source_is_handled_once_by_its_handler_on_its_cpu),
		T(a_harts_file_has_kicks_and_its_own_devices_enabled),
		T(each_identity_that_is_pending_is_handled_once),
		T(what_comes_before_a_hart_is_set_up_again_is_not_lost),
		T(a_level_that_stays_is_handled_again_and_an_edge_is_not),
		T(an_interrupt_that_went_away_calls_nobody),
		T(what_cannot_be_connected_is_said_and_stays_off),
		T(more_devices_than_there_are_places_end_boot),
		T(each_cause_goes_to_its_handler),
		T(a_software_interrupt_is_withdrawn_when_it_is_taken),
		T(of_all_kinds_that_are_pending_and_enabled_one_each_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
