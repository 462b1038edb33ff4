/* SPDX-License-Identifier: Apache-2.0 */
/* What joins a VM's interrupt controller to its vCPUs: hvip.VSEIP, guest interrupt files, the AIA's registers of VS level.
 * SOURCES: arch/riscv/vintc.c arch/riscv/vcpu.c arch/riscv/vplic.c arch/riscv/vaplic.c arch/riscv/vimsic.c arch/riscv/vtimer.c core/timer.c core/mmio.c tests/unit/fake_hart.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c */
#include "tests/unit/rv_vintc_env.h"

/* ---- a file in software ---- */

static const struct {
	u32 delivery, id, enabled, threshold;
	bool msi, told;
} deliveries[] = {
	{1, 5, 5, 0, true, true},      {1, 5, 5, 6, true, true},     {1, 255, 255, 0, true, true},
	{1, 64, 64, 65, true, true},   {1, 5, 5, 0, false, false},   {0, 5, 5, 0, true, false},
	{1, 5, 6, 0, true, false},     {1, 5, 5, 5, true, false},    {1, 255, 255, 1, true, false},
	{1, 192, 128, 0, true, false}, {1, 63, 127, 0, true, false},
};

static void set_up_delivery(u32 i)
{
	begin(SOFTWARE, 2);
	load(1);
	sireg(EIDELIVERY, deliveries[i].delivery);
	sireg(EITHRESHOLD, deliveries[i].threshold);
	sireg(EIE(deliveries[i].enabled), BIT(deliveries[i].enabled));
	assert_false(told());
}

static void at_load_what_can_be_delivered_is_told(void **state UNUSED)
{
	for (u32 i = 0; i < ARRAY_SIZE(deliveries); i++) {
		set_up_delivery(i);
		put(1);
		if (deliveries[i].msi)
			msi(1, deliveries[i].id);
		load(1);
		assert_int_equal(told(), deliveries[i].told);
		load(0);
		assert_false(told());
	}
}

static void at_an_update_what_can_be_delivered_is_told(void **state UNUSED)
{
	for (u32 i = 0; i < ARRAY_SIZE(deliveries); i++) {
		set_up_delivery(i);
		if (deliveries[i].msi)
			msi(1, deliveries[i].id);
		assert_false(told());
		vintc_update(me());
		assert_int_equal(told(), deliveries[i].told);
	}
}

static void a_claim_withdraws_it_unless_another_is_pending(void **state UNUSED)
{
	static const u64 masks[] = {ALL, 1, 1ULL << 63};

	for (u32 i = 0; i < ARRAY_SIZE(masks); i++) {
		begin(SOFTWARE, 1);
		load(0);
		wants(70);
		wants(9);
		msi(0, 70);
		msi(0, 9);
		vintc_update(me());
		assert_int_equal(stopei(masks[i]), TOP(9));
		assert_true(told());
		assert_int_equal(stopei(masks[i]), TOP(70));
		assert_false(told());
		assert_int_equal(stopei(masks[i]), 0);
		assert_false(told());
	}
}

static void a_read_of_stopei_claims_nothing(void **state UNUSED)
{
	begin(SOFTWARE, 1);
	load(0);
	wants(9);
	msi(0, 9);
	assert_int_equal(stopei(0), TOP(9));
	assert_int_equal(stopei(0), TOP(9));
	assert_true(told());
}

static void an_access_that_makes_an_interrupt_deliverable_tells_of_it_at_once(void **state UNUSED)
{
	static const struct {
		u32 reg;
		u64 off, on;
	} rows[] = {
		{EIDELIVERY, 0, 1}, {EITHRESHOLD, 40, 0},     {EITHRESHOLD, 40, 41},
		{EIE(40), 0, ALL},  {EIE(40), ~BIT(40), ALL}, {EIP(40), 0, BIT(40)},
	};

	begin(SOFTWARE, 1);
	load(0);
	wants(40);
	msi(0, 40);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		sireg(rows[i].reg, rows[i].off);
		assert_false(told());
		sireg(rows[i].reg, rows[i].on);
		assert_true(told());
	}
}

