/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual APLIC. Section numbers are those of the RISC-V AIA specification 1.0.
 *
 * A source's word keeps apart what happened to the line and what that means. Each rise sets ROSE and each fall FELL,
 * in every mode, by an operation that needs to know nothing; the mode says which of these latches is the pending bit,
 * and whether the level must agree (4.7). A latch that means nothing in a mode is invisible, and a change of
 * mode clears all three. So a device never has to read before it writes, and cannot be made to try again.
 *
 * Forwarding (4.9): whoever changes a word in a way that may make it due looks at it afterwards (forward()). The one that takes
 * the latch by compare-and-swap sends the MSI. If the swap fails, somebody changed the word since, and he looks.
 */
#include "arch/riscv/vaplic.h"

#include "arch/riscv/vimsic.h"
#include "core/mmio.h"
#include "core/vm.h"

enum vaplic_source {
	SRC_MODE = 7,      /* sourcecfg.SM (4.5.2) */
	SRC_INVERTED = 1,  /* of a mode that is WIRED */
	SRC_LEVEL = 2,     /* of a mode that is WIRED: level-sensitive */
	SRC_WIRED = 4,     /* looks at the wire */
	SRC_LINE = 1 << 3, /* the wire: its device's alone */
	SRC_ENABLE = 1 << 4,
	SRC_ROSE = 1 << 5,
	SRC_FELL = 1 << 6,
	SRC_SET = 1 << 7, /* by software, detached */
	SRC_LATCHES = SRC_ROSE | SRC_FELL | SRC_SET,
};

/* The latch that is the pending bit, by mode; 0: inactive, or reserved and never stored. */
static const u8 latch_of[8] = {0, SRC_SET, 0, 0, SRC_ROSE, SRC_FELL, SRC_ROSE, SRC_FELL};

#define SOURCECFG_D (1u << 10)
#define DOMAINCFG 0x80000004u /* what is read-only, DM = 1 among it */
#define DOMAINCFG_IE (1u << 8)
#define TARGET_HART_SHIFT 18
#define TARGET_HART (0x3fffu << TARGET_HART_SHIFT)
#define TARGET_BITS \
	(TARGET_HART | VIMSIC_IDS) /* harts have no guest interrupt files: Guest Index is read-only 0 */

/* ---- a source's word ---- */

static u32 latch(u32 state)
{
	return latch_of[state & SRC_MODE];
}

static bool is_active(u32 state)
{
	return latch(state);
}

/* Rectified input value (4.5.2); of what looks at no wire, 0. */
static bool rectified(u32 state)
{
	return (state & SRC_WIRED) && !(state & SRC_LINE) == !!(state & SRC_INVERTED);
}

/* A level-sensitive source is pending only while its input is asserted (4.7). */
static bool level_allows(u32 state)
{
	return !(state & SRC_WIRED) || !(state & SRC_LEVEL) || rectified(state);
}

static bool pending(u32 state)
{
	return (state & latch(state)) && level_allows(state);
}

static bool enabled(u32 state)
{
	return is_active(state) && (state & SRC_ENABLE);
}

/* ---- forwarding (4.9) ---- */

static void send(struct vaplic *a, u32 target)
{
	vimsic_send(a->vm, target >> TARGET_HART_SHIFT, target & VIMSIC_IDS);
}

/*
 * The fence: whoever changed the word looks at domaincfg.IE after that, and whoever sets IE looks at the words after that. The
 * target is read before the latch is taken: an MSI may come late where the source no longer points (4.9.3), not early.
 */
static void forward(struct vaplic *a, u32 n)
{
	u32 *s = &a->source[n], state, target;

	atomic_fence();
	state = load_acquire(s);
	if (!load_relaxed(&a->enable) || !enabled(state) || !pending(state))
		return;
	target = load_relaxed(&a->target[n]);
	if (atomic_cas_u32(s, state, state & ~latch(state)))
		send(a, target);
}

/* Sources of word k (4.5.5): bit i is number 32k + i. */
static void forward_word(struct vaplic *a, u32 k, u32 bits)
{
	for (u32 m = bits; m; m &= m - 1)
		forward(a, k * 32 + (u32)__builtin_ctz(m));
}

/*
 * A fall is two operations. After the first a level-sensitive source is not asserted, or is but not yet noticed; never
 * the other way round, or a change of mode in between would lose it. So it may count twice, if the mode becomes Level0 just
 * between the two: one MSI too many, whose handler finds nothing.
 */
void vaplic_line(struct vaplic *a, u32 irq, bool level)
{
	u32 *s;

	if (!irq || irq > VAPLIC_SOURCES)
		return;
	s = &a->source[irq];
	if (!!(load_relaxed(s) & SRC_LINE) == level)
		return;
	if (level) {
		atomic_or(s, SRC_LINE | SRC_ROSE);
	} else {
		atomic_and(s, ~(u32)SRC_LINE);
		atomic_or(s, SRC_FELL);
	}
	forward(a, irq);
}

/* ---- what registers do to one source; under the lock ---- */

static void set_pending(u32 *s)
{
	u32 state = load_acquire(s);

	if (latch(state) && level_allows(state))
		atomic_or(s, latch(state));
}

