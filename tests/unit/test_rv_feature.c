/* SPDX-License-Identifier: Apache-2.0 */
/* What harts have, found by writing and reading back, and what of it guests are shown.
 * SOURCES: arch/riscv/vector.c core/isa.c core/fmt.c tests/unit/fake_hart.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/riscv/feature.c"
#include "tests/unit/fake_hart.h"

#define STCE (1ULL << 63)
#define PBMTE (1ULL << 62)
#define ADUE (1ULL << 61)
#define CBZE 0x80ULL
#define CBCFE 0x40ULL
#define CBIE_FLUSH 0x10ULL

static struct isa everything(void)
{
	struct isa all = {{0, 0}};

	for (u32 ext = 0; ext < RISCV_EXTS; ext++)
		isa_add(&all, ext);
	return all;
}

static void take(struct isa *isa, enum riscv_ext ext)
{
	isa->bit[ext / 64] &= ~(1ULL << ext % 64);
}

/* `n` harts that have all there is; a test takes away, then read_all(). */
static void begin(u32 n)
{
	fake_hart_reset(n);
	memset(&host_features, 0, sizeof(host_features));
	any_read = false;
	pt_pbmt = pt_napot = false;
	the_machine.timer.hz = 10000000;
	the_machine.aia.imsic.nr_ids = 255;
	for (u32 i = 0; i < n; i++) {
		the_machine.cpus[i].isa = everything();
		the_machine.cpus[i].cbom_block = 64;
		the_machine.cpus[i].cboz_block = 64;
	}
}

bool pt_pbmt, pt_napot; /* pt_formats.c */

static void read_all(void)
{
	for (u32 i = 0; i < nr_cpus; i++) {
		fake_hart_on(i);
		feature_read_cpu();
	}
	fake_hart_on(0);
	if (fake_violations)
		fail_msg("%s", fake_last_violation);
}

static bool guest_has(const struct vm_plan *vm, enum riscv_ext ext)
{
	return isa_has(&guest_isa(vm)->isa, ext);
}

static const struct vm_plan anywhere = {.name = "anywhere"};

/* ---- what there is ---- */

static void what_can_be_set_is_found_and_nothing_stays_set(void **state UNUSED)
{
	static const u32 csrs[] = {CSR_HGATP, CSR_VSATP, CSR_HENVCFG, CSR_HGEIE};

	begin(1);
	read_all();
	assert_int_equal(host_features.vmid_bits, 14);
	assert_int_equal(host_features.gpa_bits, 59);
	assert_int_equal(host_features.va_bits, 57);
	assert_int_equal(host_features.guest_files, 5);
	assert_int_equal(host_features.henvcfg & 7ULL << 61, 7ULL << 61);
	for (u32 i = 0; i < 4; i++)
		assert_int_equal(fake_harts[0].csr[csrs[i]], 0);
}

static void each_width_of_vmids_and_modes_is_told(void **state UNUSED)
{
	for (u32 bits = 0; bits <= 14; bits++)
		for (u32 mode = ATP_SV39; mode <= ATP_SV57; mode++) {
			begin(1);
			fake_harts[0].has.vmid_bits = bits;
			fake_harts[0].has.hgatp_top = mode;
			fake_harts[0].has.vsatp_top = mode;
			read_all();
			assert_int_equal(host_features.vmid_bits, bits);
			assert_int_equal(host_features.gpa_bits, 41 + 9 * (mode - ATP_SV39));
			assert_int_equal(host_features.va_bits, 39 + 9 * (mode - ATP_SV39));
		}
}

static void unlike_harts_have_what_the_least_has(void **state UNUSED)
{
	begin(3);
	fake_harts[1].has.vmid_bits = 7;
	fake_harts[2].has.hgatp_top = ATP_SV48;
	fake_harts[1].has.vsatp_top = ATP_SV39;
	fake_harts[2].has.guest_files = 0;
	fake_harts[1].has.henvcfg = STCE;
	take(&the_machine.cpus[2].isa, EXT_SVINVAL);
	read_all();
	assert_int_equal(host_features.vmid_bits, 7);
	assert_int_equal(host_features.gpa_bits, 50);
	assert_int_equal(host_features.va_bits, 39);
	assert_int_equal(host_features.guest_files, 0);
	assert_int_equal(host_features.henvcfg, STCE);
	assert_false(feature_has(EXT_SVINVAL));
	assert_true(feature_has(EXT_SVNAPOT));
	assert_false(pt_pbmt);
	assert_true(pt_napot);
}

