/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC against a reference without list registers: random guests with
 * 1 to 16 list registers see what an ideal GICv3 would show them.
 * SOURCES: arch/arm64/vgic.c arch/arm64/vgic_line.c arch/arm64/vgic_lr.c arch/arm64/vgic_bank.c arch/arm64/vgic_dist.c arch/arm64/vgic_redist.c arch/arm64/vgic_cpuif.c tests/unit/fake_gic.c hal/fake/fake.c */
#include "tests/unit/vgic_env.h"

#define STEPS 4000
#define SPI_FIRST 56 /* across a bank's border */
#define SPIS 24
#define IRQS (4 + SPIS) /* SGIs 0..3, SPIs */

struct ref_irq {
	bool enable, group1, edge, line, latch, active;
	u32 priority, owner;
};

static struct ref {
	struct ref_irq irq[IRQS];
	u32 target[IRQS]; /* SPIs */
	u32 ctlr;
	u32 nr;
	/* the guests' interfaces */
	struct {
		bool veng[2];
		u32 apr[2];
		struct {
			u32 i, group;
		} stack[64];
		u32 depth;
	} cpu[4];
	bool eoimode;
} r;

/* Private interrupts are kept of CPU 0 only. */
static u64 seed;

static u32 rnd(u32 n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(seed >> 33) % n;
}

static u32 intid_of(u32 i)
{
	return i < 4 ? i : SPI_FIRST + i - 4;
}

static u32 index_of(u32 intid)
{
	return intid < 4 ? intid : intid - SPI_FIRST + 4;
}

static u32 cpu_of(u32 i)
{
	return i < 4 ? 0 : r.target[i];
}

static bool ref_pending(const struct ref_irq *q)
{
	return q->latch || (q->line && !q->edge);
}

static bool ref_candidate(u32 i, u32 cpu)
{
	const struct ref_irq *q = &r.irq[i];

	return ref_pending(q) && q->enable && !q->active && cpu_of(i) == cpu &&
	       (r.ctlr & (q->group1 ? 2u : 1u)) && r.cpu[cpu].veng[q->group1];
}

/* Priority of what would be signalled, 0x100: nothing. */
static u32 ref_best(u32 cpu)
{
	u32 best = 0x100, apr = r.cpu[cpu].apr[0] | r.cpu[cpu].apr[1];
	u32 running = apr ? (u32)__builtin_ctz(apr) * 8 : 0x100;

	for (u32 i = 0; i < IRQS; i++)
		if (ref_candidate(i, cpu) && r.irq[i].priority < best)
			best = r.irq[i].priority;
	return best < running ? best : 0x100;
}

static void check_signal(u32 cpu)
{
	u32 group = 0, got, want = ref_best(cpu);

	on(cpu);
	got = fake_guest_pending(&group);
	if (want == 0x100) {
		assert_int_equal(got, FAKE_NONE);
		return;
	}
	assert_true(got != FAKE_NONE);
	assert_true(ref_candidate(index_of(got), cpu));
	assert_int_equal(r.irq[index_of(got)].priority, want);
	assert_int_equal(r.irq[index_of(got)].group1, group);
}

static void check_registers(void)
{
	on(0);
	for (u32 i = 0; i < IRQS; i++) {
		const struct ref_irq *q = &r.irq[i];

		assert_int_equal(get_bit(ISPENDR, intid_of(i)), ref_pending(q));
		assert_int_equal(get_bit(ISACTIVER, intid_of(i)), q->active);
		assert_int_equal(get_bit(ISENABLER, intid_of(i)), q->enable);
	}
}

/* ---- what may happen ---- */

static void do_latch(u32 i)
{
	r.irq[i].latch = true;
	set_bit(ISPENDR, intid_of(i));
}

static void do_unlatch(u32 i)
{
	r.irq[i].latch = false;
	set_bit(ICPENDR, intid_of(i));
}

