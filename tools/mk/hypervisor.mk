# SPDX-License-Identifier: Apache-2.0
# The hypervisor: $O/monadic.elf (linked, with symbols) and $O/monadic.bin (raw Image).
#
# Objects mirror the sources under $O. An object in BOOT_ONLY gets ".boot" put before its section names, which is what the
# linker script goes by: that code and data is given back once VMs run. Change one file's optimisation with OPT_<path>.o.

CC := $(CROSS)gcc
LD := $(CROSS)ld
OBJCOPY := $(CROSS)objcopy

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wpointer-arith -Wcast-align -Wvla -Wundef -Wwrite-strings -Wunused-result \
	-Wimplicit-fallthrough -Wswitch-enum -Wmissing-declarations -Wredundant-decls -Wnested-externs \
	-Wlogical-op -Wduplicated-cond -Wformat=2

INCLUDES := -I. -I$O/gen
CODE := -std=c11 -ffreestanding -fpie -include hal/hidden.h -fstack-protector-strong -fno-common -ffunction-sections \
	-g $(ARCH_FLAGS)
# Small, because resident code has a limit; what every exit runs through is made fast instead.
OPT ?= -Os
OPT_HOT ?= -O2 -fno-align-functions -fno-align-jumps -fno-align-loops -fno-align-labels
# The architecture's part of it is in tools/mk/$(ARCH).mk.
HOT += core/mmio core/sched core/timer core/string core/fmt core/log
CFLAGS := $(CODE) $(WARNINGS) $(INCLUDES)
# The copy and fill functions must not be turned into calls of themselves.
CFLAGS_core/string.o := -fno-tree-loop-distribute-patterns

