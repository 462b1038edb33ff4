/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: addresses that are somebody else's or nobody's, and tables in places where no tables can be. */
#include "tests/guests/bare/arm64/hostile.h"

CODE(code_load, "ldr x1, [x0]");
CODE(code_load32, "ldr w1, [x0]");
CODE(code_store, "str x1, [x0]");
CODE(code_zero, "dc zva, x0");

static struct outcome touch(const void *code, u64 va)
{
	const u64 regs[8] = {va, 0x6d6f6e6164696321ULL};

	return run_code(code, regs);
}

static struct outcome branch_to(u64 va)
{
	const u64 regs[8] = {0};

	return run_code((const void *)(uintptr_t)va, regs);
}

/* All of the machine's RAM beyond this VM's: the hypervisor's, the other VMs', what is free. */
static void sweep(const void *code, u32 status)
{
	u32 aborts = 0, other = 0;

	for (u64 at = RAM_END; at < HOST_RAM_END; at += 2 * MIB + 4096) {
		struct outcome o = touch(code, at);
		bool right = o.taken == 1 && o.ec == EC_DABT && (o.iss & 0x7f) == status && o.far == at &&
			     o.elr == (u64)(uintptr_t)code;

		*(right ? &aborts : &other) += 1;
	}
	say("%u aborts, %u other", aborts, other);
}

static void others_read(void)
{
	sweep(code_load, 0x10);
}
static void others_write(void)
{
	sweep(code_store, 0x50);
}
static void others_zero(void)
{
	sweep(code_zero, 0x50);
}

static void others_execute(void)
{
	u32 aborts = 0, other = 0;

	for (u64 at = RAM_END; at < HOST_RAM_END; at += 16 * MIB) {
		struct outcome o = branch_to(at);
		bool right = o.taken == 1 && o.ec == EC_IABT && (o.iss & 0x3f) == 0x10 && o.far == at &&
			     o.elr == at;

		*(right ? &aborts : &other) += 1;
	}
	say("%u aborts, %u other", aborts, other);
}

/* Holes of the map, and devices of the host that the guest does not have. */
static const struct {
	u64 at;
	const char *what;
} places[] = {
	{0x00000000, "flash"},       {0x04000000, "flash2"},   {0x08010000, "gicv2"},
	{0x08030000, "gich"},        {0x08080000, "its"},      {0x080e0000, "gicr2"},
	{0x08ff0000, "gicr-last"},   {0x09001000, "uart+1"},   {0x09020000, "fw-cfg"},
	{0x09040000, "uart2"},       {0x09050000, "smmu"},     {0x09070000, "gpio+1"},
	{0x0a000000, "virtio-mmio"}, {0x0c000000, "platform"}, {0x0e000000, "secure-ram"},
	{0x3eff0000, "pio"},         {0x4010000000, "ecam"},   {0x8000000 - 8, "below-gicd"},
	{0x7ffffffff8, "512g-8"},
};

static void nobodys(void)
{
	u32 aborts = 0;

	for (u32 i = 0; i < ARRAY_SIZE(places); i++) {
		struct outcome r = touch(code_load32, places[i].at), w = touch(code_store, places[i].at);
		bool right = r.ec == EC_DABT && (r.iss & 0x7f) == 0x10 && r.far == places[i].at &&
			     w.ec == EC_DABT && (w.iss & 0x7f) == 0x50 && w.far == places[i].at &&
			     r.taken == 1 && w.taken == 1;

		aborts += right;
		if (!right)
			say("%s: %x %x", places[i].what, r.iss, w.iss);
	}
	say("%u of %u abort", aborts, (u32)ARRAY_SIZE(places));
}

static void fetch_nobody(void)
{
	static const u64 at[] = {0, 0x0a000000, 0x10000000};

	for (u32 i = 0; i < ARRAY_SIZE(at); i++) {
		u64 va = alias(ALIAS_NORMAL, at[i]);
		struct outcome o = branch_to(va);

		say_outcome(&o, va, va);
	}
}

