/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC against hostile guests, on the model of the hardware's list registers (tests/unit/fake_gic.h): any accesses
 * to distributor, redistributors and trapped CPU interface registers, acknowledges and ends of any interrupt, interface
 * settings, lines, timers, on 1 to 4 vCPUs that come and go. Checked after each step: nothing the architecture calls
 * UNPREDICTABLE, the lock is free, banks and list registers agree. At the end and now and then, once all CPUs have done what
 * they owe, which must come to an end: whatever could be signalled to a guest is.
 *
 * Six bytes a step: what, which, and two numbers.
 */
/* SOURCES: arch/arm64/vgic.c arch/arm64/vgic_line.c arch/arm64/vgic_lr.c arch/arm64/vgic_bank.c arch/arm64/vgic_dist.c arch/arm64/vgic_redist.c arch/arm64/vgic_cpuif.c tests/unit/fake_gic.c hal/fake/fake.c */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arm64/sysreg_iss.h"
#include "arch/arm64/vgic_state.h"
#include "core/mmio.h"
#include "core/vm.h"
#include "hal/fake/fake.h"
#include "tests/unit/fake_gic.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define STEP 6
#define CPUS 4
#define ROUNDS 64 /* in which everything must have settled */

static struct vgic g;
static struct vgic_cpu vc[CPUS];
static u32 nr;
static u64 woken;

#define check(good) ((good) ? (void)0 : fail(__LINE__))

static void fail(int line)
{
	fprintf(stderr, "fuzz_vgic.c:%d: does not hold (%s)\n", line,
		fake_violations ? fake_last_violation : "no violation");
	abort();
}

void vgic_wake(struct vgic *gic, u32 index)
{
	check(gic == &g && index < nr);
	woken |= 1ULL << index;
}

static struct vgic_cpu *me(void)
{
	return &vc[fake_gic.current];
}

static void on(u32 cpu)
{
	fake_gic.current = cpu;
}

/* ---- what may happen ---- */

struct step {
	u8 what, which;
	u16 a, b;
};

/* Registers are where guests find them; the table of devices lets through only these sizes, aligned. */
static u32 offset_of(const struct step *s, u32 *size)
{
	static const u8 sizes[] = {4, 1, 8, 4};
	u32 off = s->a & 0x8000 ? 0x6000 + (s->a & 0x3ff) * 8 : s->a & 0xfff;

	if (s->a & 0x4000)
		off = s->a & 0xffff;
	*size = sizes[s->which >> 6];
	return off & ~(*size - 1);
}

static u64 value_of(const struct step *s, u32 size)
{
	u64 v = s->b | (u64)s->b << 16 | (u64)(u16)~s->b << 32 | (u64)s->a << 48;

	if (s->which & 0x20)
		v = ~0ULL;
	return size == 8 ? v : v & ((1ULL << 8 * size) - 1);
}

static void do_dist_write(const struct step *s)
{
	struct vcpu vcpu = {.index = (u16)fake_gic.current};
	u32 size, off = offset_of(s, &size);

	vgic_dist_ops.write(&g, &vcpu, off, size, value_of(s, size));
}

static void do_dist_read(const struct step *s)
{
	struct vcpu vcpu = {.index = (u16)fake_gic.current};
	u32 size, off = offset_of(s, &size);
	u64 v = vgic_dist_ops.read(&g, &vcpu, off, size);

	check(size == 8 || !(v >> 8 * size));
}

static u64 redist_offset(const struct step *s, u32 *size)
{
	u64 off = offset_of(s, size) & 0xffff;

	return (u64)(s->which >> 2 & 3) % nr * VGIC_REDIST_SIZE + (s->which & 0x10 ? 0 : 0x10000) + off;
}

static void do_redist_write(const struct step *s)
{
	struct vcpu vcpu = {.index = (u16)fake_gic.current};
	u32 size;
	u64 off = redist_offset(s, &size);

	vgic_redist_ops.write(&g, &vcpu, off, size, value_of(s, size));
}

static void do_redist_read(const struct step *s)
{
	struct vcpu vcpu = {.index = (u16)fake_gic.current};
	u32 size;
	u64 off = redist_offset(s, &size), v = vgic_redist_ops.read(&g, &vcpu, off, size);

	check(size == 8 || !(v >> 8 * size));
}

