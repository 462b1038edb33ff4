/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest bare guest: says where it is and ends. */
#include "tests/guests/bare/lib.h"

void guest_main(const void *tree)
{
	print("hello from vCPU %u at %s, arguments \"%s\"\n", cpu_index(), CPU_MODE, tree_bootargs(tree));
}
