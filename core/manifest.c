/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks the manifest's flattened device tree. The tree comes from outside: one
 * linear pass checks its whole structure first (Devicetree Specification 0.4,
 * chapter 5), after which libfdt's own checks never fail; the walk itself is
 * bounded by the limits on VMs and devices. This is the only file of the planner
 * that knows libfdt.
 */
#include "core/manifest.h"

#include <libfdt.h>

#include "core/log.h"
#include "core/string.h"

/* ---- structure ---- */

/* What dtc has written since 2007: version 17, blocks aligned as it says (5.2, 5.6). */
static const char *check_header(const void *fdt, u64 size)
{
	if (size < sizeof(struct fdt_header))
		return "shorter than a device tree's header";
	if (fdt_magic(fdt) != FDT_MAGIC)
		return "not a flattened device tree";
	if (fdt_version(fdt) != FDT_LAST_SUPPORTED_VERSION)
		return "device tree is not of version 17";
	if (fdt_totalsize(fdt) > size)
		return "device tree runs past the end of the file";
	if (fdt_last_comp_version(fdt) > fdt_version(fdt) || fdt_check_header(fdt) != 0)
		return "device tree's header is malformed";
	if (fdt_off_dt_struct(fdt) % 4 || fdt_off_mem_rsvmap(fdt) % 8)
		return "device tree's blocks are misaligned";
	if (fdt_num_mem_rsv(fdt) < 0)
		return "device tree's memory reservations have no end";
	return NULL;
}

struct shape {
	u32 depth;
	bool closed;    /* the root has ended */
	bool props_end; /* a property may not come here: a child came before */
};

/* One token of the structure block. NULL: sound. */
static const char *check_tag(const void *fdt, int offset, u32 tag, struct shape *s)
{
	const char *name;
	int len;

	if (s->closed && tag != FDT_END && tag != FDT_NOP)
		return "device tree has more than one root";
	switch (tag) {
	case FDT_BEGIN_NODE:
		name = fdt_get_name(fdt, offset, &len);
		if (!name || (s->depth == 0 && len))
			return "device tree has a malformed node name";
		s->depth++;
		s->props_end = false;
		return NULL;
	case FDT_END_NODE:
		if (!s->depth)
			return "device tree's nodes do not nest";
		s->depth--;
		s->closed = !s->depth;
		s->props_end = true;
		return NULL;
	case FDT_PROP:
		if (!s->depth || s->props_end)
			return "device tree has a property outside its node";
		if (!fdt_getprop_by_offset(fdt, offset, &name, &len))
			return "device tree has a malformed property";
		return NULL;
	case FDT_NOP:
		return NULL;
	default: /* FDT_END */
		return s->closed ? NULL : "device tree's nodes do not nest";
	}
}

static const char *check_tree(const void *fdt, u64 size)
{
	struct shape s = {0};
	const char *why = check_header(fdt, size);
	int offset = 0, next = 0;
	u32 tag = FDT_NOP;

	while (!why && tag != FDT_END) {
		offset = next;
		tag = fdt_next_tag(fdt, offset, &next);
		why = next < 0 ? "device tree is cut off or malformed" : check_tag(fdt, offset, tag, &s);
	}
	return why;
}

/* ---- nodes ---- */

static void set_path(struct manifest_node *n, const char *parent, const char *name)
{
	fmt_string(n->path, sizeof(n->path), "%s/%.32s", parent, name);
}

static void refuse_node(const struct manifest_node *n, const char *what)
{
	plan_refuse(n->p, n->vm, n->path, "%s", what);
}

static void read_props(struct manifest_node *n, const void *fdt, int node)
{
	int off;

	fdt_for_each_property_offset(off, fdt, node)
	{
		const char *name;
		int len;
		const void *data = fdt_getprop_by_offset(fdt, off, &name, &len);

		if (data)
			manifest_prop_read(n, name, data, (u32)len);
	}
}

static void refuse_children(const struct manifest_node *n, const void *fdt, int node)
{
	struct manifest_node child = *n;
	int sub;

	fdt_for_each_subnode(sub, fdt, node)
	{
		set_path(&child, n->path, fdt_get_name(fdt, sub, NULL));
		refuse_node(&child, "unknown node");
	}
}

/* ---- devices ---- */

static struct device_request *new_device(struct planner *p, struct vm_plan *vm, const char *name,
					 const struct manifest_node *n)
{
	struct vm_request *req = &p->request[vm->index];
	struct device_request *dev = &req->device[req->nr_devices];

	if (req->nr_devices == PLAN_DEVICES_MAX)
		return NULL;
	memset(dev, 0, sizeof(*dev));
	fmt_string(dev->name, sizeof(dev->name), "%s", name);
	if (!manifest_name_ok(name))
		refuse_node(n, "a name is [a-z][a-z0-9-]{0,30}");
	for (u32 i = 0; i < req->nr_devices; i++)
		if (strcmp(req->device[i].name, dev->name) == 0)
			refuse_node(n, "two nodes of this name");
	req->nr_devices++;
	return dev;
}

static void read_device(struct planner *p, struct vm_plan *vm, const void *fdt, int node, const char *vm_path)
{
	const char *name = fdt_get_name(fdt, node, NULL);
	bool is_console = strcmp(name, "console") == 0;
	struct manifest_node n = {
		.p = p,
		.vm = vm,
		.table = is_console ? &manifest_console : &manifest_device,
	};

	set_path(&n, vm_path, name);
	struct device_request *dev = new_device(p, vm, name, &n);

	if (!dev)
		return;
	n.base = dev;
	read_props(&n, fdt, node);
	refuse_children(&n, fdt, node);
	if (is_console)
		vm->console = true;
	else if (!vm->refused && !dev->type)
		manifest_refuse(&n, "type", "missing");
	else if (!vm->refused)
		manifest_check_required(&n, 1u << dev->type);
}