static void clear_pending(u32 *s)
{
	atomic_and(s, ~latch(load_relaxed(s)));
}

static void set_enable(u32 *s)
{
	if (is_active(load_relaxed(s)))
		atomic_or(s, SRC_ENABLE);
}

static void clear_enable(u32 *s)
{
	atomic_and(s, ~(u32)SRC_ENABLE);
}

/* What is reserved, or asks for a child domain, is inactive. */
static u32 mode_of(u32 sourcecfg)
{
	u32 mode = sourcecfg & SRC_MODE;

	return (sourcecfg & SOURCECFG_D) || !latch_of[mode] ? 0 : mode;
}

/*
 * The line may change between the two operations: the source is inactive then, and what was latched meanwhile counts in the
 * new mode. A level that is asserted when its mode is set is pending, an edge was not seen (4.5.2 leaves both open).
 */
static void set_mode(struct vaplic *a, u32 n, u32 mode)
{
	u32 *s = &a->source[n], state = load_relaxed(s), keep = mode ? SRC_LINE | SRC_ENABLE : SRC_LINE, now;

	if ((state & SRC_MODE) == mode)
		return;
	state = atomic_and(s, keep);
	now = (state & SRC_LINE) | mode;
	if (pending(state) || ((mode & SRC_LEVEL) && rectified(now)))
		atomic_or(s, mode | latch_of[mode]);
	else
		atomic_or(s, mode);
	if (!mode)
		store_relaxed(&a->target[n], 0);
}

/* ---- registers (4.5) ---- */

static bool is_source(u32 n)
{
	return n && n <= VAPLIC_SOURCES;
}

static u32 domaincfg_read(struct vaplic *a, u32 n UNUSED)
{
	return DOMAINCFG | (load_relaxed(&a->enable) ? DOMAINCFG_IE : 0);
}

static void domaincfg_write(struct vaplic *a, u32 n UNUSED, u32 value)
{
	store_relaxed(&a->enable, !!(value & DOMAINCFG_IE));
	for (u32 i = 1; (value & DOMAINCFG_IE) && i <= VAPLIC_SOURCES; i++)
		forward(a, i);
}

/* The lock keeps a change of mode by another vCPU from being seen half made. */
static u32 locked_state(struct vaplic *a, u32 n)
{
	u32 state;

	spin_lock(&a->lock);
	state = load_relaxed(&a->source[n]);
	spin_unlock(&a->lock);
	return state;
}

static u32 sourcecfg_read(struct vaplic *a, u32 n)
{
	return is_source(n) ? locked_state(a, n) & SRC_MODE : 0;
}

static void sourcecfg_write(struct vaplic *a, u32 n, u32 value)
{
	if (!is_source(n))
		return;
	spin_lock(&a->lock);
	set_mode(a, n, mode_of(value));
	spin_unlock(&a->lock);
	forward(a, n);
}

static u32 target_read(struct vaplic *a, u32 n)
{
	return is_source(n) ? load_relaxed(&a->target[n]) : 0;
}

static void target_write(struct vaplic *a, u32 n, u32 value)
{
	if (!is_source(n))
		return;
	spin_lock(&a->lock);
	if (is_active(load_relaxed(&a->source[n])))
		store_relaxed(&a->target[n], value & TARGET_BITS);
	spin_unlock(&a->lock);
}

/* Sent at once, IE or not, so Busy is never seen (4.5.15). */
static u32 genmsi_read(struct vaplic *a, u32 n UNUSED)
{
	return load_relaxed(&a->genmsi);
}

static void genmsi_write(struct vaplic *a, u32 n UNUSED, u32 value)
{
	store_relaxed(&a->genmsi, value & TARGET_BITS);
	send(a, value & TARGET_BITS);
}

/* One bit of each source of word k. */
static u32 gather(struct vaplic *a, u32 k, bool (*bit)(u32 state))
{
	u32 bits = 0;

	spin_lock(&a->lock);
	for (u32 i = 0; i < 32; i++)
		if (is_source(k * 32 + i) && bit(load_relaxed(&a->source[k * 32 + i])))
			bits |= 1u << i;
	spin_unlock(&a->lock);
	return bits;
}

/* Do the same to each source of word k with a bit in `value`, and forward what may be due by that. */
static void each(struct vaplic *a, u32 k, u32 value, void (*change)(u32 *s))
{
	u32 bits = 0;

	spin_lock(&a->lock);
	for (u32 m = value; m; m &= m - 1) {
		u32 i = (u32)__builtin_ctz(m);

		if (is_source(k * 32 + i)) {
			change(&a->source[k * 32 + i]);
			bits |= 1u << i;
		}
	}
	spin_unlock(&a->lock);
	forward_word(a, k, bits);
}

static void one(struct vaplic *a, u32 n, void (*change)(u32 *s))
{
	if (is_source(n))
		each(a, n / 32, 1u << n % 32, change);
}

static u32 setip_read(struct vaplic *a, u32 k)
{
	return gather(a, k, pending);
}

