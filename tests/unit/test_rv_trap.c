/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual-instruction exceptions, and exceptions that are given to a guest.
 * SOURCES: arch/riscv/trap.c arch/riscv/inject.c tests/unit/fake_hart.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c */
#include "tests/unit/rv_env.h"

#define PC (RAM + 0x100)
#define WFI 0x10500073u

enum form { RW = 1, RS, RC, RWI = 5, RSI, RCI };

/* ---- the interrupt controller's registers ---- */

static struct {
	bool there;
	u32 calls, csr;
	u64 mask, value, old;
} aia;

bool vintc_csr(struct vcpu_arch *a, u32 csr, u64 mask, u64 value, u64 *old)
{
	assert_ptr_equal(a, me());
	aia.calls++;
	aia.csr = csr;
	aia.mask = mask;
	aia.value = value;
	*old = aia.old;
	return aia.there;
}

/* ---- fetches: exit.c does them from what HLVX gives ---- */

static u32 fetched;
static bool fetch_works;

bool exit_fetch(struct vcpu_arch *a UNUSED, u32 *insn, u32 *length)
{
	*insn = fetched;
	*length = (fetched & 3) == 3 ? 4 : 2;
	return fetch_works;
}

static void begin(void)
{
	env(1);
	memset(&aia, 0, sizeof(aia));
	aia.there = true;
	aia.old = 0x0123456789abcdefULL;
	for (u32 i = 1; i < 32; i++)
		me()->x[i] = 0x100 + i;
	me()->x[0] = 0xbad; /* the place of x0 holds something else */
	*reg(CSR_SEPC) = PC;
	*reg(CSR_VSTVEC) = 0xffffffff80200001ULL; /* vectored */
	fetched = 0;
	fetch_works = true;
}

static void trap(u32 insn)
{
	*reg(CSR_STVAL) = insn;
	exit_virtual_insn(me(), EXC_VIRTUAL_INSN);
}

static u32 csr_insn(u32 csr, enum form form, u32 rd, u32 rs1)
{
	return csr << 20 | rs1 << 15 | (u32)form << 12 | rd << 7 | 0x73;
}

static void user_mode(void)
{
	*reg(CSR_SSTATUS) &= ~(u64)SSTATUS_SPP;
}

/* ---- injection (12.1.1, 21.6) ---- */

static void an_exception_is_taken_as_hardware_takes_it(void **state UNUSED)
{
	for (u32 mode = 0; mode < 2; mode++)
		for (u32 enabled = 0; enabled < 2; enabled++) {
			begin();
			*reg(CSR_VSSTATUS) = SSTATUS_UXL_64 | SSTATUS_SUM | SSTATUS_FS |
					     (enabled ? SSTATUS_SIE : 0) | (mode ? 0 : SSTATUS_SPP) |
					     (enabled ? 0 : SSTATUS_SPIE);
			if (!mode)
				user_mode();
			*reg(CSR_HSTATUS) &= ~(u64)HSTATUS_SPVP;
			inject_exception(EXC_LOAD_ACCESS, 0x1234);
			expect_exception(EXC_LOAD_ACCESS, 0x1234, PC);
			assert_int_equal(*reg(CSR_SEPC),
					 0xffffffff80200000ULL); /* the base, not the vector */
			assert_int_equal(*reg(CSR_VSSTATUS), SSTATUS_UXL_64 | SSTATUS_SUM | SSTATUS_FS |
								     (enabled ? SSTATUS_SPIE : 0) |
								     (mode ? SSTATUS_SPP : 0));
			assert_int_equal(fake_violations, 0);
		}
}

/* ---- WFI ---- */

static void wfi_waits_and_goes_on_behind_it(void **state UNUSED)
{
	begin();
	trap(WFI);
	assert_int_equal(core.blocked, 1);
	assert_int_equal(*reg(CSR_SEPC), PC + 4);
	assert_int_equal(guest_vcpus[0].exits[EXIT_IDLE], 1);
	assert_int_equal(*reg(CSR_VSCAUSE), 0);
}

static void wfi_is_fetched_where_the_hart_does_not_give_it(void **state UNUSED)
{
	begin();
	fetched = WFI;
	trap(0);
	assert_int_equal(core.blocked, 1);
	assert_int_equal(*reg(CSR_SEPC), PC + 4);
}

