/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The UEFI application on riscv64: firmware must be in HS-mode, and tells the boot hart's id by RISCV_EFI_BOOT_PROTOCOL (RISC-V
 * UEFI Protocol Specification 1.0), where it is too old for that in the device tree's /chosen.
 */
#include <efi.h>
#include <efilib.h>

#include "boot/efi/arch.h"

struct riscv_efi_boot {
	UINT64 revision;
	EFI_STATUS (*get_boot_hartid)(struct riscv_efi_boot *this, UINTN *hart);
};

static EFI_GUID riscv_boot_guid = {
	0xccd15fec, 0x6f73, 0x4eec, {0x83, 0x95, 0x3e, 0x69, 0xe4, 0xb9, 0x40, 0xbf}};

/* Can a register of the hypervisor extension be read? */
UINT64 efi_hypervisor_mode(void);

EFI_STATUS arch_check(void)
{
	if (efi_hypervisor_mode())
		return EFI_SUCCESS;
	Print(L"monadic: there is no hypervisor extension here: the processor lacks it, M-mode firmware hides it, or this"
	      L" is a virtual machine (QEMU: -cpu rv64,h=on)\n");
	return EFI_UNSUPPORTED;
}

/* Caches are coherent and stay on: there is no state in which a hart sees other bytes. The image's fence.i is efi_jump's. */
void efi_clean(UINT64 address, UINT64 size)
{
	(void)address, (void)size;
}

/* ---- the device tree: firmware's, within the sizes that its header gives ---- */

enum { TREE_BEGIN = 1, TREE_END, TREE_PROP, TREE_NOP };
#define TREE_MAGIC 0xd00dfeedu
#define TREE_SIZE_MAX (1u << 24)

struct tree {
	const UINT8 *base;
	UINT32 at, end, names, total;
};

static UINT32 be32(const UINT8 *p)
{
	return (UINT32)p[0] << 24 | (UINT32)p[1] << 16 | (UINT32)p[2] << 8 | p[3];
}

static BOOLEAN tree_open(struct tree *t, const UINT8 *base)
{
	*t = (struct tree){.base = base};
	if (!base || be32(base) != TREE_MAGIC)
		return FALSE;
	t->total = be32(base + 4);
	t->at = be32(base + 8);
	t->names = be32(base + 12);
	t->end = t->at + be32(base + 36);
	return t->total <= TREE_SIZE_MAX && t->at <= t->end && t->end <= t->total && t->names <= t->total;
}

/* Bytes of the text at `at` with its NUL; what runs to the tree's end ends there. */
static UINT32 text_size(const struct tree *t, UINT32 at)
{
	UINT32 n = 0;

	while (at + n < t->total && t->base[at + n])
		n++;
	return n + 1;
}

static BOOLEAN text_is(const struct tree *t, UINT32 at, const char *text)
{
	UINT32 i = 0;

	for (; at < t->total && i < t->total - at && t->base[at + i] == (UINT8)text[i]; i++)
		if (!text[i])
			return TRUE;
	return FALSE;
}

/* Steps over one token's content; the depth of nodes after it. */
static UINT32 tree_step(struct tree *t, UINT32 token, UINT32 depth)
{
	UINT32 size = 0;

	if (token == TREE_BEGIN)
		size = text_size(t, t->at);
	else if (token == TREE_PROP)
		size = t->end - t->at < 8 ? 8 : 8 + be32(t->base + t->at);
	else if (token != TREE_END && token != TREE_NOP)
		size = t->end;
	size = (size + 3) & ~3u;
	t->at = size > t->end - t->at ? t->end : t->at + size;
	return depth + (token == TREE_BEGIN) - (token == TREE_END && depth);
}

/* The content of the property at hand, when it is a number of one or two cells. */
static BOOLEAN tree_number(const struct tree *t, UINT64 *value)
{
	const UINT8 *prop = t->base + t->at;
	UINT32 size = be32(prop);

	if ((size != 4 && size != 8) || t->end - t->at < 8 + size)
		return FALSE;
	*value = size == 8 ? (UINT64)be32(prop + 8) << 32 | be32(prop + 12) : be32(prop + 8);
	return TRUE;
}

/* The number in property `name` of /chosen. */
static BOOLEAN chosen_number(struct tree *t, const char *name, UINT64 *value)
{
	BOOLEAN inside = FALSE;

	for (UINT32 depth = 0; t->end - t->at >= 4;) {
		UINT32 token = be32(t->base + t->at);

		t->at += 4;
		if (token == TREE_BEGIN)
			inside = depth == 1 && text_is(t, t->at, "chosen");
		else if (token == TREE_PROP && inside && t->end - t->at >= 8 &&
			 text_is(t, t->names + be32(t->base + t->at + 4), name))
			return tree_number(t, value);
		depth = tree_step(t, token, depth);
	}
	return FALSE;
}

EFI_STATUS arch_boot_cpu(UINT64 fdt, UINT64 *cpu)
{
	struct riscv_efi_boot *boot;
	struct tree t;
	UINTN hart;

	if (!EFI_ERROR(uefi_call_wrapper(BS->LocateProtocol, 3, &riscv_boot_guid, NULL, (void **)&boot)) &&
	    !EFI_ERROR(uefi_call_wrapper(boot->get_boot_hartid, 2, boot, &hart))) {
		*cpu = hart;
		return EFI_SUCCESS;
	}
	if (tree_open(&t, (const UINT8 *)(UINTN)fdt) && chosen_number(&t, "boot-hartid", cpu))
		return EFI_SUCCESS;
	Print(L"monadic: firmware does not tell the boot hart: neither RISCV_EFI_BOOT_PROTOCOL nor /chosen/boot-hartid\n");
	return EFI_NOT_FOUND;
}
