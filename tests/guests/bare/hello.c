/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest bare guest: says where it is and ends. */
#include "tests/guests/bare/lib.h"

void guest_main(const void *tree)
{
	print("hello from vCPU %u at EL%u, arguments \"%s\"\n", cpu_index(), (u32)read_sysreg(currentel) >> 2,
	      tree_bootargs(tree));
}
