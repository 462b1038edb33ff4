# SPDX-License-Identifier: Apache-2.0
# Programs that run on the workstation, under build/host.

HOST_CC := gcc
HOST_CFLAGS := -std=c11 -D_DEFAULT_SOURCE -O1 -g -Wall -Wextra -Werror -Wshadow
H := build/host

$H/mkcpio $H/mkzboot: $H/%: tools/%.c | build/.host-run
	@mkdir -p $(@D); echo "  HOSTCC  $<"; $(HOST_CC) $(HOST_CFLAGS) -o $@ $<

# mkplan checks a manifest with the hypervisor's own parser and planner, compiled for the workstation.
MKPLAN_SOURCES := $(wildcard tools/mkplan.c $(addprefix core/,bundle.c fmt.c machine.c manifest*.c plan*.c) \
	boot/fdt.c boot/memmap.c $(ARCH_DIR)/layout.c)
MKPLAN_LIBFDT  := $(LIBFDT:%=$(LIBFDT_DIR)/%)

.PHONY: mkplan
mkplan: $H/mkplan ## build build/host/mkplan, which checks a manifest on a workstation
$H/mkplan: $(MKPLAN_SOURCES) | $(call third-party,libfdt) build/.host-run
	@mkdir -p $(@D); echo "  HOSTCC  $@"; $(HOST_CC) $(HOST_CFLAGS) -MMD -MP -MF $@.d -I. -isystem $(LIBFDT_DIR) \
		-o $@ $(MKPLAN_SOURCES) $(MKPLAN_LIBFDT)
-include $H/mkplan.d

# The guests stage's player of console scripts.
$H/expect: tests/guests/expect.c | build/.host-run
	@mkdir -p $(@D); echo "  HOSTCC  $<"; $(HOST_CC) $(HOST_CFLAGS) -o $@ $<
