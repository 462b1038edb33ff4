#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [MAKE-ARGUMENT...]: the tour stage: `make run` with those arguments, played as a person at its console would (run.exp).
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
out=build/test/tour limit=600
mkdir -p $out
unset MAKEFLAGS MAKELEVEL MFLAGS
make -s build/host/expect || exit 1
if text=$(timeout -k 1 $limit build/host/expect tests/tour/run.exp $out/console.log -- timeout -k 1 $limit make run "$@" 2>&1); then
	echo "ok   make run${*:+ $*}: $text"
	echo "1 0 0" >build/test/tour.result
else
	tail -n 25 $out/console.log
	echo "FAIL make run${*:+ $*}: $text; see $out/console.log"
	echo "0 1 0" >build/test/tour.result
	exit 1
fi