static void a_fetch_that_fails_leaves_the_guest_as_it_is(void **state UNUSED)
{
	begin();
	fetch_works = false;
	trap(0);
	assert_int_equal(*reg(CSR_SEPC), PC);
	assert_int_equal(*reg(CSR_VSCAUSE), 0);
	assert_int_equal(core.blocked, 0);
}

static void user_mode_may_not_wait(void **state UNUSED)
{
	begin();
	user_mode();
	trap(WFI);
	assert_int_equal(core.blocked, 0);
	expect_exception(EXC_ILLEGAL, WFI, PC);
}

static void waiting_for_a_store_lets_others_run_and_goes_on_in_either_mode(void **state UNUSED)
{
	for (u32 user = 0; user < 2; user++) {
		begin();
		if (user)
			user_mode();
		trap(0x00d00073); /* wrs.nto */
		assert_int_equal(core.yielded, 1);
		assert_int_equal(*reg(CSR_SEPC), PC + 4);
		assert_int_equal(*reg(CSR_VSCAUSE), 0);
	}
}

/* ---- everything else ---- */

static void what_guests_do_not_have_is_illegal(void **state UNUSED)
{
	static const u32 insns[] = {
		0x10200073,          0x12000073, 0x62000073,
		0x22000073, /* sret, sfence.vma, hfence.gvma, hfence.vvma */
		0x600040f3,          0x6a004073, 0x30200073,
		0x10500073 | 1 << 7,                         /* hlv.b, hsv, mret, wfi with rd */
		0x16000073,          0x0005200f, 0x00100073, /* sinval.vma, cbo.inval, ebreak */
		0x60002573,          0x68001073, 0x20002573,
		0x64302573,                                  /* hstatus, hgatp, vsstatus, htval */
		0xc0002573,          0xc0202573, 0x15102503, /* cycle, instret; a load of like bits */
		0x15104573,          0x15100573,             /* sireg by funct3 4, 0 */
	};

	for (u32 i = 0; i < ARRAY_SIZE(insns); i++) {
		begin();
		trap(insns[i]);
		expect_exception(EXC_ILLEGAL, insns[i], PC);
		assert_int_equal(core.blocked + aia.calls, 0);
		assert_int_equal(guest_vcpus[0].exits[EXIT_FAULT], 1);
	}
}

static void a_compressed_instruction_is_illegal(void **state UNUSED)
{
	begin();
	fetched = 0x8072; /* c.mv, of 16 bits */
	trap(0);
	expect_exception(EXC_ILLEGAL, 0x8072, PC);
}

/* ---- sireg and stopei ---- */

struct access {
	enum form form;
	u32 rs1;
	u64 mask, value;
};

/* rs1 5 holds 0x105. (Zicsr 6.1: RS and RC with x0 or 0 do not write.) */
static const struct access sireg[] = {
	{RW, 5, ~0ULL, 0x105}, {RW, 0, ~0ULL, 0},  {RS, 5, 0x105, ~0ULL}, {RS, 0, 0, ~0ULL},
	{RC, 5, 0x105, 0},     {RC, 0, 0, 0},      {RWI, 21, ~0ULL, 21},  {RWI, 0, ~0ULL, 0},
	{RSI, 9, 9, ~0ULL},    {RSI, 0, 0, ~0ULL}, {RCI, 31, 31, 0},      {RCI, 0, 0, 0},
};

static void each_form_of_access_to_sireg_writes_what_it_should(void **state UNUSED)
{
	for (u32 i = 0; i < ARRAY_SIZE(sireg); i++) {
		begin();
		trap(csr_insn(CSR_SIREG, sireg[i].form, 7, sireg[i].rs1));
		assert_int_equal(aia.calls, 1);
		assert_int_equal(aia.csr, CSR_SIREG);
		assert_int_equal(aia.mask, sireg[i].mask);
		assert_int_equal(aia.value & aia.mask, sireg[i].value & sireg[i].mask);
		assert_int_equal(me()->x[7], aia.old);
		assert_int_equal(*reg(CSR_SEPC), PC + 4);
	}
}

