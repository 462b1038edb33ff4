# SPDX-License-Identifier: Apache-2.0
# What must hold of the linked image. entry: ENTRY_CODE of tools/mk/ARCH.mk. Input: nm -n, then readelf -rW, of an ELF linked with --emit-relocs.
#
#   relocations for the start code are all RELATIVE: it knows no other
#   what stays refers to nothing that is given back after boot, but for those here, which run or are used before only:
BEGIN {
	split(entry " smp_enter start_run boot_memory_release " \
		"uart_pl011 uart_sbsa uart_ns16550 pools", list)
	for (i in list)
		before[list[i]] = 1
}

function complain(what) { print "check: " what; bad = 1 }

# Who lies at an address; numbers of one width compare as text.
function name_at(addr,    lo, hi, mid) {
	lo = 1
	hi = symbols
	while (lo < hi) {
		mid = int((lo + hi + 1) / 2)
		if (address[mid] "" <= addr "")
			lo = mid
		else
			hi = mid - 1
	}
	return name[lo]
}

function given_back(addr) {
	return (addr >= at["__boot_start"] && addr < at["__boot_end"]) || \
		(addr >= at["__boot_bss_start"] && addr < at["__image_end"])
}

/^[0-9a-f]+ [a-zA-Z] / && NF == 3 {
	at[$3] = $1 ""
	if ($3 !~ /^\$|^__/) {
		address[++symbols] = $1
		name[symbols] = $3
	}
	next
}
/^Relocation section/ { part = $3 }
$3 !~ /^R_/ { next }
part ~ /rela\.dyn/ && $3 !~ /_RELATIVE$/ { complain("relocation " $3 " is not relative: " $0) }
part ~ /\.rela\.(text|rodata|data)'/ && given_back($4 "") {
	from = name_at($1 "")
	if (!(from in before))
		complain(from " stays, but refers to what is given back after boot: " $5 " " $6 " " $7)
}

END { exit bad }
