/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitor's terminal side: keys in, a line edited, a queue of output, and
 * listings that are made a row at a time. What comes in is whatever somebody
 * types or a broken line sends: every queue and every text is bounded.
 *
 * All on the first housekeeping CPU; no lock.
 */
#include "core/monitor.h"

#include "core/console.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/monitor_int.h"
#include "core/string.h"
#include "core/timer.h"
#include "hal/cpu.h"

#define KEYS 256u
#define OUT 2048u
#define ROW_ROOM 512u /* a row is made when so much fits */
#define HISTORY 8u
#define QUIET_MS 500u
#define PROMPT "monadic> "

enum {
	KEY_CTRL_C = 0x03,
	KEY_CTRL_D = 0x04,
	KEY_BACKSPACE = 0x08,
	KEY_CTRL_U = 0x15,
	KEY_ESC = 0x1b,
	KEY_DEL = 0x7f
};

static struct {
	bool open;
	bool prompt;    /* the prompt is on the screen, or should be */
	bool lost;      /* others' lines came after it */
	bool interrupt; /* Ctrl-C was typed */
	bool skip_lf;   /* the line feed of CR LF */
	u8 escape;      /* inside an arrow key's sequence */
	u64 lost_at;    /* ticks */
	struct ktimer quiet;
	monitor_row_fn row; /* listing under way */
	u32 row_index;

	u8 keys[KEYS];
	u32 key_first, nr_keys;
	u8 out[OUT];
	u32 out_first, nr_out;

	char line[MONITOR_LINE];
	u32 len;
	char history[HISTORY][MONITOR_LINE];
	u32 nr_history, browse; /* browse: how far back the line shown is */
} mon;

const struct monitor_env *monitor_env;

/* ---- output ---- */

static void out_byte(char c)
{
	if (mon.nr_out < OUT)
		mon.out[(mon.out_first + mon.nr_out++) % OUT] = (u8)c;
}

static void out_text(const char *s)
{
	for (; *s; s++) {
		if (*s == '\n')
			out_byte('\r');
		out_byte(*s);
	}
}

void monitor_printf(const char *fmt, ...)
{
	char text[ROW_ROOM];
	va_list ap;

	va_start(ap, fmt);
	fmt_vstring(text, sizeof(text), fmt, ap);
	va_end(ap);
	out_text(text);
}

u32 monitor_output(u8 *buf, u32 size)
{
	u32 n = 0;

	while (n < size && mon.nr_out) {
		buf[n++] = mon.out[mon.out_first];
		mon.out_first = (mon.out_first + 1) % OUT;
		mon.nr_out--;
	}
	if (n && mon.row)
		house_kick(); /* there is room for the next row */
	return n;
}

static void show_prompt(void)
{
	mon.lost = false;
	mon.prompt = true;
	out_text(PROMPT);
	out_text(mon.line);
}

static void new_prompt(void)
{
	mon.len = mon.browse = 0;
	mon.line[0] = 0;
	show_prompt();
}

/* ---- opening and closing ---- */

void monitor_open(void)
{
	if (!monitor_env)
		return;
	if (mon.open && mon.prompt && !mon.lost)
		out_text("\n");
	mon.open = true;
	mon.row = NULL;
	mon.nr_keys = 0;
	mon.escape = 0;
	new_prompt();
	console_wake();
}

void monitor_close(void)
{
	mon.open = mon.prompt = mon.lost = false;
	mon.row = NULL;
	mon.nr_keys = 0;
}

bool monitor_is_open(void)
{
	return mon.open;
}

static u64 quiet_at(void)
{
	return mon.lost_at + (u64)time_hz() * QUIET_MS / 1000;
}

static void quiet_fired(struct ktimer *t)
{
	if (!mon.open || !mon.lost)
		return;
	if (time_now() < quiet_at())
		ktimer_set(t, quiet_at());
	else
		house_kick();
}

void monitor_interrupted(void)
{
	if (!mon.prompt)
		return;
	mon.lost_at = time_now();
	if (!mon.lost)
		ktimer_set(&mon.quiet, quiet_at());
	mon.lost = true;
}

BOOT_CODE void monitor_init(const struct monitor_env *env)
{
	monitor_env = env;
	ktimer_init(&mon.quiet, quiet_fired);
}

/* ---- history ---- */

/* The line `back` entries ago; 0 < back <= nr kept. */
static const char *history_at(u32 back)
{
	return mon.history[(mon.nr_history - back) % HISTORY];
}

static void history_add(void)
{
	if (!mon.len || (mon.nr_history && !strcmp(history_at(1), mon.line)))
		return;
	memcpy(mon.history[mon.nr_history++ % HISTORY], mon.line, sizeof(mon.line));
}

static void erase(u32 n)
{
	for (; n && mon.len; n--) {
		mon.line[--mon.len] = 0;
		out_text("\b \b");
	}
}

static void type(char c)
{
	if (mon.len + 1 >= MONITOR_LINE) {
		out_byte('\a');
		return;
	}
	mon.line[mon.len++] = c;
	mon.line[mon.len] = 0;
	out_byte(c);
}

static void type_text(const char *s, size_t n)
{
	while (n--)
		type(*s++);
}

static void browse(u32 back)
{
	u32 kept = mon.nr_history < HISTORY ? mon.nr_history : HISTORY;

	if (back > kept)
		return;
	mon.browse = back;
	erase(mon.len);
	if (back)
		type_text(history_at(back), strlen(history_at(back)));
}

/* ---- completion ---- */

