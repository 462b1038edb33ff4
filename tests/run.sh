#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [STAGE...]: the stages of tests/stages, or those named, in order. A failed stage does not stop the next.
#
# A stage is tests/STAGE/run.sh. It prints what it does and writes "PASSED FAILED SKIPPED" to build/test/STAGE.result. A skip is
# a line `SKIP NAME` of its output and must stand in tests/skips with its reason (`STAGE NAME REASON...`), else it counts as a
# failure; so does a stage without result, or one that exits non-zero without counting a failure. The last line is the sum.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MAKELEVEL MFLAGS
export LC_ALL=C JOBS=${JOBS:-$(nproc)}

out=build/test
mkdir -p "$out"
total_passed=0 total_failed=0 total_skipped=0

# minutes SECONDS
minutes() { printf '%d.%d min' $(($1 / 60)) $(($1 % 60 * 10 / 60)); }

# unlisted STAGE: skips in its log that tests/skips does not explain
unlisted() {
	sed -n 's/^SKIP \([^ ]*\).*/\1/p' "$out/$1.log" | while read -r name; do
		grep -q "^$1 $name [^ ]" tests/skips || echo "$name"
	done
}

stage() {
	local name=$1 status=0 start=$SECONDS passed=0 failed=0 skipped=0 bad
	rm -f "$out/$name.result"
	printf '== %s\n' "$name"
	if [ -x "tests/$name/run.sh" ]; then
		"tests/$name/run.sh" </dev/null 2>&1 | tee "$out/$name.log"
		status=${PIPESTATUS[0]}
	else
		echo "tests/$name/run.sh: missing; write it or take $name out of tests/stages" | tee "$out/$name.log"
		status=1
	fi
	[ ! -s "$out/$name.result" ] || read -r passed failed skipped <"$out/$name.result"
	[ -s "$out/$name.result" ] || status=1
	for bad in $(unlisted "$name"); do
		echo "tests/skips: $name $bad: skipped without a reason there"
		failed=$((failed + 1)) skipped=$((skipped - 1))
	done
	[ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
	total_passed=$((total_passed + passed))
	total_failed=$((total_failed + failed))
	total_skipped=$((total_skipped + skipped))
	printf '== %s: %d passed, %d failed, %d skipped, %s\n' "$name" "$passed" "$failed" "$skipped" \
		"$(minutes $((SECONDS - start)))" | tee -a "$sums"
}

sums=/dev/null
[ $# -gt 0 ] || { sums=$out/all.log && : >"$sums"; } # of the last whole run
[ $# -gt 0 ] || mapfile -t stages < <(grep -v '^#' tests/stages)
[ $# -eq 0 ] || stages=("$@")
for s in "${stages[@]}"; do
	stage "$s"
done

printf '== all: %s\n' "$(minutes $SECONDS)" | tee -a "$sums"
printf '%d passed, %d failed' "$total_passed" "$total_failed"
[ "$total_skipped" -le 0 ] || printf ', %d skipped' "$total_skipped"
echo
[ "$total_failed" = 0 ]
