/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every property of the manifest, as data (docs/manifest.md). A property is
 * added by adding its row. Rows of one table have different names.
 */
#include "core/log.h"
#include "core/manifest.h"

#define ON(value) (1u << (value))

_Static_assert(sizeof(enum vm_policy) == sizeof(u32) && sizeof(enum on_fault) == sizeof(u32),
	       "PROP_WORD stores u32");

const char *const policy_names[] = {"pinned", "shared", "realtime", "cyclic", NULL};
const char *const protocol_names[] = {"linux", "raw", "elf", "firmware", NULL};
const char *const device_names[] = {"console", "virtio-blk",  "virtio-net", "virtio-rng", "virtio-console",
				    "ivshmem", "passthrough", "vgpu",       NULL};

_Static_assert(ARRAY_SIZE(policy_names) == POLICIES + 1, "one name a policy");
_Static_assert(ARRAY_SIZE(protocol_names) == BOOT_PROTOCOLS + 1, "one name a protocol");
_Static_assert(ARRAY_SIZE(device_names) == DEVICE_TYPES + 1, "one name a device type");

static const char *const compatibles[] = {"monadic,manifest-v1", NULL};
static const char *const levels[] = {"error", "warn", "info", "debug", NULL};
static const char *const profiles[] = {"auto", "generic", "ivybridge-ep", NULL};
static const char *const halted_names[] = {"monitor", "poweroff", NULL};
static const char *const fault_names[] = {"halt", "restart", "destroy", NULL};
static const char *const reset_names[] = {"restart", "halt", NULL};

_Static_assert(LOG_ERROR == 0 && LOG_DEBUG == 3, "levels[]");
_Static_assert(HALTED_MONITOR == 0 && HALTED_POWEROFF == 1, "halted_names[]");
_Static_assert(FAULT_HALT == 0 && FAULT_RESTART == 1 && FAULT_DESTROY == 2, "fault_names[]");
_Static_assert(RESET_RESTART == 0 && RESET_HALT == 1, "reset_names[]");

#define TABLE(rows) {.prop = (rows), .nr = ARRAY_SIZE(rows)}
#define ROW(n, t, ...) {.name = (n), .type = (t), __VA_ARGS__}
#define PLAN(field) .at = PROP_AT(struct plan, field)
#define VM(field) .at = PROP_AT(struct vm_plan, field)
#define GIVEN(field) .given = PROP_AT(struct vm_plan, field)
#define DEV(field) .at = PROP_AT(struct device_request, field)

static const struct manifest_prop root_props[] = {
	ROW("compatible", PROP_WORD, .words = compatibles, .required = true),
};

static const struct manifest_prop hypervisor_props[] = {
	ROW("console", PROP_CONSOLE, PLAN(console), .max = sizeof(((struct plan *)0)->console)),
	ROW("log-level", PROP_WORD, PLAN(log_level), .words = levels),
	ROW("profile", PROP_WORD, .words = profiles, .archs = PLAN_X86_64),
	ROW("cpus", PROP_CPUS, PLAN(housekeeping), .length = PROP_AT(struct plan, nr_housekeeping),
	    .max = MAX_CPUS),
	ROW("major-frame-us", PROP_U32, PLAN(major_frame_us), .min = 1, .max = UINT32_MAX),
	ROW("x2apic", PROP_ANY, .archs = PLAN_X86_64),
	ROW("smt", PROP_ANY, .archs = PLAN_X86_64),
	ROW("idle-max", PROP_ANY, .archs = PLAN_X86_64),
	ROW("profile-waive", PROP_ANY, .archs = PLAN_X86_64),
	ROW("microcode-old-ok", PROP_ANY, .archs = PLAN_X86_64),
	ROW("focus", PROP_STRING, PLAN(focus), .max = VM_NAME_MAX),
	ROW("when-all-halted", PROP_WORD, PLAN(when_all_halted), .words = halted_names),
};

#define RESERVED (ON(POLICY_REALTIME) | ON(POLICY_CYCLIC))

