/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The manifest's vocabulary: one table of properties for each kind of node, and
 * the code that reads a property's value by its row. Device-tree parsing itself is
 * manifest.c's alone. Boot only, one CPU.
 */
#ifndef CORE_MANIFEST_H
#define CORE_MANIFEST_H

#include "core/planner.h"

enum prop_type {
	PROP_STRING, /* into char[max] */
	PROP_TEXT,   /* a non-empty string, not stored */
	PROP_WORD,   /* one of words[], its index into an enumeration */
	PROP_FLAG,   /* into bool */
	PROP_U32,    /* min..max */
	PROP_U64,
	PROP_MIB,     /* u32 min..max, into u64 bytes */
	PROP_CPUS,    /* list of CPU indices, at most max, into u16[] and its length (u32 at `length`) */
	PROP_NODE,    /* NUMA node of the machine */
	PROP_MEMBER,  /* bundle member, into struct bundle_file */
	PROP_IMAGE,   /* bundle member of whole 512-byte sectors, not stored */
	PROP_CONSOLE, /* what /hypervisor/console allows, into char[max] */
	PROP_MAC,     /* unicast address, not stored */
	PROP_BDF,     /* DDDD:BB:DD.F, into u32 */
	PROP_ANY,     /* not looked at */
	PROP_TYPES
};

/* Offsets in rows are one more than the field's, so that a row that leaves them out means nowhere. */
#define NOWHERE 0
#define PROP_AT(type, field) (offsetof(type, field) + 1)

/* A property of a node. Masks are 1 << value of their enumeration; 0: applies to all. */
struct manifest_prop {
	const char *name;
	enum prop_type type;
	u32 at;     /* of the value, NOWHERE: not stored */
	u32 given;  /* of a bool: the property is there; NOWHERE: nobody asks */
	u32 length; /* PROP_CPUS: of the number of elements */
	bool required;
	u32 min, max;
	const char *const *words; /* NULL-terminated */
	u32 archs, policies, protocols;
	u32 devices; /* device nodes: types that have it */
};

struct manifest_table {
	const struct manifest_prop *prop;
	u32 nr; /* at most 64 */
};

extern const struct manifest_table manifest_root;       /* no base */
extern const struct manifest_table manifest_hypervisor; /* base: struct plan */
extern const struct manifest_table manifest_vms;        /* empty */
extern const struct manifest_table manifest_vm;         /* base: struct vm_plan */
extern const struct manifest_table manifest_console;    /* empty */
extern const struct manifest_table manifest_device;     /* base: struct device_request */

/* Spellings, indexed by their enumerations. */
extern const char *const policy_names[];
extern const char *const protocol_names[];
extern const char *const device_names[];

/* A node that is being read. */
struct manifest_node {
	struct planner *p;
	struct vm_plan *vm; /* NULL: what is wrong here is wrong for all */
	const struct manifest_table *table;
	void *base;
	char path[80];
	u64 seen; /* rows that were there */
};

/* Refuse property `name` of the node: one line. */
void manifest_refuse(struct manifest_node *n, const char *name, const char *fmt, ...) PRINTF(3, 4);
/* Read one property: unknown, doubled, mistyped or out of range is refused. */
void manifest_prop_read(struct manifest_node *n, const char *name, const void *data, u32 len);
/*
 * After all properties: refuse missing ones. `devices` is the mask of the node's device type, 0 for
 * other nodes; what is not a property of that type is refused.
 */
void manifest_check_required(struct manifest_node *n, u32 devices);
/* After all of a VM or of /hypervisor: one warning for each property that does not apply. */
void manifest_warn_unused(const struct manifest_node *n);
/* [a-z][a-z0-9-]{0,30} */
bool manifest_name_ok(const char *name);

/* core/manifest_check.c: what no single property shows. Only for what is not refused yet. */
void manifest_check_hypervisor(struct planner *p);
/* After the VMs. */
void manifest_check_focus(struct planner *p);
void manifest_check_vm(struct planner *p, struct vm_plan *vm);

/* core/manifest.c: walk the tree into p->plan and p->request. */
void manifest_parse(struct planner *p, const void *fdt, u64 size);

#endif
