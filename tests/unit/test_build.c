/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: core/aspace.c core/gmem.c core/pgtable.c core/pt_pool.c core/pt_range.c core/pools.c core/mmio.c core/trace.c core/vm_names.c core/console.c core/console_out.c core/bundle.c core/manifest.c core/manifest_table.c core/manifest_value.c core/manifest_check.c core/plan.c core/plan_bundle.c core/plan_mem.c core/plan_ram.c core/plan_layout.c core/plan_conflict.c core/plan_cpu.c core/plan_print.c core/image.c core/image_linux.c core/image_raw.c core/image_elf.c core/image_plan.c core/decompress.c core/guest_tree.c drivers/emul/tree_arm64.c drivers/emul/board.c drivers/emul/board_arm64.c drivers/emul/flash.c drivers/emul/pl011.c drivers/emul/pl031.c drivers/emul/pl061.c drivers/emul/rtc_base.c arch/arm64/layout.c arch/arm64/pt_formats.c tests/unit/bad/bad_build.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c hal/fake/fake_mem.c hal/fake/fake_tlb.c hal/fake/fake_vcpu.c @libfdt @gzip @zstd */
/*
 * From the plan to VMs and back, a thousand times: pools, frames, tables, images and seeds, seen by the guests of a machine
 * whose caches and TLBs keep what they may. Transitions of the state machine are test_vm.c's.
 */
#include "tests/unit/build_env.h"

#include <libfdt.h>

enum { LIN, RAW, HUGE, FLASH, BLANK, NR };

/* What a fresh VM's memory holds, as the plan said at boot; seeds are zero. */
static struct want {
	u8 *ram, *flash[2];
	u32 tables; /* pages in use with nothing mapped: the root */
} want[NR];
static u64 pool_sizes[16];
static u32 nr_pools, nr_frame_ranges;
static u32 started[NR], gone[NR];

static u64 random_state = 88172645463325252u;

static u32 below(u32 n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (u32)(random_state >> 32) % n;
}

/* ---- what is wanted ---- */

static void make_want(u32 i)
{
	const struct vm_plan *p = &plan.vms[i];
	struct want *w = &want[i];

	w->ram = calloc(1, p->memory);
	assert_non_null(w->ram);
	for (u32 s = 0; s < p->nr_seg; s++)
		memcpy(w->ram + (p->seg[s].dst.v - p->layout.ram.v), hpa_to_va(p->seg[s].src),
		       p->seg[s].size);
	for (u32 f = 0; f < 2; f++) {
		if (!p->flash[f].backing_size)
			continue;
		w->flash[f] = malloc(p->flash[f].backing_size);
		assert_non_null(w->flash[f]);
		memset(w->flash[f], 0xff, p->flash[f].backing_size);
		if (p->flash[f].src_size)
			memcpy(w->flash[f], hpa_to_va(p->flash[f].src), p->flash[f].src_size);
	}
	w->tables = pt_space_used(&vms[i].aspace->pt);
}

static void free_want(void)
{
	for (u32 i = 0; i < NR; i++) {
		free(want[i].ram);
		free(want[i].flash[0]);
		free(want[i].flash[1]);
	}
	memset(want, 0, sizeof(want));
}

/* The two seeds as this start's randomness gave them, or no-operations in place of the whole property. */
static void put_seeds(const struct vm *vm, u8 *ram)
{
	const struct vm_plan *p = vm->plan;
	u64 n = seeds_from[vm->index], left = nr_seeds[vm->index];
	const u32 nop = GUEST_TREE_NOP;

	for (u32 i = 0; i < ARRAY_SIZE(p->seed_off); i++) {
		u8 *at = ram + (p->dtb.v + p->seed_off[i] - p->layout.ram.v);
		u64 words = p->seed_len[i] / 8;

		for (u64 k = 0; left >= words && k < words; k++) {
			u64 v = entropy_value(n + k + 1);

			memcpy(at + 8 * k, &v, 8);
		}
		for (u32 k = 0; left < words && k < GUEST_SEED_HEADER + p->seed_len[i]; k += 4)
			memcpy(at - GUEST_SEED_HEADER + k, &nop, 4);
		n += min_u64(left, words);
		left -= min_u64(left, words);
	}
}

