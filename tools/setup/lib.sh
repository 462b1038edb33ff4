# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the set-up scripts share: the cache, its lock, the pin file, and private apt roots. Sourced, never run.
#
# Nothing here changes the system: each suite gets its own apt root (sources, lists, empty dpkg status) in the cache. The
# mirror is the one this machine's own apt is configured with; apt checks every index against Debian's archive keys.

set -euo pipefail
export LC_ALL=C

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
pins=$top/tools/third-party
cache=${XDG_CACHE_HOME:-$HOME/.cache}/monadic
native=$(dpkg --print-architecture 2>/dev/null || echo none)

say() { printf '[setup] %s\n' "$*"; }
trap 'printf "[setup] error: %s stopped at line %s\n" "$0" "$LINENO" >&2' ERR
die() { printf '[setup] error: %s\n' "$*" >&2; exit 1; }

[ "$native" != none ] || die "this machine has no dpkg: Debian 12 or 13 is needed"
mkdir -p "$cache" 2>/dev/null || die "cache folder $cache: cannot be made; set XDG_CACHE_HOME to a folder you can write"
[ -w "$cache" ] || die "cache folder $cache: not writable; set XDG_CACHE_HOME to a folder you can write"

# One set-up at a time on one cache; also clears what an interrupted one left.
lock_cache() {
	exec 9>"$cache/lock"
	flock -w 5 9 || { say "another set-up is running on $cache: waiting for it"; flock 9; }
	rm -rf "$cache"/tmp.*
	trap 'rm -rf "$cache"/tmp.*' EXIT
}

codename() {
	# shellcheck source=/dev/null
	(. /etc/os-release; echo "${VERSION_CODENAME:-}")
}

# pin NAME: sets p_package p_suites p_version p_arch p_kind p_why, and p_line for comparison
pin() {
	read -r _ p_package p_suites p_version p_arch p_kind p_why < <(grep -E "^$1 " "$pins") ||
		die "$1: not in tools/third-party"
	p_line="$p_package $p_suites $p_version $p_arch $p_kind"
	[ "$p_arch" != native ] || p_arch=$native
}

pins_of_kind() { awk -v k="$1" '$1 !~ /^#/ && $6 == k { print $1 }' "$pins"; }

# Upstream part of a Debian version: no epoch, no revision, no repacking suffix.
upstream() { sed -e 's/^[0-9]*://' -e 's/-[^-]*$//' -e 's/[+~]\(dfsg\|ds\|really\).*$//' <<<"$1"; }

keyring() {
	local f
	for f in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
		[ ! -e "$f" ] || { echo "$f"; return; }
	done
	die "no Debian archive keyring: install the package debian-archive-keyring"
}

# Candidates for the Debian mirror, best first, from the machine's apt: what its lists say is Debian's, then (no lists yet)
# whatever is configured for this release. The wrong ones fail the signature check of apt_update and are passed over.
mirrors() {
	local want=$1 rel
	rel=$(codename)
	{
		apt-get indextargets --format '$(ORIGIN) $(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
			awk '$1 == "Debian" { print $2, $3 }'
		apt-get --print-uris update 2>/dev/null |
			sed -n "s#^'\(.*/\)dists/\(.*\)/InRelease'.*#\2 \1#p"
	} | awk -v want="$want" -v rel="$rel" '
		$1 ~ /security/ { if (want == "security" && ($1 ~ rel || $1 ~ /^stable/) && !n[$2]++) print $2; next }
		want == "main" && ($1 == rel || $1 == "stable") && !n[$2]++ { print $2 }'
}

sources_entry() { # TYPES URI SUITES ARCHITECTURES
	printf 'Types: %s\nURIs: %s\nSuites: %s\nComponents: main\nArchitectures: %s\nSigned-By: %s\n\n' \
		"$1" "$2" "$3" "$4" "$(keyring)"
}

# apt_conf DIR ARCHITECTURE...: configuration of the private root DIR. Hooks of the machine are left out, its proxies kept.
apt_conf() {
	local dir=$1
	shift
	mkdir -p "$dir"/{parts,preferences,lists/partial,archives/partial}
	: >"$dir/status"
	apt-config dump | grep -E '^Acquire::(http|https|ftp|Retries|ForceIPv)' >"$dir/parts/50machine" || true
	cat >"$dir/apt.conf" <<-CONF
		Dir::Etc::SourceList "$dir/debian.sources";
		Dir::Etc::SourceParts "/dev/null";
		Dir::Etc::Parts "$dir/parts";
		Dir::Etc::Main "/dev/null";
		Dir::Etc::Preferences "/dev/null";
		Dir::Etc::PreferencesParts "$dir/preferences";
		Dir::State "$dir";
		Dir::State::lists "$dir/lists";
		Dir::State::status "$dir/status";
		Dir::Cache "$dir";
		APT::Architecture "$1";
		APT::Architectures { $(printf '"%s"; ' "$@") };
		APT::Install-Recommends "false";
		APT::Sandbox::User "root";
		APT::Get::List-Cleanup "true";
		Acquire::Languages "none";
		Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
		Acquire::IndexTargets::deb::DEP-11-icons-small::DefaultEnabled "false";
		Acquire::IndexTargets::deb::DEP-11-icons::DefaultEnabled "false";
		Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
		Acquire::IndexTargets::deb-src::Contents-dsc::DefaultEnabled "false";
	CONF
}

# apt_update DIR WHAT WRITER...: WRITER URI prints the sources for a mirror; the first mirror that verifies is kept.
apt_update() {
	local dir=$1 what=$2 uri log=$1/update.log
	shift 2
	rm -f "$dir/updated"
	while read -r uri; do
		"$@" "$uri" >"$dir/debian.sources"
		say "package lists of $what"
		if APT_CONFIG=$dir/apt.conf apt-get -q -o APT::Update::Error-Mode=any update >"$log" 2>&1; then
			touch "$dir/updated"
			return
		fi
	done < <(mirrors main)
	[ ! -e "$log" ] || sed 's/^/[setup]   /' "$log" >&2
	die "package lists of $what: no Debian mirror of this machine's apt has them; check /etc/apt/sources.list and the network"
}

fresh() { [ -e "$1/updated" ] && [ -z "$(find "$1/updated" -mmin +720)" ]; }

suite_sources() { sources_entry "$2" "$4" "$1" "$3"; }

# suite_root SUITE TYPE ARCHITECTURE [again]: sets $apt to an up-to-date private root
suite_root() {
	apt=$cache/apt/$1-$2-$3
	[ "${4:-}" = again ] || ! fresh "$apt" || return 0
	apt_conf "$apt" "$3"
	apt_update "$apt" "$1 ($2 $3)" suite_sources "$1" "$2" "$3"
}