static void read_devices(struct planner *p, struct vm_plan *vm, const void *fdt, int node, const char *path)
{
	u32 nr = 0;
	int sub;

	fdt_for_each_subnode(sub, fdt, node)
	{
		if (nr++ == PLAN_DEVICES_MAX) {
			plan_refuse(p, vm, path, "more than %u devices", PLAN_DEVICES_MAX);
			return;
		}
		read_device(p, vm, fdt, sub, path);
	}
}

/* ---- VMs ---- */

static struct vm_plan *new_vm(struct planner *p, const char *name, bool fits)
{
	struct vm_plan *vm = &p->plan->vms[p->plan->nr_vms];

	*vm = (struct vm_plan){
		.index = p->plan->nr_vms,
		.policy = POLICY_SHARED,
		.protocol = BOOT_LINUX,
		.on_fault = FAULT_HALT,
		.on_reset = RESET_RESTART,
		.weight = 100,
		.nr_vcpus = 1,
	};
	/* A name that is cut must not look like another VM's. */
	fmt_string(vm->name, sizeof(vm->name), fits ? "%s" : "%.30s~", name);
	p->request[vm->index].nr_devices = 0;
	p->plan->nr_vms++;
	if (!fits || !manifest_name_ok(name))
		plan_refuse_prop(p, vm, NULL, "a name is [a-z][a-z0-9-]{0,30}");
	return vm;
}

static void refuse_doubles(struct planner *p, struct vm_plan *vm)
{
	for (u32 i = 0; i < vm->index; i++) {
		struct vm_plan *other = &p->plan->vms[i];

		if (strcmp(other->name, vm->name) != 0)
			continue;
		plan_refuse_prop(p, other, NULL, "two VMs of this name");
		plan_refuse_prop(p, vm, NULL, "two VMs of this name");
	}
}

static void read_vm(struct planner *p, const void *fdt, int node)
{
	int len;
	const char *name = fdt_get_name(fdt, node, &len);
	struct vm_plan *vm = new_vm(p, name, len < VM_NAME_MAX);
	struct manifest_node n = {.p = p, .vm = vm, .table = &manifest_vm, .base = vm};

	set_path(&n, "/vms", vm->name);
	refuse_doubles(p, vm);
	read_props(&n, fdt, node);
	read_devices(p, vm, fdt, node, n.path);
	if (!vm->refused)
		manifest_check_required(&n, 0);
	if (!vm->refused)
		manifest_warn_unused(&n);
	manifest_check_vm(p, vm);
}

static void read_vms(struct planner *p, const void *fdt, int node)
{
	struct manifest_node n = {.p = p, .table = &manifest_vms, .path = "/vms"};
	u32 nr = 0;
	int sub;

	read_props(&n, fdt, node);
	fdt_for_each_subnode(sub, fdt, node) if (nr++ == PLAN_VMS_MAX)
		plan_refuse(p, NULL, n.path, "more than %u VMs", PLAN_VMS_MAX);
	if (p->refused_all)
		return;
	fdt_for_each_subnode(sub, fdt, node) read_vm(p, fdt, sub);
}

static void read_hypervisor(struct planner *p, const void *fdt, int node)
{
	struct manifest_node n = {
		.p = p, .table = &manifest_hypervisor, .base = p->plan, .path = "/hypervisor"};

	read_props(&n, fdt, node);
	refuse_children(&n, fdt, node);
	if (!p->refused_all)
		manifest_check_hypervisor(p);
	if (!p->refused_all)
		manifest_warn_unused(&n);
}

/* ---- the root ---- */

struct root_child {
	const char *name;
	void (*read)(struct planner *p, const void *fdt, int node);
	int node;
};

static void find_child(const struct manifest_node *root, const char *name, struct root_child *child, u32 nr,
		       int node)
{
	struct manifest_node n = *root;

	set_path(&n, "", name);
	for (u32 i = 0; i < nr; i++) {
		if (strcmp(child[i].name, name) != 0)
			continue;
		if (child[i].node >= 0)
			refuse_node(&n, "two nodes of this name");
		child[i].node = node;
		return;
	}
	refuse_node(&n, "unknown node");
}

void manifest_parse(struct planner *p, const void *fdt, u64 size)
{
	struct root_child child[] = {{"hypervisor", read_hypervisor, -1}, {"vms", read_vms, -1}};
	struct manifest_node root = {.p = p, .table = &manifest_root};
	const char *why = check_tree(fdt, size);
	int sub;

	if (why) {
		plan_refuse(p, NULL, BUNDLE_MANIFEST, "%s", why);
		return;
	}
	read_props(&root, fdt, 0);
	if (!p->refused_all)
		manifest_check_required(&root, 0);
	fdt_for_each_subnode(sub, fdt, 0)
		find_child(&root, fdt_get_name(fdt, sub, NULL), child, ARRAY_SIZE(child), sub);
	for (u32 i = 0; i < ARRAY_SIZE(child); i++)
		if (child[i].node >= 0 && !p->refused_all)
			child[i].read(p, fdt, child[i].node);
	manifest_check_focus(p);
}