/* Host memory [hpa, hpa+size), as CPUs see it and as a guest with its caches off does. */
static void assert_holds(hpa_t hpa, const u8 *bytes, u64 size)
{
	static u8 dram[KIB(64)];

	assert_memory_equal(hpa_to_va(hpa), bytes, size);
	for (u64 at = 0; at < size; at += sizeof(dram)) {
		u64 n = min_u64(size - at, sizeof(dram));

		fake_dram_read(HPA(hpa.v + at), dram, n);
		assert_memory_equal(dram, bytes + at, n);
	}
}

static void check_pools(void)
{
	const char *what;
	u64 size, used;

	for (u32 i = 0; pools_get(i, &what, &size, &used); i++)
		if (used != size || size != pool_sizes[i])
			fail_msg("pool %s: %llu used, size %llu, planned %llu", what,
				 (unsigned long long)used, (unsigned long long)size,
				 (unsigned long long)pool_sizes[i]);
	assert_true(pools_exact());
	assert_int_equal(frames_count(), nr_frame_ranges);
	assert_ptr_equal(this_cpu(), house_cpu);
	if (fake_violations)
		fail_msg("%u violations, last: %s", fake_violations, fake_last_violation);
}

static void check_frames(const struct vm *vm, enum frame_state state)
{
	const struct aspace *as = vm->aspace;

	for (u32 i = 0; i < as->nr; i++) {
		const struct frame_range *f = frames_find(HPA(as->region[i].hpa), as->region[i].size);

		assert_non_null(f);
		assert_int_equal(f->owner, FRAME_VM0 + vm->index);
		assert_int_equal(f->state, state);
	}
}

/* ---- a VM begins ---- */

/* Each leaf is where the plan put it, with what rights it says. */
static void check_region(const struct vm *vm, gpa_t gpa, hpa_t hpa, u64 size, bool writable)
{
	for (u64 at = 0; at < size;) {
		struct fake_xlat x = fake_access(vm, gpa.v + at, FAKE_EXEC);

		if (x.fault || x.hpa != hpa.v + at || x.write != writable || x.device)
			fail_msg("%s: %llx is at %llx (fault %u), planned %llx", vm->plan->name,
				 (unsigned long long)(gpa.v + at), (unsigned long long)x.hpa, x.fault,
				 (unsigned long long)(hpa.v + at));
		at = align_down(gpa.v + at, x.leaf_size) + x.leaf_size - gpa.v;
		assert_true(at <= size); /* a leaf never reaches beyond */
	}
}

static void check_memory(const struct vm *vm)
{
	const struct vm_plan *p = vm->plan;
	u8 *ram = malloc(p->memory);

	assert_non_null(ram);
	memcpy(ram, want[vm->index].ram, p->memory);
	put_seeds(vm, ram);
	for (u32 i = 0; i < p->nr_ram; i++) {
		const struct vm_ram *r = &p->ram[i];

		assert_holds(r->hpa, ram + (r->gpa.v - p->layout.ram.v), r->size);
		check_region(vm, r->gpa, r->hpa, r->size, true);
	}
	for (u32 f = 0; f < 2; f++) {
		if (!p->flash[f].backing_size)
			continue;
		assert_holds(p->flash[f].backing, want[vm->index].flash[f], p->flash[f].backing_size);
		check_region(vm, p->flash[f].gpa, p->flash[f].backing, p->flash[f].backing_size, false);
	}
	free(ram);
}

static void check_started(const struct vm *vm)
{
	const struct vm_plan *p = vm->plan;

	check_memory(vm);
	check_frames(vm, FRAME_MAPPED);
	assert_true(pt_space_used(&vm->aspace->pt) <= p->nr_tables);
	assert_int_equal(fake_tlb_stale(vm), 0);
	assert_int_equal(fake_access(vm, p->layout.ram.v + p->memory, FAKE_READ).fault, FAKE_TRANSLATION);
	assert_int_equal(fake_access(vm, p->layout.ram.v - 1, FAKE_READ).fault, FAKE_TRANSLATION);
	assert_int_equal(vm->vcpus[0].arch->entry.v, p->entry.v);
	assert_int_equal(vm->vcpus[0].arch->arg, p->dtb.v);
	check_pools();
}

/* ---- a VM is gone ---- */

