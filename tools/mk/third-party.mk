# SPDX-License-Identifier: Apache-2.0
# Third-party packages of tools/third-party, unpacked under build/third-party/NAME, and host packages.

T := build/third-party

# $(call third-party,NAME): the file that says NAME is unpacked; depend on it (order-only)
third-party = $(T)/$1/.unpacked
third_party_names := $(shell awk '$$1 !~ /^\#/ && $$6 ~ /^(deb|source|kernel|tool)$$/ { print $$1 }' tools/third-party)

$(third_party_names:%=$(T)/%/.unpacked): $(T)/%/.unpacked: tools/third-party | build/.host-run
	@tools/setup/get.sh $*

# Host packages: a stamp in build/, so that dpkg is asked once per clone and pin file.
build/.host-run: tools/third-party
	@tools/setup/host.sh run && mkdir -p build && touch $@
build/.host-check: tools/third-party build/.host-run
	@tools/setup/host.sh check && mkdir -p build && touch $@

.PHONY: setup
setup: build/.host-run build/.host-check ## install missing host packages; fetch, verify and unpack everything
	@tools/setup/get.sh $(third_party_names)
