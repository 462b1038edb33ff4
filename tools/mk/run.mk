# SPDX-License-Identifier: Apache-2.0
# make run: a bundle of $(MANIFEST), an EFI system partition, and QEMU. BOOT=raw enters monadic.bin without UEFI firmware.
# QEMU_ARGS comes last, so its options win: make run QEMU_ARGS='-cpu cortex-a57 -smp 8 -m 4G'

BOOT ?= uefi
R := $O/run

.PHONY: run bundle esp
bundle: $R/bundle.cpio ## make the bundle of MANIFEST
esp: $R/esp.img ## make the EFI system partition

$R/bundle.cpio: force $(GUEST_FILES) $H/mkcpio
	@echo "  BUNDLE  $@ ($(MANIFEST))"; tools/mkbundle $(MANIFEST) $@ $G
$R/esp.img: $R/bundle.cpio $O/monadic.efi
	@echo "  ESP     $@"; tools/mkesp $@ $O/monadic.efi $(EFI_NAME) $R/bundle.cpio

$R/vars.fd: force | $(GUEST_FILES)
	@mkdir -p $(@D); cp $(filter %_VARS.fd,$(GUEST_FILES)) $@

RUN_uefi_NEEDS := $R/esp.img $(FIRMWARE_VARS)
RUN_uefi_ARGS  := $(FIRMWARE_ARGS) -drive file=$R/esp.img,format=raw,if=none,id=esp -device virtio-blk-pci,drive=esp
RUN_raw_NEEDS  := $O/monadic.bin $R/bundle.cpio
RUN_raw_ARGS   := -kernel $O/monadic.bin -initrd $R/bundle.cpio
$(if $(RUN_$(BOOT)_NEEDS),,$(error BOOT=$(BOOT): unknown; known are uefi raw))

run: $(RUN_$(BOOT)_NEEDS) | $(HOST_RUN) ## build, then boot two Linux guests under QEMU (BOOT=uefi or raw)
	@echo "[run] Ctrl-] opens the hypervisor's monitor, Ctrl-A x ends the machine"
	@exec $(QEMU) $(RUN_$(BOOT)_ARGS) $(QEMU_ARGS)