static const struct manifest_prop vm_props[] = {
	ROW("kernel", PROP_MEMBER, VM(kernel), .required = true),
	ROW("boot-protocol", PROP_WORD, VM(protocol), .words = protocol_names),
	ROW("initrd", PROP_MEMBER, VM(initrd), .protocols = ON(BOOT_LINUX) | ON(BOOT_RAW) | ON(BOOT_ELF)),
	ROW("vars", PROP_MEMBER, VM(vars), .protocols = ON(BOOT_FIRMWARE)),
	ROW("bootargs", PROP_STRING, VM(bootargs), .max = BOOTARGS_MAX),
	ROW("load", PROP_U64, VM(load), GIVEN(has_load), .protocols = ON(BOOT_RAW)),
	ROW("entry", PROP_U64, VM(entry_opt), GIVEN(has_entry), .protocols = ON(BOOT_RAW)),
	ROW("memory-mib", PROP_MIB, VM(memory), .required = true, .min = 1, .max = UINT32_MAX),
	ROW("vcpus", PROP_U32, VM(nr_vcpus), .min = 1, .max = PLAN_VCPUS_MAX),
	ROW("cpus", PROP_CPUS, VM(cpus), GIVEN(has_cpus), .length = PROP_AT(struct vm_plan, nr_cpus),
	    .max = PLAN_VCPUS_MAX),
	ROW("numa-node", PROP_NODE, VM(node), GIVEN(has_node)),
	ROW("policy", PROP_WORD, VM(policy), .words = policy_names),
	ROW("weight", PROP_U32, VM(weight), .min = 1, .max = 10000, .policies = ON(POLICY_SHARED)),
	ROW("budget-us", PROP_U32, VM(budget_us), .min = 1, .max = UINT32_MAX, .policies = RESERVED),
	ROW("period-us", PROP_U32, VM(period_us), .min = 1, .max = UINT32_MAX,
	    .policies = ON(POLICY_REALTIME)),
	ROW("autostart", PROP_FLAG, VM(autostart)),
	ROW("trusted", PROP_FLAG, VM(trusted), .archs = PLAN_X86_64),
	ROW("on-fault", PROP_WORD, VM(on_fault), .words = fault_names),
	ROW("on-reset", PROP_WORD, VM(on_reset), .words = reset_names),
};

/* The type's words leave out the first: `console` is a node's name, not a type. */
static const struct manifest_prop device_props[] = {
	ROW("type", PROP_WORD, DEV(type), .words = device_names + 1, .min = 1, .required = true,
	    .devices = UINT32_MAX),
	ROW("image", PROP_IMAGE, .required = true, .devices = ON(DEV_VIRTIO_BLK)),
	ROW("readonly", PROP_FLAG, .devices = ON(DEV_VIRTIO_BLK)),
	ROW("switch", PROP_TEXT, .required = true, .devices = ON(DEV_VIRTIO_NET)),
	ROW("mac", PROP_MAC, .devices = ON(DEV_VIRTIO_NET)),
	ROW("region", PROP_TEXT, .required = true, .devices = ON(DEV_IVSHMEM)),
	ROW("size-kib", PROP_U32, .min = 1, .max = UINT32_MAX, .required = true, .devices = ON(DEV_IVSHMEM)),
	ROW("bdf", PROP_BDF, DEV(bdf), .given = PROP_AT(struct device_request, has_bdf), .required = true,
	    .devices = ON(DEV_PASSTHROUGH)),
	ROW("compute-units", PROP_U32, .min = 1, .max = UINT32_MAX, .required = true,
	    .devices = ON(DEV_VGPU)),
	ROW("vram-mib", PROP_U32, .min = 1, .max = UINT32_MAX, .required = true, .devices = ON(DEV_VGPU)),
};

const struct manifest_table manifest_root = TABLE(root_props);
const struct manifest_table manifest_hypervisor = TABLE(hypervisor_props);
const struct manifest_table manifest_vms = {0};
const struct manifest_table manifest_vm = TABLE(vm_props);
const struct manifest_table manifest_console = {0};
const struct manifest_table manifest_device = TABLE(device_props);