static void check_gone(const struct vm *vm)
{
	static const u8 zeros[MIB(3)];
	const struct aspace *as = vm->aspace;

	assert_int_equal(as->phase, ASPACE_EMPTY);
	assert_int_equal(as->cur, 0);
	assert_int_equal(vm->step, 0);
	assert_int_equal(vm->live, 0);
	assert_false(fake_vm_loaded(vm));
	check_frames(vm, FRAME_CLEAN);
	for (u32 i = 0; i < as->nr; i++)
		assert_holds(HPA(as->region[i].hpa), zeros, as->region[i].size);
	assert_int_equal(pt_space_used(&as->pt), want[vm->index].tables);
	assert_int_equal(fake_tlb_count(vm), 0);
	assert_int_equal(fake_access(vm, vm->plan->layout.ram.v, FAKE_READ).fault, FAKE_TRANSLATION);
	check_pools();
}

static u32 resets_seen[NR];

static void check_state(struct vm *vm, const char *state)
{
	if (!strcmp(state, "absent")) {
		gone[vm->index]++;
		check_gone(vm);
	} else if (!strcmp(state, "running") && arch_resets[vm->index] != resets_seen[vm->index]) {
		started[vm->index]++;
		resets_seen[vm->index] = arch_resets[vm->index];
		check_started(vm);
	}
}

/* ---- boot ---- */

static void remember(void)
{
	const char *what;
	u64 size, used;

	nr_pools = 0;
	while (pools_get(nr_pools, &what, &size, &used))
		pool_sizes[nr_pools++] = size;
	nr_frame_ranges = frames_count();
	for (u32 i = 0; i < NR; i++)
		if (i != HUGE)
			make_want(i);
	memset(started, 0, sizeof(started));
	memset(gone, 0, sizeof(gone));
	memset(resets_seen, 0, sizeof(resets_seen));
	on_state = check_state;
}

static int setup(void **state UNUSED)
{
	env_boot(false);
	remember();
	return 0;
}

static int setup_pieces(void **state UNUSED)
{
	env_boot(true);
	remember();
	return 0;
}

static int setup_bare(void **state UNUSED)
{
	env_plan(false);
	return 0;
}

/* However it ends, no step did more than a slice. */
static int teardown(void **state UNUSED)
{
	on_state = NULL;
	free_want();
	if (fake_violations)
		fail_msg("%u violations, last: %s", fake_violations, fake_last_violation);
	assert_true(most.zeroed <= ASPACE_SLICE);
	assert_true(most.cleaned <= ASPACE_SLICE);
	assert_true(most.writes <= ASPACE_STEPS + 8); /* a new table is written and then linked */
	assert_true(most.flushes <= 8);
	assert_true(most.windows <= 32); /* words of seeds */
	return 0;
}

static void post(struct vm *vm, enum vm_event ev)
{
	vm_post(vm, ev);
	settle();
	while (vm->state == VM_BUILDING || vm->state == VM_STOPPING || vm->state == VM_SCRUBBING)
		settle();
	fake_on(house_cpu->index);
}

static void start(struct vm *vm)
{
	vm_post(vm, VM_EV_START);
	post(vm, VM_EV_CREATE);
	assert_int_equal(vm->state, VM_RUNNING);
}

/* ---- what the guest does ---- */

/* Scribble over all of it, cached or not; program flash; leave a bank in command mode. */
static void live(struct vm *vm)
{
	const struct vm_plan *p = vm->plan;
	u8 junk[64];

	fill(junk, sizeof(junk), below(UINT32_MAX));
	for (u32 i = 0; i < p->nr_ram; i++) {
		assert_true(fake_guest_write(vm, p->ram[i].gpa.v, junk, sizeof(junk), true));
		assert_true(fake_guest_write(vm, p->ram[i].gpa.v + p->ram[i].size - 64, junk, sizeof(junk),
					     false));
	}
	for (u32 i = 0; i < 16; i++)
		assert_true(fake_guest_write(vm, p->layout.ram.v + below((u32)p->memory / 64) * 64, junk,
					     sizeof(junk), i & 1));
	for (u32 f = 0; f < 2; f++) {
		struct mmio_access a = {.addr = p->flash[f].gpa, .size = 4, .write = true, .value = 0x900090};

		if (!p->flash[f].backing_size)
			continue;
		assert_false(fake_guest_write(vm, p->flash[f].gpa.v, junk, 4, true));
		assert_int_equal(gmem_write_host(vm->aspace, GPA(p->flash[f].gpa.v + below(9000)), junk, 64),
				 OK);
		if (below(3) == 0)
			assert_int_equal(mmio_dispatch(&vm->vcpus[0], &a), OK);
	}
	if (p->nr_vcpus > 1 && below(2)) {
		enum err e = vcpu_power_on(&vm->vcpus[1 + below(p->nr_vcpus - 1)], p->entry, 0);

		assert_true(e == OK || e == ERR_EXIST || e == ERR_BUSY);
	}
}