static void do_line(u32 i)
{
	struct ref_irq *q = &r.irq[i];
	bool level = rnd(2);

	if (i < 4)
		return;
	if (q->edge && level && !q->line)
		q->latch = true;
	q->line = level;
	if (rnd(2))
		drive(intid_of(i), level);
	else
		vgic_set_spi(&g, me()->loaded ? me() : NULL, intid_of(i), level);
}

static void do_enable(u32 i)
{
	r.irq[i].enable = true;
	set_bit(ISENABLER, intid_of(i));
}

static void do_disable(u32 i)
{
	r.irq[i].enable = false;
	set_bit(ICENABLER, intid_of(i));
}

static void do_priority(u32 i)
{
	r.irq[i].priority = rnd(31) * 8;
	set_priority(intid_of(i), r.irq[i].priority);
}

static void do_sgi(u32 i)
{
	i &= 3;
	r.irq[i].latch = true;
	vgic_sgi(me(), VGIC_SGI1R, (u64)i << 24 | 1);
}

static void do_route(u32 i)
{
	if (i < 4)
		return;
	r.target[i] = rnd(r.nr);
	gicd_wr(IROUTER + 8 * intid_of(i), 8, r.target[i]);
}

static void do_ctlr(u32 i)
{
	r.ctlr = i % 8 ? 3 : rnd(4);
	gicd_wr(GICD_CTLR, 4, r.ctlr);
}

static void do_veng(u32 i)
{
	u32 cpu = fake_gic.current;
	u64 vmcr = ich_vmcr_read() & ~(VMCR_VENG0 | VMCR_VENG1);

	r.cpu[cpu].veng[0] = i & 3;
	r.cpu[cpu].veng[1] = i & 12;
	vmcr |= r.cpu[cpu].veng[0] ? VMCR_VENG0 : 0;
	ich_vmcr_write(vmcr | (r.cpu[cpu].veng[1] ? VMCR_VENG1 : 0));
}

static void do_put_load(u32 i UNUSED)
{
	vgic_cpu_put(me());
	vgic_cpu_load(me());
}

static void do_active(u32 i)
{
	if (!r.eoimode)
		return;
	r.irq[i].active = rnd(2);
	set_bit(r.irq[i].active ? ISACTIVER : ICACTIVER, intid_of(i));
}

static void do_config(u32 i)
{
	u32 off = ICFGR + intid_of(i) / 16 * 4, shift = intid_of(i) % 16 * 2 + 1;
	u64 val;

	if (i < 4)
		return;
	r.irq[i].edge = rnd(2);
	val = gicd_rd(off, 4) & ~(1ULL << shift);
	gicd_wr(off, 4, val | (u64)r.irq[i].edge << shift);
}

static void do_iar(u32 i UNUSED)
{
	u32 cpu = fake_gic.current, group = 0, intid;
	struct ref_irq *q;

	if (fake_guest_pending(&group) == FAKE_NONE || r.cpu[cpu].depth == 64)
		return;
	intid = fake_guest_iar(group);
	q = &r.irq[index_of(intid)];
	q->latch = false;
	q->active = true;
	q->owner = cpu;
	r.cpu[cpu].apr[group] |= 1u << (q->priority / 8);
	r.cpu[cpu].stack[r.cpu[cpu].depth].i = index_of(intid);
	r.cpu[cpu].stack[r.cpu[cpu].depth++].group = group;
}

static void do_eoi(u32 i UNUSED)
{
	u32 cpu = fake_gic.current, irq, group;

	if (!r.cpu[cpu].depth)
		return;
	r.cpu[cpu].depth--;
	irq = r.cpu[cpu].stack[r.cpu[cpu].depth].i;
	group = r.cpu[cpu].stack[r.cpu[cpu].depth].group;
	r.cpu[cpu].apr[group] &= r.cpu[cpu].apr[group] - 1;
	fake_guest_eoir(group, intid_of(irq));
	if (!r.eoimode)
		r.irq[irq].active = false;
}

static void do_dir(u32 i)
{
	if (!r.eoimode || (i < 4 && fake_gic.current))
		return;
	if (i >= 4 || fake_gic.current == 0)
		r.irq[i].active = false;
	dir(intid_of(i));
}

