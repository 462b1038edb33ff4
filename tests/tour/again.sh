#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# again.sh: `make run` in a second clone, with no network and with every way to become root or to fetch anything failing. The
# cache is the caller's, filled by a first run.
set -euo pipefail
cd "$(dirname "$0")/../.."
unset MAKEFLAGS MAKELEVEL MFLAGS
clone=$(mktemp -d)
trap 'rm -rf "$clone"' EXIT
mkdir "$clone/bin"
for word in sudo su apt-get apt curl wget; do
	printf '#!/bin/sh\necho "%s is not to be called" >&2\nexit 99\n' $word >"$clone/bin/$word"
	chmod +x "$clone/bin/$word"
done
git clone -q . "$clone/monadic"
cd "$clone/monadic"
cut_off=(unshare -n)
[ "$(id -u)" = 0 ] || cut_off=(unshare -rn)
PATH=$clone/bin:$PATH "${cut_off[@]}" tests/tour/run.sh