static void fault(struct vm *vm)
{
	struct vcpu *v = &vm->vcpus[0];

	fake_on(v->home);
	if (cpus[v->home].current == v)
		vm_fault(v, "a test");
	else
		vm_post(vm, VM_EV_FAULT);
	fake_on(house_cpu->index);
}

/* What may happen next to a VM in a state, with equal chances. */
#define ANY 12
static const u8 chances[VM_STATES][ANY] = {
	[VM_ABSENT] = {VM_EV_CREATE, VM_EV_CREATE, VM_EV_CREATE, VM_EV_CREATE, VM_EV_CREATE, VM_EV_CREATE,
		       VM_EV_CREATE, VM_EV_CREATE, VM_EV_START, VM_EV_RESET, VM_EV_PAUSE, VM_EV_DESTROY},
	[VM_BUILDING] = {VM_EV_START, VM_EV_START, VM_EV_START, VM_EV_START, VM_EV_START, VM_EV_START,
			 VM_EV_START, VM_EV_START, VM_EV_DESTROY, VM_EV_DESTROY, VM_EV_PAUSE, VM_EV_RESET},
	[VM_READY] = {VM_EV_START, VM_EV_START, VM_EV_START, VM_EV_START, VM_EV_START, VM_EV_START,
		      VM_EV_START, VM_EV_START, VM_EV_START, VM_EV_DESTROY, VM_EV_DESTROY, VM_EV_CREATE},
	[VM_RUNNING] = {VM_EV_HALT, VM_EV_HALT, VM_EV_FAULT, VM_EV_FAULT, VM_EV_GUEST_RESET, VM_EV_DESTROY,
			VM_EV_DESTROY, VM_EV_DESTROY, VM_EV_DESTROY, VM_EV_RESET, VM_EV_PAUSE, VM_EV_PAUSE},
	[VM_PAUSED] = {VM_EV_RESUME, VM_EV_RESUME, VM_EV_RESUME, VM_EV_DESTROY, VM_EV_DESTROY, VM_EV_DESTROY,
		       VM_EV_DESTROY, VM_EV_DESTROY, VM_EV_RESET, VM_EV_START, VM_EV_CREATE, VM_EV_RESET},
	[VM_STOPPING] = {VM_EV_DESTROY, VM_EV_RESET, VM_EV_PAUSE, VM_EV_CREATE, VM_EV_START, VM_EV_RESUME,
			 VM_EV_HALT, VM_EV_FAULT, VM_EV_GUEST_RESET, VM_EV_DESTROY, VM_EV_DESTROY,
			 VM_EV_DESTROY},
	[VM_SCRUBBING] = {VM_EV_CREATE, VM_EV_CREATE, VM_EV_CREATE, VM_EV_START, VM_EV_DESTROY, VM_EV_RESET,
			  VM_EV_PAUSE, VM_EV_RESUME, VM_EV_CREATE, VM_EV_CREATE, VM_EV_CREATE, VM_EV_CREATE},
	[VM_HALTED] = {VM_EV_START, VM_EV_START, VM_EV_RESET, VM_EV_DESTROY, VM_EV_DESTROY, VM_EV_DESTROY,
		       VM_EV_DESTROY, VM_EV_DESTROY, VM_EV_DESTROY, VM_EV_PAUSE, VM_EV_RESUME, VM_EV_CREATE},
};

static void something_happens(struct vm *vm)
{
	enum vm_event ev = (enum vm_event)chances[vm->state][below(ANY)];

	if (vm->state == VM_RUNNING)
		live(vm);
	if (vm->state == VM_RUNNING && ev == VM_EV_FAULT)
		fault(vm);
	else
		vm_post(vm, ev);
	if (vm->state == VM_ABSENT && ev == VM_EV_CREATE && below(3))
		vm_post(vm, VM_EV_START);
}