static void do_acknowledge(const struct step *s)
{
	u32 group = s->b & 1;

	if (s->which & 0x10) /* as a sound guest does */
		(void)fake_guest_pending(&group);
	(void)fake_guest_iar(group);
}

/* Which INTID: any, or one that is active in a list register. */
static u32 some_intid(const struct step *s)
{
	u64 lr = fake_gic_here()->lr[s->b % ich_features.nr_lr];

	return (s->which & 0x10) && (lr & LR_ACTIVE) ? LR_VINTID(lr) : s->a & 0x3ff;
}

static void do_end(const struct step *s)
{
	fake_guest_eoir(s->b >> 15, some_intid(s));
}

static void do_deactivate(const struct step *s)
{
	u32 intid = some_intid(s);

	if (!fake_guest_dir(intid))
		vgic_dir(me(), s->b & 0x4000 ? value_of(s, 4) & 0xffffff : intid);
}

/* Driven by its CPU while the vCPU is loaded there, or by another. */
static void do_line(const struct step *s)
{
	u32 who;

	if (s->which & 0x20) {
		vgic_set_spi(&g, s->which & 0x10 && me()->loaded ? me() : NULL, s->a & 0x3ff, s->b & 1);
		return;
	}
	who = vgic_line(&g, s->a & 0x3ff, s->b & 1);
	if (who != VGIC_NOBODY)
		vgic_wake(&g, who);
}

static void do_ppi(const struct step *s)
{
	u32 intid = 16 + (s->a & 15);

	if (intid != timer_host.intid[TIMER_VIRT] && intid != timer_host.intid[TIMER_PHYS])
		vgic_set_ppi(me(), intid, s->b & 1);
}

/* The guest sets its timer; when that fires, the interrupt is linked. */
static void do_timer(const struct step *s)
{
	enum guest_timer t = s->which & 0x10 ? TIMER_VIRT : TIMER_PHYS;

	if (s->b & 0x8000)
		cnt_write(t, fake_gic.now + (s->a & 0xff), s->b & 3);
	fake_gic.now += s->b & 0xff;
	if (fake_timer_irq(t))
		vgic_inject_linked(me(), timer_host.intid[t]);
}

static void do_trapped_register(const struct step *s)
{
	static const u32 iss[] = {
		SYSREG_ISS(3, 0, 12, 11, 5), SYSREG_ISS(3, 0, 12, 11, 7), SYSREG_ISS(3, 0, 12, 11, 6),
		SYSREG_ISS(3, 0, 12, 12, 4), SYSREG_ISS(3, 0, 4, 6, 0),   SYSREG_ISS(3, 0, 12, 11, 3),
	};
	u32 which = (s->which >> 2 & 7) % 7;
	u64 v = (u64)(s->a >> 4 & 0xf) << 24 | (s->b & 0xf) | (s->a & 0x8000 ? 1ULL << 40 : 0) |
		(u64)(s->b & 0x300) << 8;

	if (s->which & 0x40)
		v = value_of(s, 8);
	(void)vgic_cpu_sysreg(me(), which < ARRAY_SIZE(iss) ? iss[which] : (u32)s->a << 8, s->which & 0x80,
			      &v);
}

/* ICC_PMR, IGRPEN, BPR, CTLR: the hardware's, at once. */
static void do_interface(const struct step *s)
{
	u64 vmcr = (s->b & 1 ? VMCR_VENG0 : 0) | (s->b & 2 ? VMCR_VENG1 : 0) | (s->b & 4 ? VMCR_VEOIM : 0) |
		   (s->b & 8 ? VMCR_VCBPR : 0);

	vmcr |= (u64)(s->a & 7) << VMCR_VBPR0_SHIFT | (u64)(s->a >> 3 & 7) << VMCR_VBPR1_SHIFT;
	ich_vmcr_write(vmcr | (u64)(s->a >> 8) << VMCR_VPMR_SHIFT);
}

/* A sound guest's setting, so that interrupts flow. */
static void do_open(const struct step *s)
{
	struct vcpu vcpu = {.index = (u16)fake_gic.current};

	fake_guest_setup(true, true, 0xff, s->b & 1);
	vgic_dist_ops.write(&g, &vcpu, 0, 4, 3);
	vgic_redist_ops.write(&g, &vcpu, fake_gic.current * VGIC_REDIST_SIZE + 0x14, 4, 0);
}

