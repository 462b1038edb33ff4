/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual APLIC: source modes, pending bits, forwarding by MSI, lines from other CPUs.
 * SOURCES: arch/riscv/vaplic.c */
#include "arch/riscv/vaplic.h"
#include "tests/unit/rv_irq_env.h"

#define DOMAINCFG 0x0000u
#define SOURCECFG(n) (4 * (n))
#define SETIP(k) (0x1c00u + 4 * (k))
#define SETIPNUM 0x1cdcu
#define IN_CLRIP(k) (0x1d00u + 4 * (k))
#define CLRIPNUM 0x1ddcu
#define SETIE(k) (0x1e00u + 4 * (k))
#define SETIENUM 0x1edcu
#define CLRIE(k) (0x1f00u + 4 * (k))
#define CLRIENUM 0x1fdcu
#define SETIPNUM_LE 0x2000u
#define SETIPNUM_BE 0x2004u
#define GENMSI 0x3000u
#define TARGET(n) (0x3000u + 4 * (n))

#define IE (1u << 8)
#define TO(hart, id) ((u32)(hart) << 18 | (id))

enum { INACTIVE, DETACHED, EDGE1 = 4, EDGE0, LEVEL1, LEVEL0 };
static const u32 modes[] = {INACTIVE, DETACHED, EDGE1, EDGE0, LEVEL1, LEVEL0};

static struct vaplic aplic;

/* ---- the files: what was sent, as target registers say it ---- */

static struct {
	u32 nr, to[256];
	u64 file[4][4]; /* of the first vCPUs, when threads run */
	bool threads;
} msi;

void vimsic_send(struct vm *to, u32 vcpu, u32 id)
{
	assert_ptr_equal(to, &vm);
	if (msi.threads) {
		atomic_or(&msi.file[vcpu][id / 64], 1ULL << id % 64);
		vcpu_wake(&vcpus[vcpu]);
		return;
	}
	assert_true(msi.nr < ARRAY_SIZE(msi.to));
	msi.to[msi.nr++] = TO(vcpu, id);
}

/* The one MSI that was sent since; 0: none. */
static u32 take_msi(void)
{
	u32 nr = msi.nr;

	assert_true(nr <= 1);
	msi.nr = 0;
	return nr ? msi.to[0] : 0;
}

static u32 rd(u32 off)
{
	return (u32)vaplic_ops.read(&aplic, &vcpus[0], off, 4);
}

static void wr(u32 off, u32 value)
{
	vaplic_ops.write(&aplic, &vcpus[0], off, 4, value);
}

static bool bit(u32 array, u32 n)
{
	return rd(array + n / 32 * 4) >> n % 32 & 1;
}

static bool is_pending(u32 n)
{
	return bit(SETIP(0), n);
}

static void env(u16 nr)
{
	vm_of(nr);
	memset(&aplic, 0, sizeof(aplic));
	memset(&msi, 0, sizeof(msi));
	vaplic_init(&aplic, &vm);
	wr(DOMAINCFG, IE);
}

static void setup(u32 n, u32 mode, u32 target)
{
	wr(SOURCECFG(n), mode);
	wr(TARGET(n), target);
	wr(SETIENUM, n);
}

static void line(u32 n, bool level)
{
	vaplic_line(&aplic, n, level);
}

/* ---- modes and the wire (4.5.2, 4.7) ---- */

static void a_rising_edge_is_forwarded_once(void **s UNUSED)
{
	env(4);
	setup(10, EDGE1, TO(3, 77));
	line(10, true);
	assert_int_equal(take_msi(), TO(3, 77));
	assert_false(is_pending(10));
	line(10, true);
	line(10, false);
	assert_int_equal(take_msi(), 0);
	line(10, true);
	assert_int_equal(take_msi(), TO(3, 77));
}

static void a_falling_edge_counts_when_inverted(void **s UNUSED)
{
	env(1);
	setup(11, EDGE0, TO(0, 5));
	assert_int_equal(take_msi(), 0);
	line(11, true);
	assert_int_equal(take_msi(), 0);
	line(11, false);
	assert_int_equal(take_msi(), TO(0, 5));
	line(11, true);
	line(11, false);
	assert_int_equal(take_msi(), TO(0, 5));
}