static const struct {
	void (*fn)(u32 i);
	u32 weight;
	bool private_ok; /* on CPU 0 only, when it may name a private interrupt */
} ops[] = {
	{do_latch, 20, false},  {do_unlatch, 4, false},  {do_line, 20, false},   {do_enable, 8, false},
	{do_disable, 4, false}, {do_priority, 4, false}, {do_sgi, 8, false},     {do_route, 3, false},
	{do_ctlr, 1, false},    {do_veng, 2, true},      {do_put_load, 4, true}, {do_active, 3, false},
	{do_config, 1, false},  {do_iar, 40, true},      {do_eoi, 30, true},     {do_dir, 12, true},
};

static void step(void)
{
	u32 total = 0, pick, k = 0, i = rnd(IRQS);

	for (u32 n = 0; n < ARRAY_SIZE(ops); n++)
		total += ops[n].weight;
	for (pick = rnd(total); pick >= ops[k].weight; k++)
		pick -= ops[k].weight;
	on(rnd(r.nr));
	if (!ops[k].private_ok && (i < 4 || ops[k].fn == do_sgi))
		on(0);
	ops[k].fn(i);
}

/* All CPUs take their kicks and maintenance interrupts until all is quiet. */
static void settle(void)
{
	for (u32 round = 0;; round++) {
		bool quiet = true;

		deliver_wakes();
		for (u32 c = 0; c < r.nr; c++) {
			on(c);
			if (maintenance())
				quiet = false;
		}
		if (quiet && !woken)
			return;
		assert_true(round < 8);
	}
}

/* While a CPU waits, the others run. */
static void others(void)
{
	deliver_wakes();
}

static void run(u32 nr, u32 nr_lr, bool eoimode, u64 with)
{
	env(nr, nr_lr, eoimode);
	fake_gic.on_relax = others;
	memset(&r, 0, sizeof(r));
	seed = with;
	r.nr = nr;
	r.ctlr = 3;
	r.eoimode = eoimode;
	for (u32 c = 0; c < nr; c++)
		r.cpu[c].veng[0] = r.cpu[c].veng[1] = true;
	for (u32 i = 0; i < IRQS; i++) {
		r.irq[i].edge = i < 4 || i % 3;
		r.irq[i].group1 = i % 5;
		r.irq[i].enable = true;
		if (i >= 4 && r.irq[i].edge)
			set_edge(intid_of(i));
		if (r.irq[i].group1)
			set_group1(intid_of(i));
		set_bit(ISENABLER, intid_of(i));
	}
	for (u32 n = 0; n < STEPS; n++) {
		step();
		settle();
		for (u32 c = 0; c < nr; c++)
			check_signal(c);
		if (n % 8 == 0)
			check_registers();
		if (fake_violations)
			fail_msg("%s", fake_last_violation);
	}
	env_done();
}

static void sweep(u32 nr, bool eoimode)
{
	static const u32 lrs[] = {1, 2, 3, 4, 16};

	for (u32 k = 0; k < ARRAY_SIZE(lrs); k++)
		for (u64 with = 1; with <= 4; with++)
			run(nr, lrs[k], eoimode, with * 977 + k);
}

static void one_vcpu_with_eoimode_0_sees_an_ideal_gic(void **s UNUSED)
{
	sweep(1, false);
}

static void one_vcpu_with_eoimode_1_sees_an_ideal_gic(void **s UNUSED)
{
	sweep(1, true);
}

static void three_vcpus_with_eoimode_0_see_an_ideal_gic(void **s UNUSED)
{
	sweep(3, false);
}

static void three_vcpus_with_eoimode_1_see_an_ideal_gic(void **s UNUSED)
{
	sweep(3, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_vcpu_with_eoimode_0_sees_an_ideal_gic),
		cmocka_unit_test(one_vcpu_with_eoimode_1_sees_an_ideal_gic),
		cmocka_unit_test(three_vcpus_with_eoimode_0_see_an_ideal_gic),
		cmocka_unit_test(three_vcpus_with_eoimode_1_see_an_ideal_gic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
