# SPDX-License-Identifier: Apache-2.0
# Guest images and firmware under build/guests/$(ARCH): kernels in each wrapping, an initramfs, U-Boot, UEFI firmware.
#
#   debian12.Image debian13.Image        as shipped (plain); riscv64 has debian13 only
#   debianN.Image.gz                     gzip
#   debianN.zboot-gzip, .zboot-zstd      EFI zboot wrapped
#   initramfs.cpio.gz                    busybox, tests/guests/linux/init and MODULES of the kernel
#   u-boot.bin  fw_dynamic.bin (riscv64)
#   QEMU_EFI.fd (arm64)  RISCV_VIRT_CODE.fd RISCV_VIRT_VARS.fd (riscv64)

G := build/guests/$(ARCH)

WRAPPED := $(foreach k,$(KERNELS),$(addprefix $G/$k,.Image .Image.gz .zboot-gzip .zboot-zstd))
GUEST_FILES := $(WRAPPED) $G/initramfs.cpio $G/initramfs.cpio.gz $G/u-boot.bin $(EFI_IMAGES:%=$G/%) $(OPENSBI:%=$G/%)

.PHONY: guests
guests: $(GUEST_FILES) ## fetch and make the guest images under build/guests

guest_file = @mkdir -p $(@D); echo "  GUEST   $@";

$G/%.Image: $(T)/%-$(ARCH)/.unpacked
	$(guest_file) cp $(T)/$*-$(ARCH)/boot/vmlinu[xz]-* $@

$G/%.Image.gz: $G/%.Image
	$(guest_file) gzip -1 -n -c $< > $@
$G/%.Image.zst: $G/%.Image
	$(guest_file) zstd -q -3 -f $< -o $@

$G/%.zboot-gzip: $G/%.Image.gz $G/%.Image $H/mkzboot
	$(guest_file) $H/mkzboot $(ARCH) gzip $< $$(stat -c %s $G/$*.Image) > $@
$G/%.zboot-zstd: $G/%.Image.zst $G/%.Image $H/mkzboot
	$(guest_file) $H/mkzboot $(ARCH) zstd22 $< $$(stat -c %s $G/$*.Image) > $@

$(MODULES:%=$G/%.ko): $G/%.ko: $(KERNELS:%=$(T)/%-$(ARCH)/.unpacked)
	$(guest_file) find $(^D) -name $*.ko.xz -exec xz -dc {} + > $@; test -s $@

$G/initramfs.cpio: tests/guests/linux/init $H/mkcpio $(MODULES:%=$G/%.ko) $(T)/busybox-$(ARCH)/.unpacked
	$(guest_file) bb=$$(echo $(T)/busybox-$(ARCH)/{bin,usr/bin}/busybox); \
	for b in $$bb; do [ ! -f $$b ] || break; done; \
	$H/mkcpio bin/ dev/ lib/ proc/ sys/ root/ tmp/ dev/console:c,5,1 dev/null:c,1,3 bin/busybox=$$b init=$< \
		$(foreach m,$(MODULES),lib/$m.ko=$G/$m.ko) > $@
$G/initramfs.cpio.gz: $G/initramfs.cpio
	$(guest_file) gzip -9 -n -c $< > $@

$G/u-boot.bin: $(T)/$(UBOOT)/.unpacked
	$(guest_file) cp $(T)/$(UBOOT)/usr/lib/u-boot/$(UBOOT_BOARD)/u-boot.bin $@
$(EFI_IMAGES:%=$G/%): $G/%: $(T)/efi-$(ARCH)/.unpacked
	$(guest_file) cp $(T)/efi-$(ARCH)/usr/share/$(EFI_PACKAGE)/$* $@
$(OPENSBI:%=$G/%): $G/%: $(T)/opensbi/.unpacked
	$(guest_file) cp $(T)/opensbi/usr/lib/riscv64-linux-gnu/opensbi/generic/$* $@
.SECONDARY:
