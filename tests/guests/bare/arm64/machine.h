/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arm64 machine of the bare-metal test guests, at EL1: registers, PSCI, exceptions, GICv3, generic timer. lib.h includes
 * it; a guest includes lib.h.
 */
#ifndef BARE_MACHINE_H
#define BARE_MACHINE_H

#define CPU_MODE "EL1"

#define FRAME_ELR 248
#define FRAME_ESR 264
#define FRAME_VECTOR 280
#define FRAME_ENTERED 288
#define FRAME_SIZE 304

/* Vector numbers (DDI 0487, D1.3.1): four kinds from EL1 on SP_EL0, EL1 on SP_EL1, EL0 AArch64, EL0 AArch32. */
#define VECTOR_SYNC 4
#define VECTOR_IRQ 5
#define VECTOR_FIQ 6
#define VECTOR_SERROR 7
#define VECTOR_EL0_SYNC 8
#define VECTOR_EL0_IRQ 9
#define VECTOR_EL0_SERROR 11
#define VECTOR_EL0_32_SYNC 12
#define VECTORS 16

#ifndef __ASSEMBLER__

/* ---- the machine ---- */

#define RAM_BASE 0x40000000ULL
#define GICD_BASE 0x08000000ULL
#define GICR_BASE 0x080a0000ULL
#define GICR_STRIDE 0x20000ULL
#define GICR_SGI_FRAME 0x10000ULL
#define UART_BASE 0x09000000ULL
#define RTC_BASE 0x09010000ULL

#define INTID_VTIMER 27
#define INTID_PTIMER 30
#define INTID_UART 33

/* ---- registers and barriers ---- */

