#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# host.sh ARCH KIND...: install the host packages of those kinds (run, check) that are missing, and say which and why. ARCH
# leaves out what only another architecture needs; `all` leaves out nothing.
#
# The machine's sources are left alone: packages come from its own mirror through a private list that adds backports where
# a package of the release is too old. Only apt-get install runs as root, through sudo when the caller is not.
. "$(dirname "$0")/lib.sh"

machine_sources() {
	local rel uri
	rel=$(codename)
	sources_entry deb "$1" "$rel $rel-updates $rel-backports" "$native"
	uri=$(mirrors security | head -n 1)
	[ -z "$uri" ] || sources_entry deb "$uri" "$rel-security" "$native"
}

# enough VERSION: is this Debian version new enough for the pin? Epochs do not count.
enough() {
	[ -n "$1" ] || return 1
	[ "$p_version" = - ] || dpkg --compare-versions "$(upstream "$1")" ge "$p_version"
}

installed() {
	local v
	v=$(dpkg-query -W -f '${db:Status-Abbrev} ${Version}' "$p_package" 2>/dev/null) || return 1
	[ "${v%% *}" = ii ] && enough "${v##* }"
}

# Options that make the real apt-get see the private list beside the system's own dpkg status.
host_options() {
	printf '%s\n' -o "Dir::Etc::SourceList=$apt/debian.sources" -o Dir::Etc::SourceParts=/dev/null \
		-o "Dir::State::Lists=$apt/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
		-o APT::Sandbox::User=root
}

# candidate OPTION...: the version apt would install, "" if it knows none
candidate() { apt-cache "${options[@]}" "$@" policy "$p_package" | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'; }

# choose: prints PACKAGE or PACKAGE/SUITE, the first of the pin's suites that is new enough
choose() {
	local v rel backports
	rel=$(codename)
	backports=$rel-backports
	v=$(candidate)
	# One that only backports has is the candidate without being asked for, but what it depends on would come from the release.
	if enough "$v" && [[ $v != *~bpo* ]]; then
		echo "$p_package"
		return
	fi
	case $p_suites in *machine-backports*) v=$(candidate -t "$backports") ;; esac
	enough "$v" ||
		die "$p_package: ${v:-no version} in $rel, $p_version or newer is needed; Debian 12 and 13 have it"
	echo "$p_package/$backports"
}

# wanted NAME: is it for the architecture asked for?
wanted() {
	case $1 in
	*-"$arch") true ;;
	*-arm64 | *-riscv64 | *-x86_64) [ "$arch" = all ] ;;
	esac
}

arch=$1
shift
missing=()
for kind; do
	for name in $(pins_of_kind "$kind"); do
		wanted "$name" || continue
		pin "$name"
		installed || missing+=("$name")
	done
done
[ ${#missing[@]} -gt 0 ] || exit 0

lock_cache
say "these packages are needed and missing:"
for name in "${missing[@]}"; do
	pin "$name"
	say "    $p_package ($p_why)"
done

sudo=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || die "not root, and there is no sudo: as root, run once: $0 $*"
	sudo=sudo
fi

apt=$cache/apt/machine-$(codename) # of this release: the cache outlives an upgrade, and homes are shared
if ! fresh "$apt"; then
	apt_conf "$apt" "$native"
	apt_update "$apt" "this machine's release" machine_sources
fi
mapfile -t options < <(host_options)

plain=() backports=()
for name in "${missing[@]}"; do
	pin "$name"
	choice=$(choose) || exit 1
	case $choice in
	*/*) backports+=("${choice%/*}") release=${choice#*/} ;;
	*) plain+=("$choice") ;;
	esac
done

install() {
	say "apt-get install $*"
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" -q -y --no-install-recommends \
		-o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 install "$@" ||
		die "apt-get install $*: failed; the lines above say why"
}
[ ${#plain[@]} -eq 0 ] || install "${plain[@]}"
[ ${#backports[@]} -eq 0 ] || install -t "$release" "${backports[@]}"
say "host packages are complete"
