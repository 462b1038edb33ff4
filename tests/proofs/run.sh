#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [PATTERN]: the proofs stage, or only its jobs that match. CBMC proves the real core/pgtable.c, pt_range.c, pt_pool.c,
# aspace.c and both architectures' pt_formats.c; what exactly stands in docs/assurance.md. Then each seeded bug has to be refuted, and
# each REACHABLE state to be reached, so that a proof about nothing is noticed. A job that is cut short, by time, memory or a
# crash, has failed.
# Jobs run JOBS at a time. PROOFS_ALL=1: more geometries of the walker. CBMC_BIN: folder of cbmc, goto-cc and goto-instrument
# instead of the pinned ones. PROOF_SECONDS (900) bounds a job, PROOF_KIB its memory.
# Last line: `proofs P, seeded bugs caught B/B, reachable R/R`.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
JOBS=${JOBS:-$(nproc)}
out=build/proofs

fmt=arch/arm64/pt_formats.c
walker="tests/proofs/step.c tests/proofs/formats.c tests/proofs/formats_x86.c core/pgtable.c $fmt"
prim="tests/proofs/prim.c tests/proofs/formats.c tests/proofs/formats_x86.c core/pt_pool.c $fmt"
riscv=arch/riscv/pt_formats.c
x86=arch/x86/pt_formats.c

# sources HARNESS
sources() {
	case $1 in
	step) echo "$walker" ;;
	prim) echo "$prim" ;;
	codec) echo "tests/proofs/codec.c $fmt" ;;
	codec_x86) echo "tests/proofs/codec_x86.c $x86" ;;
	codec_riscv) echo "tests/proofs/codec_riscv.c $riscv" ;;
	decode_riscv) echo "tests/proofs/decode_riscv.c arch/riscv/decode.c" ;;
	s1walk_riscv) echo "tests/proofs/s1walk_riscv.c arch/riscv/s1walk.c" ;;
	*) echo "tests/proofs/$1.c" ;;
	esac
}

# unwind HARNESS DEFINES: iterations of loops, asserted to be enough
unwind() {
	case $1:$2 in
	prim:*PICK*) echo 9 ;;
	prim:*) echo 513 ;;
	frames:*) echo 6 ;;
	life:*) echo 4 ;;
	range:*) echo 3 ;;
	*) echo 6 ;;
	esac
}

# ---- jobs: KIND|HARNESS|DEFINES|FILE|SED, long ones first ----

walker_jobs() { # FORMAT OPERATIONS...
	local format=$1 op
	shift
	for op; do
		echo "proof|step|-DFORMAT=$format -D$op||"
	done
}

proofs() {
	local d
	walker_jobs FMT_S2_48 'MAP -DLEVEL=2' PROTECT 'MAP -DLEVEL=1' 'MAP -DLEVEL=0' REAP UNMAP QUERY
	walker_jobs FMT_S2_43 PROTECT UNMAP REAP 'MAP -DLEVEL=0'
	walker_jobs FMT_SV39X4 PROTECT UNMAP REAP 'MAP -DLEVEL=0'
	walker_jobs FMT_SV39X4_RUNS PROTECT UNMAP REAP 'MAP -DLEVEL=0' 'MAP -DLEVEL=0 -DRUN' QUERY
	walker_jobs FMT_SV48X4 UNMAP REAP 'MAP -DLEVEL=0'
	walker_jobs FMT_EPT UNMAP REAP PROTECT 'MAP -DLEVEL=2'
	walker_jobs FMT_NPT UNMAP REAP 'MAP -DLEVEL=0'
	walker_jobs FMT_SV57X4 UNMAP REAP 'MAP -DLEVEL=0'
	if [ "${PROOFS_ALL:-0}" != 0 ]; then
		walker_jobs FMT_S2_43 'MAP -DLEVEL=1' 'MAP -DLEVEL=2' QUERY
		walker_jobs FMT_SV39X4 'MAP -DLEVEL=1' 'MAP -DLEVEL=2' QUERY
	fi
	for d in MAP UNMAP PROTECT REAP; do echo "proof|range|-D$d||"; done
	for d in PUT EMPTY FILL ZERO FILL_RUN EMPTY_RUN PICK ADDRESS; do echo "proof|prim|-D$d||"; done
	for d in FILL FILL_RUN; do echo "proof|prim|-DFORMAT=FMT_SV39X4_RUNS -D$d||"; done
	for d in ADD FIND ARGUMENTS; do echo "proof|frames|-D$d||"; done
	for d in SCRUB ZERO MAP LOAD FILL UNMAP; do echo "proof|life|-D$d||"; done
	for d in S2 EL2; do echo "proof|codec|-DCODEC_$d||"; done
	for d in host host_pbmt gstage gstage_pbmt gstage_napot gstage_pbmt_napot; do echo "proof|codec_riscv|$(family $d)||"; done
	for d in long_mode ept npt; do echo "proof|codec_x86|$(family $d)||"; done
	for d in decode s1walk; do echo "proof|${d}_riscv|||"; done
}

