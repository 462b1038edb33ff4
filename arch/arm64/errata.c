/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which CPU needs what. Branch history: Arm "Spectre-BHB" (ARM 102898) and
 * "Cache speculation side-channels"; loop lengths are Arm's figures for each
 * core. World-switch errata are treated on every CPU alike in vcpu.c, because
 * the order written there costs nothing where it is not needed; the table names them for the report.
 */
#include "arch/arm64/errata.h"
#include "arch/arm64/cpu_arch.h"
#include "arch/arm64/feature.h"
#include "arch/arm64/firmware.h"
#include "arch/arm64/sysreg.h"
#include "core/log.h"

#define MIDR_IMPLEMENTER_PART(m) ((u32)((m) & 0xff00fff0u))
#define PART(implementer, part) ((u32)(implementer) << 24 | (u32)(part) << 4)
#define ARM(part) PART(0x41, part)

bool errata_repeat_tlbi;

extern char vectors_none[], vectors_loop[], vectors_clrbhb[], vectors_smc[];

enum flags {
	SPECULATIVE_AT = 1 << 0,   /* 1319537, 1319367: a walk may mix the regimes of two guests */
	REPEAT_TLBI = 1 << 1,      /* 1286807, 1463225...: a broadcast TLBI may be lost once */
	IPA_FAULT_834220 = 1 << 2, /* a stage 2 fault may report a stage 1 one: HPFAR is checked by retry */
	NO_V2 = 1 << 3,            /* branch predictors need no invalidation */
	BHB_FIRMWARE = 1 << 5,     /* only WORKAROUND_3 clears its branch history */
	SSB = 1 << 4,              /* speculative store bypass applies (WORKAROUND_2 or SSBS) */
};

static const struct core {
	u32 part;
	u8 bhb_loops; /* 0: branch history needs nothing, or firmware's WORKAROUND_3 */
	u8 flags;
	const char *name;
} cores[] = {
	{ARM(0xd03), 0, NO_V2, "Cortex-A53"},
	{ARM(0xd04), 0, NO_V2, "Cortex-A35"},
	{ARM(0xd05), 0, NO_V2 | REPEAT_TLBI, "Cortex-A55"},
	{ARM(0xd07), 8, SPECULATIVE_AT | IPA_FAULT_834220 | SSB, "Cortex-A57"},
	{ARM(0xd08), 8, SPECULATIVE_AT | SSB, "Cortex-A72"},
	{ARM(0xd09), 0, SSB | BHB_FIRMWARE, "Cortex-A73"},
	{ARM(0xd0a), 0, SSB | BHB_FIRMWARE, "Cortex-A75"},
	{ARM(0xd0b), 24, SPECULATIVE_AT | REPEAT_TLBI | SSB, "Cortex-A76"},
	{ARM(0xd0c), 24, SPECULATIVE_AT | REPEAT_TLBI | SSB, "Neoverse N1"},
	{ARM(0xd0d), 24, SSB, "Cortex-A77"},
	{ARM(0xd0e), 24, SSB, "Cortex-A76AE"},
	{ARM(0xd40), 32, SSB, "Neoverse V1"},
	{ARM(0xd41), 32, SSB, "Cortex-A78"},
	{ARM(0xd42), 32, SSB, "Cortex-A78AE"},
	{ARM(0xd44), 32, SSB, "Cortex-X1"},
	{ARM(0xd46), 0, NO_V2 | REPEAT_TLBI, "Cortex-A510"},
	{ARM(0xd47), 32, 0, "Cortex-A710"},
	{ARM(0xd48), 32, 0, "Cortex-X2"},
	{ARM(0xd49), 32, 0, "Neoverse N2"},
	{ARM(0xd4b), 32, SSB, "Cortex-A78C"},
	{ARM(0xd4f), 132, 0, "Neoverse V2"},
	{PART(0xc0, 0xac3), 0, 0, "Ampere-1"},
	{PART(0xc0, 0xac4), 11, 0, "Ampere-1A"},
	{ARM(0xd0f), 0, NO_V2, "Foundation or -cpu max"},
};

/* In the order of what a guest must be told when CPUs differ: the last is the worst. */
enum defence { NONE_NEEDED, BY_HARDWARE, LOOP, CLRBHB, FIRMWARE_3, FIRMWARE_1, VULNERABLE };
static const char *const defence_names[] = {"not needed",   "in hardware",  "loop",      "CLRBHB",
					    "WORKAROUND_3", "WORKAROUND_1", "VULNERABLE"};

static struct {
	const struct core *core;
	u64 midr;
	enum defence bhb, v2;
	u32 loops;
} boot_cpu;

BOOT_CODE static const struct core *core_of(u64 midr)
{
	for (u32 i = 0; i < ARRAY_SIZE(cores); i++)
		if (cores[i].part == MIDR_IMPLEMENTER_PART(midr))
			return &cores[i];
	return NULL;
}

