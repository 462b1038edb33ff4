/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: addresses that are somebody else's or nobody's, and tables in places where no tables can be. */
#include "tests/guests/bare/riscv64/hostile.h"

CODE(code_load, "ld a1, 0(a0)");
CODE(code_store, "sd a1, 0(a0)");
CODE(code_amo, "amoadd.d a1, a1, (a0)");
CODE(code_lr, "lr.d a1, (a0)");
CODE(code_fld, "fld fa0, 0(a0)");
CODE(code_fsd, "fsd fa0, 0(a0)");
CODE(code_zero, ".insn i 0x0f, 2, x0, a0, 4");  /* cbo.zero */
CODE(code_inval, ".insn i 0x0f, 2, x0, a0, 0"); /* cbo.inval */
CODE(code_clean, ".insn i 0x0f, 2, x0, a0, 1");
CODE(code_flush, ".insn i 0x0f, 2, x0, a0, 2");

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
static void sweep(const char *code, u64 cause)
{
	u32 faults = 0, other = 0;

	for (u64 at = RAM_END; at < HOST_RAM_END; at += 2 * MIB + 4096) {
		struct outcome o = touch(code, at);

		*(is_fault(&o, cause, at, (u64)(uintptr_t)code) ? &faults : &other) += 1;
	}
	say("%u faults, %u other", faults, other);
}

static void others_read(void)
{
	sweep(code_load, CAUSE_LOAD_ACCESS);
}
static void others_write(void)
{
	sweep(code_store, CAUSE_STORE_ACCESS);
}
static void others_amo(void)
{
	sweep(code_amo, CAUSE_STORE_ACCESS);
}
static void others_lr(void)
{
	sweep(code_lr, CAUSE_LOAD_ACCESS);
}

static void others_float(void)
{
	set_csr(sstatus, SSTATUS_FS);
	sweep(code_fld, CAUSE_LOAD_ACCESS);
	sweep(code_fsd, CAUSE_STORE_ACCESS);
}

static void others_cbo(void)
{
	sweep(code_zero, CAUSE_STORE_ACCESS);
	sweep(code_inval, CAUSE_STORE_ACCESS);
	sweep(code_clean, CAUSE_STORE_ACCESS);
	sweep(code_flush, CAUSE_STORE_ACCESS);
}

static void others_execute(void)
{
	u32 faults = 0, other = 0;

	for (u64 at = RAM_END; at < HOST_RAM_END; at += 16 * MIB) {
		struct outcome o = branch_to(at);

		*(is_fault(&o, CAUSE_FETCH_ACCESS, at, at) ? &faults : &other) += 1;
	}
	say("%u faults, %u other", faults, other);
}

/* Holes of the map, and devices of the host that the guest does not have. */
static const struct {
	u64 at;
	const char *what;
} places[] = {
	{0x00000000, "debug"},          {0x00001000, "boot-rom"},
	{0x00101000 - 8, "below-rtc"},  {0x02000000, "clint"},
	{0x02004000, "mtimecmp"},       {0x03000000, "pci-io"},
	{0x04000000, "platform"},       {HOLE, "hole"},
	{0x0c000000 - 8, "below-plic"}, {0x0d008000, "aplic+1"},
	{0x10000100, "uart+1"},         {0x10001000, "virtio"},
	{0x10008000, "virtio-last"},    {0x10061000, "gpio+1"},
	{0x10100000, "fw-cfg"},         {0x20000000, "flash"},
	{0x22000000, "flash2"},         {0x24000000, "imsic-m"},
	{0x28002000, "imsic+2"},        {0x28010000, "imsic+16"},
	{0x30000000, "ecam"},           {0x40000000, "pci32"},
	{RAM_BASE - 8, "below-ram"},    {0x400000000, "pci64"},
	{0x3fffffffff - 7, "256g-8"},
};

static void nobodys(void)
{
	u32 faults = 0;

	for (u32 i = 0; i < ARRAY_SIZE(places); i++) {
		u64 at = places[i].at;
		struct outcome r = touch(code_load, at), w = touch(code_store, at);
		bool right = is_fault(&r, CAUSE_LOAD_ACCESS, at, (u64)(uintptr_t)code_load) &&
			     is_fault(&w, CAUSE_STORE_ACCESS, at, (u64)(uintptr_t)code_store);

		faults += right;
		if (!right)
			say("%s: %lx %lx", places[i].what, r.cause, w.cause);
	}
	say("%u of %u fault", faults, (u32)ARRAY_SIZE(places));
}

static void fetch_from(const u64 *at, u32 n)
{
	u32 faults = 0;

	for (u32 i = 0; i < n; i++) {
		u64 va = alias(at[i]);
		struct outcome o = branch_to(va);
		bool right = is_fault(&o, CAUSE_FETCH_ACCESS, va, va);

		faults += right;
		if (!right)
			say_outcome(&o, va, va);
	}
	say("%u of %u fault", faults, n);
}