static void a_level_is_forwarded_when_it_is_asserted_and_then_ignored_until_it_was_not(void **s UNUSED)
{
	static const u32 level_modes[] = {LEVEL1, LEVEL0};

	for (u32 i = 0; i < 2; i++) {
		bool on = level_modes[i] == LEVEL1;

		env(1);
		line(96, !on);
		setup(96, level_modes[i], TO(0, 9));
		assert_int_equal(take_msi(), 0);
		line(96, on);
		assert_int_equal(take_msi(), TO(0, 9));
		assert_false(is_pending(96));
		assert_true(bit(IN_CLRIP(0), 96));
		line(96, !on);
		assert_false(bit(IN_CLRIP(0), 96));
		assert_int_equal(take_msi(), 0);
		line(96, on);
		assert_int_equal(take_msi(), TO(0, 9));
	}
}

static void a_level_that_is_no_longer_asserted_is_no_longer_pending(void **s UNUSED)
{
	env(1);
	setup(40, LEVEL1, TO(0, 1));
	wr(CLRIENUM, 40);
	line(40, true);
	assert_true(is_pending(40));
	line(40, false);
	assert_false(is_pending(40));
	wr(SETIENUM, 40);
	assert_int_equal(take_msi(), 0);
	line(40, true);
	assert_int_equal(take_msi(), TO(0, 1));
}

static void an_edge_stays_pending_whatever_the_wire_does(void **s UNUSED)
{
	env(1);
	setup(40, EDGE1, TO(0, 1));
	wr(CLRIENUM, 40);
	line(40, true);
	line(40, false);
	assert_true(is_pending(40));
	wr(SETIENUM, 40);
	assert_int_equal(take_msi(), TO(0, 1));
}

static void a_detached_source_ignores_its_wire(void **s UNUSED)
{
	env(1);
	setup(40, DETACHED, TO(0, 1));
	line(40, true);
	assert_false(is_pending(40) || bit(IN_CLRIP(0), 40));
	line(40, false);
	assert_int_equal(take_msi(), 0);
	wr(SETIPNUM, 40);
	assert_int_equal(take_msi(), TO(0, 1));
}

static void an_inactive_source_has_no_bits_and_no_target(void **s UNUSED)
{
	env(1);
	for (u32 i = 1; i < ARRAY_SIZE(modes); i++) {
		wr(DOMAINCFG, 0);
		setup(50, modes[i], TO(0, 7));
		line(50, true);
		wr(SETIPNUM, 50);
		wr(SOURCECFG(50), INACTIVE);
		wr(SETIPNUM, 50);
		wr(SETIENUM, 50);
		wr(TARGET(50), TO(0, 8));
		line(50, false);
		line(50, true);
		assert_false(is_pending(50) || bit(SETIE(0), 50) || bit(IN_CLRIP(0), 50));
		assert_int_equal(rd(TARGET(50)), 0);
		wr(SOURCECFG(50), EDGE1); /* and nothing of it comes back */
		assert_false(is_pending(50) || bit(SETIE(0), 50));
		assert_int_equal(rd(TARGET(50)), 0);
		wr(DOMAINCFG, IE);
		wr(SOURCECFG(50), INACTIVE);
		line(50, false);
		assert_int_equal(take_msi(), 0);
	}
}

static void a_level_asserted_when_its_mode_is_set_is_pending_an_edge_is_not(void **s UNUSED)
{
	env(1);
	line(7, true);
	wr(SOURCECFG(7), LEVEL1);
	assert_true(is_pending(7));
	wr(SOURCECFG(8), LEVEL0);
	assert_true(is_pending(8));
	wr(SOURCECFG(9), EDGE0);
	assert_false(is_pending(9));
	line(10, true);
	wr(SOURCECFG(10), EDGE1);
	assert_false(is_pending(10));
}

