/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every harness says: ASSUME, PROVE and REACHABLE. A state is reachable when the claim that it is not can be
 * refuted, so with -DREACH these claims take the place of the proof's assertions and each of them has to fail.
 */
#ifndef TESTS_PROOFS_PROVE_H
#define TESTS_PROOFS_PROVE_H

#define ASSUME __CPROVER_assume
#ifdef REACH
#define PROVE(x, text) ((void)(x))
#define REACHABLE(x, text) __CPROVER_assert(!(x), "REACH: " text)
#else
#define PROVE __CPROVER_assert
#define REACHABLE(x, text) ((void)0)
#endif

#endif