static void sireg_changes_the_bits_of_a_mask_and_gives_what_was_there(void **state UNUSED)
{
	u64 old;

	begin(SOFTWARE, 2);
	load(0);
	assert_int_equal(sireg(EIE(64), 0xcc), 0);
	assert_true(vintc_csr(me(), CSR_SIREG, 0x12, ALL, &old)); /* CSRRS */
	assert_int_equal(old, 0xcc);
	assert_true(vintc_csr(me(), CSR_SIREG, 0x46, 0, &old)); /* CSRRC */
	assert_int_equal(old, 0xde);
	assert_true(vintc_csr(me(), CSR_SIREG, 0, ALL, &old));
	assert_int_equal(old, 0x98);
	load(1);
	assert_int_equal(sireg(EIE(64), 0), 0);
}

/* Those that exist are vimsic.c's (test_vimsic.c); here that vsiselect is what names them. */
static void registers_that_do_not_exist_are_not_known(void **state UNUSED)
{
	u64 old;

	begin(SOFTWARE, 1);
	load(0);
	for (u32 select = 0; select < 0x200; select++) {
		bool array = (select >= 0x30 && select < 0x40) || (select >= 0x80 && select < 0x100);
		bool there = (array && !(select & 1)) || (select >= 0x70 && select < 0x80);

		csr_write(CSR_VSISELECT, select);
		assert_int_equal(vintc_csr(me(), CSR_SIREG, 0, 0, &old), there);
	}
	csr_write(CSR_VSISELECT, EIDELIVERY);
	for (u32 csr = 0; csr < 0x1000; csr++)
		assert_int_equal(vintc_csr(me(), csr, 0, 0, &old), csr == CSR_SIREG || csr == CSR_STOPEI);
}

static void without_the_aia_neither_of_its_registers_is_known(void **state UNUSED)
{
	u64 old;

	begin(PLIC, 1);
	load(0);
	assert_false(vintc_csr(me(), CSR_SIREG, ALL, ALL, &old));
	assert_false(vintc_csr(me(), CSR_STOPEI, ALL, ALL, &old));
}

/* hvip of a vCPU: VSSIP is the guest's and kept; VSEIP is found anew. */
static void other_pending_bits_stay_as_they_are(void **state UNUSED)
{
	static const enum kind kinds[] = {PLIC, SOFTWARE, FILE_OF_HART};

	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++) {
		begin(kinds[i], 1);
		load(0);
		csr_write(CSR_HVIP, IRQ_BIT(IRQ_VSSI) | VSEIP);
		vintc_update(me());
		assert_int_equal(*reg(CSR_HVIP) & ~(u64)VSEIP, IRQ_BIT(IRQ_VSSI));
		put(0);
		assert_int_equal(*reg(CSR_HVIP), 0);
		load(0);
		assert_int_equal(*reg(CSR_HVIP), IRQ_BIT(IRQ_VSSI));
	}
}

static void a_vcpu_that_is_put_leaves_nothing_in_hvip_to_the_next(void **state UNUSED)
{
	begin(SOFTWARE, 2);
	guest_vcpus[1].home = 0;
	load(0);
	wants(9);
	msi(0, 9);
	vintc_update(me());
	put(0);
	assert_int_equal(*reg(CSR_HVIP), 0);
	load(1);
	assert_false(told());
	put(1);
	load(0);
	assert_true(told());
}

static void an_msi_by_a_store_wakes_and_is_told(void **state UNUSED)
{
	begin(SOFTWARE, 2);
	load(1);
	wants(33);
	put(1);
	store(0, FILES + PAGE_SIZE, 33);
	assert_int_equal(core.woken, 1 << 1);
	load(1);
	assert_true(told());
	assert_int_equal(stopei(ALL), TOP(33));
}

/* Source 7 as a level, with identity 20, to vCPU 1. */
static void connect_source(void)
{
	store(0, DIST + APLIC_DOMAINCFG, 1 << 8);
	store(0, DIST + APLIC_SOURCECFG(7), LEVEL_HIGH);
	store(0, DIST + APLIC_TARGET(7), 1 << 18 | 20);
	store(0, DIST + APLIC_SETIE(0), 1 << 7);
}

