/* SPDX-License-Identifier: Apache-2.0 */
/* What this build is called. */
#ifndef CORE_VERSION_H
#define CORE_VERSION_H

extern const char monadic_version[];

#endif
