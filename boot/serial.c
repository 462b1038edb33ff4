/* SPDX-License-Identifier: Apache-2.0 */
/* See serial.h. A value that cannot be had is refused and never replaced: the console would be where nobody looks. */
#include "boot/serial.h"

#include "boot/fdt.h"

static const char *from_tree(const void *tree, const char *path, struct machine_uart *u)
{
	enum err e = tree ? uart_from_fdt(tree, path, u) : ERR_STATE;

	if (e == OK)
		return NULL;
	if (e == ERR_STATE)
		return "ACPI describes this machine, which has no paths; use spcr or auto";
	if (e == ERR_PERM)
		return "its status is not \"okay\", so it is not ours; use another path or auto";
	if (e == ERR_UNSUPPORTED)
		return "no driver for this device; use the path of a PL011, SBSA UART or 16550, or auto";
	return "not in the machine's device tree, or without an address; use another path or auto";
}

/* ACPI names one console, which discovery has read already. */
static const char *from_spcr(const struct machine *m, const void *tree, struct machine_uart *u)
{
	if (tree)
		return "this machine has no SPCR, a device tree describes it; use a path in it or auto";
	if (m->uart.kind == UART_NONE)
		return "no SPCR, or none that a driver is for; turn the serial console on in firmware's setup";
	*u = m->uart;
	return NULL;
}

const char *serial_find(const struct machine *m, const void *tree, const char *value, struct machine_uart *u)
{
	if (value[0] == '/')
		return from_tree(tree, value, u);
	if (value[0] == 's')
		return from_spcr(m, tree, u);
	return "not in this build; use auto, spcr or a device tree path"; /* pci:BDF */
}