static void a_line_reaches_a_file_by_the_aplic(void **state UNUSED)
{
	begin(SOFTWARE, 2);
	load(1);
	wants(20);
	connect_source();
	virq_set(&guest, 7, true);
	assert_int_equal(core.woken, 1 << 1);
	vintc_update(me());
	assert_true(told());
	assert_int_equal(stopei(ALL), TOP(20));
	virq_set(&guest, 7, false);
	virq_set(&guest, 8, true);
	vintc_update(me());
	assert_false(told());
}

/* ---- a guest interrupt file of the hart's ---- */

static const struct {
	enum vm_policy policy;
	bool aia;
	u32 ids, by_hart, by_room;
	bool has;
} claims[] = {
	{POLICY_PINNED, true, 255, 5, 7, true},  {POLICY_PINNED, true, 255, 1, 1, true},
	{POLICY_PINNED, true, 2047, 5, 7, true}, {POLICY_PINNED, true, 63, 5, 7, false},
	{POLICY_PINNED, true, 254, 5, 7, false}, {POLICY_PINNED, true, 255, 0, 7, false},
	{POLICY_PINNED, true, 255, 5, 0, false}, {POLICY_PINNED, false, 255, 5, 7, false},
	{POLICY_SHARED, true, 255, 5, 7, false}, {POLICY_REALTIME, true, 255, 5, 7, false},
	{POLICY_CYCLIC, true, 255, 5, 7, false},
};

static void who_has_a_cpu_alone_gets_a_file_where_the_machine_has_a_fit_one(void **state UNUSED)
{
	for (u32 i = 0; i < ARRAY_SIZE(claims); i++) {
		machine(FILE_OF_HART, 3);
		aia = claims[i].aia;
		plan.policy = claims[i].policy;
		plan.nr_pages = 9;
		plan.cpus[1] = 2;
		plan.cpus[2] = 1;
		the_machine.aia.imsic.nr_guest_ids = claims[i].ids;
		the_machine.aia.imsic.nr_guest_files = claims[i].by_room;
		host_features.guest_files = claims[i].by_hart;
		vm_arch_claim(&plan);
		assert_int_equal(plan.nr_pages, claims[i].has ? 3 : 0);
		for (u32 p = 0; p < plan.nr_pages; p++) {
			assert_int_equal(plan.page[p].gpa.v, FILES + p * PAGE_SIZE);
			assert_int_equal(plan.page[p].hpa.v, IMSICS + plan.cpus[p] * HART_FILES + PAGE_SIZE);
		}
	}
}

static void hstatus_names_the_file_while_its_vcpu_is_loaded(void **state UNUSED)
{
	static const enum kind kinds[] = {PLIC, SOFTWARE, FILE_OF_HART};

	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++) {
		begin(kinds[i], 2);
		load(1);
		assert_int_equal((*reg(CSR_HSTATUS) & HSTATUS_VGEIN) >> HSTATUS_VGEIN_SHIFT,
				 kinds[i] == FILE_OF_HART);
		assert_int_equal(!me()->vintc.imsic.hw, kinds[i] != FILE_OF_HART);
		put(1);
		assert_int_equal(*reg(CSR_HSTATUS) & HSTATUS_VGEIN, 0);
	}
}

static void a_vcpu_whose_home_has_no_imsic_has_its_file_in_software(void **state UNUSED)
{
	machine(FILE_OF_HART, 3);
	the_machine.aia.imsic.file[2] = HPA(0);
	plan.cpus[1] = guest_vcpus[1].home = 2;
	plan.cpus[2] = guest_vcpus[2].home = 1;
	boot();
	assert_int_equal(plan.nr_pages, 2);
	assert_ptr_equal(guest_archs[0].vintc.imsic.hw, pages[0]);
	assert_null(guest_archs[1].vintc.imsic.hw);
	assert_ptr_equal(guest_archs[2].vintc.imsic.hw, pages[1]);
	load(1);
	assert_int_equal(*reg(CSR_HSTATUS) & HSTATUS_VGEIN, 0);
	wants(9);
	msi(1, 9);
	vintc_update(me());
	assert_true(told());
	put(1);
	assert_int_equal(*reg(CSR_HGEIE), 0);
}