/* `n` events or steps, with whatever the CPUs are asked meanwhile. */
static void work(u32 n)
{
	while (n--) {
		for (u32 i = 0; i < nr_cpus; i++)
			rounds(i);
		fake_on(house_cpu->index);
		(void)vm_work();
		fake_cpu.now += 50;
	}
}

static u32 all_gone(void)
{
	u32 sum = 0;

	for (u32 i = 0; i < NR; i++)
		sum += gone[i];
	return sum;
}

static void cycles(u32 nr)
{
	for (u32 n = 0; all_gone() < nr; n++) {
		struct vm *vm = &vms[below(NR)];

		assert_true(n < 100 * nr);
		if (vm->plan->refused)
			continue;
		something_happens(vm);
		if (below(200) == 0)
			fake_cpu.now += 11ull * fake_cpu.hz; /* restarts are forgotten */
		entropy_left = below(8) ? UINT32_MAX : below(20);
		work(below(4) ? 1 + below(200) : 1 + below(6));
	}
	for (u32 i = 0; i < NR; i++) {
		if (vms[i].plan->refused)
			continue;
		while (vms[i].state != VM_ABSENT || vms[i].events)
			post(&vms[i], VM_EV_DESTROY);
		check_gone(&vms[i]);
		assert_true(started[i] > nr / 20);
		assert_true(gone[i] > nr / 20);
	}
}

/* ---- boot ---- */

static void pools_are_used_to_the_last_byte_and_no_vm_holds_memory_yet(void **state UNUSED)
{
	u64 sum = 0;

	assert_int_equal(nr_vms, NR);
	assert_true(nr_pools >= 10);
	for (u32 i = 0; i < nr_pools; i++)
		sum += pool_sizes[i];
	assert_true(sum <= pools_size(&plan));
	assert_true(pools_size(&plan) - sum <= KIB(64) + 2 * PAGE_SIZE);
	check_pools();
	for (u32 i = 0; i < NR; i++) {
		if (i == HUGE)
			continue;
		assert_int_equal(vms[i].state, VM_ABSENT);
		check_frames(&vms[i], FRAME_DIRTY);
		assert_int_equal(fake_tlb_count(&vms[i]), 0);
		assert_int_equal(vms[i].nr_vcpus, plan.vms[i].nr_vcpus);
		for (u32 k = 0; k < vms[i].nr_vcpus; k++)
			assert_int_equal(vms[i].vcpus[k].home, plan.vms[i].cpus[k]);
	}
}

static void a_refused_vm_has_nothing_and_is_never_created(void **state UNUSED)
{
	struct vm *vm = &vms[HUGE];

	assert_true(plan.vms[HUGE].refused);
	assert_null(vm->vcpus);
	assert_null(vm->aspace);
	assert_null(vm->arch);
	assert_null(vm->board);
	post(vm, VM_EV_CREATE);
	post(vm, VM_EV_DESTROY);
	assert_int_equal(vm->state, VM_ABSENT);
	assert_ptr_equal(vm_find("blank"), &vms[BLANK]); /* those behind it keep their place */
}

static void a_pool_that_the_plan_made_too_small_is_a_panic(void **state UNUSED)
{
	env_pools();
	plan.vms[RAW].nr_vcpus++;
	if (fake_catch() == FAKE_RUNNING) {
		build_vms(&plan);
		fail();
	}
	assert_non_null(strstr(fake_panic_text, "pool \""));
	assert_non_null(strstr(fake_panic_text, "bytes asked"));
}

static void a_pool_that_nobody_fills_is_noticed(void **state UNUSED)
{
	env_pools();
	plan.vms[LIN].console = false;
	if (fake_catch() == FAKE_RUNNING) {
		build_vms(&plan);
		fail();
	}
	assert_true(fake_log_has("pool \"console\""));
}

static void a_pool_of_no_name_is_a_panic(void **state UNUSED)
{
	env_pools();
	if (fake_catch() == FAKE_RUNNING) {
		(void)pool_alloc("sundries", 1, 1);
		fail();
	}
	assert_string_equal(fake_panic_text, "no pool \"sundries\"");
}

