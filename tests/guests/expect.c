/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expect SCRIPT LOG [NAME=VALUE...] -- COMMAND...: run a command, talk to it over its standard input and output as a script
 * says, and keep what it wrote in LOG, with the script's steps and the seconds since the start between its lines. Nothing is
 * timed but the wait for an event: no step sleeps.
 *
 *   expect TEXT     TEXT comes, after what was expected before
 *   any TEXT        lines of this kind, one after the other: all of the texts come, in any order
 *   send TEXT       type TEXT
 *   line TEXT       type TEXT and Return
 *   reject TEXT     from the start to the end, TEXT never comes
 *   unseen TEXT     TEXT has not come since the last `mark`
 *   mark            see `unseen`
 *   back            search from the last `mark` on again
 *   count N TEXT    TEXT has come N times since the last `mark`
 *   timeout SECONDS for the waits that follow; 60 at first
 *   exit [STATUS]   the command ends, with this status; without such a step it is killed at the end
 *   include FILE    beside this script, which goes on behind it
 *   # comment
 *
 * The console shows the VMs' lines one by one as "[NAME] line", and one that its VM is slow to write in pieces, with others'
 * lines between. A TEXT that begins with "[NAME] " is found in pieces, too.
 *
 * In TEXT, \r \n \t \\ \xHH are bytes, ${NAME} is a variable, and in what is expected .* stands for anything up to the
 * end of the line. Exit status: 0 all steps done, 1 a step failed (the last line of output says which), 2 usage.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2048
#define STEPS_MAX 1024
#define REJECTS_MAX 64

struct step {
	char word[16];
	char *text;
	const char *file;
	int line;
};

static struct step steps[STEPS_MAX];
static int nr_steps;
static char *rejects[REJECTS_MAX];
static size_t reject_from[REJECTS_MAX];
static int nr_rejects;

static char *output; /* all that came, NUL-terminated; NULs in it are made spaces */
static size_t output_len, output_room;
static size_t position; /* behind what was expected last */
static size_t marked;

static FILE *logfile;
static int to_child = -1, from_child = -1;
static pid_t child;
static bool child_gone;
static int child_status;
static int patience = 60;
static int nr_variables;
static char **variables;

static double now(void)
{
	static double start;
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	double v = (double)t.tv_sec + (double)t.tv_nsec / 1e9;

	if (start == 0)
		start = v;
	return v - start;
}

