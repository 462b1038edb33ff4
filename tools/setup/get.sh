#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# get.sh NAME...: fetch what tools/third-party pins under those names into the cache, and unpack it into
# build/third-party/NAME. What is in the cache is verified by its recorded SHA256 and not fetched again; with everything
# there, neither the network nor root is touched.
. "$(dirname "$0")/lib.sh"

# accepts UPSTREAM: exactly the pinned version
accepts() { [ "$p_version" = - ] || [ "$1" = "$p_version" ]; }
# in_series UPSTREAM: the pinned stable series, 6.12 of 6.12.48
in_series() { case $1 in "$(cut -d. -f1,2 <<<"$p_version")".*) ;; *) false ;; esac }

# newest TEST SHOW...: newest version of the pinned package in the private root $apt whose upstream part passes TEST
newest() {
	local v test=$1
	shift
	APT_CONFIG=$apt/apt.conf apt-cache "$@" 2>/dev/null | sed -n 's/^Version: //p' | while read -r v; do
		! "$test" "$(upstream "$v")" || echo "$v"
	done | head -n 1
}

apt_get() { (cd "$tmp" && APT_CONFIG=$apt/apt.conf apt-get -q "$@") >>"$log" 2>&1; }

# Each fetch_KIND finds $revision and downloads into $tmp. 1: the suite has no such version; 2: the download failed.
fetch_deb() {
	revision=$(newest accepts show "$package")
	[ -n "$revision" ] || return 1
	apt_get download "$package=$revision" || return 2
}

# The meta package depends on the kernel of the day; its version is the kernel's.
fetch_kernel() {
	local kernel
	revision=$(newest accepts show "$package")
	[ -n "$revision" ] || revision=$(newest in_series show "$package")
	[ -n "$revision" ] || return 1
	accepts "$(upstream "$revision")" || say "$p_package $p_version is gone from the mirror: taking $revision of its series"
	kernel=$(APT_CONFIG=$apt/apt.conf apt-cache show "$package=$revision" | sed -n 's/^Depends: *\([^ ,]*\).*/\1/p' | head -n 1)
	apt_get download "$kernel:$architecture" || return 2
}