static void two_vms_on_one_frame_are_a_panic(void **state UNUSED)
{
	env_pools();
	plan.vms[FLASH].ram[0].hpa = plan.vms[LIN].ram[0].hpa;
	if (fake_catch() == FAKE_RUNNING) {
		build_vms(&plan);
		fail();
	}
	assert_string_equal(fake_panic_text, "VM flash could not be made: error 4");
}

/* ---- life ---- */

static void a_thousand_cycles_leave_every_pool_at_plan_size(void **state UNUSED)
{
	cycles(1000);
	assert_int_equal(most.zeroed, ASPACE_SLICE); /* the bound is reached, so it was measured */
	assert_int_equal(most.cleaned, ASPACE_SLICE);
	print_message("%u steps, at most %llu bytes, %u descriptor writes, %u flushes, %u windows\n",
		      nr_steps, (unsigned long long)most.cleaned, most.writes, most.flushes, most.windows);
}

static void cycles_of_vms_in_pieces_of_small_pages_leave_as_little(void **state UNUSED)
{
	assert_true(plan.vms[LIN].nr_ram > 1);
	assert_int_equal(plan.nr_refused, 1);
	cycles(120);
	assert_true(most.writes >= ASPACE_STEPS);
	print_message("%u steps, at most %llu bytes, %u descriptor writes, %u flushes, %u windows\n",
		      nr_steps, (unsigned long long)most.cleaned, most.writes, most.flushes, most.windows);
}

static void images_come_back_byte_exact_at_every_start(void **state UNUSED)
{
	for (u32 i = 0; i < NR; i++) {
		if (i == HUGE)
			continue;
		start(&vms[i]);
		for (u32 n = 2; n < 6; n++) {
			live(&vms[i]);
			fake_cpu.now += 11ull * fake_cpu.hz;
			post(&vms[i], n & 1 ? VM_EV_RESET : VM_EV_HALT);
			if (vms[i].state == VM_HALTED)
				post(&vms[i], VM_EV_START);
			assert_int_equal(vms[i].state, VM_RUNNING);
			assert_int_equal(started[i], n); /* check_started() compared it */
		}
	}
}

static void a_halted_vm_keeps_its_memory_until_it_goes(void **state UNUSED)
{
	struct vm *vm = &vms[RAW];
	const u64 gpa = vm->plan->layout.ram.v + 0x2000;
	u32 mark = 0x12345678, got = 0;

	start(vm);
	assert_true(fake_guest_write(vm, gpa, &mark, sizeof(mark), true));
	post(vm, VM_EV_HALT);
	assert_int_equal(gmem_read(vm->aspace, GPA(gpa), &got, sizeof(got)), OK);
	assert_int_equal(got, mark);
	post(vm, VM_EV_DESTROY);
	assert_int_equal(gmem_read(vm->aspace, GPA(gpa), &got, sizeof(got)), ERR_STATE);
	assert_int_equal(gone[RAW], 1);
}

static void a_build_may_be_given_up_after_any_of_its_steps(void **state UNUSED)
{
	struct vm *vm = &vms[FLASH];
	u32 steps = 0;

	for (bool whole = false; !whole; steps++) {
		vm_post(vm, VM_EV_CREATE);
		work(1); /* the event */
		for (u32 n = 0; n < steps && vm->state == VM_BUILDING; n++)
			(void)vm_work();
		whole = vm->state == VM_READY;
		assert_int_equal(vm->state, whole ? VM_READY : VM_BUILDING);
		post(vm, VM_EV_DESTROY);
		assert_int_equal(vm->state, VM_ABSENT);
		assert_int_equal(gone[FLASH], steps + 1);
	}
	assert_in_range(steps, 15, 100); /* the first one cleared its memory, too */
	start(vm);
	assert_int_equal(started[FLASH], 1);
}