static void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("expect: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

/* ---- the script ---- */

static const char *variable(const char *name, size_t len)
{
	for (int i = 0; i < nr_variables; i++)
		if (!strncmp(variables[i], name, len) && variables[i][len] == '=')
			return variables[i] + len + 1;
	return NULL;
}

/* One byte of TEXT, escapes resolved; *s moves on. */
static char one_byte(const char **s)
{
	static const char from[] = "rnt\\", to[] = "\r\n\t\\";
	const char *p = *s;
	const char *known;

	*s += 1;
	if (*p != '\\' || !p[1])
		return *p;
	*s += 1;
	if (p[1] == 'x' && isxdigit((unsigned char)p[2]) && isxdigit((unsigned char)p[3])) {
		char hex[3] = {p[2], p[3], 0};

		*s += 2;
		return (char)strtol(hex, NULL, 16);
	}
	known = strchr(from, p[1]);
	return known ? to[known - from] : p[1];
}

static char *unescape(const char *s, const char *file, int line)
{
	char text[LINE_MAX_BYTES * 2];
	size_t n = 0;

	while (*s) {
		const char *end = !strncmp(s, "${", 2) ? strchr(s, '}') : NULL;

		if (end) {
			const char *value = variable(s + 2, (size_t)(end - s) - 2);

			if (!value)
				die("%s:%d: %.*s has no value", file, line, (int)(end - s) + 1, s);
			if (n + strlen(value) >= sizeof(text))
				die("%s:%d: too long", file, line);
			n += (size_t)sprintf(text + n, "%s", value);
			s = end + 1;
		} else {
			text[n++] = one_byte(&s);
		}
		if (n >= LINE_MAX_BYTES)
			die("%s:%d: too long", file, line);
	}
	text[n] = 0;
	return strdup(text);
}

static void read_script(const char *file);

static void include(const char *beside, const char *name)
{
	const char *slash = strrchr(beside, '/');
	char path[4096];

	snprintf(path, sizeof(path), "%.*s%s", slash ? (int)(slash - beside) + 1 : 0, beside, name);
	read_script(strdup(path));
}

static void read_script(const char *file)
{
	char text[LINE_MAX_BYTES];
	FILE *f = fopen(file, "r");
	int line = 0;

	if (!f)
		die("%s: %s", file, strerror(errno));
	while (fgets(text, sizeof(text), f)) {
		struct step *s = &steps[nr_steps];
		char *word = text + strspn(text, " \t"), *rest;

		line++;
		word[strcspn(word, "\n")] = 0;
		if (!*word || *word == '#')
			continue;
		rest = word + strcspn(word, " \t");
		if (*rest)
			*rest++ = 0;
		if (!strcmp(word, "include")) {
			include(file, unescape(rest, file, line));
			continue;
		}
		if (nr_steps == STEPS_MAX || strlen(word) >= sizeof(s->word))
			die("%s:%d: too many steps, or no such step: %s", file, line, word);
		strcpy(s->word, word);
		s->text = unescape(rest, file, line);
		s->file = file;
		s->line = line;
		nr_steps++;
	}
	fclose(f);
}

/* ---- the command ---- */

static bool more(double limit);

static void start(char **command)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		die("pipe: %s", strerror(errno));
	child = fork();
	if (child < 0)
		die("fork: %s", strerror(errno));
	if (!child) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(out[1], 2);
		execvp(command[0], command);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	to_child = in[1];
	from_child = out[0];
	fcntl(to_child, F_SETFL, O_NONBLOCK);
}

/* Whoever ends this program ends the command too. */
static void on_signal(int signal_number)
{
	kill(child, SIGTERM);
	_exit(128 + signal_number);
}

static void keep(const char *bytes, size_t n)
{
	if (output_len + n + 1 > output_room) {
		output_room = (output_len + n + 1) * 2;
		output = realloc(output, output_room);
		if (!output)
			die("out of memory");
	}
	for (size_t i = 0; i < n; i++)
		output[output_len++] = bytes[i] ? bytes[i] : ' ';
	output[output_len] = 0;
}

/* Wait for output, at most until `limit`. False: time is over, or the command ended and all was read. */
static bool more(double limit)
{
	struct pollfd p = {.fd = from_child, .events = POLLIN};
	double left = limit - now();
	char bytes[4096];
	ssize_t n;

	if (child_gone || left <= 0 || poll(&p, 1, (int)(left * 1000) + 1) <= 0)
		return false;
	n = read(from_child, bytes, sizeof(bytes));
	if (n <= 0) {
		child_gone = true;
		waitpid(child, &child_status, 0);
		return false;
	}
	keep(bytes, (size_t)n);
	fwrite(bytes, 1, (size_t)n, logfile);
	return true;
}

static void end_command(void)
{
	if (child_gone)
		return;
	kill(child, SIGTERM);
	for (int i = 0; i < 150 && waitpid(child, &child_status, WNOHANG) == 0; i++)
		poll(NULL, 0, 20);
	kill(child, SIGKILL);
	child_gone = true;
}

static void failed(const struct step *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));
static void failed(const struct step *s, const char *fmt, ...)
{
	char why[LINE_MAX_BYTES * 3];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	for (double limit = now() + 2; more(limit);) /* what it has to say about it */
		;
	end_command();
	fprintf(logfile, "\n<<< %.1f s: FAILED %s:%d: %s %s: %s\n", now(), s->file, s->line, s->word, s->text,
		why);
	printf("%s:%d: %s %s: %s\n", s->file, s->line, s->word, s->text, why);
	exit(1);
}