static void a_change_between_active_modes_keeps_pending_and_enable(void **s UNUSED)
{
	env(1);
	wr(DOMAINCFG, 0);
	for (u32 from = 1; from < ARRAY_SIZE(modes); from++)
		for (u32 to = 1; to < ARRAY_SIZE(modes); to++) {
			line(7, modes[from] != LEVEL0);
			setup(7, modes[from], TO(0, 3));
			wr(SETIPNUM, 7);
			assert_true(is_pending(7));
			wr(SOURCECFG(7), modes[to]);
			line(7, modes[to] != LEVEL0); /* which may be an event, too */
			assert_true(is_pending(7) && bit(SETIE(0), 7));
			assert_int_equal(rd(TARGET(7)), TO(0, 3));
			wr(SOURCECFG(7), INACTIVE);
		}
	assert_int_equal(take_msi(), 0);
}

static void reserved_modes_and_delegation_make_a_source_inactive(void **s UNUSED)
{
	static const u32 values[] = {2, 3, 0xfffffffa, 1u << 10, 1u << 10 | LEVEL1, ~0u, 0};

	env(1);
	for (u32 i = 0; i < ARRAY_SIZE(values); i++) {
		wr(SOURCECFG(1), LEVEL1);
		wr(SOURCECFG(1), values[i]);
		assert_int_equal(rd(SOURCECFG(1)), 0);
	}
	wr(SOURCECFG(1), 0xfffffbf8 | EDGE0);
	assert_int_equal(rd(SOURCECFG(1)), EDGE0);
}

/* ---- software's part ---- */

static void pending_is_set_by_software_in_a_level_mode_only_while_asserted(void **s UNUSED)
{
	env(1);
	setup(33, LEVEL1, TO(0, 2));
	wr(SETIPNUM_LE, 33);
	wr(SETIP(1), 1u << 1);
	assert_int_equal(take_msi(), 0);
	line(33, true);
	assert_int_equal(take_msi(), TO(0, 2));
	wr(SETIPNUM_LE, 33);
	assert_int_equal(take_msi(), TO(0, 2));
	wr(SETIP(1), 1u << 1);
	assert_int_equal(take_msi(), TO(0, 2));
}

/* What irq-riscv-aplic-msi does at the end of each level interrupt (4.9.2, second option). */
static void a_level_still_asserted_after_its_handler_is_retriggered(void **s UNUSED)
{
	env(2);
	line(10, true);
	wr(SOURCECFG(10), LEVEL1);
	wr(SETIPNUM_LE, 10);
	wr(TARGET(10), TO(1, 3));
	assert_int_equal(take_msi(), 0);
	wr(SETIENUM, 10);
	assert_int_equal(take_msi(), TO(1, 3));
	wr(SETIPNUM_LE, 10); /* the handler left one cause */
	assert_int_equal(take_msi(), TO(1, 3));
	line(10, false);
	wr(SETIPNUM_LE, 10);
	assert_int_equal(take_msi(), 0);
	line(10, true);
	assert_int_equal(take_msi(), TO(1, 3));
}

static void each_way_to_set_and_clear_a_bit_reaches_that_source_alone(void **s UNUSED)
{
	static const u32 ns[] = {1, 31, 32, 63, 64, 95, 96};

	env(1);
	for (u32 n = 1; n <= 96; n++)
		wr(SOURCECFG(n), DETACHED);
	for (u32 i = 0; i < ARRAY_SIZE(ns); i++) {
		u32 n = ns[i], k = n / 32, one = 1u << n % 32;
		const u32 how[][4] = {{SETIP(k), one, IN_CLRIP(k), one}, {SETIPNUM, n, CLRIPNUM, n},
				      {SETIPNUM_LE, n, CLRIPNUM, n},     {SETIPNUM_BE, n << 24, CLRIPNUM, n},
				      {SETIENUM, n, CLRIENUM, n},        {SETIE(k), one, CLRIE(k), one}};

		for (u32 h = 0; h < ARRAY_SIZE(how); h++) {
			u32 array = h < 4 ? SETIP(0) : SETIE(0);

			wr(how[h][0], how[h][1]);
			for (u32 w = 0; w < 32; w++)
				assert_int_equal(rd(array + 4 * w), w == k ? one : 0);
			wr(how[h][2], how[h][3]);
			assert_int_equal(rd(array + 4 * k), 0);
		}
	}
}