/* Executable, normal memory as far as stage 1 goes. */
static void fetch_device(void)
{
	static const u64 at[] = {GICD_BASE, GICR_BASE, UART_BASE, RTC_BASE, 0x09030000};

	for (u32 i = 0; i < ARRAY_SIZE(at); i++) {
		u64 va = alias(ALIAS_NORMAL, at[i]);
		struct outcome o = branch_to(va);

		say_outcome(&o, va, va);
	}
}

/* The MMU off: addresses as wide as the instruction can make them. */
static void beyond(void)
{
	static const u64 at[] = {1ULL << 36, 1ULL << 39, 1ULL << 40, 1ULL << 44, 1ULL << 47};
	u64 sctlr = read_sysreg(sctlr_el1);

	for (u32 i = 0; i < ARRAY_SIZE(at); i++) {
		irq_off();
		write_sysreg(sctlr_el1, sctlr & ~5ULL);
		isb();
		struct outcome o = touch(code_load, at[i]);

		write_sysreg(sctlr_el1, sctlr);
		isb();
		irq_on();
		if (o.ec == EC_DABT && o.far == at[i] && ((o.iss & 0x3f) == 0x10 || (o.iss & 0x3f) == 0))
			say("abort");
		else
			say_outcome(&o, (u64)(uintptr_t)code_load, at[i]);
	}
}

const struct row memory_rows[] = {
	{"others-read", others_read},
	{"others-write", others_write},
	{"others-dc-zva", others_zero},
	{"others-execute", others_execute},
	{"nobodys", nobodys},
	{"fetch-nobodys", fetch_nobody},
	{"fetch-device", fetch_device},
	{"beyond", beyond},
	{NULL, NULL},
};

/* ---- tables, by way of TTBR1, so that this code goes on ---- */

#define TABLE 3ULL
#define PAGE_DESC 3ULL
#define LEAF (1ULL << 10 | 3ULL << 8 | 1ULL << 2)
#define HOLE 0x0b000000ULL

static u64 t[4][8192] __attribute__((aligned(65536)));

struct granule {
	const char *name;
	u32 page, tg1;
};
static const struct granule granules[] = {{"4k", 12, 2}, {"16k", 14, 1}, {"64k", 16, 3}};

/* TTBR1 with `width` bits of address. */
static void upper_on(u64 root, const struct granule *g, u32 width)
{
	u64 tcr = read_sysreg(tcr_el1) & 0xffffffff0000ffffULL;

	tcr |= (u64)(64 - width) << 16 | 1ULL << 24 | 1ULL << 26 | 3ULL << 28 | (u64)g->tg1 << 30;
	write_sysreg(ttbr1_el1, root);
	write_sysreg(tcr_el1, tcr);
	isb();
	tlbi_all();
}

static void upper_off(void)
{
	write_sysreg(tcr_el1, read_sysreg(tcr_el1) | 1ULL << 23);
	isb();
	tlbi_all();
}

static u32 start_level(const struct granule *g, u32 width)
{
	return 3 - (width - g->page - 1) / (g->page - 3);
}

/* Tables lead from the start level to `level`, whose table is at `where`; entry 0 everywhere but at `where`. */
static void chain(const struct granule *g, u32 width, u32 level, u64 where)
{
	u32 start = start_level(g, width), n = 0;

	for (u32 l = start; l < level; l++, n++)
		t[n][0] = (l + 1 == level ? where : (u64)(uintptr_t)t[n + 1]) | TABLE;
	dsb(ish);
	upper_on(level == start ? where : (u64)(uintptr_t)t[0], g, width);
}

static void walk_into(u64 where, const char *what)
{
	say("%s", what);
	for (u32 k = 0; k < ARRAY_SIZE(granules); k++) {
		const struct granule *g = &granules[k];
		u32 width = 48;
		u64 va = ~0ULL << width;

		for (u32 level = start_level(g, width); level <= 3; level++) {
			chain(g, width, level, where);
			struct outcome r = touch(code_load, va), x = branch_to(va), w = touch(code_store, va);
			bool same = r.ec == EC_DABT && x.ec == EC_IABT && w.ec == EC_DABT && r.far == va &&
				    x.far == va && w.far == va && (x.iss & 0x3f) == (r.iss & 0x3f) &&
				    (w.iss & 0x7f) == (r.iss | 0x40);

			upper_off();
			say("%s%02x", same ? "" : "!", r.iss);
		}
	}
}

