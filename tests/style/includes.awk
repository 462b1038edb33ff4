# SPDX-License-Identifier: Apache-2.0
# Who may include what. Folders by their first component; libraries by their header.

BEGIN {
	allowed["core"] = "core hal"
	allowed["hal"] = "hal"
	allowed["hal/fake"] = "core hal"
	allowed["drivers"] = "core hal drivers"
	allowed["boot"] = "core hal boot"
	allowed["rtos"] = "core hal rtos"

	# Library headers, and the files that may see them.
	library["libfdt.h"] = "^(core/manifest[a-z_]*|core/guest_tree)\\.[ch]$"
	library["libdeflate.h"] = library["zstd.h"] = library["zstd_errors.h"] = "^core/(decompress|image)[a-z_]*\\.c$"
	library["efi.h"] = library["efilib.h"] = "^boot/efi/"
	compiler = "^(stdarg|stdalign|stdatomic|stdbool|stddef|stdint|stdnoreturn|limits|string)\\.h$"
}

function layer(path,    part) {
	split(path, part, "/")
	return part[1] "/" part[2] == "hal/fake" ? "hal/fake" : part[1]
}

function complain(what) { printf "%s:%d: %s\n", FILENAME, FNR, what }

/^[ \t]*#[ \t]*include/ {
	name = $0
	sub(/^[^<"]*[<"]/, "", name)
	sub(/[>"].*/, "", name)
	base = name
	sub(/.*\//, "", base)
	if (base in library) {
		if (FILENAME !~ library[base])
			complain(base " is not for this file; allowed: " library[base])
		next
	}
	from = layer(FILENAME)
	if (base == "version.h" || name ~ compiler || FILENAME ~ /^boot\/(efi|include-stubs)\//)
		next
	if ($0 ~ /</) {
		if (from != "hal/fake")
			complain("<" name ">: there is no C library")
		next
	}
	if (name !~ /\//) {
		complain("\"" name "\": name the header from the top of the tree")
		next
	}
	to = layer(name)
	if (from == "arch") {
		split(FILENAME, here, "/")
		split(name, there, "/")
		if (to == "arch" && here[2] != there[2])
			complain("includes another architecture's " name)
	} else if ((" " allowed[from] " ") !~ (" " (to == "hal/fake" ? "hal" : to) " "))
		complain(from "/ includes " name "; allowed: " allowed[from])
}
