/* SPDX-License-Identifier: Apache-2.0 */
/* Which UART the manifest's console is, on a machine with a device tree and on one with ACPI. */
/* SOURCES: boot/serial.c boot/fdt.c boot/fdt_arm64.c boot/dt.c boot/memmap.c core/machine.c hal/fake/fake.c hal/fake/fake_log.c @libfdt */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <libfdt.h>

#include "boot/fdt.h"
#include "boot/serial.h"
#include "filter.h"
#include "machine_env.h"

static u64 tree[8192];
static struct machine_uart u;

static int setup(void **state)
{
	memset(&u, 0, sizeof(u));
	return machine_setup(state);
}

static const void *server(void)
{
	assert_true(compile_dts("server", tree, sizeof(tree)) > 0);
	return tree;
}

/* A refusal's text names a way out. */
static void assert_refused(const void *dt, const char *value, const char *why)
{
	const char *text = serial_find(&m, dt, value, &u);

	assert_non_null(text);
	if (!strstr(text, why))
		fail_msg("%s: %s", value, text);
	assert_int_equal(u.kind, UART_NONE);
}

static void a_path_is_looked_up_in_the_tree(void **state UNUSED)
{
	assert_null(serial_find(&m, server(), "/soc/sbsa@4000", &u));
	assert_int_equal(u.kind, UART_SBSA);
	assert_int_equal(u.base.v, 0x1000004000);
}

static void a_path_to_nothing_says_which_mistake_it_is(void **state UNUSED)
{
	assert_refused(server(), "/soc/absent", "not in the machine's device tree");
	assert_refused(server(), "/soc/other@3000", "no driver for this device");
	assert_refused(server(), "/soc/secure@5000", "status is not");
	assert_refused(NULL, "/pl011@9000000", "use spcr or auto");
}

static void spcr_is_what_acpi_names(void **state UNUSED)
{
	m.uart = (struct machine_uart){.kind = UART_PL011, .base = HPA(0x9000000), .irq = 33, .path = "SPCR"};
	assert_null(serial_find(&m, NULL, "spcr", &u));
	assert_memory_equal(&u, &m.uart, sizeof(u));
}

static void spcr_is_refused_where_there_is_none(void **state UNUSED)
{
	assert_refused(NULL, "spcr", "no SPCR");
	m.uart.kind = UART_PL011; /* stdout-path's */
	assert_refused(server(), "spcr", "use a path in it or auto");
}

static void pci_is_not_in_this_build(void **state UNUSED)
{
	assert_refused(server(), "pci:0000:01:00.0", "not in this build; use auto");
	assert_refused(NULL, "pci:0000:01:00.0", "not in this build; use auto");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(a_path_is_looked_up_in_the_tree), T(a_path_to_nothing_says_which_mistake_it_is),
		T(spcr_is_what_acpi_names),         T(spcr_is_refused_where_there_is_none),
		T(pci_is_not_in_this_build),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