static void walk_hole(void)
{
	walk_into(HOLE, "hole");
}
static void walk_others(void)
{
	walk_into(RAM_END + 512 * MIB, "other RAM");
}
static void walk_device(void)
{
	walk_into(UART_BASE & ~0xffffULL, "UART");
}
static void walk_gic(void)
{
	walk_into(GICD_BASE, "GICD");
}

/* Starting later than at the top: widths that need fewer levels. */
static void walk_narrow(void)
{
	static const u8 width[] = {39, 30, 25};

	for (u32 i = 0; i < ARRAY_SIZE(width); i++) {
		upper_on(HOLE, &granules[0], width[i]);
		struct outcome o = touch(code_load, ~0ULL << width[i]);

		upper_off();
		say_outcome(&o, (u64)(uintptr_t)code_load, ~0ULL << width[i]);
	}
}

CODE(code_at, "at s1e1r, x0");

/* An address translation instruction whose walk leaves memory aborts too (D8.16). */
static void walk_at(void)
{
	upper_on(HOLE, &granules[0], 48);
	struct outcome o = touch(code_at, ~0ULL << 48);

	upper_off();
	say_outcome(&o, (u64)(uintptr_t)code_at, ~0ULL << 48);
}

/* A table that is its own page: its descriptors can be read through itself. */
static void walk_self(void)
{
	u64 va = ~0ULL << 48;

	t[0][0] = (u64)(uintptr_t)t[0] | TABLE | LEAF;
	dsb(ish);
	upper_on((u64)(uintptr_t)t[0], &granules[0], 48);
	struct outcome o = touch(code_load, va);

	upper_off();
	if (o.x[1] == t[0][0])
		say("reads itself");
	say_outcome(&o, (u64)(uintptr_t)code_load, va);
}

/* Contiguous bits without a contiguous range, output addresses beyond what there is, reserved types. */
static void walk_nonsense(void)
{
	u32 survived = 0;

	for (u32 i = 0; i < 64; i++) {
		u64 junk = random64();

		for (u32 n = 0; n < 8; n++)
			t[1][n] = ((u64)(uintptr_t)t[2] | LEAF | PAGE_DESC | 1ULL << 52) ^
				  (n ? junk & ~3ULL : 0);
		t[0][0] = (junk & 0xfff8000000000000ULL) | (u64)(uintptr_t)t[1] | TABLE;
		dsb(ish);
		upper_on((u64)(uintptr_t)t[0], &granules[0], i & 1 ? 30 : 48);
		for (u32 n = 0; n < 8; n++)
			(void)touch(code_load, (~0ULL << (i & 1 ? 30 : 48)) + n * 4096);
		upper_off();
		survived++;
	}
	say("survived %u", survived);
}

/* Descriptors of the half that is in use, changed without break-before-make while it is used. */
static void walk_unbroken(void)
{
	u64 sum = 0;

	for (u32 i = 0; i < 64; i++) {
		u64 va = alias(i & 1 ? ALIAS_NORMAL : ALIAS_USER, RAM_BASE + 0x80000);

		sum += *(volatile u32 *)(uintptr_t)va;
		(void)alias(i & 1 ? ALIAS_USER : ALIAS_NORMAL, RAM_BASE);
	}
	say("%s", sum ? "survived" : "nothing read");
}

const struct row walk_rows[] = {
	{"walk-hole", walk_hole},         {"walk-others", walk_others},
	{"walk-device", walk_device},     {"walk-gic", walk_gic},
	{"walk-narrow", walk_narrow},     {"walk-at", walk_at},
	{"walk-self", walk_self},         {"walk-nonsense", walk_nonsense},
	{"walk-unbroken", walk_unbroken}, {NULL, NULL},
};