static void numbers_of_no_source_are_ignored(void **s UNUSED)
{
	static const u32 registers[] = {SETIPNUM, CLRIPNUM, SETIENUM, CLRIENUM, SETIPNUM_LE, SETIPNUM_BE};
	static const u32 numbers[] = {0, 97, 128, 1023, 1024, 0x101, 1u << 31, ~0u, 97u << 24, 1u << 24 | 1};

	env(1);
	for (u32 n = 1; n <= 96; n++)
		setup(n, DETACHED, TO(0, n));
	wr(SETIE(0), ~0u);
	for (u32 r = 0; r < ARRAY_SIZE(registers); r++)
		for (u32 i = 0; i < ARRAY_SIZE(numbers); i++)
			wr(registers[r], numbers[i]);
	line(0, true);
	line(97, true);
	line(~0u, true);
	assert_int_equal(take_msi(), 0);
	assert_true(rd(SETIE(0)) == ~1u && rd(SETIE(1)) == ~0u && rd(SETIE(2)) == ~0u && rd(SETIE(3)) == 1);
}

/* ---- forwarding ---- */

static void nothing_is_forwarded_unless_pending_enabled_and_the_domain_is_on(void **s UNUSED)
{
	env(1);
	for (u32 i = 0; i < 8; i++) {
		vaplic_reset(&aplic);
		wr(SOURCECFG(5), EDGE1);
		wr(TARGET(5), TO(0, 6));
		if (i & 1)
			wr(SETIENUM, 5);
		if (i & 2)
			line(5, true);
		if (i & 4)
			wr(DOMAINCFG, IE);
		assert_int_equal(take_msi(), i == 7 ? TO(0, 6) : 0);
		assert_int_equal(is_pending(5), i != 7 && (i & 2));
	}
}

static void switching_the_domain_on_forwards_all_that_waits(void **s UNUSED)
{
	env(1);
	wr(DOMAINCFG, 0);
	for (u32 n = 1; n <= 96; n++) {
		setup(n, EDGE1, TO(0, n));
		line(n, true);
	}
	assert_int_equal(msi.nr, 0);
	wr(DOMAINCFG, IE);
	assert_int_equal(msi.nr, 96);
	for (u32 n = 1; n <= 96; n++)
		assert_int_equal(msi.to[n - 1], TO(0, n));
	for (u32 k = 0; k < 4; k++)
		assert_int_equal(rd(SETIP(k)), 0);
}

static void an_extempore_msi_is_sent_also_while_the_domain_is_off(void **s UNUSED)
{
	env(2);
	wr(DOMAINCFG, 0);
	wr(GENMSI, TO(1, 99) | 0x3ff00);
	assert_int_equal(take_msi(), TO(1, 99));
	assert_int_equal(rd(GENMSI), TO(1, 99));
	wr(GENMSI, ~0u);
	assert_int_equal(take_msi(), TO(0x3fff, 255)); /* the files ignore it: there is no such vCPU */
}

/* ---- the region ---- */

/* What reads back of `value` at `off`, all sources being detached or all inactive. */
static u32 kept(u32 off, u32 value, bool active)
{
	u32 n = off % 0x1000 / 4, all[4] = {~1u, ~0u, ~0u, 1};

	if (off == DOMAINCFG)
		return 0x80000004 | (value & IE);
	if (off < 0x1000)
		return n <= 96 && !(value & 1u << 10) && (value & 7) != 2 && (value & 7) != 3 ? value & 7 : 0;
	if (off == GENMSI || (off > GENMSI && off <= TARGET(96)))
		return off == GENMSI || active ? value & 0xfffc00ff : 0;
	if ((off >= SETIE(0) && off <= SETIE(3)) || (off >= SETIP(0) && off <= SETIP(3)))
		return active ? value & all[off % 0x80 / 4] : 0;
	return 0;
}

