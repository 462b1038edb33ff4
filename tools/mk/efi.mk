# SPDX-License-Identifier: Apache-2.0
# $O/monadic.efi: a small gnu-efi application (boot/efi/) that carries monadic.bin, loads it and enters it.

E := $(call third-party,$(GNU_EFI))
EFI_INC := $T/$(GNU_EFI)/usr/include/efi
EFI_LIB := $T/$(GNU_EFI)/usr/lib
EFI_SOURCES := $(addprefix boot/efi/,main.c arch_$(EFI_ARCH).c jump_$(EFI_ARCH).S payload.S)
EFI_OBJECTS := $(patsubst %,$O/%.o,$(basename $(EFI_SOURCES)))
EFI_CFLAGS := -std=c11 -ffreestanding -fno-stack-protector -fpic -fshort-wchar -fno-strict-aliasing -O2 -g \
	$(EFI_FLAGS) $(WARNINGS) $(INCLUDES) -isystem $(EFI_INC) -isystem $(EFI_INC)/$(EFI_ARCH) -isystem $(EFI_INC)/protocol

$O/boot/efi/%.o: boot/efi/%.c $O/flags tools/mk/efi.mk | $E $O/gen/version.h
	$(compile) $(EFI_CFLAGS) -c $< -o $@
# The assembler finds the payload by -I, so that the source names no build path.
$O/boot/efi/%.o: boot/efi/%.S $O/monadic.bin | $E
	$(compile) $(EFI_FLAGS) $(INCLUDES) -D__ASSEMBLY__ -Wa,-I$O -c $< -o $@

$O/efi/monadic.so: $(EFI_OBJECTS) | $E
	@mkdir -p $(@D); echo "  LD      $@"; $(LD) -nostdlib -znocombreloc -shared -Bsymbolic -z noexecstack \
		--no-undefined --no-warn-rwx-segments \
		-T $(EFI_LIB)/elf_$(EFI_ARCH)_efi.lds $(EFI_LIB)/crt0-efi-$(EFI_ARCH).o $(EFI_OBJECTS) \
		-L$(EFI_LIB) -lefi -lgnuefi -o $@

$O/monadic.efi: $O/efi/monadic.so
	@echo "  EFI     $@"; $(OBJCOPY) -j .text -j .sdata -j .data -j .rodata -j .dynamic -j .dynsym -j '.rel*' -j '.rela*' \
		-j .areloc -j .reloc $(EFI_COPY) $< $@

-include $(EFI_OBJECTS:.o=.d)