/* Eight interrupts at once, enabled and pending, of few priorities. */
static void do_many(const struct step *s)
{
	struct vcpu vcpu = {.index = (u16)fake_gic.current};
	u32 word = 1 + (s->a & 3);

	vgic_dist_ops.write(&g, &vcpu, 0x80 + word * 4, 4, s->b * 0x10001u);
	vgic_dist_ops.write(&g, &vcpu, 0x400 + word * 32 + (s->a >> 4 & 0x1c), 4, value_of(s, 4));
	vgic_dist_ops.write(&g, &vcpu, 0x100 + word * 4, 4, 0xffu << (s->a >> 8 & 24));
	vgic_dist_ops.write(&g, &vcpu, 0x200 + word * 4, 4, 0xffu << (s->a >> 8 & 24));
}

static void do_put(const struct step *s)
{
	struct vgic_cpu *c = me();

	if (c->loaded)
		vgic_cpu_put(c);
	for (u32 i = 0; i < ich_features.nr_lr; i++)
		check(!(fake_gic_here()->lr[i] & LR_STATE));
	(void)vgic_cpu_has_irq(c);
	if (s->b & 1)
		vgic_cpu_load(c);
}

/* The VM is reset: all vCPUs are put before. */
static void do_reset(const struct step *s)
{
	if (s->a & 0xff)
		return;
	for (u32 i = 0; i < nr; i++) {
		on(i);
		if (vc[i].loaded)
			vgic_cpu_put(&vc[i]);
	}
	vgic_reset(&g);
	woken = 0;
}

static void do_kick(const struct step *s)
{
	(void)s;
	woken &= ~(1ULL << fake_gic.current);
	vgic_cpu_sync(me());
}

static void do_maintenance(const struct step *s)
{
	(void)s;
	if (fake_misr())
		vgic_cpu_resync(me());
}

/* What the guest or its CPU does needs it to be loaded. */
static const struct {
	void (*fn)(const struct step *s);
	bool loaded;
} kinds[] = {
	{do_dist_write, true},  {do_dist_write, true},  {do_dist_read, true},   {do_redist_write, true},
	{do_redist_read, true}, {do_acknowledge, true}, {do_end, true},         {do_deactivate, true},
	{do_line, false},       {do_ppi, false},        {do_timer, true},       {do_trapped_register, true},
	{do_interface, true},   {do_open, true},        {do_many, true},        {do_put, false},
	{do_kick, false},       {do_maintenance, true}, {do_acknowledge, true}, {do_end, true},
	{do_reset, false},
};

/* ---- what must hold ---- */

static bool lr_holds(u32 cpu, u32 intid)
{
	const struct vgic_cpu *c = &vc[cpu];
	const struct virq *v = vgic_virq(&g, &vc[cpu], intid);

	return c->loaded && v->owner == cpu && v->lr < ich_features.nr_lr && (c->lr_used >> v->lr & 1) &&
	       c->lr_irq[v->lr] == intid;
}

static void check_bank(u32 cpu, u32 word)
{
	const struct vgic_bank *b = vgic_bank(&g, &vc[cpu], word);

	check(!(b->lr_pend & ~b->in_lr));
	for (u32 m = b->in_lr; m; m &= m - 1) {
		u32 intid = word * 32 + (u32)__builtin_ctz(m);

		check(lr_holds(word ? vgic_virq(&g, NULL, intid)->owner : cpu, intid));
	}
}

/* An INTID is in one list register of the machine at most, and that is known. */
static void check_lrs(u32 cpu)
{
	for (u32 n = 0; n < ich_features.nr_lr; n++) {
		u64 lr = fake_gic.cpu[cpu].lr[n];
		u32 intid = LR_VINTID(lr);

		if (!(lr & LR_STATE))
			continue;
		check(vc[cpu].loaded && intid < VGIC_INTIDS && (vc[cpu].lr_used >> n & 1) &&
		      vc[cpu].lr_irq[n] == intid);
		check(vgic_bank(&g, &vc[cpu], intid / 32)->in_lr >> (intid & 31) & 1);
	}
}

static void check_state(void)
{
	check(!fake_violations);
	check(g.lock.next == g.lock.owner && !g.wake);
	check(!(g.spi[VGIC_SPI_BANKS - 1].enable & ~VGIC_LAST_BANK_MASK));
	for (u32 cpu = 0; cpu < nr; cpu++) {
		check_lrs(cpu);
		check_bank(cpu, 0);
	}
	for (u32 word = 1; word <= VGIC_SPI_BANKS; word++)
		check_bank(0, word);
}