static void nothing_is_inherited_from_firmware(void **state UNUSED)
{
	begin(2);
	read_all();
	fake_stateen_closed = 0;
	for (u32 hart = 0; hart < 2; hart++) {
		fake_hart_on(hart);
#define DIRTY(number, need, value) csr_write(number, hart ? UINT64_MAX : 0x5a5a5a5a5a5a5a5aULL);
		HOST_CSRS(DIRTY)
#undef DIRTY
		feature_host_csrs();
	}
#define SAME(number, need, value) assert_int_equal(fake_harts[0].csr[number], fake_harts[1].csr[number]);
	HOST_CSRS(SAME)
#undef SAME
	assert_int_equal(fake_harts[0].csr[CSR_HEDELEG], HEDELEG_GUEST);
	assert_int_equal(fake_harts[0].csr[CSR_HCOUNTEREN], COUNTEREN_TM);
	assert_int_equal(fake_harts[0].csr[CSR_HSTATEEN0], 1ULL << 62 | 7ULL << 58);
	assert_int_equal(fake_harts[0].csr[CSR_HGATP], 0);
	assert_int_equal(fake_harts[0].csr[CSR_HSTATUS], 2ULL << 32); /* VSXL, which is constant */
	assert_int_equal(fake_stateen_closed, 7);
	assert_int_equal(fake_violations, 0);
}

/* AIA 1.0, 2.5: what M-mode keeps closed is not offered. */
static void registers_of_the_aia_that_stay_closed_are_not_shown(void **state UNUSED)
{
	begin(2);
	fake_harts[1].has.stateen_closed = 1ULL << 58;
	read_all();
	assert_false(feature_guest_aia());
	assert_int_equal(feature_hstateen0(), 1ULL << 62);
}

static void runs_of_pages_are_used_where_all_harts_have_them(void **state UNUSED)
{
	begin(2);
	take(&the_machine.cpus[1].isa, EXT_SVNAPOT);
	read_all();
	assert_false(pt_napot);
}

static void memory_types_are_used_where_all_harts_open_them(void **state UNUSED)
{
	for (u32 i = 0; i < 4; i++) {
		begin(2);
		if (i & 1)
			take(&the_machine.cpus[1].isa, EXT_SVPBMT);
		if (i & 2)
			fake_harts[1].has.henvcfg &= ~PBMTE;
		read_all();
		assert_int_equal(pt_pbmt, i == 0);
	}
}

static void guests_run_with_what_was_found_but_without_fiom(void **state UNUSED)
{
	begin(1);
	read_all();
	assert_int_equal(feature_henvcfg(), STCE | PBMTE | ADUE | CBZE | CBCFE | CBIE_FLUSH);
	begin(1);
	fake_harts[0].has.henvcfg = 1;
	read_all();
	assert_int_equal(feature_henvcfg(), 0);
}

static void state_of_extensions_that_are_hidden_stays_closed(void **state UNUSED)
{
	begin(1);
	read_all();
	assert_int_equal(feature_hstateen0(), 1ULL << 62 | 7ULL << 58);
	begin(1);
	take(&the_machine.cpus[0].isa, EXT_SSAIA);
	read_all();
	assert_int_equal(feature_hstateen0(), 1ULL << 62);
	assert_int_equal(feature_hstateen0() >> 63, 0); /* sstateen0 itself */
}

/* ---- what is shown ---- */

static void hidden_is_what_needs_the_hypervisor_or_state_of_its_own(void **state UNUSED)
{
	static const u8 hidden[] = {EXT_H,     EXT_Q,         EXT_ZICFILP,   EXT_ZICFISS, EXT_ZICNTR,
				    EXT_ZIHPM, EXT_ZKR,       EXT_SHA,       EXT_SMAIA,   EXT_SMMPM,
				    EXT_SMNPM, EXT_SMSTATEEN, EXT_SSSTATEEN, EXT_SSCCFG,  EXT_SSCOFPMF,
				    EXT_SSCTR, EXT_SSDBLTRP,  EXT_SSNPM,     EXT_SUPM,    EXT_SVADE};

	begin(1);
	read_all();
	for (u32 i = 0; i < ARRAY_SIZE(hidden); i++)
		if (guest_has(&anywhere, hidden[i]))
			fail_msg("%s is shown", isa_name(hidden[i]));
	for (u32 ext = EXT_SHA; ext <= EXT_SHVSTVECD; ext++)
		assert_false(guest_has(&anywhere, ext));
}

