#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Seeded removals: take one TLB flush, one publish (barrier) or one cache clean
# out of a copy of the code; the unit tests have to turn red each time.
# Last line: `seeded removals caught N/N`. Run from anywhere; needs gcc and cmocka.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=build/seeded
cc=${HOST_CC:-gcc}

# test | file | what stands there (fixed text, this one occurrence of it goes) | which occurrence | name
seeds='
pgtable|core/pt_range.c|s->hooks->flush(s->ctx, va + start, d - start);|1|no TLB flush after unmapping a range
pgtable|core/pgtable.c|s->hooks->flush(s->ctx, align_down(va, p->size), p->size);|1|no TLB flush between break and make
pgtable|core/pgtable.c|s->hooks->flush(s->ctx, align_down(va, size), size);|1|no TLB flush before a table page is free
pgtable|core/pt_pool.c|s->hooks->publish(entry, sizeof(*entry));|1|an entry is not published
pgtable|core/pt_pool.c|s->hooks->publish(va, PAGE_SIZE);|1|a zeroed table is not published
pgtable|core/pt_pool.c|s->hooks->publish(first, count * sizeof(*first));|1|a split table is not published
pgtable|core/pgtable.c|pt_put(s, p->table, p->index, 0);|1|no break before make
aspace|core/aspace.c|cache_clean_inval(va, got);|1|zeroed frames are not cleaned
aspace|core/aspace.c|cache_clean_inval(va, got);|2|loaded images are not cleaned
aspace|core/gmem.c|cache_clean_inval(va, *got);|1|a line is not invalidated before memory is read
aspace|core/gmem.c|cache_clean_inval(va, *got);|2|host writes are not cleaned
setway|arch/arm64/setway.c|cache_clean_inval(va, got);|1|set/way maintenance cleans nothing
aspace|core/aspace.c|mem_zero_fast(va, got);|1|frames are not zeroed
rv_pt_formats|core/pgtable.c|s->hooks->flush(s->ctx, align_down(va, p->size), p->size);|1|no TLB flush when a run is broken
rv_gstage|arch/riscv/gstage.c|hfence_gvma_all();|1|a VMID rollover fences other harts alone
rv_gstage|arch/riscv/gstage.c|sbi_hfence_gvma(m, 0, 0);|1|a VMID rollover fences its own hart alone
rv_gstage|arch/riscv/gstage.c|hfence_gvma_all();|2|without VMIDs, no fence of the second stage between VMs
rv_gstage|arch/riscv/gstage.c|hfence_vvma_all();|1|without VMIDs, no fence of the first stage between VMs
rv_gstage|arch/riscv/gstage.c|hfence_vvma_all();|2|no fence of the first stage between vCPUs
rv_gstage|arch/riscv/gstage.c|fence_i();|1|no FENCE.I between vCPUs
rv_gstage|arch/riscv/gstage.c|store_release(&loaded[this_cpu()->index].vm, NULL);|1|a hart counts as one that runs the VM after it put it
rv_gstage|arch/riscv/gstage.c|hfence_gvma_vmid(vmid);|1|what was flushed while another VM ran here is not fenced
rv_gstage|arch/riscv/gstage.c|hfence_gvma_vmid(vmid);|2|a whole VMID is not fenced here
rv_gstage|arch/riscv/gstage.c|hfence_gvma(gpa + off, vmid);|1|a range is not fenced here
rv_gstage|arch/riscv/gstage.c|sbi_hfence_gvma_vmid(m, gpa.v, size, vmid);|1|a range is not fenced on other harts
'

copy_tree() {
	rm -rf "$work/tree"
	mkdir -p "$work/tree/tests"
	cp -r core hal arch "$work/tree/"
	cp -r tests/unit "$work/tree/tests/"
}

# build_and_run TEST LOG: 0 passed, 1 failed; a compile error ends the script
build_and_run() {
	local sources
	sources=$(sed -n 's|.*SOURCES: \(.*\) \*/.*|\1|p' "tests/unit/test_$1.c")
	# shellcheck disable=SC2086
	(cd "$work/tree" && "$cc" -std=c11 -g -O1 -fsanitize=address,undefined -I. -Itests/unit \
		"tests/unit/test_$1.c" $sources -lcmocka -o "../test_$1") || exit 2
	timeout -k 1 120 "$work/test_$1" >"$2" 2>&1
}

# remove FILE TEXT N: delete the N-th line that contains TEXT (the statement becomes `;`)
remove() {
	awk -v text="$2" -v n="$3" 'index($0, text) && ++k == n { print "\t\t;"; hit = 1; next } { print }
		END { exit !hit }' "$1" >"$1.new" || { echo "seeded.sh: not found in $1: $2" >&2; exit 2; }
	mv "$1.new" "$1"
}

mkdir -p "$work"
copy_tree
for t in $(cut -d'|' -f1 <<<"$seeds" | sort -u); do
	build_and_run "$t" "$work/base_$t.log" || { echo "test_$t fails without a seed: see $work/base_$t.log"; exit 1; }
done

total=0
caught=0
while IFS='|' read -r t file text n name; do
	[ -n "$t" ] || continue
	total=$((total + 1))
	copy_tree
	remove "$work/tree/$file" "$text" "$n"
	if build_and_run "$t" "$work/seed_$total.log"; then
		echo "NOT CAUGHT: $name ($file)"
	else
		caught=$((caught + 1))
		echo "caught: $name"
	fi
done <<<"$seeds"
echo "seeded removals caught $caught/$total"
[ "$caught" = "$total" ]