static void a_file_that_cannot_be_mapped_ends_boot(void **state UNUSED)
{
	machine(FILE_OF_HART, 1);
	cannot_map = true;
	if (fake_catch() == FAKE_RUNNING) {
		boot();
		fake_uncatch();
		fail();
	}
	assert_non_null(strstr(fake_panic_text, "guest: the interrupt file of vCPU 0"));
}

static void msis_go_to_the_harts_file_and_nothing_is_told_in_its_place(void **state UNUSED)
{
	begin(FILE_OF_HART, 2);
	load(1);
	hart_file_wants(1, 1, 33);
	store(0, FILES + PAGE_SIZE, 33);
	assert_int_equal(pages[1][0], 33);
	msi(1, 33);
	vintc_update(me());
	assert_false(told());
	put(1);
	load(1);
	assert_false(told());
	connect_source();
	virq_set(&guest, 7, true);
	assert_int_equal(pages[1][0], 20);
	assert_int_equal(core.woken, 0);
}

static void a_file_may_interrupt_its_hart_only_while_its_vcpu_is_put(void **state UNUSED)
{
	begin(FILE_OF_HART, 1);
	csr_write(CSR_HGEIE, 1 << 1 | 1 << 3);
	load(0);
	assert_int_equal(*reg(CSR_HGEIE), 1 << 3);
	put(0);
	assert_int_equal(*reg(CSR_HGEIE), 1 << 1 | 1 << 3);
	load(0);
	assert_int_equal(*reg(CSR_HGEIE), 1 << 3);
}

static void a_vcpu_with_its_file_in_software_leaves_files_of_others_alone(void **state UNUSED)
{
	begin(SOFTWARE, 1);
	csr_write(CSR_HGEIE, 1 << 1);
	load(0);
	assert_int_equal(*reg(CSR_HGEIE), 1 << 1);
	put(0);
	assert_int_equal(*reg(CSR_HGEIE), 1 << 1);
}

/* Three vCPUs of one hart: with file 1, with file 2, with one in software. */
static void share_a_hart(void)
{
	begin(FILE_OF_HART, 3);
	for (u32 i = 0; i < 3; i++) {
		load(i);
		put(i);
	}
	guest_archs[1].vintc.file = 2;
	guest_archs[2].vintc.file = 0;
	for (u32 i = 0; i < 3; i++) {
		guest_vcpus[i].home = 0;
		guest_vcpus[i].cpu_next = i < 2 ? &guest_vcpus[i + 1] : NULL;
	}
	fake_hart_on(0);
	csr_write(CSR_HGEIE, 1 << 1 | 1 << 2);
}

static void a_file_that_has_something_wakes_its_vcpu_once_and_no_other(void **state UNUSED)
{
	static const u32 files[] = {1 << 1, 1 << 2, 1 << 1 | 1 << 2};

	for (u32 i = 0; i < ARRAY_SIZE(files); i++) {
		share_a_hart();
		for (u32 f = 1; f <= 2; f++) {
			hart_file_wants(0, f, 9);
			if (files[i] >> f & 1)
				fake_hart_msi(0, f, 9);
		}
		assert_true(csr_read(CSR_HIP) & IRQ_BIT(IRQ_SGEI));
		vintc_file_irq();
		assert_int_equal(core.woken, files[i] >> 1);
		assert_false(csr_read(CSR_HIP) & IRQ_BIT(IRQ_SGEI));
		assert_int_equal(*reg(CSR_HGEIE), (1 << 1 | 1 << 2) & ~files[i]);
		core.woken = 0;
		vintc_file_irq();
		assert_int_equal(core.woken, 0);
	}
}