static void sweep(u32 value, bool active)
{
	for (u32 off = 0; off < VAPLIC_SIZE; off += 4) {
		env(1);
		wr(DOMAINCFG, 0);
		for (u32 n = 1; active && n <= 96; n++)
			wr(SOURCECFG(n), DETACHED);
		wr(off, value);
		assert_int_equal(rd(off), kept(off, value, active));
		msi.nr = 0;
	}
}

static void every_offset_keeps_what_its_register_has_and_nothing_else(void **s UNUSED)
{
	u64 seed = 11;

	sweep(~0u, false);
	sweep(~0u, true);
	sweep(0, true);
	for (u32 i = 0; i < 8; i++)
		sweep(rnd32(&seed), i & 1);
	assert_int_equal(VAPLIC_SIZE, 0x8000);
}

static void after_a_reset_nothing_is_left(void **s UNUSED)
{
	struct vaplic empty;

	env(1);
	vaplic_reset(&aplic);
	memcpy(&empty, &aplic, sizeof(aplic));
	wr(DOMAINCFG, IE);
	for (u32 n = 1; n <= 96; n++) {
		line(n, true);
		wr(SOURCECFG(n), modes[n % ARRAY_SIZE(modes)]);
		wr(TARGET(n), ~0u);
		wr(SETIPNUM, n);
	}
	wr(SETIE(2), ~0u);
	wr(GENMSI, 7);
	vaplic_reset(&aplic);
	aplic.lock = empty.lock;
	assert_memory_equal(&aplic, &empty, sizeof(aplic));
	for (u32 off = 4; off < VAPLIC_SIZE; off += 4)
		assert_int_equal(rd(off), 0);
	assert_int_equal(rd(DOMAINCFG), 0x80000004);
}

static void only_aligned_words_are_taken(void **s UNUSED)
{
	struct mmio_region r = {0x0d000000, VAPLIC_SIZE, &vaplic_ops, &aplic};

	for (u32 size = 1; size <= 8; size *= 2)
		assert_int_equal(mmio_takes(&r, GPA(r.base + 0x2000), size), size == 4);
	assert_false(mmio_takes(&r, GPA(r.base + 2), 4));
}

/* ---- against a reference ---- */

struct ref_source {
	u32 mode, target;
	bool line, pend, enable;
};

static struct ref {
	struct ref_source source[97];
	bool ie;
	u32 nr, to[256];
} ref;

static bool ref_rectified(const struct ref_source *q)
{
	return q->mode >= EDGE1 && q->line != (q->mode & 1);
}

static bool ref_is_level(const struct ref_source *q)
{
	return q->mode >= LEVEL1;
}

/* What 4.7 says about a level, and forwarding; after each change. */
static void ref_settle(struct ref_source *q)
{
	if (ref_is_level(q) && !ref_rectified(q))
		q->pend = false;
	if (!q->pend || !q->enable || !ref.ie)
		return;
	q->pend = false;
	ref.to[ref.nr++] = q->target;
}

static void ref_line(u32 n, bool level)
{
	struct ref_source *q = &ref.source[n];
	bool was = ref_rectified(q);

	line(n, level);
	q->line = level;
	if (!was && ref_rectified(q))
		q->pend = true;
	ref_settle(q);
}

static void ref_mode(u32 n, u32 mode)
{
	struct ref_source *q = &ref.source[n];

	wr(SOURCECFG(n), mode);
	if (q->mode == mode)
		return;
	q->mode = mode;
	if (ref_is_level(q) && ref_rectified(q))
		q->pend = true;
	if (!mode)
		*q = (struct ref_source){.line = q->line};
	ref_settle(q);
}

/* setip, clrip, setie or clrie of the sources with a bit. */
static void ref_bits(u32 what, u32 first, u32 bits)
{
	for (u32 i = 0; i < 32; i++) {
		struct ref_source *q = &ref.source[first + i <= 96 ? first + i : 0]; /* [0] stays inactive */

		if (!(bits >> i & 1) || !q->mode)
			continue;
		if (what < 2)
			q->pend = !what && (q->pend || !ref_is_level(q) || ref_rectified(q));
		else
			q->enable = what == 2;
		ref_settle(q);
	}
}