# family KIND[_pbmt][_napot]: of RISC-V's formats, or x86_64's
family() {
	local kind=$1

	[ "$kind" = long_mode ] || kind=${1%%_*}
	echo "-DFAMILY=${kind}_formats${1#"$kind"}"
}

reach() {
	local d
	for d in 'MAP -DLEVEL=0' UNMAP REAP; do echo "reach|step|-DFORMAT=FMT_S2_40 -D$d||"; done
	for d in 'MAP -DLEVEL=0 -DRUN' PROTECT; do echo "reach|step|-DFORMAT=FMT_SV39X4_RUNS -DRUNS -D$d||"; done
	for d in ZERO MAP LOAD UNMAP; do echo "reach|life|-D$d||"; done
	echo "reach|frames|-DADD||"
	for d in MAP UNMAP PROTECT REAP; do echo "reach|range|-D$d||"; done
	for d in S2 EL2; do echo "reach|codec|-DCODEC_$d||"; done
	for d in ept npt; do echo "reach|codec_x86|$(family $d)||"; done
	for d in host gstage_pbmt gstage_napot; do echo "reach|codec_riscv|$(family $d)||"; done
	for d in decode s1walk; do echo "reach|${d}_riscv|||"; done
}

# One bug each, in a copy of the file, and the proof that has to notice.
seeds() {
	local s=-DFORMAT=FMT_S2_40 r=-DFORMAT=FMT_SV39X4_RUNS
	cat <<-END
	seed|step|$s -DMAP -DLEVEL=0|core/pgtable.c|s/if (p.pte)/if (0)/
	seed|step|$s -DMAP -DLEVEL=0|core/pgtable.c|s/\.index = p->index/.index = 0/
	seed|step|$s -DMAP -DLEVEL=0|core/pgtable.c|s/pt_zero(s, t);/;/
	seed|step|$s -DMAP -DLEVEL=0|core/pgtable.c|s/s->root + (index >> PT_INDEX_BITS)/s->root/
	seed|step|$s -DUNMAP|core/pgtable.c|s/p->level - 1, f->runs/p->level, f->runs/
	seed|step|$s -DUNMAP|core/pgtable.c|s/if (\*step != p.size)/if (0)/
	seed|step|$s -DUNMAP|core/pgtable.c|s/s->hooks->flush(s->ctx, align_down(va, p->size), p->size);/;/
	seed|step|$s -DPROTECT|core/pgtable.c|s/pt_put(s, p->table, p->index, 0);/;/
	seed|step|$s -DREAP|core/pgtable.c|s/s->hooks->flush(s->ctx, align_down(va, size), size);/;/
	seed|step|$s -DREAP|core/pgtable.c|s/ || !pt_is_empty(s, p.table)//
	seed|step|$s -DQUERY|core/pgtable.c|s/if (va >> s->fmt->va_bits)/if (va)/
	seed|step|$r -DREAP|core/pgtable.c|s/ || !pt_is_empty(s, p.table)//
	seed|step|$r -DQUERY|core/pgtable.c|s/hit->size = p.size;/hit->size = pt_size(p.level);/
	seed|step|$r -DMAP -DLEVEL=0 -DRUN|core/pgtable.c|s/if (attr & PT_RUN && !pt_is_empty_run(s, p.table, p.index))/if (0)/
	seed|step|$r -DUNMAP|core/pgtable.c|s/p.attr & PT_RUN ? PT_RUN_SIZE : pt_size/pt_size/
	seed|step|$r -DUNMAP|core/pgtable.c|s/s->hooks->flush(s->ctx, align_down(va, p->size), p->size);/;/
	seed|step|$r -DUNMAP|core/pgtable.c|s/p->attr & ~(u32)PT_RUN);/p->attr);/
	seed|step|$r -DPROTECT|core/pgtable.c|s/frame(s, &p), attr . run);/frame(s, \\&p), attr);/
	seed|step|$r -DPROTECT|core/pgtable.c|s/f->runs && p->level == 1/f->runs/
	seed|range|-DMAP|core/pt_range.c|s/ . (PT_RUN_SIZE - 1)) && left >= PT_RUN_SIZE/ \& (PT_RUN_SIZE - 1))/
	seed|range|-DMAP|core/pt_range.c|s/d += run ? PT_RUN_SIZE : pt_size(level);/d += pt_size(level);/
	seed|codec_riscv|$(family gstage_napot)|$riscv|s/PT_RUN_SIZE \/ 2/PT_RUN_SIZE \/ 4/
	seed|codec_riscv|$(family gstage_napot)|$riscv|s/return pte & PTE_N ? align_down(frame, PT_RUN_SIZE) : frame;/return frame;/
	seed|prim|-DFILL_RUN|core/pt_pool.c|s/count . sizeof(.first)/sizeof(*first)/
	seed|prim|-DEMPTY_RUN|core/pt_pool.c|s/run_of(index)), PT_RUN_ENTRIES);/run_of(index)), PT_RUN_ENTRIES - 1);/
	seed|range|-DMAP|core/pt_range.c|s/pt_map_step(s, va + d, pa + d,/pt_map_step(s, va + d, pa,/
	seed|range|-DMAP|core/pt_range.c|s/((va . pa) & (pt_size(level) - 1))/(va \\& (pt_size(level) - 1))/
	seed|range|-DPROTECT|core/pt_range.c|s/pt_protect_step(s, va + d, size - d,/pt_protect_step(s, va, size - d,/
	seed|range|-DUNMAP|core/pt_range.c|s/s->hooks->flush(s->ctx, va + start, d - start);/;/
	seed|codec|-DCODEC_S2|$fmt|s/S2_XN (2ull << 53)/S2_XN (1ull << 53)/
	seed|codec|-DCODEC_S2|$fmt|s/sl0 = fmt->levels - 2u/sl0 = fmt->levels - 1u/
	seed|codec|-DCODEC_EL2|$fmt|s/ . PTE_AF . PTE_SH_INNER . S1_AP1_RES1/ | PTE_AF | PTE_SH_INNER/
	seed|codec|-DCODEC_EL2|$fmt|s/(attr & (PT_W . PT_DEVICE))/(attr \\& PT_DEVICE)/
	seed|codec_riscv|$(family gstage)|$riscv|s/| PTE_U | marked(attr, PTE_RSW_DEVICE)/| marked(attr, PTE_RSW_DEVICE)/
	seed|codec_riscv|$(family gstage_pbmt)|$riscv|s/PTE_PBMT_IO (2ULL << 61)/PTE_PBMT_IO (1ULL << 61)/
	seed|codec_riscv|$(family host)|$riscv|s/ && (a & (PT_W . PT_X)) != (PT_W . PT_X)//
	seed|codec_riscv|$(family host_pbmt)|$riscv|s/PTE_PPN ((1ULL << 44) - 1)/PTE_PPN ((1ULL << 43) - 1)/
	seed|codec_x86|$(family ept)|$x86|s/EPT_TYPE_WB 6u/EPT_TYPE_WB 4u/
	seed|codec_x86|$(family ept)|$x86|s/ . EPT_IPAT)/)/
	seed|codec_x86|$(family npt)|$x86|s/leaf(pa, level, a) . PTE_US/leaf(pa, level, a)/
	seed|codec_x86|$(family npt)|$x86|s/return level <= LEAF_MAX ? PT_LEAF : PT_EMPTY;/return PT_LEAF;/
	seed|codec_x86|$(family long_mode)|$x86|s/ && (a & (PT_W . PT_X)) != (PT_W . PT_X)//
	seed|codec_x86|$(family long_mode)|$x86|s/pa . PTE_P . PTE_RW . PTE_A;/pa | PTE_P | PTE_RW;/
	seed|decode_riscv||arch/riscv/decode.c|s/return funct3 <= 3;/return funct3 <= 4;/
	seed|decode_riscv||arch/riscv/decode.h|s/\*length = insn & 2 ? 4 : 2;/*length = 4;/
	seed|s1walk_riscv||arch/riscv/s1walk.c|s/mode > ATP_SV57/mode > ATP_SV57 + 1/
	seed|s1walk_riscv||arch/riscv/s1walk.c|s/(va >> (PAGE_SHIFT + 9 . level) & 0x1ff)/(va >> (PAGE_SHIFT + 9 * level) \& 0x3ff)/
	seed|prim|-DZERO|core/pt_pool.c|s/i < PT_ENTRIES; i++/i < PT_ENTRIES - 1; i++/
	seed|prim|-DPUT|core/pt_pool.c|s/s->hooks->publish(entry, sizeof(\*entry));/;/
	seed|prim|-DPICK|core/pt_pool.c|s/s->hint = i;/s->hint = i + 1;/
	seed|prim|-DADDRESS|core/pt_pool.c|s/(pa - s->pool->base.v) >> PAGE_SHIFT/pa >> PAGE_SHIFT/
	seed|frames|-DADD|core/aspace.c|s/frames\[i - 1\].hi > base.v/frames[i - 1].hi > hi/
	seed|frames|-DFIND|core/aspace.c|s/frames\[mid\].hi > base/frames[mid].lo > base/
	seed|life|-DZERO|core/aspace.c|s/mem_zero_fast(va, got);/;/
	seed|life|-DZERO|core/aspace.c|s/mem_zero_fast(va, got);/mem_zero_fast(va, got - 1);/
	seed|life|-DZERO|core/aspace.c|/mem_zero_fast(va, got);/{n;s/cache_clean_inval(va, got);/;/}
	seed|life|-DZERO|core/aspace.c|s/if (as->pos == r->size)/if (1)/
	seed|life|-DSCRUB|core/aspace.c|s/return e == OK ? ERR_AGAIN : e;/return e;/
	seed|life|-DMAP|core/aspace.c|s/\[FRAME_MAPPED\] = /[FRAME_MAPPED] = 1u << FRAME_DIRTY | /
	seed|life|-DUNMAP|core/aspace.c|s/if (as->cur == as->nr)/if (as->cur + 1 >= as->nr)/
	seed|life|-DLOAD|core/aspace.c|s/ || as->cur || as->pos)/)/
	END
}

# ---- one job ----

# build DIR HARNESS DEFINES FILE SED: goto binary DIR/p.gb
build() {
	local dir=$1 f args=()
	mkdir -p "$dir/tree"
	if [ -n "$4" ]; then
		mkdir -p "$dir/tree/$(dirname "$4")"
		sed "$5" "$4" >"$dir/tree/$4"
		! cmp -s "$4" "$dir/tree/$4" || { echo "the seed changes nothing in $4: $5"; return 1; }
	fi
	# the search in the frame table is proved apart (frames.c) and replaced here
	f=core/aspace.c
	[ ! -f "$dir/tree/$f" ] || f=$dir/tree/$f
	sed '/^static struct frame_range \*find(/,/^}/d' "$f" >"$dir/aspace.c"
	for f in $(sources "$2"); do
		[ ! -f "$dir/tree/$f" ] || f=$dir/tree/$f
		args+=("$f")
	done
	# shellcheck disable=SC2086
	# CBMC gives what lies in a section of its own another name than callers in other files know (BOOT_CODE)
	goto-cc -std=c11 '-Dsection(name)=unused' "-I$dir/tree" -I. "-DASPACE=\"$dir/aspace.c\"" $3 "${args[@]}" -o "$dir/p.gb" || return 1
	[ "$2" != range ] || { goto-instrument --apply-loop-contracts "$dir/p.gb" "$dir/q.gb" && mv "$dir/q.gb" "$dir/p.gb"; }
}

# check KIND HARNESS DEFINES DIR: cbmc's exit status: 0 proven, 10 refuted, anything else no verdict
check() {
	local options=()
	case $1 in
	# every standard check that CBMC knows is on by default; loops have to end within the bound
	proof) options=(--unwinding-assertions) ;;
	# only our own assertions, so that only they can refute
	seed) options=(--no-standard-checks --no-unwinding-assertions --stop-on-fail) ;;
	reach) options=(--no-standard-checks --no-unwinding-assertions) ;;
	esac
	[ "$2" != prim ] || options+=(--object-bits 12) # an object for each atomic store
	timeout -k 1 "${PROOF_SECONDS:-900}" cbmc "$4/p.gb" --unwind "$(unwind "$2" "$3")" "${options[@]}"
}

# judge KIND STATUS LOG: true when the verdict is the one that has to be; prints what a seed violated
judge() {
	case $1 in
	proof) [ "$2" = 0 ] && grep -q '^VERIFICATION SUCCESSFUL' "$3" ;;
	seed) [ "$2" = 10 ] && grep -q '^VERIFICATION FAILED' "$3" && sed -n '/^Violated property:/{n;n;s/^ */: /p;q}' "$3" ;;
	reach) [ "$2" = 10 ] && grep -q 'REACH: .*: FAILURE$' "$3" && ! grep -q 'REACH: .*: SUCCESS$' "$3" ;;
	esac
}

