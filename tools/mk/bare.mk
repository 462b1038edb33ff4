# SPDX-License-Identifier: Apache-2.0
# Bare-metal test guests: $O/guests/NAME.bin (boot protocol `raw`) from tests/guests/bare and its folder of this ARCH. The file
# NAME.c that defines guest_main() makes a guest, with NAME_*.c beside it; every other file there is the library.

BARE_COMMON := tests/guests/bare
BARE_DIR    := $(BARE_COMMON)/$(ARCH)
BARE_DIRS   := $(BARE_COMMON) $(BARE_DIR)
BARE_NAMES  := $(basename $(notdir $(shell grep -l '^void guest_main' $(BARE_DIRS:%=%/*.c))))
BARE_GUESTS := $(BARE_NAMES:%=$O/guests/%.bin)
bare-sources = $(wildcard $(foreach d,$(BARE_DIRS),$d/$1.c $d/$1_*.c $d/$1_*.S))
bare-objects = $(patsubst %,$O/%.o,$(basename $(call bare-sources,$1)))
BARE_OWN    := $(foreach n,$(BARE_NAMES),$(call bare-sources,$n))
BARE_LIB    := $(patsubst %,$O/%.o,$(basename $(filter-out $(BARE_OWN),$(wildcard $(BARE_DIRS:%=%/*.c) $(BARE_DIRS:%=%/*.S)))))
BARE_CFLAGS := -std=c11 -ffreestanding -fno-pic -fno-stack-protector -fno-common -O2 -g $(ARCH_FLAGS) $(WARNINGS) \
	-fno-tree-loop-distribute-patterns -nostdinc -I. -I$(BARE_DIR)

.PHONY: bare
bare: $(BARE_GUESTS) ## build the bare-metal test guests

$O/$(BARE_COMMON)/%.o: $(BARE_COMMON)/%.c $O/flags tools/mk/bare.mk
	$(compile) $(BARE_CFLAGS) -isystem $(shell $(CC) -print-file-name=include) -c $< -o $@
$O/$(BARE_COMMON)/%.o: $(BARE_COMMON)/%.S $O/flags tools/mk/bare.mk
	$(compile) $(BARE_CFLAGS) -c $< -o $@

$O/guests/%.elf: $$(call bare-objects,$$*) $(BARE_LIB) $(BARE_DIR)/bare.ld
	@mkdir -p $(@D); echo "  LD      $@"; $(LD) -T $(BARE_DIR)/bare.ld --no-warn-rwx-segments --build-id=none \
		-o $@ $(filter %.o,$^)
$O/guests/%.bin: $O/guests/%.elf
	@$(OBJCOPY) -O binary $< $@

-include $(wildcard $(BARE_DIRS:%=$O/%/*.d))