#define read_sysreg(name)                                                    \
	({                                                                   \
		u64 value_;                                                  \
		__asm__ volatile("mrs %0, " #name : "=r"(value_)::"memory"); \
		value_;                                                      \
	})
#define write_sysreg(name, value) __asm__ volatile("msr " #name ", %0" ::"r"((u64)(value)) : "memory")
#define isb() __asm__ volatile("isb" ::: "memory")
#define dsb(domain) __asm__ volatile("dsb " #domain ::: "memory")
#define dmb(domain) __asm__ volatile("dmb " #domain ::: "memory")
#define wfi() __asm__ volatile("wfi" ::: "memory")
#define cpu_relax() __asm__ volatile("yield" ::: "memory")
#define irq_on() __asm__ volatile("msr daifclr, #2" ::: "memory")
/* Where this CPU's exceptions go. */
#define vectors_at(address)                      \
	do {                                     \
		write_sysreg(vbar_el1, address); \
		isb();                           \
	} while (0)
#define irq_off() __asm__ volatile("msr daifset, #2" ::: "memory")
#define serror_on() __asm__ volatile("msr daifclr, #4" ::: "memory")

/* Single loads and stores with a valid syndrome: no writeback, no pairs. */
#define MMIO_ACCESSORS(bits, reg)                                                        \
	static inline u##bits read##bits(u64 addr)                                       \
	{                                                                                \
		u##bits value;                                                           \
		__asm__ volatile("ldr" reg "[%1]" : "=r"(value) : "r"(addr) : "memory"); \
		return value;                                                            \
	}                                                                                \
	static inline void write##bits(u64 addr, u##bits value)                          \
	{                                                                                \
		__asm__ volatile("str" reg "[%1]" ::"r"(value), "r"(addr) : "memory");   \
	}
MMIO_ACCESSORS(8, "b %w0, ")
MMIO_ACCESSORS(16, "h %w0, ")
MMIO_ACCESSORS(32, " %w0, ")
MMIO_ACCESSORS(64, " %0, ")

/* ---- start.S ---- */

/* CNTVCT_EL0 and CNTPCT_EL0 (trapped and virtual where the host has no physical offset) at the guest's first instructions. */
extern u64 cntvct_at_entry[2];

/* MPIDR's Aff1 * 16 + Aff0, as the hypervisor numbers vCPUs. */
static inline u32 cpu_index(void)
{
	u64 mpidr = read_sysreg(mpidr_el1);

	return (u32)((mpidr >> 8 & 0xff) << 4 | (mpidr & 0xff));
}
static inline u64 cpu_mpidr(u32 index)
{
	return (u64)(index >> 4) << 8 | (index & 0xf);
}

/* ---- psci.c ---- */

#define PSCI_VERSION 0x84000000u
#define PSCI_CPU_SUSPEND 0xc4000001u
#define PSCI_CPU_OFF 0x84000002u
#define PSCI_CPU_ON 0xc4000003u
#define PSCI_AFFINITY_INFO 0xc4000004u
#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u
#define PSCI_FEATURES 0x8400000au

/* HVC #0 and SMC #0 with four arguments; x0 of the answer. */
s64 hvc_call(u64 id, u64 a1, u64 a2, u64 a3);
s64 smc_call(u64 id, u64 a1, u64 a2, u64 a3);
s64 cpu_affinity_info(u32 index);

/* ---- except.c ---- */

struct frame {
	u64 x[31];
	u64 elr, spsr, esr, far;
	u64 vector;
	u64 entered; /* CNTVCT_EL0 at the vector */
	u64 unused;
};
_Static_assert(offsetof(struct frame, elr) == FRAME_ELR && offsetof(struct frame, esr) == FRAME_ESR &&
		       offsetof(struct frame, vector) == FRAME_VECTOR &&
		       offsetof(struct frame, entered) == FRAME_ENTERED && sizeof(struct frame) == FRAME_SIZE,
	       "frame layout of start.S");

#define ESR_EC(esr) ((u32)((esr) >> 26 & 0x3f))
#define EC_UNKNOWN 0x00
#define EC_SVC64 0x15
#define EC_SYSREG 0x18
#define EC_IABT_LOW 0x20
#define EC_IABT 0x21
#define EC_DABT_LOW 0x24
#define EC_DABT 0x25

/*
 * A handler by vector, for all CPUs; it may change the frame, which is what the CPU goes on with. Without one the
 * exception is printed and the VM powered off.
 */
typedef void (*exception_fn)(struct frame *frame);
extern exception_fn exception_handler[VECTORS];
void exception_dispatch(struct frame *frame);

/*
 * From fault_catch() on, a synchronous exception or SError of this CPU is kept and gone on behind it: behind the
 * instruction, or after a fetch that failed at the caller (x30). fault_caught() ends that: the number taken since, the last
 * one's frame in *frame when not NULL.
 */
void fault_catch(void);
u32 fault_caught(struct frame *frame);

/* ---- gic.c: GICv3 with one security state, group 1, affinity routing ---- */

#define INTID_SPURIOUS 1023

/* Distributor; then on each CPU its redistributor and CPU interface (priority mask open, EOI mode 0). */
void gic_init(void);
void gic_cpu_init(void);
/* SGIs and PPIs are this CPU's. */
void gic_enable(u32 intid, u8 priority);
void gic_disable(u32 intid);
/* The register's 64-bit route: vCPU `index`. SPIs only. */
void gic_route(u32 intid, u32 index);
/* SGI `intid` to vCPU `index`, group 1; the value alone too. */
u64 gic_sgi_value(u32 intid, u32 index);
void gic_send_sgi(u32 intid, u32 index);
u64 gicr_frame(u32 index);

static inline u32 gic_ack(void)
{
	u32 intid = (u32)read_sysreg(icc_iar1_el1);

	dsb(sy);
	return intid;
}
static inline void gic_eoi(u32 intid)
{
	write_sysreg(icc_eoir1_el1, intid);
}

/* ---- generic timer ---- */

static inline u64 counter(void)
{
	isb();
	return read_sysreg(cntvct_el0);
}
/* Virtual timer: its interrupt is INTID_VTIMER once the counter reaches `deadline`. */
static inline void vtimer_set(u64 deadline)
{
	write_sysreg(cntv_cval_el0, deadline);
	write_sysreg(cntv_ctl_el0, 1);
	isb();
}
static inline void vtimer_off(void)
{
	write_sysreg(cntv_ctl_el0, 0);
	isb();
}

#endif
#endif