static void plain_extensions_are_shown_where_they_are_and_only_there(void **state UNUSED)
{
	static const u8 plain[] = {EXT_I,        EXT_M,       EXT_A,       EXT_C,    EXT_F,
				   EXT_D,        EXT_ZBA,     EXT_ZBB,     EXT_ZBS,  EXT_ZICSR,
				   EXT_ZIFENCEI, EXT_SVINVAL, EXT_SVNAPOT, EXT_ZAWRS};

	for (u32 i = 0; i < ARRAY_SIZE(plain); i++) {
		begin(2);
		read_all();
		assert_true(guest_has(&anywhere, plain[i]));
		begin(2);
		take(&the_machine.cpus[1].isa, plain[i]);
		read_all();
		assert_false(guest_has(&anywhere, plain[i]));
	}
}

static void nothing_is_shown_that_no_hart_has(void **state UNUSED)
{
	begin(2);
	memset(&the_machine.cpus[1].isa, 0, sizeof(struct isa));
	read_all();
	for (u32 ext = 0; ext < RISCV_EXTS; ext++)
		assert_false(guest_has(&anywhere, ext));
}

static void what_henvcfg_could_not_open_is_hidden(void **state UNUSED)
{
	static const struct {
		u8 ext;
		u64 bits;
	} rows[] = {{EXT_SSTC, STCE},   {EXT_SVPBMT, PBMTE}, {EXT_SVADU, ADUE},
		    {EXT_ZICBOZ, CBZE}, {EXT_ZICBOM, CBCFE}, {EXT_ZICBOM, CBIE_FLUSH}};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(2);
		read_all();
		assert_true(guest_has(&anywhere, rows[i].ext));
		begin(2);
		fake_harts[1].has.henvcfg &= ~rows[i].bits;
		read_all();
		assert_false(guest_has(&anywhere, rows[i].ext));
		begin(2); /* by M-mode, of which henvcfg does not tell */
		fake_harts[1].has.cbo &= ~rows[i].bits;
		read_all();
		assert_int_equal(guest_has(&anywhere, rows[i].ext), !(rows[i].bits & ENVCFG_CBO));
		assert_int_equal(feature_henvcfg() & rows[i].bits & ENVCFG_CBO, 0);
		begin(2); /* opened, but not there */
		take(&the_machine.cpus[0].isa, rows[i].ext);
		read_all();
		assert_false(guest_has(&anywhere, rows[i].ext));
	}
}

/* What was zeroed for a guest must be where it looks past the caches. */
static void without_flushes_guests_have_no_memory_types(void **state UNUSED)
{
	begin(2);
	fake_harts[1].has.cbo &= ~(u64)ENVCFG_CBCFE;
	read_all();
	assert_false(guest_has(&anywhere, EXT_SVPBMT));
	assert_int_equal(feature_henvcfg() & PBMTE, 0);
	assert_true(pt_pbmt); /* the hypervisor's own tables may */
}

static void cache_blocks_are_told_where_all_homes_have_alike_ones(void **state UNUSED)
{
	struct vm_plan vm = {.name = "vm", .has_cpus = true, .nr_cpus = 2, .cpus = {1, 2}};

	for (u32 unlike = 0; unlike < 2; unlike++) {
		begin(3);
		the_machine.cpus[0].cbom_block = the_machine.cpus[0].cboz_block = 32; /* nobody's home */
		the_machine.cpus[2].cboz_block = unlike ? 128 : 64;
		read_all();
		assert_true(guest_has(&vm, EXT_ZICBOM));
		assert_int_equal(guest_isa(&vm)->cbom_block, 64);
		assert_int_equal(guest_has(&vm, EXT_ZICBOZ), !unlike);
		assert_false(guest_has(&anywhere, EXT_ZICBOM));
	}
}

static void a_vm_sees_what_the_homes_of_its_vcpus_have_in_common(void **state UNUSED)
{
	struct vm_plan vm = {.name = "vm", .has_cpus = true, .nr_cpus = 2, .cpus = {1, 2}};

	begin(4);
	take(&the_machine.cpus[0].isa, EXT_ZBB); /* nobody's home */
	take(&the_machine.cpus[2].isa, EXT_ZBA);
	read_all();
	assert_true(guest_has(&vm, EXT_ZBB));
	assert_false(guest_has(&vm, EXT_ZBA));
	assert_true(guest_has(&vm, EXT_ZBS));
	assert_false(guest_has(&anywhere, EXT_ZBB));
}