static void ref_domain(bool ie)
{
	wr(DOMAINCFG, ie ? ~0u : ~IE);
	ref.ie = ie;
	for (u32 n = 1; n <= 96; n++)
		ref_settle(&ref.source[n]);
}

static void ref_step(u64 *seed)
{
	static const u32 arrays[] = {SETIP(0), IN_CLRIP(0), SETIE(0), CLRIE(0)};
	static const u32 numbers[] = {SETIPNUM, CLRIPNUM, SETIENUM, CLRIENUM};
	u32 n = 1 + rnd(seed, 96), what = rnd(seed, 4), bits;

	switch (rnd(seed, 12)) {
	case 0 ... 4:
		ref_line(n, !ref.source[n].line);
		break;
	case 5 ... 6:
		wr(numbers[what], n);
		ref_bits(what, n / 32 * 32, 1u << n % 32);
		break;
	case 7:
		bits = rnd32(seed) & rnd32(seed) & rnd32(seed);
		wr(arrays[what] + n / 32 * 4, bits);
		ref_bits(what, n / 32 * 32, bits);
		break;
	case 8 ... 9:
		ref_mode(n, modes[rnd(seed, ARRAY_SIZE(modes))]);
		break;
	case 10:
		bits = rnd32(seed);
		wr(TARGET(n), bits);
		if (ref.source[n].mode)
			ref.source[n].target = bits & 0xfffc00ff;
		break;
	default:
		ref_domain(rnd(seed, 4));
	}
}

static void ref_check(void)
{
	assert_int_equal(msi.nr, ref.nr);
	assert_memory_equal(msi.to, ref.to, msi.nr * sizeof(u32));
	msi.nr = ref.nr = 0;
	for (u32 n = 1; n <= 96; n++) {
		const struct ref_source *q = &ref.source[n];

		assert_int_equal(rd(SOURCECFG(n)), q->mode);
		assert_int_equal(rd(TARGET(n)), q->target);
		assert_int_equal(is_pending(n), q->pend);
		assert_int_equal(bit(SETIE(0), n), q->enable);
		assert_int_equal(bit(IN_CLRIP(0), n), ref_rectified(q));
	}
}

static void random_histories_are_those_of_a_simple_aplic(void **s UNUSED)
{
	for (u64 seed = 1, with = 1; with <= 10; seed = ++with) {
		env(1);
		memset(&ref, 0, sizeof(ref));
		ref.ie = true;
		for (u32 n = 0; n < 3000; n++) {
			ref_step(&seed);
			ref_check();
		}
	}
}

/* ---- CPUs at once ---- */

#define DEVICES 2
#define GUESTS 2
#define PER_DEVICE 4
#define ROUNDS 8000

/*
 * Devices drive level and edge sources and wait until a guest has served them; a level falls only then. Guests sleep
 * until they are woken; awake, they serve, retrigger as Linux does, and reconfigure. What is lost stalls a device.
 */
static struct {
	u32 wanted[97];
	u32 lost, devices, stop;
} race;

static u32 source_of(u32 device, u32 k)
{
	return 1 + device * PER_DEVICE + k;
}

static u32 race_mode(u32 n)
{
	static const u32 of[PER_DEVICE] = {LEVEL1, LEVEL0, EDGE1, EDGE0};

	return of[(n - 1) % PER_DEVICE];
}

static bool asserted_is(u32 n)
{
	return race_mode(n) == LEVEL1 || race_mode(n) == EDGE1;
}

static void *device(u32 self)
{
	u64 seed = self + 5;

	for (u32 n = 0; n < ROUNDS && !load_relaxed(&race.lost); n++) {
		u32 source = source_of(self, rnd(&seed, PER_DEVICE));
		time_t since = time(NULL);

		store_release(&race.wanted[source], 1);
		line(source, asserted_is(source));
		while (load_acquire(&race.wanted[source])) {
			cpu_relax();
			if (time(NULL) - since > STALL_S) {
				store_release(&race.lost, source);
				break;
			}
		}
		line(source, !asserted_is(source));
	}
	if (atomic_add(&race.devices, 1) == DEVICES - 1)
		store_release(&race.stop, 1);
	return NULL;
}