/* AIA 3.10: any write claims; RS and RC with x0 or 0 are no writes. */
static void a_write_of_stopei_claims_whatever_it_writes(void **state UNUSED)
{
	static const struct {
		enum form form;
		u32 rs1;
		bool claims;
	} forms[] = {{RW, 0, true},   {RW, 5, true},  {RS, 0, false},  {RS, 5, true},
		     {RC, 0, false},  {RC, 5, true},  {RWI, 0, true},  {RWI, 5, true},
		     {RSI, 0, false}, {RSI, 5, true}, {RCI, 0, false}, {RCI, 5, true}};

	for (u32 zero = 0; zero < 2; zero++)
		for (u32 i = 0; i < ARRAY_SIZE(forms); i++) {
			begin();
			me()->x[5] = zero ? 0 : 0x105; /* it is the register's number that counts */
			trap(csr_insn(CSR_STOPEI, forms[i].form, 6, forms[i].rs1));
			assert_int_equal(aia.csr, CSR_STOPEI);
			assert_int_equal(!!aia.mask, forms[i].claims);
			assert_int_equal(me()->x[6], aia.old);
		}
}

static void the_zero_register_is_zero_and_stays_so(void **state UNUSED)
{
	begin();
	trap(csr_insn(CSR_SIREG, RW, 0, 0));
	assert_int_equal(aia.value, 0);
	assert_int_equal(me()->x[0], 0xbad);
}

static void a_register_that_is_both_is_read_before_it_is_written(void **state UNUSED)
{
	begin();
	trap(csr_insn(CSR_SIREG, RW, 5, 5));
	assert_int_equal(aia.value, 0x105);
	assert_int_equal(me()->x[5], aia.old);
}

static void user_mode_has_neither(void **state UNUSED)
{
	static const u32 csrs[] = {CSR_SIREG, CSR_STOPEI};

	for (u32 i = 0; i < 2; i++) {
		u32 insn = csr_insn(csrs[i], RW, 5, 5);

		begin();
		user_mode();
		trap(insn);
		expect_exception(EXC_ILLEGAL, insn, PC);
		assert_false(*reg(CSR_VSSTATUS) & SSTATUS_SPP);
		assert_int_equal(aia.calls, 0);
		assert_int_equal(me()->x[5], 0x105);
	}
}

static void a_register_that_the_controller_does_not_have_is_illegal(void **state UNUSED)
{
	u32 insn = csr_insn(CSR_SIREG, RS, 5, 0);

	begin();
	aia.there = false;
	trap(insn);
	expect_exception(EXC_ILLEGAL, insn, PC);
	assert_int_equal(me()->x[5], 0x105);
}

static void every_csr_but_those_two_is_illegal(void **state UNUSED)
{
	for (u32 csr = 0; csr < 0x1000; csr++) {
		u32 insn = csr_insn(csr, RS, 5, 6);

		begin();
		trap(insn);
		if (csr == CSR_SIREG || csr == CSR_STOPEI)
			assert_int_equal(aia.calls, 1);
		else
			expect_exception(EXC_ILLEGAL, insn, PC);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exception_is_taken_as_hardware_takes_it),
		cmocka_unit_test(wfi_waits_and_goes_on_behind_it),
		cmocka_unit_test(wfi_is_fetched_where_the_hart_does_not_give_it),
		cmocka_unit_test(a_fetch_that_fails_leaves_the_guest_as_it_is),
		cmocka_unit_test(user_mode_may_not_wait),
		cmocka_unit_test(waiting_for_a_store_lets_others_run_and_goes_on_in_either_mode),
		cmocka_unit_test(what_guests_do_not_have_is_illegal),
		cmocka_unit_test(a_compressed_instruction_is_illegal),
		cmocka_unit_test(each_form_of_access_to_sireg_writes_what_it_should),
		cmocka_unit_test(a_write_of_stopei_claims_whatever_it_writes),
		cmocka_unit_test(the_zero_register_is_zero_and_stays_so),
		cmocka_unit_test(a_register_that_is_both_is_read_before_it_is_written),
		cmocka_unit_test(user_mode_has_neither),
		cmocka_unit_test(a_register_that_the_controller_does_not_have_is_illegal),
		cmocka_unit_test(every_csr_but_those_two_is_illegal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
