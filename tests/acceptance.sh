#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# acceptance.sh [SECTION...]: runs the commands of docs/acceptance.md, each once, and prints what each said last. A command is
# what stands between backquotes in the column `command` of a table; it has to end with status 0. SECTION: the number of a heading;
# without: all. Meant for a fresh clone with an empty cache. Logs are in build/test/acceptance.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MAKELEVEL MFLAGS
export LC_ALL=C
out=build/test/acceptance
limit=5400 # seconds for one command
mkdir -p $out
sections=" $* "

# Lines "SECTION|COMMAND", each command once; \| in a table cell is a bar.
commands() {
	awk '/^## / { section = $2; sub(/\..*/, "", section) }
		/^\|/ {
			gsub(/\\\|/, "\001")
			cells = split($0, column, "|")
			for (i = 1; i <= cells; i++)
				if (column[i] == " command ") where = i
			n = split(column[where], part, "`")
			for (i = 2; i <= n; i += 2) {
				gsub(/\001/, "|", part[i])
				if (!seen[part[i]]++) print section "|" part[i]
			}
		}' docs/acceptance.md
}

number=0 passed=0 failed=0
while IFS='|' read -r section command <&3; do
	case $sections in "  " | *" $section "*) ;; *) continue ;; esac
	number=$((number + 1))
	log=$out/$number.log start=$SECONDS status=0
	timeout -k 1 $limit bash -c "$command" >"$log" 2>&1 </dev/null || status=$?
	if [ $status = 0 ]; then verdict="ok  " passed=$((passed + 1)); else verdict=FAIL failed=$((failed + 1)); fi
	printf '%s %s. %s (%d s)\n         %s\n' "$verdict" "$section" "$command" $((SECONDS - start)) "$(tail -n 1 "$log")"
	[ $status = 0 ] || printf '         status %d, log %s\n' $status "$log"
done 3< <(commands)
printf '%d passed, %d failed\n' $passed $failed
[ $failed = 0 ]
