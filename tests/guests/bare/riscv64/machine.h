/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The riscv64 machine of the bare-metal test guests, in S-mode: registers, SBI, traps, timer, IMSIC. lib.h includes it; a guest
 * includes lib.h. It runs as well on the emulator's own board, under OpenSBI. tp holds the hart's number, for ever.
 */
#ifndef BARE_MACHINE_H
#define BARE_MACHINE_H

#define CPU_MODE "S-mode"

/* struct frame */
#define FRAME_SEPC 256
#define FRAME_SCAUSE 272
#define FRAME_ENTERED 288
#define FRAME_SIZE 304

#define SSTATUS_SIE 2
#define SSTATUS_VS (3u << 9)
#define SSTATUS_FS (3u << 13)

/* Interrupt numbers: bits of sie and sip, low bits of scause. */
#define IRQ_SOFT 1
#define IRQ_TIMER 5
#define IRQ_EXTERNAL 9
#define IRQS 64

/* Registers of extensions, by number: the assembler need not know them (Sstc, Smaia). */
#define CSR_STIMECMP 0x14d
#define CSR_SISELECT 0x150
#define CSR_SIREG 0x151
#define CSR_STOPEI 0x15c

#ifndef __ASSEMBLER__

/* ---- the machine ---- */

#define RAM_BASE 0x80000000ULL
#define UART_BASE 0x10000000ULL
#define PLIC_BASE 0x0c000000ULL
#define APLIC_BASE 0x0d000000ULL
#define IMSIC_BASE 0x28000000ULL
/* Unit addresses of the same in the device tree. */
#define APLIC_UNIT "d000000"
#define IMSIC_UNIT "28000000"

/* ---- registers and barriers ---- */

#define csr_name(name) #name
#define csr_text(name) csr_name(name)
#define read_csr(name)                                                                 \
	({                                                                             \
		u64 value_;                                                            \
		__asm__ volatile("csrr %0, " csr_text(name) : "=r"(value_)::"memory"); \
		value_;                                                                \
	})
#define write_csr(name, value) __asm__ volatile("csrw " csr_text(name) ", %0" ::"r"((u64)(value)) : "memory")
#define set_csr(name, bits) __asm__ volatile("csrs " csr_text(name) ", %0" ::"r"((u64)(bits)) : "memory")
#define clear_csr(name, bits) __asm__ volatile("csrc " csr_text(name) ", %0" ::"r"((u64)(bits)) : "memory")
#define fence() __asm__ volatile("fence iorw, iorw" ::: "memory")
#define wfi() __asm__ volatile("wfi" ::: "memory")
#define cpu_relax() __asm__ volatile(".insn i 0x0f, 0, x0, x0, 0x010" ::: "memory") /* pause */
/* Where this hart's traps go. */
#define vectors_at(address) write_csr(stvec, address)
#define irq_on() set_csr(sstatus, SSTATUS_SIE)
#define irq_off() clear_csr(sstatus, SSTATUS_SIE)

#define MMIO_ACCESSORS(bits, size)                                                            \
	static inline u##bits read##bits(u64 addr)                                            \
	{                                                                                     \
		u##bits value;                                                                \
		__asm__ volatile("l" size " %0, 0(%1)" : "=r"(value) : "r"(addr) : "memory"); \
		return value;                                                                 \
	}                                                                                     \
	static inline void write##bits(u64 addr, u##bits value)                               \
	{                                                                                     \
		__asm__ volatile("s" size " %0, 0(%1)" ::"r"(value), "r"(addr) : "memory");   \
	}
MMIO_ACCESSORS(8, "b")
MMIO_ACCESSORS(16, "h")
MMIO_ACCESSORS(32, "w")
MMIO_ACCESSORS(64, "d")

/* ---- start.S ---- */

/* time at the guest's first instruction. */
extern u64 time_at_entry;

/* The hart's number, which is the vCPU's. */
static inline u32 cpu_index(void)
{
	u64 hart;

	__asm__("mv %0, tp" : "=r"(hart));
	return (u32)hart;
}