static void a_bank_in_command_mode_is_back_after_a_restart(void **state UNUSED)
{
	struct vm *vm = &vms[FLASH];
	struct mmio_access a = {.addr = vm->plan->flash[0].gpa, .size = 4, .write = true, .value = 0x900090};

	start(vm);
	assert_int_equal(mmio_dispatch(&vm->vcpus[0], &a), OK);
	assert_int_equal(fake_access(vm, a.addr.v, FAKE_READ).fault, FAKE_TRANSLATION);
	post(vm, VM_EV_RESET);
	assert_int_equal(fake_access(vm, a.addr.v, FAKE_READ).fault, FAKE_OK);
	assert_int_equal(mmio_dispatch(&vm->vcpus[0], &a), OK);
	assert_int_equal(fake_access(vm, a.addr.v, FAKE_READ).fault,
			 FAKE_TRANSLATION); /* the device knows it, too */
	assert_int_equal(started[FLASH], 2);
}

/* ---- seeds ---- */

/* The tree as the guest has it. */
static const void *guest_tree(const struct vm *vm)
{
	static u8 copy[GUEST_TREE_MAX];
	const struct vm_plan *p = vm->plan;

	assert_int_equal(gmem_read(vm->aspace, p->dtb, copy, p->seg[p->dtb_seg].size), OK);
	assert_int_equal(fdt_check_full(copy, p->seg[p->dtb_seg].size), 0);
	return copy;
}

static const void *seed(const struct vm *vm, const char *name, int size)
{
	const void *fdt = guest_tree(vm);
	int len = 0;
	const void *p = fdt_getprop(fdt, fdt_path_offset(fdt, "/chosen"), name, &len);

	if (p)
		assert_int_equal(len, size);
	else
		assert_int_equal(len, -FDT_ERR_NOTFOUND);
	return p;
}

static void seeds_are_fresh_at_every_start(void **state UNUSED)
{
	static u8 before[GUEST_RNG_SEED_SIZE];
	struct vm *vm = &vms[LIN];

	start(vm);
	for (u32 n = 0; n < 4; n++) {
		const void *rng = seed(vm, "rng-seed", GUEST_RNG_SEED_SIZE);

		assert_non_null(rng);
		for (u32 i = 0; i < sizeof(before); i += 8)
			assert_memory_not_equal((const u8 *)rng + i, before + i, 8);
		memcpy(before, rng, sizeof(before));
		assert_non_null(seed(vm, "kaslr-seed", GUEST_KASLR_SEED_SIZE));
		post(vm, VM_EV_RESET);
	}
	assert_int_equal(entropy_given, 5 * 9);
}

static void without_randomness_there_are_no_seeds_and_the_next_start_may_have_them(void **state UNUSED)
{
	struct vm *vm = &vms[RAW];

	entropy_left = 0;
	start(vm);
	assert_null(seed(vm, "rng-seed", 0));
	assert_null(seed(vm, "kaslr-seed", 0));
	entropy_left = 9;
	post(vm, VM_EV_RESET);
	assert_non_null(seed(vm, "rng-seed", GUEST_RNG_SEED_SIZE));
	assert_non_null(seed(vm, "kaslr-seed", GUEST_KASLR_SEED_SIZE));
}

static void a_source_that_dries_up_leaves_no_half_seed(void **state UNUSED)
{
	struct vm *vm = &vms[LIN];
	u32 fit = 0;

	start(vm);
	for (u32 n = 0; n < 9; n++) {
		entropy_left = n;
		post(vm, VM_EV_RESET);
		bool rng = seed(vm, "rng-seed", GUEST_RNG_SEED_SIZE), kaslr = seed(vm, "kaslr-seed", 8);

		fit += rng + kaslr;
		assert_false(rng && kaslr);
		assert_int_equal(started[LIN], n + 2); /* the rest of the tree is as planned */
	}
	assert_int_equal(fit, 1);
}

/* ---- errors ---- */

/* It cannot be built, holds nothing then, and can be built again when the plan is as it was. */
static void fails_once(struct vm *vm, const char *stage)
{
	vm_post(vm, VM_EV_START);
	post(vm, VM_EV_CREATE);
	assert_int_equal(vm->state, VM_ABSENT);
	assert_true(fake_log_has(stage));
	assert_true(fake_log_has("cannot be built"));
	assert_int_equal(gone[vm->index], 1);
	assert_int_equal(started[vm->index], 0);
}

static void a_segment_outside_of_ram_ends_the_build(void **state UNUSED)
{
	struct vm_segment *seg = &plan.vms[LIN].seg[1], old = *seg;

	seg->dst.v = plan.vms[LIN].layout.ram.v + plan.vms[LIN].memory - PAGE_SIZE;
	fails_once(&vms[LIN], "lin: building stopped in stage 1 with error 3");
	*seg = old;
	start(&vms[LIN]);
}