u32 monitor_split(char *line, char *word[MONITOR_ARGS + 1])
{
	u32 n = 0;

	while (n <= MONITOR_ARGS) {
		while (*line == ' ')
			*line++ = 0;
		if (!*line)
			break;
		word[n++] = line;
		while (*line && *line != ' ')
			line++;
	}
	return n;
}

struct completion {
	const char *first;
	size_t common; /* length all matches share */
	u32 nr;
};

static size_t common_length(const char *a, const char *b, size_t max)
{
	size_t n = 0;

	while (n < max && a[n] && a[n] == b[n])
		n++;
	return n;
}

static struct completion find_matches(u32 nr, char *const before[], const char *part)
{
	struct completion c = {0};
	size_t len = strlen(part);
	const char *word;

	for (u32 i = 0; (word = monitor_candidate(nr, before, i)); i++) {
		if (strncmp(word, part, len) != 0)
			continue;
		c.common = c.nr++ ? common_length(c.first, word, c.common) : strlen(word);
		c.first = c.nr == 1 ? word : c.first;
	}
	return c;
}

static void list_matches(u32 nr, char *const before[], const char *part)
{
	size_t len = strlen(part);
	const char *word;

	out_text("\n");
	for (u32 i = 0; (word = monitor_candidate(nr, before, i)); i++)
		if (strncmp(word, part, len) == 0)
			monitor_printf("%s  ", word);
	out_text("\n");
	show_prompt();
}

static void complete(void)
{
	char copy[MONITOR_LINE];
	char *word[MONITOR_ARGS + 1];
	bool new_word = !mon.len || mon.line[mon.len - 1] == ' ';
	const char *part = "";
	u32 nr;

	memcpy(copy, mon.line, sizeof(copy));
	nr = monitor_split(copy, word);
	if (!new_word && nr)
		part = word[--nr];
	struct completion c = find_matches(nr, word, part);

	if (!c.nr)
		return;
	if (c.common > strlen(part))
		type_text(c.first + strlen(part), c.common - strlen(part));
	else if (c.nr > 1)
		list_matches(nr, word, part);
	if (c.nr == 1)
		type(' ');
}

/* ---- keys ---- */

static void submit(void)
{
	out_text("\n");
	history_add();
	mon.prompt = false;
	monitor_command(mon.line);
	if (mon.open && !mon.row)
		new_prompt();
}

static void cancel(void)
{
	out_text("^C\n");
	mon.row = NULL;
	new_prompt();
}

static void leave(void)
{
	if (mon.len)
		return;
	out_text("\n");
	monitor_close();
}

/* Arrow keys: ESC [ A or ESC O A. True: the key was part of one. */
static bool arrow_key(u8 key)
{
	u8 was = mon.escape;

	mon.escape = key == KEY_ESC ? 1 : was == 1 && (key == '[' || key == 'O') ? 2 : 0;
	if (was == 2 && key == 'A')
		browse(mon.browse + 1);
	if (was == 2 && key == 'B' && mon.browse)
		browse(mon.browse - 1);
	return was || mon.escape;
}

static void edit_backspace(void)
{
	erase(1);
}

static void edit_kill(void)
{
	erase(mon.len);
}

static void edit_key(u8 key)
{
	static const struct {
		u8 key;
		void (*fn)(void);
	} edits[] = {
		{'\r', submit},
		{'\n', submit},
		{KEY_BACKSPACE, edit_backspace},
		{KEY_DEL, edit_backspace},
		{KEY_CTRL_U, edit_kill},
		{KEY_CTRL_D, leave},
		{'\t', complete},
	};
	bool lf = key == '\n' && mon.skip_lf;

	mon.skip_lf = key == '\r';
	if (lf || arrow_key(key))
		return;
	for (u32 i = 0; i < ARRAY_SIZE(edits); i++) {
		if (edits[i].key == key) {
			edits[i].fn();
			return;
		}
	}
	if (key >= ' ' && key <= '~')
		type((char)key);
}

void monitor_key(u8 key)
{
	if (key == KEY_CTRL_C) { /* at once: a listing may be under way that leaves keys waiting */
		mon.interrupt = true;
		mon.nr_keys = 0;
	} else if (mon.nr_keys < KEYS) {
		mon.keys[(mon.key_first + mon.nr_keys++) % KEYS] = key;
	}
	house_kick();
}

/* ---- steps ---- */

void monitor_rows(monitor_row_fn row)
{
	mon.row = row;
	mon.row_index = 0;
}

static bool room_for_row(void)
{
	return OUT - mon.nr_out >= ROW_ROOM;
}

static void row_step(void)
{
	if (mon.row(mon.row_index++))
		return;
	mon.row = NULL;
	new_prompt();
}

static void key_step(void)
{
	u8 key = mon.keys[mon.key_first];

	mon.key_first = (mon.key_first + 1) % KEYS;
	mon.nr_keys--;
	if (mon.lost)
		show_prompt();
	edit_key(key);
}

/* What there is to do next, or NULL. */
static void (*next_step(void))(void)
{
	if (!mon.open || !room_for_row())
		return NULL;
	if (mon.row)
		return row_step;
	if (mon.nr_keys)
		return key_step;
	return mon.lost && time_now() >= quiet_at() ? show_prompt : NULL;
}

bool monitor_work(void)
{
	void (*step)(void) = next_step();

	if (mon.interrupt) {
		mon.interrupt = false;
		step = mon.open ? cancel : NULL;
	}
	if (!step)
		return false;
	step();
	console_wake();
	return true;
}