/* ---- sbi.c: SBI 2.0 ---- */

#define SBI_BASE 0x10
#define SBI_TIME 0x54494d45
#define SBI_IPI 0x735049
#define SBI_RFENCE 0x52464e43
#define SBI_HSM 0x48534d
#define SBI_SRST 0x53525354
#define SBI_DBCN 0x4442434e

enum { BASE_SPEC_VERSION, BASE_IMPL_ID, BASE_IMPL_VERSION, BASE_PROBE };
enum { HSM_START, HSM_STOP, HSM_STATUS, HSM_SUSPEND };
#define SUSPEND_RETENTIVE 0
enum { HSM_STARTED, HSM_STOPPED, HSM_START_PENDING, HSM_STOP_PENDING };
enum { SRST_SHUTDOWN, SRST_COLD_REBOOT, SRST_WARM_REBOOT };

struct sbi_ret {
	s64 error;
	u64 value;
};
struct sbi_ret sbi_call(u64 extension, u64 function, u64 a0, u64 a1, u64 a2);
bool sbi_has(u64 extension);
/* Software interrupt on one hart. */
s64 sbi_send_ipi(u32 index);
/* HSM's state of a hart, or an error below 0. */
s64 cpu_state(u32 index);

/* ---- trap.c ---- */

struct frame {
	u64 x[32];
	u64 sepc, sstatus, scause, stval;
	u64 entered; /* time at the vector */
	u64 unused;
};
_Static_assert(offsetof(struct frame, sepc) == FRAME_SEPC && offsetof(struct frame, scause) == FRAME_SCAUSE &&
		       offsetof(struct frame, entered) == FRAME_ENTERED && sizeof(struct frame) == FRAME_SIZE,
	       "frame layout of start.S");

#define SCAUSE_INTERRUPT (1ULL << 63)
#define CAUSE_FETCH_MISALIGNED 0
#define CAUSE_FETCH_ACCESS 1
#define CAUSE_ILLEGAL 2
#define CAUSE_LOAD_ACCESS 5
#define CAUSE_STORE_ACCESS 7
#define CAUSE_FETCH_PAGE 12
#define CAUSE_LOAD_PAGE 13
#define CAUSE_STORE_PAGE 15

/*
 * A handler by interrupt number, for all harts, and one for exceptions that nobody catches; it may change the frame, which is
 * what the hart goes on with. Without one the trap is printed and the VM powered off.
 */
typedef void (*trap_fn)(struct frame *frame);
extern trap_fn interrupt_handler[IRQS], exception_handler;
void trap_dispatch(struct frame *frame);

/*
 * From fault_catch() on, an exception of this hart is kept and gone on behind it: behind the instruction, or after a fetch that
 * failed at the caller (ra). fault_caught() ends that: the number taken since, the last one's frame in *frame when not NULL.
 */
void fault_catch(void);
u32 fault_caught(struct frame *frame);

/* ---- timer.c ---- */

static inline u64 counter(void)
{
	return read_csr(time);
}
/* Is stimecmp there (Sstc)? Asked of the register itself, by the first call. */
bool timer_has_stimecmp(void);
/* IRQ_TIMER is no longer pending. */
void timer_off(void);

/* ---- imsic.c: this hart's S-level file (AIA 1.0, chapter 3) ---- */

/* Delivery on, threshold open, nothing enabled. False: the tree has no IMSIC. */
bool imsic_init(const void *tree);
void imsic_enable(u32 id);
/* Where a 32-bit write of an identity raises it on that hart. */
u64 imsic_file(u32 index);
/* The identity with the highest priority, which it claims; 0: none. */
static inline u32 imsic_claim(void)
{
	u64 top;

	__asm__ volatile("csrrw %0, %1, zero" : "=r"(top) : "i"(CSR_STOPEI) : "memory");
	return (u32)(top >> 16);
}

#endif
#endif
