/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_image.c as riscv64 is built. */
/* SOURCES: core/image.c core/image_linux.c core/image_raw.c core/image_elf.c core/decompress.c core/guest_tree.c core/isa.c drivers/emul/tree_riscv64.c arch/riscv/layout.c hal/fake/fake.c hal/fake/fake_log.c @libfdt @gzip @zstd */
#define ENV_RAM UINT64_C(0x80000000)

#include "drivers/emul/tree_riscv64.h"
#include "tests/fuzz/fuzz_image.c"

const struct guest_isa *guest_isa(const struct vm_plan *plan)
{
	static struct guest_isa isa = {
		.mmu_bits = 39, .timebase_hz = 10000000, .imsic_ids = 255, .nr_sources = 95};

	isa.isa = (struct isa){{UINT64_MAX, 0}};
	isa.aia = plan->has_load;
	return &isa;
}
