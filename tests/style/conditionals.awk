# SPDX-License-Identifier: Apache-2.0
# At most one #if per thousand lines of .c files, none on the architecture in core/.

{ lines++ }
/^[ \t]*#[ \t]*(if|elif)/ {
	conditionals++
	where = where "\n" FILENAME ":" FNR ": " $0
	if (FILENAME ~ /^core\// && /aarch64|arm|riscv|x86|amd64|i386|ARCH/)
		printf "%s:%d: core/ asks for the architecture: %s\n", FILENAME, FNR, $0
}

END {
	if (conditionals > 0 && conditionals * 1000 > lines)
		printf "tree:1: %d #if in %d lines, limit 1 in 1000:%s\n", conditionals, lines, where
}