one() { # NUMBER KIND HARNESS DEFINES FILE SED
	local dir=$out/$1 kind=$2 start=$SECONDS status=127 verdict=bad name="$3 $4${6:+ seeded $6}" log=$out/$1.log why=
	rm -rf "$dir"
	mkdir -p "$dir"
	[ "$kind" != reach ] || set -- "$1" "$2" "$3" "$4 -DREACH" "$5" "$6"
	if build "$dir" "$3" "$4" "$5" "$6" >"$log" 2>&1; then
		check "$kind" "$3" "$4" "$dir" >>"$log" 2>&1
		status=$?
	fi
	! why=$(judge "$kind" $status "$log") || verdict=good
	rm -rf "$dir"
	times >"$out/$1.cpu"
	echo "$kind $verdict" >"$out/$1.verdict"
	if [ $verdict = good ]; then
		echo "ok   $kind $name$why ($((SECONDS - start)) s)"
	else
		grep -E ': FAILURE$|REACH.*SUCCESS$|error' "$log" | head -n 8
		echo "FAIL $kind $name: exit status $status, $log ($((SECONDS - start)) s)"
	fi
}

if [ "${1:-}" = --one ]; then
	ulimit -v "${PROOF_KIB:-4000000}"
	IFS='|' read -r number kind harness defines file edit <<<"$2"
	one "$number" "$kind" "$harness" "$defines" "$file" "$edit"
	exit
