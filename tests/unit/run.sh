#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [NAME...]: the unit stage. Builds every tests/unit/test_NAME.c (or those named) with address and undefined-behaviour
# sanitizers, runs it in the root of the tree and counts its cmocka tests. A program that does not compile, crashes or hangs
# counts as one failure more. Each script of tests/unit beside this one counts as one test. Logs are in build/test/unit.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
JOBS=${JOBS:-$(nproc)}
out=build/test/unit
lib_dir=$out/lib
. tests/sources.sh

seconds=900 # for one program: ten times what the longest takes on two free cores
compiler=(gcc -std=c11 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all)

# one NAME: build and run; writes $out/NAME.log and $out/NAME.count ("PASSED FAILED SKIPPED"); prints what failed
one() {
	local name=$1 log=$out/$1.log status=0 start=$SECONDS run passed skipped failed
	mapfile -t args < <(arguments "tests/unit/test_$name.c")
	if ! "${compiler[@]}" -Wall -Wextra -Itests/unit -o "$out/$name" "${args[@]}" -lcmocka >"$log" 2>&1; then
		cat "$log"
		echo "FAIL $name: does not compile"
		echo "0 1 0" >"$out/$name.count"
		return
	fi
	timeout -k 1 $seconds "$out/$name" >"$log" 2>&1 || status=$?
	run=$(grep -c '^\[ RUN      \]' "$log")
	passed=$(grep -c '^\[       OK \]' "$log")
	skipped=$(grep -c '^\[  SKIPPED \] [a-z]' "$log")
	failed=$((run - passed - skipped))
	[ $status = 0 ] && [ "$run" != 0 ] || [ $failed != 0 ] || failed=1
	echo "$passed $failed $skipped" >"$out/$name.count"
	sed -n 's/^\[  SKIPPED \] \([a-z][^ ]*\).*/SKIP \1/p' "$log"
	if [ $failed = 0 ]; then
		echo "ok   $name: $passed tests ($((SECONDS - start)) s)"
	else
		grep -v '^\[ RUN\|^\[       OK' "$log" | head -n 60
		echo "FAIL $name: $failed of $run tests, exit status $status, see $log ($((SECONDS - start)) s)"
	fi
}

# script FILE: one test
script() {
	local name status=0 start=$SECONDS
	name=$(basename "$1" .sh)
	timeout -k 1 $seconds "$1" >"$out/$name.log" 2>&1 || status=$?
	if [ $status = 0 ]; then
		echo "ok   $name: $(tail -n 1 "$out/$name.log") ($((SECONDS - start)) s)"
		echo "1 0 0" >"$out/$name.count"
	else
		cat "$out/$name.log"
		echo "FAIL $name: exit status $status ($((SECONDS - start)) s)"
		echo "0 1 0" >"$out/$name.count"
	fi
}

# A child of this script with one program to do; the parent starts JOBS of them at a time.
if [ "${1:-}" = --one ]; then
	case $2 in
	*.sh) script "$2" ;;
	*) one "$2" ;;
	esac
	exit
fi

mkdir -p "$out"
rm -f "$out"/*.count
build_libs gcc -g -O1 -fsanitize=address || exit 1

if [ $# = 0 ]; then
	mapfile -t names < <(for f in tests/unit/test_*.c; do basename "${f#*/test_}" .c; done)
	for f in tests/unit/*.sh; do
		[ "$f" = tests/unit/run.sh ] || names=("$f" "${names[@]}")
	done
	set -- "${names[@]}"
fi
printf '%s\n' "$@" | xargs -n 1 -P "$JOBS" tests/unit/run.sh --one

cat "$out"/*.count | awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' >build/test/unit.result
read -r _ failed _ <build/test/unit.result
[ "$failed" = 0 ]
