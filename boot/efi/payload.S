/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor's raw image, carried in the application. */
	.section .rodata, "a"
	.balign	16
	.global	payload_start
payload_start:
	.incbin	"monadic.bin"
	.global	payload_end
payload_end:
	.balign	16