/* While a CPU waits for others, those do their part. */
static void others(void)
{
	u32 was = fake_gic.current;

	while (woken) {
		u32 i = (u32)__builtin_ctzll(woken);

		woken &= woken - 1;
		if (i == was) /* it is the one that waits; its own part is done in between */
			continue;
		on(i);
		vgic_cpu_sync(&vc[i]);
	}
	on(was);
}

static void settle(void)
{
	u32 was = fake_gic.current;

	for (u32 round = 0;; round++) {
		bool quiet = true;

		check(round < ROUNDS);
		for (u32 i = 0; i < nr; i++) {
			on(i);
			vgic_cpu_sync(&vc[i]);
			if (vc[i].loaded && fake_misr()) {
				quiet = false;
				vgic_cpu_resync(&vc[i]);
			}
		}
		if (quiet && !woken)
			break;
		woken = 0;
	}
	on(was);
}

/* Priority of the best interrupt in the banks that is free to be signalled to the CPU that runs. */
static u32 best_outside(u32 cpu)
{
	u64 vmcr = ich_vmcr_read();
	u32 best = 0x100;

	for (u32 word = 0; word <= VGIC_SPI_BANKS; word++) {
		const struct vgic_bank *b = vgic_bank(&g, &vc[cpu], word);

		for (u32 m = vgic_ready(&g, b); m; m &= m - 1) {
			u32 i = (u32)__builtin_ctz(m);
			const struct virq *v = vgic_virq(&g, &vc[cpu], word * 32 + i);
			u32 priority = v->priority & VGIC_PRIORITY_MASK;

			if ((word && v->target != cpu) ||
			    !(vmcr & (b->group >> i & 1 ? VMCR_VENG1 : VMCR_VENG0)))
				continue;
			best = priority < best ? priority : best;
		}
	}
	return best;
}

static void check_delivered(void)
{
	for (u32 i = 0; i < nr; i++) {
		u32 best, in_lr = 0x100;

		if (!vc[i].loaded)
			continue;
		on(i);
		best = best_outside(i);
		for (u32 n = 0; n < ich_features.nr_lr; n++) {
			u64 lr = fake_gic.cpu[i].lr[n];
			u64 enable = lr & LR_GROUP1 ? VMCR_VENG1 : VMCR_VENG0;

			if ((lr & LR_STATE) == LR_PENDING && (ich_vmcr_read() & enable) &&
			    LR_PRIORITY(lr) < in_lr)
				in_lr = LR_PRIORITY(lr);
		}
		/* The hardware sees the best of all, or something as good. */
		check(best == 0x100 || in_lr <= best);
	}
}

static void begin(u8 kind)
{
	static const u8 lrs[] = {1, 2, 4, 16};

	fake_reset();
	fake_gic_reset(lrs[kind & 3]);
	ich_features.tdir = !(kind & 4);
	fake_gic.on_relax = others;
	memset(&g, 0, sizeof(g));
	memset(vc, 0, sizeof(vc));
	woken = 0;
	nr = 1 + (kind >> 3) % CPUS;
	vgic_init(&g, nr);
	for (u32 i = 0; i < nr; i++) {
		vgic_cpu_init(&g, &vc[i], i);
		vc[i].irq[timer_host.intid[TIMER_VIRT]].hw = (u16)timer_host.intid[TIMER_VIRT];
		vc[i].irq[timer_host.intid[TIMER_PHYS]].hw = (u16)timer_host.intid[TIMER_PHYS];
	}
	vgic_reset(&g);
	for (u32 i = 0; i < nr; i++) {
		on(i);
		vgic_cpu_load(&vc[i]);
	}
}

static void run(const struct step *s)
{
	u32 kind = s->what % ARRAY_SIZE(kinds);

	on((s->which & 3) % nr);
	if (kinds[kind].loaded && !me()->loaded)
		vgic_cpu_load(me());
	kinds[kind].fn(s);
	check_state();
	if ((s->what & 0xe0) == 0xe0) {
		settle();
		check_delivered();
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (!size)
		return 0;
	begin(*data++);
	for (size--; size >= STEP; data += STEP, size -= STEP) {
		struct step s = {data[0], data[1], (u16)(data[2] | data[3] << 8),
				 (u16)(data[4] | data[5] << 8)};

		run(&s);
	}
	settle();
	check_state();
	check_delivered();
	return 0;
}