static void setip_write(struct vaplic *a, u32 k, u32 value)
{
	each(a, k, value, set_pending);
}

static void setipnum_write(struct vaplic *a, u32 k UNUSED, u32 value)
{
	one(a, value, set_pending);
}

/* A source's number in big-endian order is in the top byte. */
static void setipnum_be_write(struct vaplic *a, u32 k UNUSED, u32 value)
{
	if (!(value & 0xffffff))
		one(a, value >> 24, set_pending);
}

static u32 in_clrip_read(struct vaplic *a, u32 k)
{
	return gather(a, k, rectified);
}

static void in_clrip_write(struct vaplic *a, u32 k, u32 value)
{
	each(a, k, value, clear_pending);
}

static void clripnum_write(struct vaplic *a, u32 k UNUSED, u32 value)
{
	one(a, value, clear_pending);
}

static u32 setie_read(struct vaplic *a, u32 k)
{
	return gather(a, k, enabled);
}

static void setie_write(struct vaplic *a, u32 k, u32 value)
{
	each(a, k, value, set_enable);
}

static void setienum_write(struct vaplic *a, u32 k UNUSED, u32 value)
{
	one(a, value, set_enable);
}

static void clrie_write(struct vaplic *a, u32 k, u32 value)
{
	each(a, k, value, clear_enable);
}

static void clrienum_write(struct vaplic *a, u32 k UNUSED, u32 value)
{
	one(a, value, clear_enable);
}

/* ---- the region (table 4.1) ---- */

/*
 * Word registers by the offsets of the first and the last; the functions get the distance from the first in words. Those without
 * a function read as zero or ignore writes, as does all that is in no row: mmsiaddrcfg and smsiaddrcfg, which only a
 * machine-level domain has, and IDC structures, which only direct delivery has. By address.
 */
static const struct {
	u32 first, last;
	u32 (*read)(struct vaplic *a, u32 n);
	void (*write)(struct vaplic *a, u32 n, u32 value);
} registers[] = {
	{0x0000, 0x0000, domaincfg_read, domaincfg_write},
	{0x0000, 0x0ffc, sourcecfg_read, sourcecfg_write}, /* from 4 */
	{0x1c00, 0x1c7c, setip_read, setip_write},
	{0x1cdc, 0x1cdc, NULL, setipnum_write},
	{0x1d00, 0x1d7c, in_clrip_read, in_clrip_write},
	{0x1ddc, 0x1ddc, NULL, clripnum_write},
	{0x1e00, 0x1e7c, setie_read, setie_write},
	{0x1edc, 0x1edc, NULL, setienum_write},
	{0x1f00, 0x1f7c, NULL, clrie_write},
	{0x1fdc, 0x1fdc, NULL, clrienum_write},
	{0x2000, 0x2000, NULL, setipnum_write}, /* setipnum_le */
	{0x2004, 0x2004, NULL, setipnum_be_write},
	{0x3000, 0x3000, genmsi_read, genmsi_write},
	{0x3000, 0x3ffc, target_read, target_write}, /* from 0x3004 */
	{0x4000, UINT32_MAX, NULL, NULL},
};

/* By 256 bytes: the first row that ends there or above. */
static const u8 first_row[0x40] = {
	[0x00] = 0, [0x01 ... 0x0f] = 1, [0x10 ... 0x1c] = 2,  [0x1d] = 4,           [0x1e] = 6,
	[0x1f] = 8, [0x20] = 10,         [0x21 ... 0x30] = 12, [0x31 ... 0x3f] = 13,
};

/* The last row has no end. */
static u32 row_of(u32 off)
{
	u32 r = off >> 8 < ARRAY_SIZE(first_row) ? first_row[off >> 8] : ARRAY_SIZE(registers) - 1;

	while (off > registers[r].last)
		r++;
	return r;
}

static u64 vaplic_read(void *dev, struct vcpu *vcpu UNUSED, u64 off64, u32 size UNUSED)
{
	u32 off = (u32)off64, r = row_of(off);

	if (off < registers[r].first || !registers[r].read)
		return 0;
	return registers[r].read(dev, (off - registers[r].first) / 4);
}

static void vaplic_write(void *dev, struct vcpu *vcpu UNUSED, u64 off64, u32 size UNUSED, u64 value)
{
	u32 off = (u32)off64, r = row_of(off);

	if (off >= registers[r].first && registers[r].write)
		registers[r].write(dev, (off - registers[r].first) / 4, (u32)value);
}

const struct mmio_ops vaplic_ops = {.sizes = 4, .read = vaplic_read, .write = vaplic_write};

/* ---- life ---- */

void vaplic_reset(struct vaplic *a)
{
	store_relaxed(&a->enable, 0);
	store_relaxed(&a->genmsi, 0);
	for (u32 n = 0; n <= VAPLIC_SOURCES; n++) {
		store_relaxed(&a->source[n], 0);
		store_relaxed(&a->target[n], 0);
	}
	atomic_fence(); /* before whatever starts a vCPU or drives a line again */
}

void vaplic_init(struct vaplic *a, struct vm *vm)
{
	a->vm = vm;
	vaplic_reset(a);
}
