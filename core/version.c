/* SPDX-License-Identifier: Apache-2.0 */
/* The version that the build found, in one place. */
#include "core/version.h"

#include <version.h> /* generated; not this directory's */

const char monadic_version[] = MONADIC_VERSION;
