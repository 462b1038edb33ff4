/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: storms and floods of interrupts. */
#include "tests/guests/bare/arm64/hostile.h"

#define ISENABLER(i) (GICD_BASE + 0x100 + (i) / 32 * 4)
#define ISPENDR(i) (GICD_BASE + 0x200 + (i) / 32 * 4)
#define ICPENDR(i) (GICD_BASE + 0x280 + (i) / 32 * 4)
#define IGROUPR(i) (GICD_BASE + 0x80 + (i) / 32 * 4)
#define IPRIORITYR(i) (GICD_BASE + 0x400 + (i))
#define IROUTER(i) (GICD_BASE + 0x6000 + 8 * (i))
#define SPI_END 1020
#define SPIS (SPI_END - 32)

/* The controller still does what it is for. */
static bool works(void)
{
	u32 intid;

	gic_clean();
	gic_enable(5, 0x40);
	gic_send_sgi(5, 0);
	for (u32 i = 0; i < 100; i++) {
		intid = gic_ack();
		if (intid == 5) {
			gic_eoi(intid);
			return gic_ack() == INTID_SPURIOUS;
		}
	}
	return false;
}

/* ---- SGIs ---- */

static void present(u64 arg UNUSED)
{
	u64 until = counter() + read_sysreg(cntfrq_el0) / 1000 * 20;

	gic_cpu_init();
	for (u32 i = 0; i < 16; i++)
		gic_enable(i, 0x80);
	irq_on();
	while (counter() < until)
		cpu_relax();
	irq_off();
	gic_clean();
}

static void sgi_writes(u64 value)
{
	write_sysreg(icc_sgi1r_el1, value);
	write_sysreg(icc_sgi0r_el1, value);
	write_sysreg(icc_asgi1r_el1, value);
}

/* Every range selector and affinity, all targets, one by one and by the broadcast bit; to a CPU that listens and absent ones. */
static void sgi_storm(void)
{
	bool other = cpu_start(1, present, 0) == 0;

	row_time(1000);
	irq_off();
	for (u64 rs = 0; rs < 16; rs++)
		for (u64 aff = 0; aff < 256; aff += 17)
			for (u64 id = 0; id < 16; id += 5) {
				sgi_writes(rs << 44 | aff << 48 | aff << 32 | aff << 16 | id << 24 | 0xffff);
				sgi_writes(rs << 44 | id << 24 | 0xffff);
				sgi_writes(aff << 16 | id << 24 | 0xfffc);
				sgi_writes(1ULL << 40 | id << 24 | rs << 44);
			}
	for (u32 i = 0; i < 1000; i++)
		sgi_writes(random64());
	while (!other_is_off())
		cpu_relax();
	say("%s", works() ? "works" : "broken");
	irq_on();
	if (!other)
		say("alone");
}

static void irm_storm(u64 arg)
{
	for (u32 i = 0; i < (u32)arg; i++)
		write_sysreg(icc_sgi1r_el1, 1ULL << 40 | (u64)(i & 15) << 24);
}

/* Both send to each other without end, one of them never takes any. */
static void sgi_duel(void)
{
	bool other = cpu_start(1, irm_storm, 4000) == 0;

	row_time(1000);
	irq_off();
	irm_storm(4000);
	while (!other_is_off())
		cpu_relax();
	say("%s", works() && other ? "works" : "broken");
	irq_on();
}

/* ---- floods ---- */

enum { GROUP0 = 1, DOWN = 2, RANDOM = 4, SPLIT = 8 };

static u8 priority_of(u32 i, u32 how)
{
	/* 0xf8, the lowest, would be masked by the highest value that the priority mask has. */
	if (how & RANDOM)
		return (u8)(random64() % 31 * 8);
	return (u8)((how & DOWN ? SPI_END - 1 - i : i - 32) / 33 * 8);
}

/* All SPIs enabled and pending at once. */
static void flood(u32 how)
{
	gic_clean();
	if (how & (GROUP0 | SPLIT)) {
		write32(GICD_BASE, read32(GICD_BASE) | 3);
		write_sysreg(icc_igrpen0_el1, 1);
	}
	for (u32 i = 32; i < SPI_END; i++) {
		write8(IPRIORITYR(i), priority_of(i, how));
		write64(IROUTER(i), 0);
	}
	for (u32 i = 32; i < SPI_END; i += 32) {
		write32(IGROUPR(i), how & GROUP0 ? 0 : how & SPLIT ? 0x55555555 : ~0u);
		write32(ISENABLER(i), ~0u);
		write32(ISPENDR(i), ~0u);
	}
	dsb(sy);
	isb();
}

static u32 take(bool group0)
{
	u32 intid = (u32)(group0 ? read_sysreg(icc_iar0_el1) : read_sysreg(icc_iar1_el1));

	dsb(sy);
	return intid;
}

static void finish(bool group0, u32 intid)
{
	if (group0)
		write_sysreg(icc_eoir0_el1, intid);
	else
		gic_eoi(intid);
}

/* Acknowledge until nothing is left: how many, how many out of order (a higher priority came later), how many twice. */
static void drain(u32 how, bool deactivate)
{
	static u8 seen[SPI_END];
	u32 taken = 0, order = 0, twice = 0, last = 0;

	memset(seen, 0, sizeof(seen));
	for (u32 idle = 0, turn = 0; idle < 50 && taken < 2 * SPIS; turn++) {
		bool group0 = how & GROUP0 || (how & SPLIT && turn & 1);
		u32 intid = take(group0), priority;

		if (intid >= SPI_END) {
			idle++;
			continue;
		}
		idle = 0;
		priority = read8(IPRIORITYR(intid));
		order += !(how & SPLIT) && priority < last;
		last = priority;
		twice += seen[intid]++ != 0;
		taken++;
		finish(group0, intid);
		if (deactivate)
			write_sysreg(icc_dir_el1, intid);
	}
	say("%u taken, %u out of order, %u twice", taken, order, twice);
}