# The upstream tarball only: needs no dpkg-dev. The signed Sources index has its hash.
fetch_source() {
	revision=$(newest accepts showsrc "$p_package")
	[ -n "$revision" ] || return 1
	apt_get --download-only --tar-only --only-source source "$p_package=$revision" || return 2
	rm -f "$tmp"/*.asc "$tmp"/*.debian.tar.*
}

# The programs, and of what they depend on the libraries, less those of compilers that they may call. Several packages of one version are joined by +.
fetch_tool() {
	local list programs=${p_package//+/ }
	package=${programs%% *}
	revision=$(newest accepts show "$package")
	[ -n "$revision" ] || return 1
	# shellcheck disable=SC2086
	list=$(APT_CONFIG=$apt/apt.conf apt-get -s --no-install-recommends install $programs 2>>"$log" | awk -v programs=" $programs " \
		-v unwanted='-dev$|python|perl|^lib(clang-(common|rt)|clang1-|[a-z]*san[0-9]|cc1|itm|gprofng|ctf|sframe|isl|mpc[0-9]|quadmath|atomic|binutils|gcc-[0-9])' '
		/^Inst/ && (index(programs, " " $2 " ") || $2 ~ /^lib/ && $2 !~ unwanted) { print $2 }')
	[ -n "$list" ] || return 2
	# shellcheck disable=SC2086
	apt_get download $list || return 2
}

fetch_from() { # SUITE [again]
	local type=deb
	[ "$p_kind" != source ] || type=deb-src
	architecture=$p_arch
	case $p_arch in all | -) architecture=$native ;; esac
	package=$p_package:$architecture
	suite_root "$1" "$type" "$architecture" "${2:-}"
	rm -rf "$tmp"
	mkdir -p "$tmp"
	: >"$log"
	"fetch_$p_kind"
}

# offered: upstream versions of the pinned package in the private root $apt, whatever the pin says
offered() {
	APT_CONFIG=$apt/apt.conf apt-cache "$([ "$p_kind" = source ] && echo showsrc || echo show)" "$p_package" 2>/dev/null |
		sed -n 's/^Version: //p' | while read -r v; do upstream "$v"; done | sort -u | paste -sd ' '
}

# A package that vanished between lists and pool (a point release) gets one retry with new lists.
fetch() {
	local status offers=()
	for from in ${p_suites//,/ }; do
		status=0
		fetch_from "$from" || status=$?
		if [ $status = 2 ]; then
			status=0
			fetch_from "$from" again || status=$?
		fi
		[ $status != 0 ] || return 0
		offers+=("$from has $(offered)")
	done
	[ ! -s "$log" ] || sed 's/^/[setup]   /' "$log" >&2
	die "$1: $p_package $p_version is not in $p_suites (${offers[*]:-none offered}); choose another version in tools/third-party"
}

cached() { # NAME
	local d=$cache/files/$1
	[ "$(cat "$d/pin" 2>/dev/null)" = "$p_line" ] || return 1
	(cd "$d" && sha256sum --quiet --strict -c sha256 >/dev/null 2>&1) ||
		{ say "$1: damaged in the cache, fetching it again"; return 1; }
}

obtain() { # NAME: into the cache, whole or not at all
	local d=$cache/files/$1
	! cached "$1" || return 0
	tmp=$cache/tmp.$1
	log=$cache/tmp.log
	say "$1: fetching $p_package $p_version ($p_why)"
	fetch "$1"
	(cd "$tmp" && sha256sum -- *) >"$tmp.sha256"
	mv "$tmp.sha256" "$tmp/sha256"
	echo "$p_line" >"$tmp/pin"
	echo "$p_package $revision from $from" >"$tmp/revision"
	rm -rf "$d"
	mkdir -p "$cache/files"
	mv "$tmp" "$d"
}

unpack_debs() { # FILES DEST
	local f
	for f in "$1"/*.deb; do
		dpkg-deb -x "$f" "$2"
	done
}

# Programs stay in the cache: they are large. A wrapper starts each by the loader that belongs to its libraries.
unpack_tool() { # FILES DEST
	local root=$1/root b loader
	if [ ! -e "$root.done" ]; then
		rm -rf "$root"
		mkdir "$root"
		unpack_debs "$1" "$root"
		# cppcheck looks for its data beside the running program, which is the loader.
		for b in "$root"/usr/lib/*/cppcheck/cfg; do
			[ ! -d "$b" ] || ln -s cppcheck/cfg "$(dirname "$b")/../cfg"
		done
		touch "$root.done"
	fi
	loader=$(find "$root" -name 'ld-linux-*.so.*' -print -quit)
	mkdir -p "$2/bin"
	for b in ${p_package//+/ }; do dpkg-deb -c "$1/$b"_*.deb; done | awk '$6 ~ "^./usr/bin/." { sub(".*/", "", $6); print $6 }' | while read -r b; do
		cat >"$2/bin/$b" <<-WRAPPER
			#!/bin/sh
			r=$root
			[ -e "\$r.done" ] || { echo "$b: gone from the cache; run: make setup" >&2; exit 127; }
			exec "$loader" --argv0 $b --library-path "\$(echo "\$r"/usr/lib/*-linux-gnu):\$r/usr/lib" "\$r/usr/bin/$b" "\$@"
		WRAPPER
		chmod +x "$2/bin/$b"
	done
}

unpack() { # NAME
	local d=$cache/files/$1 dest=$top/build/third-party/$1
	rm -rf "$dest"
	mkdir -p "$dest"
	case $p_kind in
	source) cat "$d"/*.orig.tar.* | tar -x --strip-components=1 -C "$dest" "$(compression "$d"/*.orig.tar.*)" ;;
	tool) unpack_tool "$d" "$dest" ;;
	*) unpack_debs "$d" "$dest" ;;
	esac
	cp "$d/sha256" "$dest/.unpacked"
}

unpacked() { # NAME
	cmp -s "$cache/files/$1/sha256" "$top/build/third-party/$1/.unpacked" || return 1
	[ "$p_kind" != tool ] || [ -e "$cache/files/$1/root.done" ]
}

compression() {
	case $1 in *.gz) echo -z ;; *.bz2) echo -j ;; *.xz) echo -J ;; *) die "$1: compression unknown" ;; esac
}

lock_cache
for name; do
	pin "$name"
	obtain "$name"
	unpacked "$name" || unpack "$name"
	touch "$top/build/third-party/$name/.unpacked"
	say "$name: $(cat "$cache/files/$name/revision")"
done