fi

# ---- all of them ----

tool_dir=${CBMC_BIN:-}
if [ -z "$tool_dir" ]; then
	make -s build/third-party/cbmc/.unpacked || exit 1
	tool_dir=build/third-party/cbmc/bin
fi
PATH="$(cd "$tool_dir" && pwd):$PATH"
rm -rf "$out"
mkdir -p "$out" build/test
{
	proofs
	reach
	seeds
} | grep -E -e "${1:-.}" | awk '{ print NR "|" $0 }' >"$out/jobs"
tr '\n' '\0' <"$out/jobs" | xargs -0 -n 1 -P "$JOBS" tests/proofs/run.sh --one

jobs=$(wc -l <"$out/jobs")
good=$(cat "$out"/*.verdict | grep -c ' good$')
proved=$(cat "$out"/*.verdict | grep -c '^proof good$')
refuted=$(cat "$out"/*.verdict | grep -c '^seed good$')
all_seeds=$(grep -c '|seed|' "$out/jobs")
all_reach=$(cat "$out"/*.log | grep -c 'REACH: .*: [A-Z]*$')
reached=$(cat "$out"/*.log | grep -c 'REACH: .*: FAILURE$')
echo "$good $((jobs - good)) 0" >build/test/proofs.result
# each second line is the user and system time of a job's children
awk -F '[ms ]+' 'FNR == 2 { n += 60 * ($1 + $3) + $2 + $4 } END { printf "CPU time: %d s\n", n }' "$out"/*.cpu
echo "proofs $proved, seeded bugs caught $refuted/$all_seeds, reachable $reached/$all_reach"
[ "$jobs" != 0 ] && [ "$good" = "$jobs" ]