# NAME_ARCH.c is for that architecture only, and a device that only another's board has is not built.
BOARD_arm64   := pl011 pl031 pl061
BOARD_riscv64 := ns16550 goldfish_rtc finisher dwgpio
OTHERS := $(foreach a,$(filter-out $(ARCH),arm64 riscv64 x86_64),%_$a.c $(BOARD_$a:%=drivers/emul/%.c))
SOURCES := $(filter-out $(OTHERS),$(wildcard core/*.c drivers/*.c drivers/*/*.c boot/*.c $(ARCH_DIR)/*.c $(ARCH_DIR)/*.S))
OBJECTS := $(patsubst %,$O/%.o,$(basename $(SOURCES)))
BOOT_ONLY := boot/% core/boot_% core/bundle% core/manifest% core/plan% core/decompress% core/image% core/guest_tree% \
	core/machine% core/isa drivers/emul/tree_% $(ARCH_DIR)/layout $(ARCH_DIR)/boot_%

# Third-party code of the hypervisor, all boot-only: freestanding, with the stub headers in place of a C library's.
LIBFDT     := fdt.c fdt_ro.c fdt_sw.c
LIBDEFLATE := deflate_decompress.c gzip_decompress.c crc32.c utils.c
ZSTD       := decompress/huf_decompress.c decompress/zstd_ddict.c decompress/zstd_decompress.c \
	decompress/zstd_decompress_block.c common/entropy_common.c common/error_private.c \
	common/fse_decompress.c common/zstd_common.c common/xxhash.c
LIBFDT_DIR     := $T/libfdt/libfdt
LIBDEFLATE_DIR := $T/libdeflate
ZSTD_DIR       := $T/zstd-source/lib

# Nothing of the machine's own headers is seen: the compiler's, then the stubs.
FREESTANDING = -nostdinc -isystem $(shell $(CC) -print-file-name=include) -isystem boot/include-stubs
LIB_INCLUDES := -isystem $(LIBFDT_DIR) -isystem $(LIBDEFLATE_DIR) -isystem $(ZSTD_DIR)
LIB_OBJECTS := $O/third-party/libfdt.o $(LIBDEFLATE:%.c=$O/third-party/libdeflate/%.o) \
	$(ZSTD:%.c=$O/third-party/zstd/%.o)
LIB_READY := $(foreach n,libfdt libdeflate zstd-source,$(call third-party,$n))
LIB_CODE = $(CODE) $(FREESTANDING) -Os -w
# One unit, so that the bounds checks it has at every cell are inlined. It reads version 17 only, which core/manifest.c has seen to
# (4: ASSUME_LATEST).
LIBFDT_CODE = $(LIB_CODE) $(OPT_HOT) -finline-functions --param max-inline-insns-auto=45 -DFDT_ASSUME_MASK=4
# A plain kernel goes through them byte by byte while the machine waits: fast, and short copies without a call.
DECODER_CODE = $(LIB_CODE) $(OPT_HOT) -fbuiltin $(DECODER_FLAGS)

# Only code that reads device trees or compressed images sees the libraries' headers; the style stage holds it to that.
CFLAGS += $(LIB_INCLUDES)

.PHONY: all size force
all: $O/monadic.elf $O/monadic.bin $O/monadic.efi ## build build/ARCH/monadic.{efi,elf,bin}
force:

# Rewritten only when the flags change; every object depends on it.
$O/flags: force | $(HOST_RUN)
	@mkdir -p $O; echo '$(CC) $(OPT) $(OPT_HOT) $(HOT) $(CFLAGS) $(DECODER_CODE) $(LIBFDT_CODE) $(BOOT_ONLY)' | cmp -s - $@ || \
		echo '$(CC) $(OPT) $(OPT_HOT) $(HOT) $(CFLAGS) $(DECODER_CODE) $(LIBFDT_CODE) $(BOOT_ONLY)' > $@

$O/gen/version.h: force
	@mkdir -p $(@D); v=$$(git describe --tags --always --dirty 2>/dev/null || echo unknown); \
	date=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || echo 1767225600)}; \
	text="/* generated */"$$'\n'"#define MONADIC_VERSION \"$$v\""$$'\n'"#define MONADIC_DATE $${date}u"; \
	echo "$$text" | cmp -s - $@ || echo "$$text" > $@

# $(call boot-only,OBJECT): puts the object's sections among those that are given back
boot-only = $(OBJCOPY) --prefix-alloc-sections=.boot $1
compile = @mkdir -p $(@D); echo "  CC      $<"; $(CC) -MMD -MP

$O/%.o: %.c $O/flags | $O/gen/version.h $(LIB_READY)
	$(compile) $(CFLAGS) $(FREESTANDING) $(or $(OPT_$*.o),$(if $(filter $(HOT) $(BOOT_ONLY),$*),$(OPT_HOT)),$(OPT)) $(CFLAGS_$*.o) -c $< -o $@
	$(if $(filter $(BOOT_ONLY),$*),@$(call boot-only,$@))

$O/%.o: %.S $O/flags | $O/gen/version.h
	$(compile) $(CODE) $(INCLUDES) -D__ASSEMBLY__ -c $< -o $@
	$(if $(filter $(BOOT_ONLY),$*),@$(call boot-only,$@))

$O/third-party/libfdt.o: $O/flags | $(LIB_READY)
	@mkdir -p $(@D); printf '#include "%s"\n' $(LIBFDT) | $(CC) $(LIBFDT_CODE) -I$(LIBFDT_DIR) -xc - -c -o $@
	@$(call boot-only,$@)

# Without __linux__ libdeflate looks for no processor features, so it uses no vector registers.
$O/third-party/libdeflate/%.o: $O/flags | $(LIB_READY)
	@mkdir -p $(@D); $(CC) $(DECODER_CODE) -DFREESTANDING -U__linux__ -I$(LIBDEFLATE_DIR) \
		-c $(LIBDEFLATE_DIR)/lib/$*.c -o $@
	@$(call boot-only,$@)

# One Huffman and one sequence decoder, no tables of error texts: the small form of the library.
$O/third-party/zstd/%.o: $O/flags | $(LIB_READY)
	@mkdir -p $(@D); $(CC) $(DECODER_CODE) -DZSTD_DISABLE_ASM=1 -DZSTD_LEGACY_SUPPORT=0 -DHUF_FORCE_DECOMPRESS_X1 \
		-DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT -DZSTD_NO_INLINE -DZSTD_STRIP_ERROR_STRINGS -DZSTD_TRACE=0 -DXXH_NAMESPACE=ZSTD_ -DXXH_NO_XXH3 \
		-I$(ZSTD_DIR) -c $(ZSTD_DIR)/$*.c -o $@
	@$(call boot-only,$@)

LDFLAGS := -pie --no-dynamic-linker -z text -z max-page-size=4096 -z noexecstack --gc-sections --fatal-warnings \
	--build-id=none --emit-relocs -L $O/gen -T linker/image.ld

# What lies in front of all other code but the entry: objects that fill what would be a hole.
$O/gen/text_first.ld: tools/mk/$(ARCH).mk
	@mkdir -p $(@D); { :; $(foreach o,$(TEXT_FIRST),echo '*/$o.o(.text .text.*)';) } > $@

$O/monadic.elf: $(OBJECTS) $(LIB_OBJECTS) $O/gen/text_first.ld linker/image.ld linker/check.awk
	@echo "  LD      $@"; $(LD) $(LDFLAGS) -Map $O/monadic.map -o $@ $(OBJECTS) $(LIB_OBJECTS)
	@{ $(CROSS)nm -n $@; $(CROSS)readelf -rW $@; } | awk -v entry="$(ENTRY_CODE)" -f linker/check.awk

$O/monadic.bin: $O/monadic.elf
	@echo "  BIN     $@"; $(OBJCOPY) -O binary $< $@

# Sections whose sizes have a limit. Resident: what stays once VMs run; boot-only: given back then.
size: $O/monadic.elf ## print the sizes of resident and boot-only code, fail beyond the limits
	@$(CROSS)size -A -d $< | awk -v resident=$(RESIDENT_LIMIT) -v boot=$(BOOT_LIMIT) ' \
		function check(what, size, limit) { \
			printf "%-16s %7d bytes of %d\n", what, size, limit; \
			if (size > limit) { printf "size: %s: %d bytes, limit %d\n", what, size, limit; bad = 1 } } \
		$$1 == ".text" { r += $$2 } $$1 == ".boot.text" { b += $$2 } \
		$$1 ~ /^\./ && $$1 !~ /debug|comment/ { printf "  %-16s %7d\n", $$1, $$2 } \
		END { check("resident code", r, resident); check("boot-only code", b, boot); exit bad }'

-include $(OBJECTS:.o=.d)
