/* SPDX-License-Identifier: Apache-2.0 */
/* Malformed manifests (bad.h). A case is added by adding its row. */
#define _GNU_SOURCE /* memmem */
#include <libfdt.h>
#include <string.h>

#include "tests/unit/bad/bad.h"

#define V "/vms/victim"
#define R "/vms/rival"
#define H "/hypervisor"
#define D V "/dev0"
#define LETTERS_31 "abcdefghijklmnopqrstuvwxyz01234"

static const char zeros[300 * 4];

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A512 A64 A64 A64 A64 A64 A64 A64 A64
#define A2048 A512 A512 A512 A512

static void cut_half(struct bytes *tree)
{
	tree->size /= 2;
}

static void cut_header(struct bytes *tree)
{
	tree->size = 39;
}

static void nothing(struct bytes *tree)
{
	tree->size = 0;
}

static void grow_beyond_limit(struct bytes *tree)
{
	memset(tree->data + tree->size, 0, (1u << 20) + 1 - tree->size);
	tree->size = (1u << 20) + 1;
}

/* The token `from_end` bytes before the end of the structure block. */
static uint8_t *token(struct bytes *tree, uint32_t from_end)
{
	return tree->data + fdt_off_dt_struct(tree->data) + fdt_size_dt_struct(tree->data) - from_end;
}

static void put_token(struct bytes *tree, uint32_t from_end, uint32_t value)
{
	fdt32_t be = cpu_to_fdt32(value);

	memcpy(token(tree, from_end), &be, sizeof(be));
}

static void root_stays_open(struct bytes *tree)
{
	put_token(tree, 8, FDT_NOP);
}

static void root_ends_early(struct bytes *tree)
{
	put_token(tree, 4, FDT_END_NODE);
}

static void bad_token(struct bytes *tree)
{
	put_token(tree, 4, 7);
}

/* Before the root's end: a property after the root's children. */
static void late_property(struct bytes *tree)
{
	static const uint8_t prop[12] = {0, 0, 0, FDT_PROP};
	uint8_t *at = token(tree, 8);
	void *fdt = tree->data;

	memmove(at + sizeof(prop), at, (size_t)(tree->data + tree->size - at));
	memcpy(at, prop, sizeof(prop));
	fdt_set_size_dt_struct(fdt, fdt_size_dt_struct(fdt) + sizeof(prop));
	fdt_set_off_dt_strings(fdt, fdt_off_dt_strings(fdt) + sizeof(prop));
	fdt_set_totalsize(fdt, fdt_totalsize(fdt) + sizeof(prop));
	tree->size += sizeof(prop);
}

static void property_name_outside(struct bytes *tree)
{
	fdt_set_size_dt_strings(tree->data, 4);
}

#define ON_VICTIM(what) "/vms/victim/" what