static void fetch_nobodys(void)
{
	static const u64 at[] = {0, HOLE, 0x02000000, 0x10100000, 0x20000000, 0x30000000, 0x400000000};

	fetch_from(at, ARRAY_SIZE(at));
}

/* Those of the controller that this machine does not have are a hole. */
static void fetch_device(void)
{
	static const u64 at[] = {PLIC_BASE, APLIC_BASE,    IMSIC_BASE, UART_BASE,
				 RTC_BASE,  FINISHER_BASE, GPIO_BASE};

	fetch_from(at, ARRAY_SIZE(at));
}

/* An instruction of which the second half is nobody's: the fetch of that half faults, and stval says where. */
static void fetch_across(void)
{
	u64 pc = RAM_END - 2;
	struct outcome o;

	*(volatile u16 *)(uintptr_t)pc = 0x0513; /* the first half of an ADDI */
	__asm__ volatile("fence.i" ::: "memory");
	o = branch_to(pc);
	say_outcome(&o, pc, RAM_END);
}

/* Translation off: addresses as wide as the instruction can make them. */
static void beyond(void)
{
	static const u64 at[] = {1ULL << 38, 1ULL << 40, 1ULL << 41, 1ULL << 50,
				 1ULL << 56, 1ULL << 63, ~7ULL};
	u64 regime = read_csr(satp);
	u32 faults = 0;

	irq_off();
	for (u32 i = 0; i < ARRAY_SIZE(at); i++) {
		struct outcome r, w;

		write_csr(satp, 0);
		r = touch(code_load, at[i]);
		w = touch(code_store, at[i]);
		write_csr(satp, regime);
		if (is_fault(&r, CAUSE_LOAD_ACCESS, at[i], (u64)(uintptr_t)code_load) &&
		    is_fault(&w, CAUSE_STORE_ACCESS, at[i], (u64)(uintptr_t)code_store))
			faults++;
		else
			say("%lx: %lx %lx", at[i], r.cause, w.cause);
	}
	irq_on();
	say("%u of %u fault", faults, (u32)ARRAY_SIZE(at));
}

/* Accesses that begin in this VM's RAM and end outside: nothing is stored, no byte comes back. */
static void across_the_end(void)
{
	u64 last = RAM_END - 8;
	u32 right = 0, tried = 0;

	for (u64 off = 1; off < 8; off++, tried += 2) {
		struct outcome r, w;

		*(volatile u64 *)(uintptr_t)last = 0x1122334455667788ULL;
		r = touch(code_load, last + off);
		w = touch(code_store, last + off);
		right += r.taken == 1 && r.cause == CAUSE_LOAD_ACCESS && r.x[1] == 0x6d6f6e6164696321ULL;
		right += w.taken == 1 && w.cause == CAUSE_STORE_ACCESS &&
			 *(volatile u64 *)(uintptr_t)last == 0x1122334455667788ULL;
	}
	say("%u of %u fault", right, tried);
}

const struct row memory_rows[] = {
	{"others-read", others_read},       {"others-write", others_write},
	{"others-amo", others_amo},         {"others-lr", others_lr},
	{"others-float", others_float},     {"others-cbo", others_cbo},
	{"others-execute", others_execute}, {"nobodys", nobodys},
	{"fetch-nobodys", fetch_nobodys},   {"fetch-device", fetch_device},
	{"fetch-across", fetch_across},     {"beyond", beyond},
	{"across-the-end", across_the_end}, {NULL, NULL},
};

/* ---- tables, in the upper half, so that this code goes on ---- */

#define UPPER 300u /* first level entry */
#define UPPER_VA (0xffffffc000000000ULL | (u64)(UPPER - 256) * GIB)

static u64 tables[2][512] __attribute__((aligned(4096)));

static void upper(u64 entry)
{
	root_table()[UPPER] = entry;
	sfence();
}

/* Load, store, fetch at `va`: access faults with stval right, as by the letters. */
static void say_walk(u64 va)
{
	struct outcome r = touch(code_load, va), w = touch(code_store, va), x = branch_to(va);

	say("%s", is_fault(&r, CAUSE_LOAD_ACCESS, va, (u64)(uintptr_t)code_load) ? "r" : cause_name(r.cause));
	say("%s",
	    is_fault(&w, CAUSE_STORE_ACCESS, va, (u64)(uintptr_t)code_store) ? "w" : cause_name(w.cause));
	say("%s", is_fault(&x, CAUSE_FETCH_ACCESS, va, va) ? "x" : cause_name(x.cause));
}

