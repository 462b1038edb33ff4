# SPDX-License-Identifier: Apache-2.0
# Which pairs the ci rows of a suites-ARCH.cfg do not cover, and whether they are too many. Prints nothing when all is well.
# What is wanted stands in comments of that file:
#   #: set NAME WORD...      names a list of words
#   #: pair LIST LIST        each word of the one stands in a row with each of the other
#   #: in LIST LIST          each word of the one, a kernel, is that of each of the other, a VM (A=WORD)
#   #: most N                so many rows at most
# A row has its CPU (with its features, and without those that are said to be off as `CPU` and `no-FEATURE`), its board, its path
# (uefi-acpi is `uefi`, too), its VARIABLE=VALUE words, and the kernels of A, B and C.

function words(name, list,    n, i) {
	n = split(name in set ? set[name] : name, list, " ")
	return n
}
function want(joined, as, bs,    a, b, n, m, i, j) {
	n = words(as, a)
	m = words(bs, b)
	for (i = 1; i <= n; i++)
		for (j = 1; j <= m; j++)
			if (joined ? !((b[j] "=" a[i]) in single) : !((a[i], b[j]) in together))
				print FILENAME ": no row marked ci has both " a[i] " and " b[j]
}

$1 == "#:" && $2 == "set" {
	name = $3
	sub(/^#: +set +[^ ]+ +/, "")
	set[name] = $0
}
$1 == "#:" && ($2 == "pair" || $2 == "in") { wanted[++nr_wanted] = $2 " " $3 " " $4 }
$1 == "#:" && $2 == "most" { most = $3 }

$1 !~ /^#/ && $2 ~ /(^|,)ci(,|$)/ {
	rows++
	sub(/-twice$/, "", $5)
	row = $3 " " $4 " " $5
	if ($5 ~ /^uefi-/)
		row = row " uefi"
	if (sub(/,sstc=off$/, "", $3))
		row = row " no-sstc " $3
	else
		row = row " sstc"
	for (i = 10; i <= NF; i++) {
		row = row " " $i
		if (sub(/^[ABC]=/, "", $i))
			row = row " " $i
	}
	n = split(row, word, " ")
	for (i = 1; i <= n; i++) {
		single[word[i]]
		for (j = 1; j <= n; j++)
			together[word[i], word[j]]
	}
}

END {
	for (i = 1; i <= nr_wanted; i++) {
		split(wanted[i], part, " ")
		want(part[1] == "in", part[2], part[3])
	}
	if (rows > most)
		print FILENAME ": " rows " rows are marked ci, at most " most + 0 " boots are allowed"
}