const struct bad_case bad_manifests[] = {
	/* ---- the tree itself ---- */
	{"tree-empty", .tree = nothing, .line = {"manifest.dtb: shorter than a device tree's header"}},
	{"tree-cut-in-header", .tree = cut_header,
	 .line = {"manifest.dtb: shorter than a device tree's header"}},
	{"tree-cut", .tree = cut_half, .line = {"manifest.dtb: device tree runs past the end of the file"}},
	{"tree-magic", .edit = {HEADER(0, 0xd00dfeee)},
	 .line = {"manifest.dtb: not a flattened device tree"}},
	{"tree-version-16", .edit = {HEADER(20, 16)},
	 .line = {"manifest.dtb: device tree is not of version 17"}},
	{"tree-version-18", .edit = {HEADER(20, 18)},
	 .line = {"manifest.dtb: device tree is not of version 17"}},
	{"tree-comp-version", .edit = {HEADER(24, 18)},
	 .line = {"manifest.dtb: device tree's header is malformed"}},
	{"tree-total-small", .edit = {HEADER(4, 41)},
	 .line = {"manifest.dtb: device tree's header is malformed"}},
	{"tree-total-huge", .edit = {HEADER(4, 0xffffffff)},
	 .line = {"manifest.dtb: device tree runs past the end of the file"}},
	{"tree-struct-outside", .edit = {HEADER(8, 0xfffffff0)},
	 .line = {"manifest.dtb: device tree's header is malformed"}},
	{"tree-struct-odd", .edit = {HEADER(8, 58)},
	 .line = {"manifest.dtb: device tree's blocks are misaligned"}},
	{"tree-reserve-odd", .edit = {HEADER(16, 44)},
	 .line = {"manifest.dtb: device tree's blocks are misaligned"}},
	{"tree-strings-outside", .edit = {HEADER(12, 0x7fffffff)},
	 .line = {"manifest.dtb: device tree's header is malformed"}},
	{"tree-strings-short", .tree = property_name_outside,
	 .line = {"manifest.dtb: device tree has a malformed property"}},
	{"tree-root-open", .tree = root_stays_open,
	 .line = {"manifest.dtb: device tree's nodes do not nest"}},
	{"tree-root-twice-ended", .tree = root_ends_early,
	 .line = {"manifest.dtb: device tree has more than one root"}},
	{"tree-token", .tree = bad_token, .line = {"manifest.dtb: device tree is cut off or malformed"}},
	{"tree-late-property", .tree = late_property,
	 .line = {"manifest.dtb: device tree has a property outside its node"}},
	{"tree-too-large", .tree = grow_beyond_limit,
	 .line = {"manifest.dtb: 1048577 bytes, at most 1048576 allowed"}},

	/* ---- the root and /hypervisor: no VM starts ---- */
	{"root-no-compatible", .edit = {DELETE("/", "compatible")}, .line = {"/compatible: missing"}},
	{"root-compatible-v2", .edit = {STR("/", "compatible", "monadic,manifest-v2")},
	 .line = {"/compatible: \"monadic,manifest-v2\" is none of monadic,manifest-v1"}},
	{"root-compatible-list", .edit = {STR("/", "compatible", "monadic,manifest-v1\0x")},
	 .line = {"/compatible: not a string of printable ASCII"}},
	{"root-property", .edit = {STR("/", "model", "x")}, .line = {"/model: unknown property"}},
	{"root-node", .edit = {NODE("/", "chosen")}, .line = {"/chosen: unknown node"}},
	{"root-vms-twice", .edit = {NODE("/", "vmz"), RENAME("vmz", "vms")},
	 .line = {"/vms: two nodes of this name"}},
	{"root-hypervisor-twice", .edit = {NODE("/", "hypervisoX"), RENAME("hypervisoX", "hypervisor")},
	 .line = {"/hypervisor: two nodes of this name"}},
	{"vms-property", .edit = {FLAG("/vms", "autostart")}, .line = {"/vms/autostart: unknown property"}},
	{"hypervisor-node", .edit = {NODE(H, "cpus")}, .line = {"/hypervisor/cpus: unknown node"}},
	{"hypervisor-unit", .edit = {NODE(H, "cpu@0")}, .line = {"/hypervisor/cpu@0: unknown node"}},
	{"hypervisor-double",
	 .edit = {STR(H, "log-levex", "info"), STR(H, "log-level", "info"), RENAME("log-levex", "log-level")},
	 .line = {"/hypervisor/log-level: there twice"}},
	{"hypervisor-cpus-absent", .edit = {SET(H, "cpus", "\0\0\0\0\0\0\0\4", 8)},
	 .line = {"/hypervisor/cpus: CPU 4 asked, the machine has 4"}},
	{"hypervisor-cpus-twice", .edit = {SET(H, "cpus", "\0\0\0\1\0\0\0\1", 8)},
	 .line = {"/hypervisor/cpus: CPU 1 twice"}},
	{"hypervisor-cpus-empty", .edit = {FLAG(H, "cpus")},
	 .line = {"/hypervisor/cpus: not a list of u32: 0 bytes"}},
	{"hypervisor-cpus-odd", .edit = {SET(H, "cpus", zeros, 6)},
	 .line = {"/hypervisor/cpus: not a list of u32: 6 bytes"}},
	{"hypervisor-cpus-many", .edit = {SET(H, "cpus", zeros, 257 * 4)},
	 .line = {"/hypervisor/cpus: 257 CPUs, at most 256 allowed"}},
	{"hypervisor-focus", .edit = {STR(H, "focus", "nobody")},
	 .line = {"/hypervisor/focus: \"nobody\" is no VM with a console"}},
	{"hypervisor-halted", .edit = {STR(H, "when-all-halted", "reboot")},
	 .line = {"/hypervisor/when-all-halted: \"reboot\" is none of monitor poweroff"}},
	{"hypervisor-level-number", .edit = {U32(H, "log-level", 3)},
	 .line = {"/hypervisor/log-level: not a string of printable ASCII"}},
	{"hypervisor-console", .edit = {STR(H, "console", "ttyS0")},
	 .line = {"/hypervisor/console: \"ttyS0\" is none of auto, a device tree path, spcr, com1, pci:0000:01:00.0"}},
	{"hypervisor-console-bdf", .edit = {STR(H, "console", "pci:0000:01:20.0")},
	 .line = {"/hypervisor/console: \"pci:0000:01:20.0\" is none of auto, a device tree path, spcr, com1, "
		  "pci:0000:01:00.0"}},
	{"hypervisor-console-bdf-empty", .edit = {STR(H, "console", "pci:")},
	 .line = {"/hypervisor/console: \"pci:\" is none of auto, a device tree path, spcr, com1, pci:0000:01:00.0"}},
	{"hypervisor-console-long", .edit = {STR(H, "console", "/" LETTERS_31 "/" LETTERS_31)},
	 .line = {"/hypervisor/console: 64 bytes, at most 63 allowed"}},
	{"hypervisor-frame", .edit = {U32(H, "major-frame-us", 0)},
	 .line = {"/hypervisor/major-frame-us: 0 asked, 1 to 4294967295 allowed"}},
	{"hypervisor-profile", .edit = {STR(H, "profile", "skylake")},
	 .line = {"/hypervisor/profile: \"skylake\" is none of auto generic ivybridge-ep"}},
	{"vms-65", .edit = {NODES("/vms", "kernel", BAD_KERNEL, 61)}, .line = {"/vms: more than 64 VMs"},
	 .here = true},

	/* ---- names ---- */
	{"vm-name-capital", .edit = {RENAME("victim", "Victim")},
	 .line = {"/vms/Victim: a name is [a-z][a-z0-9-]{0,30}"}},
	{"vm-name-digit", .edit = {RENAME("victim", "1ictim")},
	 .line = {"/vms/1ictim: a name is [a-z][a-z0-9-]{0,30}"}},
	{"vm-name-unit", .edit = {RENAME("victim", "vict@m")},
	 .line = {"/vms/vict@m: a name is [a-z][a-z0-9-]{0,30}"}},
	{"vm-name-bytes", .edit = {RENAME("victim", "vi\x1b[2J")},
	 .line = {"/vms/vi?[2J: a name is [a-z][a-z0-9-]{0,30}"}},
	{"vm-name-32",
	 .edit = {NODE("/vms", LETTERS_31 "5"), STR("/vms/" LETTERS_31 "5", "kernel", BAD_KERNEL)},
	 .line = {"/vms/abcdefghijklmnopqrstuvwxyz0123~: a name is [a-z][a-z0-9-]{0,30}"}},
	{"vm-name-twice", .edit = {RENAME("rival", "first")},
	 .line = {"/vms/first: two VMs of this name", "/vms/first: two VMs of this name"}},

	/* ---- a VM's properties ---- */
	{"vm-no-kernel", .edit = {DELETE(V, "kernel")}, .line = {ON_VICTIM("kernel: missing")}},
	{"vm-no-memory", .edit = {DELETE(V, "memory-mib")}, .line = {ON_VICTIM("memory-mib: missing")}},
	{"vm-empty", .edit = {DELETE_NODE(V "/console"), DELETE(V, "kernel"), DELETE(V, "memory-mib")},
	 .line = {ON_VICTIM("kernel: missing"), ON_VICTIM("memory-mib: missing")}},
	{"vm-double", .edit = {STR(V, "kerneX", BAD_KERNEL), RENAME("kerneX", "kernel")},
	 .line = {ON_VICTIM("kernel: there twice")}},
	{"vm-case", .edit = {U32(V, "Vcpus", 1)}, .line = {ON_VICTIM("Vcpus: unknown property")}},
	{"vm-phandle", .edit = {U32(V, "phandle", 1)}, .line = {ON_VICTIM("phandle: unknown property")}},
	{"vm-kernel-absent", .edit = {STR(V, "kernel", "Image")},
	 .line = {ON_VICTIM("kernel: no member \"Image\" in the bundle")}},
	{"vm-kernel-empty-name", .edit = {STR(V, "kernel", "")},
	 .line = {ON_VICTIM("kernel: no member \"\" in the bundle")}},
	{"vm-kernel-empty", .edit = {STR(V, "kernel", "empty")},
	 .line = {ON_VICTIM("kernel: member \"empty\" is empty")}},
	{"vm-kernel-no-nul", .edit = {SET(V, "kernel", BAD_KERNEL, sizeof(BAD_KERNEL) - 1)},
	 .line = {ON_VICTIM("kernel: not a string of printable ASCII")}},
	{"vm-kernel-flag", .edit = {FLAG(V, "kernel")},
	 .line = {ON_VICTIM("kernel: not a string of printable ASCII")}},
	{"vm-initrd-absent", .edit = {STR(V, "initrd", "x.gz")},
	 .line = {ON_VICTIM("initrd: no member \"x.gz\" in the bundle")}},
	{"vm-vars-absent", .edit = {STR(V, "boot-protocol", "firmware"), STR(V, "vars", "VARS.fd")},
	 .line = {ON_VICTIM("vars: no member \"VARS.fd\" in the bundle")}},
	{"vm-bootargs-bytes", .edit = {STR(V, "bootargs", "a\tb")},
	 .line = {ON_VICTIM("bootargs: not a string of printable ASCII")}},
	{"vm-bootargs-latin", .edit = {STR(V, "bootargs", "\xe9")},
	 .line = {ON_VICTIM("bootargs: not a string of printable ASCII")}},
	{"vm-bootargs-list", .edit = {STR(V, "bootargs", "a\0b")},
	 .line = {ON_VICTIM("bootargs: not a string of printable ASCII")}},
	{"vm-bootargs-2048", .edit = {STR(V, "bootargs", A2048)},
	 .line = {ON_VICTIM("bootargs: 2048 bytes, at most 2047 allowed")}},
	{"vm-memory-0", .edit = {U32(V, "memory-mib", 0)},
	 .line = {ON_VICTIM("memory-mib: 0 asked, 1 to 4294967295 allowed")}},
	{"vm-memory-u64", .edit = {U64(V, "memory-mib", 64)},
	 .line = {ON_VICTIM("memory-mib: not one u32: 8 bytes")}},
	{"vm-memory-string", .edit = {STR(V, "memory-mib", "1024")},
	 .line = {ON_VICTIM("memory-mib: not one u32: 5 bytes")}},
	{"vm-memory-much", .edit = {U32(V, "memory-mib", 65536)},
	 .line = {ON_VICTIM("memory-mib: 65536 asked, 960 free on node 0")}, .here = true},
	{"vm-memory-beyond", .edit = {U32(V, "memory-mib", 0xffffffff)},
	 .line = {ON_VICTIM("memory-mib: 4294967295 asked, 1047552 fit in guest addresses of 40 bits")},
	 .here = true},
	{"vm-vcpus-0", .edit = {U32(V, "vcpus", 0)}, .line = {ON_VICTIM("vcpus: 0 asked, 1 to 64 allowed")}},
	{"vm-vcpus-65", .edit = {U32(V, "vcpus", 65)},
	 .line = {ON_VICTIM("vcpus: 65 asked, 1 to 64 allowed")}},
	{"vm-vcpus-flag", .edit = {FLAG(V, "vcpus")}, .line = {ON_VICTIM("vcpus: not one u32: 0 bytes")}},
	{"vm-cpus-short", .edit = {U32(V, "vcpus", 2), U32(V, "cpus", 1)},
	 .line = {ON_VICTIM("cpus: 1 CPUs for 2 vCPUs")}},
	{"vm-cpus-long", .edit = {SET(V, "cpus", "\0\0\0\1\0\0\0\2", 8)},
	 .line = {ON_VICTIM("cpus: 2 CPUs for 1 vCPUs")}},
	{"vm-cpus-absent", .edit = {U32(V, "cpus", 99)},
	 .line = {ON_VICTIM("cpus: CPU 99 asked, the machine has 4")}},
	{"vm-cpus-65", .edit = {SET(V, "cpus", zeros, 65 * 4)},
	 .line = {ON_VICTIM("cpus: 65 CPUs, at most 64 allowed")}},
	{"vm-cpus-odd", .edit = {SET(V, "cpus", zeros, 5)},
	 .line = {ON_VICTIM("cpus: not a list of u32: 5 bytes")}},
	{"vm-cpus-pinned-twice",
	 .edit = {STR(V, "policy", "pinned"), U32(V, "vcpus", 2), SET(V, "cpus", "\0\0\0\1\0\0\0\1", 8)},
	 .line = {ON_VICTIM("cpus: CPU 1 twice, policy pinned")}},
	{"vm-node", .edit = {U32(V, "numa-node", 1)},
	 .line = {ON_VICTIM("numa-node: node 1 asked, the machine has 1")}},
	{"vm-policy", .edit = {STR(V, "policy", "pined")},
	 .line = {ON_VICTIM("policy: \"pined\" is none of pinned shared realtime cyclic")}},
	{"vm-policy-realtime",
	 .edit = {STR(V, "policy", "realtime"), U32(V, "budget-us", 100), U32(V, "period-us", 1000)},
	 .line = {ON_VICTIM("policy: realtime: not in this build")}},
	{"vm-policy-cyclic", .edit = {STR(V, "policy", "cyclic")},
	 .line = {ON_VICTIM("policy: cyclic: not in this build")}},
	{"vm-budget-0", .edit = {U32(V, "budget-us", 0)},
	 .line = {ON_VICTIM("budget-us: 0 asked, 1 to 4294967295 allowed")}},
	{"vm-budget-beyond", .edit = {U32(V, "budget-us", 11), U32(V, "period-us", 10)},
	 .line = {ON_VICTIM("budget-us: 11 asked, period-us is 10")}},
	{"vm-weight-0", .edit = {U32(V, "weight", 0)},
	 .line = {ON_VICTIM("weight: 0 asked, 1 to 10000 allowed")}},
	{"vm-weight-10001", .edit = {U32(V, "weight", 10001)},
	 .line = {ON_VICTIM("weight: 10001 asked, 1 to 10000 allowed")}},
	{"vm-weight-u16", .edit = {SET(V, "weight", zeros, 2)},
	 .line = {ON_VICTIM("weight: not one u32: 2 bytes")}},
	{"vm-autostart", .edit = {U32(V, "autostart", 1)},
	 .line = {ON_VICTIM("autostart: a flag has no value")}},
	{"vm-trusted", .edit = {STR(V, "trusted", "yes")},
	 .line = {ON_VICTIM("trusted: a flag has no value")}},
	{"vm-on-fault", .edit = {STR(V, "on-fault", "ignore")},
	 .line = {ON_VICTIM("on-fault: \"ignore\" is none of halt restart destroy")}},
	{"vm-on-reset", .edit = {STR(V, "on-reset", "destroy")},
	 .line = {ON_VICTIM("on-reset: \"destroy\" is none of restart halt")}},
	{"vm-protocol", .edit = {STR(V, "boot-protocol", "multiboot")},
	 .line = {ON_VICTIM("boot-protocol: \"multiboot\" is none of linux raw elf firmware")}},
	{"vm-load-u32", .edit = {U32(V, "load", 0x40080000)},
	 .line = {ON_VICTIM("load: not one u64 (/bits/ 64): 4 bytes")}},
	{"vm-load-outside", .edit = {U64(V, "load", 0x41000000)},
	 .line = {ON_VICTIM("load: 0x41000000 to 0x41000040 is outside RAM, 0x40000000 to 0x41000000")},
	 .here = true},
	{"vm-load-wraps", .edit = {U64(V, "load", 0xfffffffffffffff0)},
	 .line = {ON_VICTIM("load: 0xfffffffffffffff0 to 0x30 is outside RAM, 0x40000000 to 0x41000000")},
	 .here = true},
	{"vm-entry-outside", .edit = {U64(V, "entry", 0x3fffffff)},
	 .line = {ON_VICTIM("entry: 0x3fffffff is outside RAM, 0x40000000 to 0x41000000")}},

	/* ---- devices ---- */
	{"dev-no-type", .edit = {NODE(V, "dev0")}, .line = {ON_VICTIM("dev0/type: missing")}},
	{"dev-type", .edit = {NODE(V, "dev0"), STR(D, "type", "virtio-gpu")},
	 .line = {ON_VICTIM(
		 "dev0/type: \"virtio-gpu\" is none of virtio-blk virtio-net virtio-rng virtio-console ivshmem "
		 "passthrough vgpu")}},
	{"dev-type-console", .edit = {NODE(V, "dev0"), STR(D, "type", "console")},
	 .line = {ON_VICTIM(
		 "dev0/type: \"console\" is none of virtio-blk virtio-net virtio-rng virtio-console ivshmem "
		 "passthrough vgpu")}},
	{"dev-console-property", .edit = {STR(V "/console", "type", "pl011")},
	 .line = {ON_VICTIM("console/type: unknown property")}},
	{"dev-console-node", .edit = {NODE(V "/console", "port")},
	 .line = {ON_VICTIM("console/port: unknown node")}},
	{"dev-console-twice", .edit = {NODE(V, "consolX"), RENAME("consolX", "console")},
	 .line = {ON_VICTIM("console: two nodes of this name")}},
	{"dev-name", .edit = {NODE(V, "Disk0"), STR(V "/Disk0", "type", "virtio-rng")},
	 .line = {ON_VICTIM("Disk0: a name is [a-z][a-z0-9-]{0,30}")}},
	{"dev-33", .edit = {NODES(V, "type", "virtio-rng", 32)},
	 .line = {"/vms/victim: more than 32 devices"}},
	{"dev-rng", .edit = {NODE(V, "dev0"), STR(D, "type", "virtio-rng")},
	 .line = {ON_VICTIM("dev0/type: virtio-rng: not in this build")}},
	{"dev-con", .edit = {NODE(V, "dev0"), STR(D, "type", "virtio-console")},
	 .line = {ON_VICTIM("dev0/type: virtio-console: not in this build")}},
	{"dev-blk", .edit = {NODE(V, "dev0"), STR(D, "type", "virtio-blk")},
	 .line = {ON_VICTIM("dev0/image: missing")}},
	{"dev-blk-image",
	 .edit = {NODE(V, "dev0"), STR(D, "type", "virtio-blk"), STR(D, "image", "root.ext4")},
	 .line = {ON_VICTIM("dev0/image: no member \"root.ext4\" in the bundle")}},
	{"dev-blk-sectors",
	 .edit = {NODE(V, "dev0"), STR(D, "type", "virtio-blk"), STR(D, "image", "odd.img")},
	 .line = {ON_VICTIM("dev0/image: 3 bytes, not a multiple of 512")}},
	{"dev-blk-readonly", .edit = {NODE(V, "dev0"), STR(D, "type", "virtio-blk"), U32(D, "readonly", 1)},
	 .line = {ON_VICTIM("dev0/readonly: a flag has no value")}},
	{"dev-net", .edit = {NODE(V, "dev0"), STR(D, "type", "virtio-net")},
	 .line = {ON_VICTIM("dev0/switch: missing")}},
	{"dev-net-ok",
	 .edit = {NODE(V, "dev0"), STR(D, "type", "virtio-net"), STR(D, "switch", "lan0"),
		  STR(D, "mac", "52:54:00:00:00:01")},
	 .line = {ON_VICTIM("dev0/type: virtio-net: not in this build")}},
	{"dev-net-switch", .edit = {NODE(V, "dev0"), STR(D, "type", "virtio-net"), STR(D, "switch", "")},
	 .line = {ON_VICTIM("dev0/switch: empty")}},
	{"dev-net-mac",
	 .edit = {NODE(V, "dev0"), STR(D, "type", "virtio-net"), STR(D, "mac", "52:54:00:00:00:1")},
	 .line = {ON_VICTIM("dev0/mac: \"52:54:00:00:00:1\" is not of the form 52:54:00:00:00:01")}},
	{"dev-net-mac-group",
	 .edit = {NODE(V, "dev0"), STR(D, "type", "virtio-net"), STR(D, "mac", "01:00:5e:00:00:01")},
	 .line = {ON_VICTIM("dev0/mac: \"01:00:5e:00:00:01\" is a group address")}},
	{"dev-net-bdf",
	 .edit = {NODE(V, "dev0"), STR(D, "type", "virtio-net"), STR(D, "switch", "lan0"),
		  STR(D, "bdf", "0000:01:00.0")},
	 .line = {ON_VICTIM("dev0/bdf: not a property of this type")}},
	{"dev-shm", .edit = {NODE(V, "dev0"), STR(D, "type", "ivshmem"), STR(D, "region", "frames")},
	 .line = {ON_VICTIM("dev0/size-kib: missing")}},
	{"dev-shm-size", .edit = {NODE(V, "dev0"), STR(D, "type", "ivshmem"), U32(D, "size-kib", 0)},
	 .line = {ON_VICTIM("dev0/size-kib: 0 asked, 1 to 4294967295 allowed")}},
	{"dev-pci", .edit = {NODE(V, "dev0"), STR(D, "type", "passthrough")},
	 .line = {ON_VICTIM("dev0/bdf: missing")}},
	{"dev-pci-ok",
	 .edit = {NODE(V, "dev0"), STR(D, "type", "passthrough"), STR(D, "bdf", "0000:01:00.0")},
	 .line = {ON_VICTIM("dev0/type: passthrough: not in this build")}},
	{"dev-pci-short", .edit = {NODE(V, "dev0"), STR(D, "type", "passthrough"), STR(D, "bdf", "01:00.0")},
	 .line = {ON_VICTIM("dev0/bdf: \"01:00.0\" is not of the form 0000:01:00.0")}},
	{"dev-pci-function",
	 .edit = {NODE(V, "dev0"), STR(D, "type", "passthrough"), STR(D, "bdf", "0000:01:00.8")},
	 .line = {ON_VICTIM("dev0/bdf: \"0000:01:00.8\" is not of the form 0000:01:00.0")}},
	{"dev-gpu",
	 .edit = {NODE(V, "dev0"), STR(D, "type", "vgpu"), U32(D, "vram-mib", 64),
		  U64(D, "compute-units", 2)},
	 .line = {ON_VICTIM("dev0/compute-units: not one u32: 8 bytes")}},

	/* ---- conflicts: both are refused ---- */
	{"conflict-pinned",
	 .edit = {STR(V, "policy", "pinned"), STR(R, "policy", "pinned"), U32(V, "cpus", 2),
		  U32(R, "cpus", 2)},
	 .line = {ON_VICTIM("cpus: CPU 2 is exclusive, and asked by rival too"),
		  "/vms/rival/cpus: CPU 2 is exclusive, and asked by victim too"}},
	{"conflict-shared", .edit = {STR(V, "policy", "pinned"), U32(V, "cpus", 3), U32(R, "cpus", 3)},
	 .line = {ON_VICTIM("cpus: CPU 3 is exclusive, and asked by rival too"),
		  "/vms/rival/cpus: CPU 3 is exclusive, and asked by victim too"}},
	{"pinned-too-many", .edit = {STR(V, "policy", "pinned"), U32(V, "vcpus", 5)},
	 .line = {ON_VICTIM("vcpus: 5 asked, 4 CPUs free to be pinned")}},
	{"many-mistakes",
	 .edit = {U32(V, "vcpus", 0), U32(V, "weight", 0), FLAG(V, "auto-start"), U32(V, "memory-mib", 0)},
	 .line = {ON_VICTIM("auto-start: unknown property"), ON_VICTIM("weight: 0 asked, 1 to 10000 allowed"),
		  ON_VICTIM("vcpus: 0 asked, 1 to 64 allowed"),
		  ON_VICTIM("memory-mib: 0 asked, 1 to 4294967295 allowed")}},
};

const size_t nr_bad_manifests = sizeof(bad_manifests) / sizeof(bad_manifests[0]);
