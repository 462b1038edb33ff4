/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Included before every file of the image (tools/mk/hypervisor.mk): nothing is seen from outside it, so calls and
 * accesses are direct, without a global offset table.
 */
#ifndef HAL_HIDDEN_H
#define HAL_HIDDEN_H

#ifndef __ASSEMBLER__
#pragma GCC visibility push(hidden)
#endif

#endif