static void flood_row(u32 how, bool eoimode)
{
	row_time(2000);
	irq_off();
	flood(how);
	write_sysreg(icc_ctlr_el1, eoimode ? 2 : 0);
	isb();
	drain(how, eoimode);
	write_sysreg(icc_ctlr_el1, 0);
	isb();
	if (!works())
		say("broken");
	irq_on();
}

static void flood_up(void)
{
	flood_row(0, false);
}
static void flood_down(void)
{
	flood_row(DOWN, false);
}
static void flood_eoimode(void)
{
	flood_row(RANDOM, true);
}
static void flood_group0(void)
{
	flood_row(GROUP0 | RANDOM, false);
}
static void flood_split(void)
{
	flood_row(SPLIT, false);
}

/*
 * EOI mode 1 and no deactivation at all: every SPI becomes active, none can come again; then all are deactivated from
 * the lowest number up.
 */
static void flood_active(void)
{
	u32 taken = 0, again = 0, after = 0;

	row_time(2000);
	irq_off();
	flood(DOWN);
	write_sysreg(icc_ctlr_el1, 2);
	isb();
	for (u32 idle = 0; idle < 50;) {
		u32 intid = take(false);

		if (intid >= SPI_END) {
			idle++;
			continue;
		}
		taken++;
		finish(false, intid);
	}
	for (u32 i = 32; i < SPI_END; i += 32)
		write32(ISPENDR(i), ~0u);
	again = take(false) < SPI_END;
	for (u32 i = 0; i < SPI_END + 8; i++)
		write_sysreg(icc_dir_el1, i);
	for (u32 idle = 0; idle < 50;) {
		u32 intid = take(false);

		if (intid >= SPI_END) {
			idle++;
			continue;
		}
		after++;
		finish(false, intid);
		write_sysreg(icc_dir_el1, intid);
	}
	write_sysreg(icc_ctlr_el1, 0);
	say("%u active, %u again, %u after", taken, again, after);
	if (!works())
		say("broken");
	irq_on();
}

/* As deep as priorities nest, ended in the wrong order. */
static void nested(void)
{
	u32 depth = 0, ids[64];

	irq_off();
	gic_clean();
	write_sysreg(icc_bpr1_el1, 0);
	for (u32 i = 0; i < 31; i++) {
		u32 intid = 100 + i;

		gic_enable(intid, (u8)(0xf0 - 8 * i));
		write32(ISPENDR(intid), 1u << intid % 32);
		isb();
		u32 got = gic_ack();

		if (got < SPI_END)
			ids[depth++] = got;
	}
	say("depth %u,", depth);
	for (u32 i = 0; i < depth; i++)
		gic_eoi(ids[i]);
	say("%s", works() ? "works" : "broken");
	irq_on();
}

/* Ends that nobody began: no acknowledgement went before. */
static void stray_ends(void)
{
	static const u32 id[] = {0,    15,   16,   31,   32,   1019, 1020,     1021,
				 1022, 1023, 1024, 4096, 8191, 8192, 0xffffff, ~0u};

	irq_off();
	for (u32 round = 0; round < 20; round++)
		for (u32 i = 0; i < ARRAY_SIZE(id); i++) {
			write_sysreg(icc_ctlr_el1, round & 1 ? 2 : 0);
			gic_eoi(id[i]);
			write_sysreg(icc_eoir0_el1, id[i]);
			write_sysreg(icc_dir_el1, id[i]);
		}
	write_sysreg(icc_ctlr_el1, 0);
	say("%s", works() ? "works" : "broken");
	irq_on();
}

/* Two vCPUs reroute, pend and clear the same SPIs against each other. */
static void churn(u64 arg)
{
	u64 state = arg;

	gic_cpu_init();
	for (u32 n = 0; n < 3000; n++) {
		u32 i;

		state = state * 6364136223846793005ULL + 1442695040888963407ULL;
		i = 32 + (u32)(state >> 33) % 64;
		switch (state >> 60) {
		case 0 ... 3:
			write32(ISPENDR(i), 1u << i % 32);
			break;
		case 4 ... 5:
			write32(ICPENDR(i), 1u << i % 32);
			break;
		case 6 ... 8:
			write64(IROUTER(i), state >> 40 & 1 ? state >> 20 & 1 : 1ULL << 31);
			break;
		case 9:
			write32(ISENABLER(i), ~0u);
			break;
		case 10:
			write32(GICD_BASE + 0x180 + i / 32 * 4, 1u << i % 32);
			break;
		case 11:
			(void)read32(GICD_BASE + 0x300 + i / 32 * 4);
			break;
		default: {
			u32 intid = take(false);

			if (intid < SPI_END)
				gic_eoi(intid);
		}
		}
	}
}

static void reroute(void)
{
	bool other = cpu_start(1, churn, 77) == 0;

	row_time(2000);
	irq_off();
	churn(1234567);
	while (!other_is_off())
		cpu_relax();
	say("%s", works() && other ? "works" : "broken");
	irq_on();
}

const struct row gic_rows[] = {
	{"sgi-storm", sgi_storm},
	{"sgi-duel", sgi_duel},
	{"flood-up", flood_up},
	{"flood-down", flood_down},
	{"flood-eoimode-1", flood_eoimode},
	{"flood-group-0", flood_group0},
	{"flood-two-groups", flood_split},
	{"flood-active", flood_active},
	{"nested", nested},
	{"stray-ends", stray_ends},
	{"reroute", reroute},
	{NULL, NULL},
};
