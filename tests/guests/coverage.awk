# SPDX-License-Identifier: Apache-2.0
# Which pairs the ci rows of suites.cfg do not cover, and whether they are more than 20. Prints nothing when all is well.

function pair(a, b) { seen[a, b] = 1 }
function all(as, bs,    i, j, n, m, a, b) {
	n = split(as, a, " ")
	m = split(bs, b, " ")
	for (i = 1; i <= n; i++)
		for (j = 1; j <= m; j++)
			if (!((a[i], b[j]) in seen))
				print "suites.cfg: no row marked ci has both " a[i] " and " b[j]
}

$1 !~ /^#/ && $2 ~ /(^|,)ci(,|$)/ {
	rows++
	path = $4
	sub(/-(twice|sbsa|el3)$/, "", path)
	pair($3, path)
	pair($3, path ~ /^uefi/ ? "uefi" : path)
	for (i = 9; i <= NF; i++) {
		split($i, v, "=")
		for (j = 3; j <= 4; j++)
			pair(v[1] ~ /^[ABC]$/ ? v[2] : $i, j == 3 ? $3 : path)
		if (v[1] ~ /^[ABC]$/)
			pair(v[2], v[1])
	}
	pair($8, "")
}

END {
	cpus = "cortex-a57 cortex-a72 neoverse-n1 neoverse-v1 neoverse-n2 max"
	paths = "uefi-acpi uefi-dt raw uboot"
	for (d = 12; d <= 13; d++)
		kernels = kernels " debian" d ".Image debian" d ".Image.gz debian" d ".zboot-gzip debian" d ".zboot-zstd"
	others = "VARS=yes VARS=no BARE=bin BARE=elf"
	all(cpus, "raw uefi uboot")
	all(kernels " " others, cpus)
	all(kernels " " others, paths)
	all(kernels, "A B C")
	if (rows > 20)
		print "suites.cfg: " rows " rows are marked ci, at most 20 boots are allowed"
}
