/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RISC-V extensions that matter to a hypervisor and its guests: names, sets of them, and reading and writing such sets as
 * device trees have them (Linux, Documentation/devicetree/bindings/riscv: extensions, cpus). Pure; what a name implies is
 * The RISC-V Instruction Set Manual's. Names that are not in the list are ignored: what is not known is not offered.
 */
#ifndef CORE_ISA_H
#define CORE_ISA_H

#include "hal/types.h"

/*
 * X(NAME, "name") for each, in the order in which an ISA string has them (volume I, "ISA Extension Naming
 * Conventions"): letters, Z by category, then S.
 */
#define RISCV_EXTENSIONS(X)             \
	X(I, "i")                       \
	X(M, "m")                       \
	X(A, "a")                       \
	X(F, "f")                       \
	X(D, "d")                       \
	X(Q, "q")                       \
	X(C, "c")                       \
	X(B, "b")                       \
	X(V, "v")                       \
	X(H, "h")                       \
	X(ZIC64B, "zic64b")             \
	X(ZICBOM, "zicbom")             \
	X(ZICBOP, "zicbop")             \
	X(ZICBOZ, "zicboz")             \
	X(ZICCRSE, "ziccrse")           \
	X(ZICFILP, "zicfilp")           \
	X(ZICFISS, "zicfiss")           \
	X(ZICNTR, "zicntr")             \
	X(ZICOND, "zicond")             \
	X(ZICSR, "zicsr")               \
	X(ZIFENCEI, "zifencei")         \
	X(ZIHINTNTL, "zihintntl")       \
	X(ZIHINTPAUSE, "zihintpause")   \
	X(ZIHPM, "zihpm")               \
	X(ZIMOP, "zimop")               \
	X(ZMMUL, "zmmul")               \
	X(ZAAMO, "zaamo")               \
	X(ZABHA, "zabha")               \
	X(ZACAS, "zacas")               \
	X(ZALRSC, "zalrsc")             \
	X(ZAWRS, "zawrs")               \
	X(ZFA, "zfa")                   \
	X(ZFBFMIN, "zfbfmin")           \
	X(ZFH, "zfh")                   \
	X(ZFHMIN, "zfhmin")             \
	X(ZCA, "zca")                   \
	X(ZCB, "zcb")                   \
	X(ZCD, "zcd")                   \
	X(ZCMOP, "zcmop")               \
	X(ZBA, "zba")                   \
	X(ZBB, "zbb")                   \
	X(ZBC, "zbc")                   \
	X(ZBKB, "zbkb")                 \
	X(ZBKC, "zbkc")                 \
	X(ZBKX, "zbkx")                 \
	X(ZBS, "zbs")                   \
	X(ZK, "zk")                     \
	X(ZKN, "zkn")                   \
	X(ZKND, "zknd")                 \
	X(ZKNE, "zkne")                 \
	X(ZKNH, "zknh")                 \
	X(ZKR, "zkr")                   \
	X(ZKS, "zks")                   \
	X(ZKSED, "zksed")               \
	X(ZKSH, "zksh")                 \
	X(ZKT, "zkt")                   \
	X(ZTSO, "ztso")                 \
	X(ZVBB, "zvbb")                 \
	X(ZVBC, "zvbc")                 \
	X(ZVE32F, "zve32f")             \
	X(ZVE32X, "zve32x")             \
	X(ZVE64D, "zve64d")             \
	X(ZVE64F, "zve64f")             \
	X(ZVE64X, "zve64x")             \
	X(ZVFBFMIN, "zvfbfmin")         \
	X(ZVFBFWMA, "zvfbfwma")         \
	X(ZVFH, "zvfh")                 \
	X(ZVFHMIN, "zvfhmin")           \
	X(ZVKB, "zvkb")                 \
	X(ZVKG, "zvkg")                 \
	X(ZVKN, "zvkn")                 \
	X(ZVKNC, "zvknc")               \
	X(ZVKNED, "zvkned")             \
	X(ZVKNG, "zvkng")               \
	X(ZVKNHA, "zvknha")             \
	X(ZVKNHB, "zvknhb")             \
	X(ZVKS, "zvks")                 \
	X(ZVKSC, "zvksc")               \
	X(ZVKSED, "zvksed")             \
	X(ZVKSG, "zvksg")               \
	X(ZVKSH, "zvksh")               \
	X(ZVKT, "zvkt")                 \
	X(SHA, "sha")                   \
	X(SHCOUNTERENW, "shcounterenw") \
	X(SHGATPA, "shgatpa")           \
	X(SHTVALA, "shtvala")           \
	X(SHVSATPA, "shvsatpa")         \
	X(SHVSTVALA, "shvstvala")       \
	X(SHVSTVECD, "shvstvecd")       \
	X(SMAIA, "smaia")               \
	X(SMMPM, "smmpm")               \
	X(SMNPM, "smnpm")               \
	X(SMSTATEEN, "smstateen")       \
	X(SSAIA, "ssaia")               \
	X(SSCCFG, "ssccfg")             \
	X(SSCOFPMF, "sscofpmf")         \
	X(SSCSRIND, "sscsrind")         \
	X(SSCTR, "ssctr")               \
	X(SSDBLTRP, "ssdbltrp")         \
	X(SSNPM, "ssnpm")               \
	X(SSPM, "sspm")                 \
	X(SSSTATEEN, "ssstateen")       \
	X(SSTC, "sstc")                 \
	X(SUPM, "supm")                 \
	X(SVADE, "svade")               \
	X(SVADU, "svadu")               \
	X(SVINVAL, "svinval")           \
	X(SVNAPOT, "svnapot")           \
	X(SVPBMT, "svpbmt")             \
	X(SVVPTC, "svvptc")

