/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Caches, zeroing and entropy. RISC-V machines are coherent for all of RAM and all harts, with translation on or off, but for what a guest
 * reads and writes past the caches: by Svpbmt it may, so what others leave in its memory is flushed out of them (Svpbmt; CMO 1.0, 2.2).
 * Where CBO.FLUSH cannot be used Svpbmt is not offered, and a fence is all that is owed.
 */
#include "arch/riscv/cache.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/feature.h"
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

/* Of this hart's own size: instructions of others' are not needed, since all caches obey (CMO 1.0, 2.5). */
static void flush(const void *va, u64 size)
{
	u64 step = the_machine.cpus[this_cpu()->index].cbom_block, p = (u64)(uintptr_t)va & ~(step - 1);
	u64 end = (u64)(uintptr_t)va + size;

	__asm__ volatile("fence iorw, iorw" : : : "memory");
	for (; p < end; p += step)
		__asm__ volatile(".insn i 0x0f, 2, x0, %0, 2" : : "r"(p) : "memory");
	__asm__ volatile("fence iorw, iorw" : : : "memory");
}

void cache_clean_inval(const void *va, u64 size)
{
	if (host_features.henvcfg & ENVCFG_CBCFE)
		flush(va, size);
	else
		__asm__ volatile("fence rw, rw" : : : "memory");
}

void cache_clean(const void *va, u64 size)
{
	cache_clean_inval(va, size);
}

/* Other harts do it when they load a vCPU that starts (POST_FENCE_I): nobody is interrupted for a VM that is built. */
void icache_inval_all(void)
{
	fence_i();
}

/* ---- zeroing ---- */

static struct {
	u64 bytes; /* of a block that CBO.ZERO zeroes on every hart; 0: on some it does not */
	bool asked;
} block;

static u8 probe[PAGE_SIZE] ALIGNED(4096);

BOOT_CODE static bool is_block(u64 bytes)
{
	return bytes >= 16 && bytes <= PAGE_SIZE && !(bytes & (bytes - 1));
}

/* henvcfg does not tell what menvcfg closes (CMO 1.0, 2.5.2 and table 6): the instruction does. */
BOOT_CODE u64 cache_cbo_open(void)
{
	const struct machine_cpu *cpu = &the_machine.cpus[this_cpu()->index];
	bool m = feature_cpu_has(EXT_ZICBOM) && is_block(cpu->cbom_block);
	u64 open = 0;

	if (m && cbo_clean(probe))
		open |= ENVCFG_CBCFE;
	if (m && cbo_inval(probe))
		open |= ENVCFG_CBIE_FLUSH;
	if (feature_cpu_has(EXT_ZICBOZ) && is_block(cpu->cboz_block) && cbo_zero(probe))
		open |= ENVCFG_CBZE;
	return open;
}

/* Before all harts were asked, and where they differ, by stores. */
BOOT_CODE void cache_cpu_init(void)
{
	u64 bytes = the_machine.cpus[this_cpu()->index].cboz_block;

	if (!feature_cpu_has(EXT_ZICBOZ) || !is_block(bytes) || !cbo_zero(probe))
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