static void reconfigure(u64 *seed)
{
	u32 n = source_of(rnd(seed, DEVICES), rnd(seed, PER_DEVICE)), to = TO(rnd(seed, GUESTS), n);

	switch (rnd(seed, 4)) {
	case 0:
		wr(CLRIENUM, n);
		wr(SETIENUM, n);
		break;
	case 1:
		wr(DOMAINCFG, 0);
		wr(DOMAINCFG, IE);
		break;
	case 2:
		wr(TARGET(n), to);
		break;
	default: /* between modes of one sense, nothing that was pending may be lost; back again, neither */
		wr(SOURCECFG(n), race_mode(n) ^ 2);
		wr(SOURCECFG(n), race_mode(n));
	}
}

static bool serve(u32 self)
{
	bool any = false;

	for (u32 n = 1; n <= DEVICES * PER_DEVICE; n++) {
		if (!(atomic_and(&msi.file[self][0], ~(1ULL << n)) >> n & 1))
			continue;
		any = true;
		store_release(&race.wanted[n], 0);
		if (race_mode(n) >= LEVEL1)
			wr(SETIPNUM_LE, n);
	}
	return any;
}

static void *guest(u32 self)
{
	u64 seed = self + 7;

	while (!load_acquire(&race.stop)) {
		if (!was_woken(self)) {
			cpu_relax();
			continue;
		}
		while (serve(self))
			if (rnd(&seed, 2))
				reconfigure(&seed);
	}
	return NULL;
}

static void *race_thread(void *arg)
{
	u32 i = (u32)(uintptr_t)arg;

	return i < DEVICES ? device(i) : guest(i - DEVICES);
}

static void no_interrupt_is_lost_while_vcpus_reconfigure(void **s UNUSED)
{
	env(GUESTS);
	memset(&race, 0, sizeof(race));
	msi.threads = true;
	for (u32 n = 1; n <= DEVICES * PER_DEVICE; n++) {
		line(n, !asserted_is(n));
		setup(n, race_mode(n), TO(n % GUESTS, n));
	}
	run_threads(DEVICES + GUESTS, race_thread);
	assert_int_equal(race.lost, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rising_edge_is_forwarded_once),
		cmocka_unit_test(a_falling_edge_counts_when_inverted),
		cmocka_unit_test(a_level_is_forwarded_when_it_is_asserted_and_then_ignored_until_it_was_not),
		cmocka_unit_test(a_level_that_is_no_longer_asserted_is_no_longer_pending),
		cmocka_unit_test(an_edge_stays_pending_whatever_the_wire_does),
		cmocka_unit_test(a_detached_source_ignores_its_wire),
		cmocka_unit_test(an_inactive_source_has_no_bits_and_no_target),
		cmocka_unit_test(a_level_asserted_when_its_mode_is_set_is_pending_an_edge_is_not),
		cmocka_unit_test(a_change_between_active_modes_keeps_pending_and_enable),
		cmocka_unit_test(reserved_modes_and_delegation_make_a_source_inactive),
		cmocka_unit_test(pending_is_set_by_software_in_a_level_mode_only_while_asserted),
		cmocka_unit_test(a_level_still_asserted_after_its_handler_is_retriggered),
		cmocka_unit_test(each_way_to_set_and_clear_a_bit_reaches_that_source_alone),
		cmocka_unit_test(numbers_of_no_source_are_ignored),
		cmocka_unit_test(nothing_is_forwarded_unless_pending_enabled_and_the_domain_is_on),
		cmocka_unit_test(switching_the_domain_on_forwards_all_that_waits),
		cmocka_unit_test(an_extempore_msi_is_sent_also_while_the_domain_is_off),
		cmocka_unit_test(every_offset_keeps_what_its_register_has_and_nothing_else),
		cmocka_unit_test(after_a_reset_nothing_is_left),
		cmocka_unit_test(only_aligned_words_are_taken),
		cmocka_unit_test(random_histories_are_those_of_a_simple_aplic),
		cmocka_unit_test(no_interrupt_is_lost_while_vcpus_reconfigure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