static void a_file_whose_vcpu_is_loaded_wakes_nobody(void **state UNUSED)
{
	begin(FILE_OF_HART, 2);
	load(0);
	hart_file_wants(0, 1, 9);
	msi(0, 9);
	vintc_file_irq();
	assert_int_equal(core.woken, 0);
	put(0);
	vintc_file_irq();
	assert_int_equal(core.woken, 1);
}

static void a_vcpu_that_was_woken_is_told_of_anew_when_it_sleeps_again(void **state UNUSED)
{
	begin(FILE_OF_HART, 1);
	load(0);
	hart_file_wants(0, 1, 9);
	msi(0, 9);
	for (u32 i = 0; i < 3; i++) {
		core.woken = 0;
		put(0);
		assert_true(csr_read(CSR_HIP) & IRQ_BIT(IRQ_SGEI));
		vintc_file_irq();
		assert_int_equal(core.woken, 1);
		load(0);
	}
}

/* Registers of a file with XLEN 64; bit 0 of each array is never set. */
static void fill_file(u64 *file)
{
	memset(file, 0, 0x100 * sizeof(file[0]));
	file[EIDELIVERY] = 1;
	file[EITHRESHOLD] = 3;
	for (u32 k = EIP0; k < 0x100; k += 2)
		file[k] = ALL;
}

static u32 registers_set(const u64 *file)
{
	u32 n = 0;

	for (u32 k = 0; k < 0x100; k++)
		n += file[k] != 0;
	return n;
}

static void after_a_reset_the_whole_file_is_cleared_at_the_next_load(void **state UNUSED)
{
	static const u32 ids[] = {255, 1023, 2047};

	for (u32 i = 0; i < ARRAY_SIZE(ids); i++) {
		u32 words = (ids[i] + 1) / 64;

		begin(FILE_OF_HART, 2);
		the_machine.aia.imsic.nr_guest_ids = ids[i];
		for (u32 f = 0; f <= FAKE_FILES; f++)
			fill_file(fake_harts[1].file[f]);
		load(1);
		for (u32 k = 0; k < words; k++) {
			assert_int_equal(fake_harts[1].file[1][EIP0 + 2 * k], 0);
			assert_int_equal(fake_harts[1].file[1][EIE0 + 2 * k], 0);
		}
		assert_int_equal(registers_set(fake_harts[1].file[1]), 2 * (32 - words));
		assert_int_equal(registers_set(fake_harts[1].file[0]), 2 + 64);
		for (u32 f = 2; f <= FAKE_FILES; f++)
			assert_int_equal(registers_set(fake_harts[1].file[f]), 2 + 64);
	}
}

static void a_file_is_cleared_once_for_a_reset(void **state UNUSED)
{
	begin(FILE_OF_HART, 1);
	for (u32 i = 0; i < 3; i++) {
		load(0);
		assert_int_equal(registers_set(fake_harts[0].file[1]), 0);
		hart_file_wants(0, 1, 200);
		msi(0, 200);
		put(0);
		load(0);
		assert_int_equal(registers_set(fake_harts[0].file[1]), 3);
		put(0);
		vcpu_arch_reset(&guest_vcpus[0], GPA(RAM), 0);
		assert_int_equal(registers_set(fake_harts[0].file[1]), 3); /* any CPU resets */
	}
}

static void clearing_a_file_leaves_the_guests_vsiselect(void **state UNUSED)
{
	begin(FILE_OF_HART, 1);
	guest_archs[0].vsiselect = EIE(100);
	load(0);
	assert_int_equal(*reg(CSR_VSISELECT), EIE(100));
}

/* ---- a PLIC ---- */

/* Source 10 with priority 3 to vCPU 1. */
static void connect_plic(void)
{
	begin(PLIC, 2);
	store(0, DIST + PLIC_PRIORITY(10), 3);
	store(0, DIST + PLIC_ENABLE(1, 10), 1 << 10);
}

