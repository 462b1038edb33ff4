/* SPDX-License-Identifier: Apache-2.0 */
/* The hostile guest's runner; see hostile.h. */
#include "tests/guests/bare/hostile.h"

#define ROW_MS 400
#define OTHER_MS 200

static u64 context[CONTEXT_WORDS];
static const struct row *current;
static bool said;
static u64 random_state = 0x9e3779b97f4a7c15ULL;
static u64 ticks_per_ms;

static void row_name(void)
{
	if (!said)
		print("\nROW %s:", current->name);
	said = true;
}

void say(const char *format, ...)
{
	va_list args;

	row_name();
	print(" ");
	va_start(args, format);
	vprint(format, args);
	va_end(args);
}

u64 random64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* ---- the other vCPU ---- */

bool other_is_off(void)
{
	return cpu_is_off(1);
}

bool on_other(void (*fn)(u64 arg), u64 arg)
{
	u64 limit = counter() + ticks_per_ms * OTHER_MS;

	if (cpu_start(1, fn, arg) != 0)
		return false;
	while (!other_is_off())
		if (counter() > limit)
			return false;
	return true;
}

/* ---- the rows ---- */

void row_time(u32 ms)
{
	timer_set(counter() + ticks_per_ms * ms);
}

u64 *row_context(void)
{
	return context;
}

static void run_row(const struct row *row)
{
	current = row;
	said = false;
	row_begin();
	if (!context_save(context)) {
		row_time(ROW_MS);
		irq_on();
		row->fn();
	}
	row_end();
	row_name();
	print("\n");
}

static bool named(const char *list, const char *name)
{
	for (; *list; list++) {
		u32 n = 0;

		while (name[n] && list[n] == name[n])
			n++;
		if (!name[n])
			return true;
	}
	return false;
}

/* With boot arguments: the rows named there alone. */
void guest_main(const void *tree)
{
	const char *only = tree_bootargs(tree);

	ticks_per_ms = counter_hz(tree) / 1000;
	rows_init(tree);
	print("\nhostile: begin\n");
	for (const struct row *const *group = row_groups; *group; group++)
		for (const struct row *r = *group; r->name; r++)
			if (!*only || named(only, r->name))
				run_row(r);
	print("\nhostile: end\n");
}
