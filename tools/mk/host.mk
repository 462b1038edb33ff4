# SPDX-License-Identifier: Apache-2.0
# Programs that run on the workstation, under build/host.

HOST_CC := gcc
HOST_CFLAGS := -std=c11 -D_DEFAULT_SOURCE -O1 -g -Wall -Wextra -Werror -Wshadow
H := build/host

$H/mkcpio $H/mkzboot: $H/%: tools/%.c | $(HOST_RUN)
	@mkdir -p $(@D); echo "  HOSTCC  $<"; $(HOST_CC) $(HOST_CFLAGS) -o $@ $<

# The decoders of compressed kernels, for the workstation.
UNPACK := $(addprefix $(LIBDEFLATE_DIR)/lib/,$(LIBDEFLATE) x86/cpu_features.c arm/cpu_features.c) $(ZSTD:%=$(ZSTD_DIR)/%)
$H/libunpack.a: tools/third-party tools/mk/host.mk | $(LIB_READY) $(HOST_RUN)
	@echo "  HOSTCC  $@"; rm -rf $H/unpack $@; mkdir -p $H/unpack; n=0; for f in $(UNPACK); do n=$$((n + 1)); \
		$(HOST_CC) -O2 -w -DZSTD_DISABLE_ASM=1 -DZSTD_LEGACY_SUPPORT=0 -DHUF_FORCE_DECOMPRESS_X1 -DXXH_NAMESPACE=ZSTD_ \
			-I$(LIBDEFLATE_DIR) -I$(ZSTD_DIR) -c $$f -o $H/unpack/$$n.o; done; \
	ar rcs $@ $H/unpack/*.o

# mkplan checks a manifest with the hypervisor's own parser, planner and image stage, compiled for the workstation: one program
# an architecture, because each is linked with what its machines and guests have. Of some files it needs only what counts
# memory: --gc-sections drops the rest with all that it would call.
MKPLAN_SOURCES := $(wildcard tools/mkplan.c $(addprefix core/,aspace.c bundle.c console.c decompress.c fmt.c guest_tree.c \
	image*.c isa.c machine.c manifest*.c pgtable.c plan*.c pools.c pt_*.c trace.c) \
	boot/dt.c boot/fdt.c boot/memmap.c boot/serial.c)
MKPLAN_LIBFDT  := $(LIBFDT:%=$(LIBFDT_DIR)/%)
mkplan-sources  = $(MKPLAN_SOURCES) $(wildcard boot/fdt_$1.c boot/check_$1.c drivers/emul/tree_$1.c $(addprefix arch/$2/,layout.c pt_formats.c))

# $(call mkplan-rule,PROGRAM,ARCH,FOLDER)
define mkplan-rule
$1: $(call mkplan-sources,$2,$3) $(wildcard core/*.h hal/*.h boot/*.h drivers/emul/*.h) $H/libunpack.a | $(LIB_READY) $(HOST_RUN)
	@mkdir -p $$(@D); echo "  HOSTCC  $$@"; $(HOST_CC) $(HOST_CFLAGS) -I. $(LIB_INCLUDES) \
		-ffunction-sections -fdata-sections -Wl,--gc-sections -o $$@ $(call mkplan-sources,$2,$3) $(MKPLAN_LIBFDT) $H/libunpack.a
endef

.PHONY: mkplan
mkplan: $H/mkplan$(filter-out -arm64,-$(ARCH)) ## build build/host/mkplan (riscv64: mkplan-riscv64), which checks a manifest on a workstation
$(eval $(call mkplan-rule,$H/mkplan,arm64,arm64))
$(eval $(call mkplan-rule,$H/mkplan-riscv64,riscv64,riscv))

# The guests stage's player of console scripts.
$H/expect: tests/guests/expect.c | $(HOST_RUN)
	@mkdir -p $(@D); echo "  HOSTCC  $<"; $(HOST_CC) $(HOST_CFLAGS) -o $@ $<