static void a_contexts_interrupt_is_told_at_load_and_update_until_claimed(void **state UNUSED)
{
	connect_plic();
	load(1);
	virq_set(&guest, 10, true);
	assert_int_equal(core.woken, 1 << 1);
	assert_false(told());
	vintc_update(me());
	assert_true(told());
	put(1);
	assert_int_equal(*reg(CSR_HVIP), 0);
	load(0);
	assert_false(told());
	load(1);
	assert_true(told());
	assert_int_equal(fetch(1, DIST + PLIC_CLAIM(1)), 10);
	vintc_update(me());
	assert_false(told());
	store(1, DIST + PLIC_CLAIM(1), 10); /* still high */
	vintc_update(me());
	assert_true(told());
}

static void the_device_whose_accesses_change_what_is_pending_is_named(void **state UNUSED)
{
	begin(PLIC, 2);
	assert_ptr_equal(guest_archs[1].own_irqs, mmio_region_of(&map, GPA(DIST))->dev);
	begin(SOFTWARE, 2);
	assert_ptr_equal(guest_archs[1].own_irqs, mmio_region_of(&map, GPA(FILES))->dev);
}

/* ---- all of them ---- */

static void each_controller_is_where_the_plan_puts_it(void **state UNUSED)
{
	begin(PLIC, 3);
	assert_int_equal(map.nr, 1);
	assert_true(map.region[0].ops == &vplic_ops && map.region[0].base == DIST);
	assert_int_equal(map.region[0].size, VPLIC_SIZE);
	begin(SOFTWARE, 3);
	assert_int_equal(map.nr, 2);
	assert_true(map.region[0].ops == &vaplic_ops && map.region[0].base == DIST);
	assert_int_equal(map.region[0].size, VAPLIC_SIZE);
	assert_true(map.region[1].ops == &vimsic_ops && map.region[1].base == FILES);
	assert_int_equal(map.region[1].size, 3 * PAGE_SIZE);
}

static void what_overlaps_a_controller_is_an_error(void **state UNUSED)
{
	static const struct {
		enum kind kind;
		u64 at;
	} rows[] = {{PLIC, DIST}, {SOFTWARE, DIST}, {SOFTWARE, FILES + PAGE_SIZE}};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].kind, 2);
		assert_int_equal(vm_arch_init(&guest), OK);
		assert_int_equal(mmio_add(&map, GPA(rows[i].at), 4, &vimsic_ops, &guest), OK);
		assert_int_equal(vm_arch_map(&guest, &map), ERR_EXIST);
	}
}

/* Make external interrupts of vCPU 1 wanted, then pending, in whichever controller. */
static void prepare(enum kind kind)
{
	if (kind == PLIC) {
		connect_plic();
		return;
	}
	begin(kind, 2);
	load(1);
	if (kind == SOFTWARE)
		wants(20);
	else
		hart_file_wants(1, 1, 20);
	put(1);
	connect_source();
}

static void interrupt(enum kind kind)
{
	virq_set(&guest, kind == PLIC ? 10 : 7, true);
	if (kind == FILE_OF_HART)
		fake_hart_msi(1, 1, 20);
}

static void for_a_vcpu_that_is_put_pending_is_what_its_controller_says(void **state UNUSED)
{
	for (enum kind kind = PLIC; kind <= FILE_OF_HART; kind++) {
		prepare(kind);
		guest_archs[1].vsie = 1 << IRQ_SEI;
		assert_false(vintc_pending(&guest_vcpus[1]));
		assert_false(vcpu_has_irq(&guest_vcpus[1]));
		interrupt(kind);
		assert_true(vintc_pending(&guest_vcpus[1]));
		assert_true(vcpu_has_irq(&guest_vcpus[1]));
		fake_hart_on(0);
		assert_false(vintc_pending(&guest_vcpus[0]));
	}
}

static void after_a_reset_of_the_vm_no_line_and_no_source_is_left(void **state UNUSED)
{
	for (enum kind kind = PLIC; kind <= FILE_OF_HART; kind++) {
		prepare(kind);
		interrupt(kind);
		vintc_reset(&guest);
		vintc_vcpu_reset(&guest_vcpus[1]);
		load(1);
		assert_false(told());
		put(1);
		core.woken = 0;
		pages[1][0] = 0;
		virq_set(&guest, kind == PLIC ? 10 : 7, false);
		virq_set(&guest, kind == PLIC ? 10 : 7, true); /* is enabled nowhere */
		assert_int_equal(core.woken, 0);
		assert_int_equal(pages[1][0], 0);
		assert_false(vintc_pending(&guest_vcpus[1]));
		assert_int_equal(fetch(0, DIST + (aia ? APLIC_SETIE(0) : PLIC_ENABLE(1, 10))), 0);
	}
}