/* Floating point is switched on all harts or on none. */
static void registers_that_some_hart_lacks_are_no_guests(void **state UNUSED)
{
	static const u8 floats[] = {EXT_F, EXT_D, EXT_ZFA, EXT_ZFBFMIN, EXT_ZFH, EXT_ZFHMIN, EXT_ZCD};
	struct vm_plan vm = {.name = "vm", .has_cpus = true, .nr_cpus = 1, .cpus = {1}};

	begin(2);
	take(&the_machine.cpus[0].isa, EXT_D);
	read_all();
	for (u32 i = 0; i < ARRAY_SIZE(floats); i++)
		assert_false(guest_has(&vm, floats[i]));
	assert_true(guest_has(&vm, EXT_M));
}

/* Vectors too, and on all harts of one length. */
static void vectors_are_shown_where_all_harts_have_alike_ones(void **state UNUSED)
{
	for (u32 i = 0; i < 5; i++) {
		begin(2);
		if (i == 1)
			take(&the_machine.cpus[1].isa, EXT_V);
		if (i == 2)
			take(&the_machine.cpus[1].isa, EXT_D);
		fake_harts[1].has.no_vector = i == 3; /* the string says otherwise */
		fake_harts[1].has.vlenb = i == 4 ? 32 : 16;
		read_all();
		assert_int_equal(host_features.vlenb, i ? 0 : 16);
		assert_int_equal(guest_has(&anywhere, EXT_V), !i);
		for (u32 ext = EXT_ZVBB; ext <= EXT_ZVKT; ext++)
			assert_int_equal(guest_has(&anywhere, ext), !i);
		assert_int_equal(fake_harts[0].csr[CSR_SSTATUS] & SSTATUS_VS, 0);
	}
}

static void guests_have_the_aia_where_all_harts_and_their_imsics_have_it(void **state UNUSED)
{
	begin(2);
	read_all();
	assert_true(feature_guest_aia());
	assert_true(guest_has(&anywhere, EXT_SSAIA));
	assert_true(guest_isa(&anywhere)->aia);
	assert_int_equal(guest_isa(&anywhere)->imsic_ids, VIMSIC_IDS);
	begin(2);
	take(&the_machine.cpus[1].isa, EXT_SSAIA);
	read_all();
	assert_false(feature_guest_aia());
	assert_false(guest_has(&anywhere, EXT_SSAIA));
	assert_false(guest_isa(&anywhere)->aia);
	begin(2);
	the_machine.aia.imsic.nr_ids = 0;
	read_all();
	assert_false(feature_guest_aia());
	assert_false(guest_has(&anywhere, EXT_SSAIA));
}

static void a_hart_without_an_extension_is_never_asked_for_its_registers(void **state UNUSED)
{
	begin(2);
	for (u32 i = 0; i < 2; i++) {
		fake_harts[i].has =
			(struct fake_hart_has){.vmid_bits = 0, .hgatp_top = ATP_SV39, .vsatp_top = ATP_SV39};
		take(&the_machine.cpus[i].isa, EXT_SMSTATEEN);
		take(&the_machine.cpus[i].isa, EXT_SSSTATEEN);
	}
	read_all();
	assert_int_equal(host_features.guest_files, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_can_be_set_is_found_and_nothing_stays_set),
		cmocka_unit_test(each_width_of_vmids_and_modes_is_told),
		cmocka_unit_test(unlike_harts_have_what_the_least_has),
		cmocka_unit_test(nothing_is_inherited_from_firmware),
		cmocka_unit_test(registers_of_the_aia_that_stay_closed_are_not_shown),
		cmocka_unit_test(runs_of_pages_are_used_where_all_harts_have_them),
		cmocka_unit_test(memory_types_are_used_where_all_harts_open_them),
		cmocka_unit_test(guests_run_with_what_was_found_but_without_fiom),
		cmocka_unit_test(state_of_extensions_that_are_hidden_stays_closed),
		cmocka_unit_test(hidden_is_what_needs_the_hypervisor_or_state_of_its_own),
		cmocka_unit_test(plain_extensions_are_shown_where_they_are_and_only_there),
		cmocka_unit_test(nothing_is_shown_that_no_hart_has),
		cmocka_unit_test(what_henvcfg_could_not_open_is_hidden),
		cmocka_unit_test(a_vm_sees_what_the_homes_of_its_vcpus_have_in_common),
		cmocka_unit_test(without_flushes_guests_have_no_memory_types),
		cmocka_unit_test(cache_blocks_are_told_where_all_homes_have_alike_ones),
		cmocka_unit_test(registers_that_some_hart_lacks_are_no_guests),
		cmocka_unit_test(vectors_are_shown_where_all_harts_have_alike_ones),
		cmocka_unit_test(guests_have_the_aia_where_all_harts_and_their_imsics_have_it),
		cmocka_unit_test(a_hart_without_an_extension_is_never_asked_for_its_registers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