static void flash_content_without_frames_ends_the_build(void **state UNUSED)
{
	struct vm_flash *f = &plan.vms[FLASH].flash[1], old = *f;

	f->src_size = f->backing_size + 1;
	fails_once(&vms[FLASH], "flash: building stopped in stage 2 with error 3");
	*f = old;
	start(&vms[FLASH]);
}

static void a_seed_outside_of_ram_ends_the_build(void **state UNUSED)
{
	struct vm_plan *p = &plan.vms[RAW];
	u64 old = p->seed_off[1];

	p->seed_off[1] = GIB(4);
	fails_once(&vms[RAW], "raw: building stopped in stage 3 with error 3");
	entropy_left = 0; /* nor can it be dropped there */
	fake_log_len = 0;
	gone[RAW] = 0;
	fails_once(&vms[RAW], "raw: building stopped in stage 3 with error 3");
	p->seed_off[1] = old;
	start(&vms[RAW]);
}

static void tables_that_run_out_end_the_build_half_mapped(void **state UNUSED)
{
	struct pt_space *pt = &vms[LIN].aspace->pt;
	u32 old = pt->count;

	assert_true(old > want[LIN].tables + 2);
	pt->count = want[LIN].tables + 2; /* a piece is mapped, another is not */
	fails_once(&vms[LIN], "lin: building stopped in stage 4 with error 6");
	pt->count = old;
	start(&vms[LIN]);
}

/* ---- the end of all ---- */

static void when_all_have_halted_the_manifest_decides(void **state UNUSED)
{
	start(&vms[BLANK]);
	start(&vms[RAW]);
	post(&vms[BLANK], VM_EV_HALT);
	assert_false(fake_log_has("no VM is running"));
	post(&vms[RAW], VM_EV_DESTROY);
	assert_true(fake_log_has("no VM is running; Ctrl-] opens the monitor"));
	start(&vms[RAW]);
	plan.when_all_halted = HALTED_POWEROFF;
	enum fake_end end = fake_catch();

	if (end == FAKE_RUNNING) {
		post(&vms[RAW], VM_EV_HALT);
		fail();
	}
	assert_int_equal(end, FAKE_POWEROFF);
}

static int make_bundle(void **state UNUSED)
{
	env_bundle();
	return 0;
}

static int free_bundle(void **state UNUSED)
{
	free(archive.data);
	return 0;
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define IN_PIECES(f) cmocka_unit_test_setup_teardown(f, setup_pieces, teardown)
#define BARE(f) cmocka_unit_test_setup_teardown(f, setup_bare, teardown)
	const struct CMUnitTest tests[] = {
		T(pools_are_used_to_the_last_byte_and_no_vm_holds_memory_yet),
		T(a_refused_vm_has_nothing_and_is_never_created),
		BARE(a_pool_that_the_plan_made_too_small_is_a_panic),
		BARE(a_pool_that_nobody_fills_is_noticed),
		BARE(a_pool_of_no_name_is_a_panic),
		BARE(two_vms_on_one_frame_are_a_panic),
		T(a_thousand_cycles_leave_every_pool_at_plan_size),
		IN_PIECES(cycles_of_vms_in_pieces_of_small_pages_leave_as_little),
		T(images_come_back_byte_exact_at_every_start),
		T(a_halted_vm_keeps_its_memory_until_it_goes),
		T(a_build_may_be_given_up_after_any_of_its_steps),
		T(a_bank_in_command_mode_is_back_after_a_restart),
		T(seeds_are_fresh_at_every_start),
		T(without_randomness_there_are_no_seeds_and_the_next_start_may_have_them),
		T(a_source_that_dries_up_leaves_no_half_seed),
		T(a_segment_outside_of_ram_ends_the_build),
		T(flash_content_without_frames_ends_the_build),
		T(a_seed_outside_of_ram_ends_the_build),
		IN_PIECES(tables_that_run_out_end_the_build_half_mapped),
		T(when_all_have_halted_the_manifest_decides),
	};

	return cmocka_run_group_tests(tests, make_bundle, free_bundle);
}