/* ---- matching ---- */

/* Where `text` first ends in `hay` from `from` on, or 0. ".*" matches the rest of a line, as little as will do. */
static size_t find_in(const char *hay, size_t len, const char *text, size_t from)
{
	const char *wild = strstr(text, ".*");
	size_t head = wild ? (size_t)(wild - text) : strlen(text);

	for (size_t at = from; hay && at + head <= len; at++) {
		const char *hit = memmem(hay + at, len - at, text, head);
		size_t end, tail;

		if (!hit)
			return 0;
		at = (size_t)(hit - hay);
		end = at + head;
		if (!wild)
			return end;
		tail = find_in(hay, len, wild + 2, end);
		if (!tail)
			return 0;
		if (!memchr(hay + end, '\n', tail - end))
			return tail;
	}
	return 0;
}

/*
 * What the VM wrote whose "[NAME] " `prefix` is, from the first line behind `from` on, into `joined`; places[i] is where byte i
 * stands in the output. A line that another's follows may go on behind it; one that the VM's own next line follows has ended.
 */
static size_t join(const char *prefix, size_t prefix_len, size_t from, char *joined, size_t *places)
{
	bool own = false;
	size_t n = 0;

	for (const char *line = output + from, *end; (end = strchr(line, '\n')) || *line; line = end + 1) {
		size_t len = end ? (size_t)(end - line) : strlen(line);
		bool begins = line == output || line[-1] == '\n';
		bool was_own = own;

		own = begins && len >= prefix_len && !memcmp(line, prefix, prefix_len);
		if (own && was_own)
			joined[n++] = '\n';
		for (size_t i = prefix_len; own && i < len; i++)
			if (line[i] != '\r') {
				places[n] = (size_t)(line + i - output);
				joined[n++] = line[i];
			}
		if (!end)
			break;
	}
	return n;
}

/* As find_end(), for a text that begins with "[NAME] " and came in pieces. */
static size_t find_torn(const char *text, size_t from)
{
	const char *bracket = strstr(text, "] ");
	size_t prefix_len = bracket ? (size_t)(bracket - text) + 2 : 0, n, end = 0;
	char *joined;
	size_t *places;

	if (text[0] != '[' || !prefix_len || !output || from >= output_len)
		return 0;
	joined = malloc(output_len - from);
	places = calloc(output_len - from, sizeof(*places));
	if (!joined || !places)
		die("out of memory");
	n = join(text, prefix_len, from, joined, places);
	end = find_in(joined, n, text + prefix_len, 0);
	if (end)
		end = places[end - 1] + 1;
	free(joined);
	free(places);
	return end;
}

static size_t find_end(const char *text, size_t from)
{
	size_t end = find_in(output, output_len, text, from);

	return end ? end : find_torn(text, from);
}

static void check_rejects(const struct step *s)
{
	for (int i = 0; i < nr_rejects; i++) {
		size_t back = strlen(rejects[i]);

		if (find_end(rejects[i], reject_from[i]))
			failed(s, "while waiting, what must not come came: %s", rejects[i]);
		if (output_len > back) /* complete matches up to here are excluded */
			reject_from[i] = output_len - back;
	}
}

static const char *why_not(void)
{
	static char text[100];

	if (child_gone && WIFEXITED(child_status))
		snprintf(text, sizeof(text), "the machine ended with status %d", WEXITSTATUS(child_status));
	else if (child_gone)
		snprintf(text, sizeof(text), "the machine was killed");
	else
		snprintf(text, sizeof(text), "did not come in %d s", patience);
	return text;
}

/* Wait for it; returns where it ends. */
static size_t await(const struct step *s, size_t from)
{
	double limit = now() + patience;
	size_t end;

	while (!(end = find_end(s->text, from))) {
		bool came = more(limit);

		check_rejects(s);
		if (!came && !(end = find_end(s->text, from)))
			failed(s, "%s", why_not());
		if (end)
			break;
	}
	return end;
}

