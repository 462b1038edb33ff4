/* SPDX-License-Identifier: Apache-2.0 */
/* Aliases in the hostile guest's own tables, and U-mode. */
#include "tests/guests/bare/riscv64/hostile.h"

#define SATP_PPN 0xfffffffffffULL
#define SSTATUS_SPP 0x100
#define SSTATUS_SPIE 0x20

/* First level entries that mmu.c fills with addresses nobody uses. */
enum { ALIAS = 240, USER_DEVICE, USER_MEMORY };

void sfence(void)
{
	__asm__ volatile("sfence.vma" ::: "memory");
}

u64 *root_table(void)
{
	return (u64 *)(uintptr_t)((read_csr(satp) & SATP_PPN) << 12);
}

static u64 map_gib(u32 index, u64 address, u64 bits)
{
	root_table()[index] = PTE_OF(address / GIB * GIB, bits);
	sfence();
	return index * GIB + address % GIB;
}

u64 alias(u64 address)
{
	return map_gib(ALIAS, address, PTE_LEAF);
}

u64 user_alias(u64 address)
{
	return map_gib(address >= RAM_BASE ? USER_MEMORY : USER_DEVICE, address, PTE_LEAF | PTE_U);
}

static u64 user_context[CONTEXT_WORDS];
static struct frame user_frame;

/* What U-mode raised ends it; of S-mode's own this is not told. */
static void from_user(struct frame *f)
{
	user_frame = *f;
	f->sepc = (u64)(uintptr_t)context_load;
	f->sstatus |= SSTATUS_SPP;
	f->x[10] = (u64)(uintptr_t)user_context;
}

struct frame run_user(u64 pc, const u64 regs[4])
{
	trap_fn saved = exception_handler;

	exception_handler = from_user;
	irq_off();
	if (!context_save(user_context)) {
		set_csr(sstatus, SSTATUS_SPIE);
		enter_user(pc, regs);
	}
	exception_handler = saved;
	irq_on();
	return user_frame;
}
