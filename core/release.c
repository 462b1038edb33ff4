/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Giving boot's code and data back: unmapped on all CPUs, so that nothing can run or read it. Its frames stay
 * unused.
 */
#include "core/log.h"
#include "core/string.h"
#include "hal/boot.h"
#include "hal/mem.h"

extern char __boot_start[], __boot_text_start[], __boot_data_start[], __boot_end[], __boot_bss_start[],
	__boot_bss_end[], __boot_scratch_start[];

static u64 scratch_size;

static u64 drop(const char *from, const char *to)
{
	u64 size = (u64)(to - from);

	if (size && host_unmap_ram(va_to_hpa(from), size) != OK)
		panic("boot memory at %llx cannot be unmapped", (unsigned long long)va_to_hpa(from).v);
	return size;
}

BOOT_CODE enum err boot_scratch(u64 size)
{
	scratch_size = align_up(size, PAGE_SIZE);
	return host_map_ram(va_to_hpa(__boot_scratch_start), scratch_size);
}

u64 boot_memory_release(void)
{
	return drop(__boot_start, __boot_end) + drop(__boot_bss_start, __boot_bss_end) +
	       drop(__boot_scratch_start, __boot_scratch_start + scratch_size);
}