/* ---- steps ---- */

static void type(const struct step *s, const char *bytes, size_t n)
{
	double limit = now() + patience;

	while (n) {
		ssize_t done = write(to_child, bytes, n);

		if (done > 0) {
			bytes += done;
			n -= (size_t)done;
			continue;
		}
		if (errno != EAGAIN || now() > limit)
			failed(s, "cannot be typed: %s", strerror(errno));
		more(now() + 0.05);
	}
}

static void do_expect(const struct step *s)
{
	position = await(s, position);
}

/* Consecutive `any` steps share the place where their search begins. */
static void do_any(const struct step *s)
{
	static size_t from, furthest;
	size_t end;

	if (s == steps || strcmp(s[-1].word, "any"))
		from = furthest = position;
	end = await(s, from);
	furthest = end > furthest ? end : furthest;
	position = furthest;
}

static void do_send(const struct step *s)
{
	type(s, s->text, strlen(s->text));
}

static void do_line(const struct step *s)
{
	type(s, s->text, strlen(s->text));
	type(s, "\r", 1);
}

static void do_reject(const struct step *s)
{
	if (nr_rejects == REJECTS_MAX)
		failed(s, "too many of them");
	rejects[nr_rejects++] = s->text;
	check_rejects(s);
}

static void do_unseen(const struct step *s)
{
	if (find_end(s->text, marked))
		failed(s, "it came");
}

static void do_mark(const struct step *s)
{
	(void)s;
	marked = position;
}

static void do_back(const struct step *s)
{
	(void)s;
	position = marked;
}

static void do_count(const struct step *s)
{
	char *text;
	long want = strtol(s->text, &text, 10), have = 0;

	text += *text == ' ';
	for (size_t at = marked; (at = find_end(text, at)); have++)
		;
	if (have != want)
		failed(s, "came %ld times", have);
}

static void do_timeout(const struct step *s)
{
	patience = atoi(s->text);
}

static void do_exit(const struct step *s)
{
	double limit = now() + patience;

	while (more(limit))
		check_rejects(s);
	if (!child_gone)
		failed(s, "%s", why_not());
	if (!WIFEXITED(child_status) || WEXITSTATUS(child_status) != atoi(s->text))
		failed(s, "%s", why_not());
}

static const struct {
	const char *word;
	void (*fn)(const struct step *s);
} words[] = {
	{"expect", do_expect}, {"any", do_any},       {"send", do_send},       {"line", do_line},
	{"reject", do_reject}, {"unseen", do_unseen}, {"mark", do_mark},       {"back", do_back},
	{"count", do_count},   {"exit", do_exit},     {"timeout", do_timeout},
};

static void run(const struct step *s)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(s->word, words[i].word))
			continue;
		fprintf(logfile, "\n<<< %.1f s: %s %s\n", now(), s->word, s->text);
		words[i].fn(s);
		return;
	}
	die("%s:%d: no such step: %s", s->file, s->line, s->word);
}

int main(int argc, char **argv)
{
	int dashes = 3;

	while (dashes < argc && strcmp(argv[dashes], "--"))
		dashes++;
	if (dashes + 1 >= argc)
		die("arguments: SCRIPT LOG [NAME=VALUE...] -- COMMAND...");
	variables = argv + 3;
	nr_variables = dashes - 3;
	read_script(argv[1]);
	logfile = fopen(argv[2], "w");
	if (!logfile)
		die("%s: %s", argv[2], strerror(errno));
	setvbuf(logfile, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	start(argv + dashes + 1);
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	signal(SIGHUP, on_signal);
	for (int i = 0; i < nr_steps; i++)
		run(&steps[i]);
	fprintf(logfile, "\n<<< %.1f s: all %d steps done\n", now(), nr_steps);
	end_command();
	printf("%d steps\n", nr_steps);
	return 0;
}