#define RISCV_EXT_NUMBER(number, name) EXT_##number,
enum riscv_ext { RISCV_EXTENSIONS(RISCV_EXT_NUMBER) RISCV_EXTS };
#undef RISCV_EXT_NUMBER

/* No longer than "shcounterenw"; with a separator. */
#define RISCV_EXT_NAME_MAX 13
/* Room that isa_list() and isa_string() never exceed. */
#define ISA_TEXT_MAX (4 + RISCV_EXTS * RISCV_EXT_NAME_MAX)

/* A set of extensions. */
struct isa {
	u64 bit[2];
};

static inline bool isa_has(const struct isa *isa, enum riscv_ext ext)
{
	return isa->bit[(u32)ext / 64] >> (u32)ext % 64 & 1;
}

static inline void isa_add(struct isa *isa, enum riscv_ext ext)
{
	isa->bit[(u32)ext / 64] |= UINT64_C(1) << (u32)ext % 64;
}

static inline void isa_remove(struct isa *isa, enum riscv_ext ext)
{
	isa->bit[(u32)ext / 64] &= ~(UINT64_C(1) << (u32)ext % 64);
}

static inline bool isa_is_empty(const struct isa *isa)
{
	return !(isa->bit[0] | isa->bit[1]);
}

/* What both have. */
static inline struct isa isa_common(struct isa a, struct isa b)
{
	return (struct isa){{a.bit[0] & b.bit[0], a.bit[1] & b.bit[1]}};
}

/* "zicbom" for EXT_ZICBOM. */
const char *isa_name(enum riscv_ext ext);
/* RISCV_EXTS: the `len` characters at `name`, in either case, are not one that is listed. */
enum riscv_ext isa_find(const char *name, size_t len);
/* Add what the extensions in the set imply. */
void isa_imply(struct isa *isa);

/* `riscv,isa-extensions`: `len` bytes of NUL terminated names. What they imply is added. */
struct isa isa_from_list(const char *list, size_t len);
/*
 * The older `riscv,isa`, at most `max` characters: "rv64imafdc_zicbom2p1_sstc"; versions are skipped, and what was part of I
 * when this property was made (Zicsr, Zifencei, Zicntr, Zihpm) is added like what is implied. Empty: not of rv64i.
 */
struct isa isa_from_string(const char *string, size_t max);

/* Both write the set as it is and give the length, terminating NUL included. `out` has room for ISA_TEXT_MAX bytes. */
size_t isa_list(const struct isa *isa, char *out);
size_t isa_string(const struct isa *isa, char *out);

#endif