/* Branch target injection (CVE-2017-5715): does hardware guarantee it, does firmware help? */
BOOT_CODE static enum defence v2_defence(const struct core *c)
{
	if (feature_cpu_has(FEAT_CSV2) || (c && c->flags & NO_V2))
		return BY_HARDWARE;
	switch (firmware_arch_features(SMCCC_WORKAROUND_1)) {
	case 0:
		return FIRMWARE_1;
	case 1:
		return NONE_NEEDED;
	default:
		return VULNERABLE;
	}
}

BOOT_CODE static enum defence bhb_defence(const struct core *c)
{
	if (feature_cpu_has(FEAT_CSV2_3) || feature_cpu_has(FEAT_ECBHB) || (c && c->flags & NO_V2))
		return BY_HARDWARE;
	if (feature_cpu_has(FEAT_CLRBHB))
		return CLRBHB;
	if (c && c->bhb_loops)
		return LOOP;
	return firmware_arch_features(SMCCC_WORKAROUND_3) == 0 ? FIRMWARE_3
	       : c && !(c->flags & BHB_FIRMWARE)               ? NONE_NEEDED
							       : VULNERABLE;
}

/* Firmware's call covers history too; where only the loop is needed, it is used. */
static const char *choose_vectors(struct cpu_arch *cpu, const struct core *c, enum defence v2,
				  enum defence bhb)
{
	if (bhb == FIRMWARE_3 || v2 == FIRMWARE_1) {
		cpu->bhb_loops = bhb == FIRMWARE_3 ? SMCCC_WORKAROUND_3 : SMCCC_WORKAROUND_1;
		return vectors_smc;
	}
	if (bhb == CLRBHB)
		return vectors_clrbhb;
	if (bhb == LOOP) {
		cpu->bhb_loops = c->bhb_loops;
		return vectors_loop;
	}
	return vectors_none;
}

BOOT_CODE void errata_init_cpu(struct cpu_arch *cpu)
{
	u64 midr = read_sysreg(MIDR_EL1);
	const struct core *c = core_of(midr);
	enum defence v2 = v2_defence(c), bhb = bhb_defence(c);

	if (!c || c->flags & REPEAT_TLBI)
		errata_repeat_tlbi = true;
	cpu->vectors = (u64)(uintptr_t)choose_vectors(cpu, c, v2, bhb);
	boot_cpu.v2 = v2 > boot_cpu.v2 ? v2 : boot_cpu.v2;
	boot_cpu.bhb = bhb > boot_cpu.bhb ? bhb : boot_cpu.bhb;
	if (boot_cpu.midr == 0) {
		boot_cpu.core = c;
		boot_cpu.midr = midr;
		boot_cpu.loops = bhb == LOOP ? c->bhb_loops : 0;
	} else if (midr != boot_cpu.midr) {
		log_info("CPU %llx is a different core: %s", (unsigned long long)cpu->mpidr,
			 c ? c->name : "unknown");
	}
}

BOOT_CODE void errata_report(void)
{
	const struct core *c = boot_cpu.core;

	log_info("cpu: %s, MIDR %08llx", c ? c->name : "unknown core", (unsigned long long)boot_cpu.midr);
	log_info("mitigations: branch targets %s; branch history %s%s; store bypass %s",
		 defence_names[boot_cpu.v2], defence_names[boot_cpu.bhb],
		 boot_cpu.bhb == LOOP ? " at every exit" : "",
		 feature_has(FEAT_SSBS) ? "SSBS, a guest's choice"
		 : c && c->flags & SSB  ? "VULNERABLE (no SSBS)"
					: "not affected or unknown");
	if (c && c->flags & (SPECULATIVE_AT | REPEAT_TLBI | IPA_FAULT_834220))
		log_info("errata: %s%s%s",
			 c->flags & SPECULATIVE_AT ? "speculative AT (world switch order) " : "",
			 c->flags & REPEAT_TLBI ? "repeated TLBI " : "",
			 c->flags & IPA_FAULT_834220 ? "834220 (fault retried)" : "");
}

/*
 * For guests: WORKAROUND_1 and _3 are done by every exit where the part needs
 * them, so a guest may call them (0) or need not (1). _2, firmware's switch for store bypass, is not passed
 * on: a guest learns that it need not call it, or that nobody helps.
 */
s32 errata_guest_workaround(u32 function)
{
	if (function == SMCCC_WORKAROUND_1)
		return boot_cpu.v2 == BY_HARDWARE || boot_cpu.v2 == NONE_NEEDED ? 1
		       : boot_cpu.v2 == VULNERABLE                              ? SMCCC_NOT_SUPPORTED
										: 0;
	if (function == SMCCC_WORKAROUND_3)
		return boot_cpu.bhb == VULNERABLE ? SMCCC_NOT_SUPPORTED : boot_cpu.bhb == BY_HARDWARE ? 1 : 0;
	if (function == SMCCC_WORKAROUND_2)
		return feature_has(FEAT_SSBS) || (boot_cpu.core && !(boot_cpu.core->flags & SSB))
			       ? 1
			       : SMCCC_NOT_SUPPORTED;
	return SMCCC_NOT_SUPPORTED;
}
