#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# seen.sh STAGE NAME...: what the last `make test` said of those tests: their `ok` lines. A test that did not pass, or was not
# run, ends this with status 1. docs/acceptance.md names what it takes by this.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
[ $# -ge 2 ] || { echo "seen.sh STAGE NAME..." >&2; exit 2; }
log=build/test/$1.log
shift
[ -f "$log" ] || { echo "$log: missing; run make test" >&2; exit 1; }
status=0
for name; do
	awk -v name="$name" 'index($0, "ok   " name) == 1 && substr($0, length(name) + 6) ~ /^([: ]|$)/ { print; found = 1 }
		END { exit !found }' "$log" || { echo "$log: $name did not pass" >&2; status=1; }
done
exit $status
