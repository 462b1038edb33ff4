#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The hostile stage: every attack of tests/guests/hostile-ARCH.cfg, with a neighbour that must not notice, on the machines of
# tests/guests/hostile.sh.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
mkdir -p build/test
log=$(mktemp)
trap 'rm -f "$log"' EXIT
tests/guests/hostile.sh 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
passed=$(grep -c '^ok ' "$log") failed=$(grep -c '^FAIL ' "$log")
[ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
echo "$passed $failed 0" >build/test/hostile.result
[ "$failed" = 0 ]
