# SPDX-License-Identifier: Apache-2.0
# Sourced by the unit and fuzz stages: what a test program is made of.
#
# A test names its sources in one line, `SOURCES: core/x.c hal/fake/fake.c @libfdt */`. @libfdt, @gzip (libdeflate) and @zstd
# are the libraries the hypervisor carries, built once with the stage's compiler into $lib_dir; @efi are gnu-efi's headers.

third=build/third-party
libfdt_dir=$third/libfdt/libfdt libdeflate_dir=$third/libdeflate zstd_dir=$third/zstd-source/lib

efi_include=$third/gnu-efi-arm64/usr/include/efi
efi_flags="-fshort-wchar -fno-strict-aliasing -isystem $efi_include -isystem $efi_include/aarch64 -isystem $efi_include/protocol"

declare -A lib_sources=(
	[libfdt]="$libfdt_dir/fdt*.c"
	[gzip]="$libdeflate_dir/lib/{deflate_decompress,gzip_decompress,crc32,utils,x86/cpu_features}.c"
	[zstd]="$zstd_dir/decompress/*.c $zstd_dir/common/{entropy_common,error_private,fse_decompress,zstd_common,xxhash}.c"
)
declare -A lib_flags=(
	[libfdt]="-isystem $libfdt_dir -DFDT_ASSUME_MASK=4"
	[gzip]="-isystem $libdeflate_dir"
	[zstd]="-isystem $zstd_dir"
)
# As the hypervisor has them (tools/mk/hypervisor.mk).
lib_options="-w -DZSTD_DISABLE_ASM=1 -DZSTD_LEGACY_SUPPORT=0 -DHUF_FORCE_DECOMPRESS_X1 -DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT
	-DZSTD_NO_INLINE -DZSTD_TRACE=0 -DXXH_NAMESPACE=ZSTD_ -DXXH_NO_XXH3"

# build_lib NAME COMPILER...: $lib_dir/NAME.a, unless it is there and made the same way
build_lib() {
	local name=$1 dir=$lib_dir/$1 files f how
	shift
	how="$* $lib_options ${lib_sources[$name]} $(cksum <tools/third-party)"
	[ -f "$dir.a" ] && [ "$(cat "$dir/how" 2>/dev/null)" = "$how" ] && return 0
	rm -rf "$dir" "$dir.a"
	mkdir -p "$dir"
	eval "files=(${lib_sources[$name]})"
	for f in "${files[@]}"; do
		# shellcheck disable=SC2086
		"$@" $lib_options ${lib_flags[$name]} -c "$f" -o "$dir/$(basename "$f" .c).o" || return 1
	done
	ar rcs "$dir.a.new" "$dir"/*.o && mv "$dir.a.new" "$dir.a" && echo "$how" >"$dir/how"
}

# build_libs COMPILER...: all three, and the headers
build_libs() {
	make -s "$third"/{libfdt,libdeflate,zstd-source,gnu-efi-arm64}/.unpacked || return 1
	build_lib libfdt "$@" && build_lib gzip "$@" && build_lib zstd "$@"
}

# arguments FILE: what follows the compiler and its options: include paths, the program, its sources, libraries
arguments() {
	local word words libs=()
	read -ra words < <(sed -n 's|.*SOURCES: *\(.*\) \*/.*|\1|p' "$1" | head -n 1)
	printf '%s\n' -I. "$1"
	for word in "${words[@]}"; do
		case $word in
		@efi) printf '%s\n' $efi_flags ;;
		@*) printf '%s\n' ${lib_flags[${word#@}]} && libs+=("$lib_dir/${word#@}.a") ;;
		*) echo "$word" ;;
		esac
	done
	[ ${#libs[@]} = 0 ] || printf '%s\n' "${libs[@]}"
}
