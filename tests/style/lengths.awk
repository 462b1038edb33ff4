# SPDX-License-Identifier: Apache-2.0
# Budgets of files and functions. A function is what lies between a `{` and a `}` in the first column; tables end in `};`.

function finish_file() {
	limit = file ~ /\.h$/ ? 299 : 800
	if (lines > limit)
		printf "%s:%d: file of %d lines, limit %d\n", file, lines, lines, limit
}

function rank(share,    i) {
	i = int(functions * share + 0.999999)
	return length_of[i < 1 ? 1 : i]
}

function sort_lengths(    i, j, v) {
	for (i = 2; i <= functions; i++) {
		v = length_of[i]
		for (j = i - 1; j > 0 && length_of[j] > v; j--)
			length_of[j + 1] = length_of[j]
		length_of[j + 1] = v
	}
}

FNR == 1 {
	if (file != "")
		finish_file()
	file = FILENAME
	start = 0
}
{ lines = FNR }
/^{$/ { start = FNR }
/^}$/ && start {
	n = FNR - start - 1
	length_of[++functions] = n
	if (n > 60)
		printf "%s:%d: function of %d lines, limit 60\n", FILENAME, start, n
	start = 0
}

END {
	if (file != "")
		finish_file()
	sort_lengths()
	if (show) {
		printf "     %d functions, median %d lines, p90 %d, longest %d\n", functions, rank(0.5), rank(0.9), rank(1)
		exit
	}
	if (rank(0.5) > 10)
		printf "tree:1: median function length %d lines, limit 10\n", rank(0.5)
	if (rank(0.9) > 35)
		printf "tree:1: 90th percentile of function lengths %d lines, limit 35\n", rank(0.9)
}