/* The second and then the third level's table at `where`. */
static void walk_into(const char *what, u64 where)
{
	say("%s", what);
	upper(PTE_OF(where, PTE_V));
	say_walk(UPPER_VA + 0x123450);
	tables[0][0] = PTE_OF(where, PTE_V);
	upper(PTE_OF((u64)(uintptr_t)tables[0], PTE_V));
	say_walk(UPPER_VA + 0x3008);
	upper(0);
}

static void walk_hole(void)
{
	walk_into("hole", HOLE);
}
static void walk_others(void)
{
	walk_into("other RAM", RAM_END + 512 * MIB);
}
static void walk_device(void)
{
	walk_into("UART", UART_BASE);
	walk_into("RTC", RTC_BASE);
}
static void walk_intc(void)
{
	walk_into("controller", has_aia ? APLIC_BASE : PLIC_BASE);
}

/* Physical addresses of 56 bits: beyond what the second stage can say. */
static void walk_beyond(void)
{
	walk_into("2^41", 1ULL << 41);
	walk_into("2^55", 1ULL << 55);
}

/* A leaf to a place that is nobody's, in a table that is fine: the same as without translation. */
static void leaf_nobodys(void)
{
	static const u64 to[] = {HOLE, RAM_END, 1ULL << 41, (1ULL << 56) - GIB};

	for (u32 i = 0; i < ARRAY_SIZE(to); i++) {
		tables[1][1] = PTE_OF(to[i], PTE_LEAF);
		tables[0][0] = PTE_OF((u64)(uintptr_t)tables[1], PTE_V);
		upper(PTE_OF((u64)(uintptr_t)tables[0], PTE_V));
		say_walk(UPPER_VA + 0x1ff8);
	}
	upper(0);
}

/* The root is its own second and third level: it can be read so, and a walk that finds no leaf ends at the last level. */
static void walk_self(void)
{
	u64 root = (u64)(uintptr_t)root_table();
	u64 va = UPPER_VA + UPPER * 2 * MIB, deep = va + UPPER * 4096;
	struct outcome r, l;

	upper(PTE_OF(root, PTE_V));
	r = touch(code_load,
		  va + RAM_BASE / GIB * 4096); /* the third level is the root, whose leaf this is */
	l = touch(code_load, deep);
	say("%s %s", r.taken ? cause_name(r.cause) : "reads", l.taken ? cause_name(l.cause) : "reads");
	upper(0);
}

static void walk_nonsense(void)
{
	u32 survived = 0;

	row_time(2000);
	for (u32 i = 0; i < 400; i++) {
		u64 shape = random64();

		for (u32 k = 0; k < 512; k++) {
			tables[0][k] = random64() | (shape & 1);
			tables[1][k] = random64() & (shape >> 2 | PTE_V);
		}
		tables[0][0] = PTE_OF((u64)(uintptr_t)tables[1], PTE_V | (shape & 0xc0));
		upper(shape & 2 ? PTE_OF((u64)(uintptr_t)tables[0], PTE_V) : random64() | PTE_V);
		(void)touch(code_load, UPPER_VA + (random64() & 0x3ffffff8));
		(void)touch(code_store, UPPER_VA + (random64() & 0x1ff8));
		(void)branch_to(UPPER_VA + (random64() & 0x3ffffffc));
		survived++;
	}
	upper(0);
	say("survived %u", survived);
}

/* One hart walks while the other changes the tables under it, without any fence. */
static void table_writer(u64 arg)
{
	for (u32 i = 0; i < (u32)arg; i++) {
		static const u64 to[] = {HOLE, RAM_BASE, RAM_END, UART_BASE, 0};

		tables[0][0] = to[i % 5] ? PTE_OF(to[i % 5], i & 1 ? PTE_LEAF : PTE_V) : 0;
	}
}

static void walk_changing(void)
{
	u32 odd = 0, tried = 0;

	row_time(2000);
	upper(PTE_OF((u64)(uintptr_t)tables[0], PTE_V));
	if (cpu_start(1, table_writer, 40000) != 0)
		say("not started");
	while (!other_is_off()) {
		struct outcome o;

		sfence();
		o = touch(code_load, UPPER_VA + 8);
		odd += o.taken > 1 || (o.taken && o.cause != CAUSE_LOAD_ACCESS && o.cause != CAUSE_LOAD_PAGE);
		tried++;
	}
	upper(0);
	say("%s, %u odd", tried > 100 ? "tried" : "too few", odd);
}

const struct row walk_rows[] = {
	{"walk-hole", walk_hole},         {"walk-others", walk_others},
	{"walk-device", walk_device},     {"walk-intc", walk_intc},
	{"walk-beyond", walk_beyond},     {"leaf-nobodys", leaf_nobodys},
	{"walk-self", walk_self},         {"walk-nonsense", walk_nonsense},
	{"walk-changing", walk_changing}, {NULL, NULL},
};