static void a_reset_of_one_vcpu_empties_its_file_and_no_other(void **state UNUSED)
{
	begin(SOFTWARE, 2);
	for (u32 i = 0; i < 2; i++) {
		load(i);
		wants(9);
		msi(i, 9);
		put(i);
	}
	vintc_vcpu_reset(&guest_vcpus[1]);
	load(1);
	assert_false(told());
	assert_int_equal(sireg(EIDELIVERY, 1), 0);
	assert_int_equal(sireg(EIE(9), BIT(9)), 0);
	assert_false(told());
	load(0);
	assert_true(told());
}

static void a_reset_of_a_vcpu_keeps_its_file_of_the_harts(void **state UNUSED)
{
	begin(FILE_OF_HART, 2);
	vintc_vcpu_reset(&guest_vcpus[1]);
	assert_ptr_equal(guest_archs[1].vintc.imsic.hw, pages[1]);
	load(1);
	assert_int_equal((*reg(CSR_HSTATUS) & HSTATUS_VGEIN) >> HSTATUS_VGEIN_SHIFT, 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_teardown(f, no_violation)
	const struct CMUnitTest tests[] = {
		T(at_load_what_can_be_delivered_is_told),
		T(at_an_update_what_can_be_delivered_is_told),
		T(a_claim_withdraws_it_unless_another_is_pending),
		T(a_read_of_stopei_claims_nothing),
		T(an_access_that_makes_an_interrupt_deliverable_tells_of_it_at_once),
		T(sireg_changes_the_bits_of_a_mask_and_gives_what_was_there),
		T(registers_that_do_not_exist_are_not_known),
		T(without_the_aia_neither_of_its_registers_is_known),
		T(other_pending_bits_stay_as_they_are),
		T(a_vcpu_that_is_put_leaves_nothing_in_hvip_to_the_next),
		T(an_msi_by_a_store_wakes_and_is_told),
		T(a_line_reaches_a_file_by_the_aplic),
		T(who_has_a_cpu_alone_gets_a_file_where_the_machine_has_a_fit_one),
		T(hstatus_names_the_file_while_its_vcpu_is_loaded),
		T(a_vcpu_whose_home_has_no_imsic_has_its_file_in_software),
		T(a_file_that_cannot_be_mapped_ends_boot),
		T(msis_go_to_the_harts_file_and_nothing_is_told_in_its_place),
		T(a_file_may_interrupt_its_hart_only_while_its_vcpu_is_put),
		T(a_vcpu_with_its_file_in_software_leaves_files_of_others_alone),
		T(a_file_that_has_something_wakes_its_vcpu_once_and_no_other),
		T(a_file_whose_vcpu_is_loaded_wakes_nobody),
		T(a_vcpu_that_was_woken_is_told_of_anew_when_it_sleeps_again),
		T(after_a_reset_the_whole_file_is_cleared_at_the_next_load),
		T(a_file_is_cleared_once_for_a_reset),
		T(clearing_a_file_leaves_the_guests_vsiselect),
		T(a_contexts_interrupt_is_told_at_load_and_update_until_claimed),
		T(the_device_whose_accesses_change_what_is_pending_is_named),
		T(each_controller_is_where_the_plan_puts_it),
		T(what_overlaps_a_controller_is_an_error),
		T(for_a_vcpu_that_is_put_pending_is_what_its_controller_says),
		T(after_a_reset_of_the_vm_no_line_and_no_source_is_left),
		T(a_reset_of_one_vcpu_empties_its_file_and_no_other),
		T(a_reset_of_a_vcpu_keeps_its_file_of_the_harts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
