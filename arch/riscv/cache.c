/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Caches, zeroing and entropy. RISC-V machines are coherent for all of RAM and all harts, with translation on or off; what a guest
 * maps as non-cacheable by Svpbmt is ordered by FENCE with the rest, so there is nothing to clean.
 */
#include "arch/riscv/cache.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/feature.h"
#include "arch/riscv/sbi.h"
#include "core/cpu.h"
#include "core/machine.h"
#include "hal/boot.h"
#include "hal/mem.h"
#include "hal/vcpu.h"

/* entry.S: false: the hart, or M-mode, does not have it. */
bool cbo_inval(void *block);
bool cbo_clean(void *block);
bool cbo_zero(void *block);
bool seed_read(u64 *value);

void cache_clean(const void *va UNUSED, u64 size UNUSED)
{
	__asm__ volatile("fence rw, rw" : : : "memory");
}

void cache_clean_inval(const void *va UNUSED, u64 size UNUSED)
{
	__asm__ volatile("fence rw, rw" : : : "memory");
}

void icache_inval_all(void)
{
	struct hart_mask m;

	fence_i();
	for (u32 next = 0; sbi_others(&next, &m);)
		sbi_fence_i(m);
}

/* ---- zeroing ---- */

static struct {
	u64 bytes; /* of a block that CBO.ZERO zeroes on every hart; 0: on some it does not */
	bool asked;
} block;

static u8 probe[PAGE_SIZE] ALIGNED(4096);

/* henvcfg does not tell what menvcfg closes (CMO 1.0, 2.5.2 and table 6): the instruction does. */
BOOT_CODE u64 cache_cbo_open(void)
{
	u64 open = 0;

	if (feature_cpu_has(EXT_ZICBOM) && cbo_clean(probe))
		open |= ENVCFG_CBCFE;
	if (feature_cpu_has(EXT_ZICBOM) && cbo_inval(probe))
		open |= ENVCFG_CBIE_FLUSH;
	if (feature_cpu_has(EXT_ZICBOZ) && cbo_zero(probe))
		open |= ENVCFG_CBZE;
	return open;
}

/* Before all harts were asked, and where they differ, by stores. */
BOOT_CODE void cache_cpu_init(void)
{
	u64 bytes = the_machine.cpus[this_cpu()->index].cboz_block;
	bool power = bytes >= 16 && bytes <= PAGE_SIZE && !(bytes & (bytes - 1));

	if (!feature_cpu_has(EXT_ZICBOZ) || !power || !cbo_zero(probe))
		bytes = 0;
	block.bytes = !block.asked || block.bytes == bytes ? bytes : 0;
	block.asked = true;
}

static void zero_by_blocks(u8 *p, const u8 *end, u64 step)
{
	for (; p < end; p += step)
		__asm__ volatile(".insn i 0x0f, 2, x0, %0, 4" : : "r"(p) : "memory");
}

static void zero_by_stores(u64 *p, const u64 *end)
{
	for (; p < end; p += 8)
		p[0] = p[1] = p[2] = p[3] = p[4] = p[5] = p[6] = p[7] = 0;
}

void mem_zero_fast(void *va, u64 size)
{
	u8 *p = va, *end = p + size;
	u64 step = block.bytes;

	if (step && !(((uintptr_t)p | size) & (step - 1)))
		zero_by_blocks(p, end, step);
	else
		zero_by_stores(va, (const u64 *)(const void *)end);
}

/* ---- entropy ---- */

#define SEED_OPST(v) ((v) >> 30 & 3)
#define SEED_ES16 2
#define SEED_TRIES 64

/* Zkr: 16 bits at a time, and sometimes not yet (Scalar cryptography 4.1). */
bool entropy_get(u64 *value)
{
	u32 got = 0;

	*value = 0;
	for (u32 i = 0; i < SEED_TRIES && got < 64; i++) {
		u64 seed;

		if (!feature_has(EXT_ZKR) || !seed_read(&seed))
			return false;
		if (SEED_OPST(seed) == SEED_ES16) {
			*value = *value << 16 | (seed & 0xffff);
			got += 16;
		}
	}
	return got == 64;
}
