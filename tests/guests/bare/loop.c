/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shares a CPU and gives it nothing back: its first exception's handler is nobody's address, an exception without end. With a
 * boot argument it switches its only CPU off instead.
 */
#include "tests/guests/bare/lib.h"

void guest_main(const void *tree)
{
	if (*tree_bootargs(tree)) {
		print("off\n");
		cpu_off();
	}
	print("loop: begins\n");
	vectors_at(0x0b000000);
	(void)read32(0x0b000000);
}
