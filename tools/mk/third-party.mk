# SPDX-License-Identifier: Apache-2.0
# Third-party packages of tools/third-party, unpacked under build/third-party/NAME, and host packages.

T := build/third-party

# Host packages: a stamp in build/, so that dpkg is asked once per clone, architecture and pin file.
HOST_RUN := build/.host-run-$(ARCH)

# $(call third-party,NAME): the file that says NAME is unpacked; depend on it (order-only)
third-party = $(T)/$1/.unpacked
third_party_names := $(shell awk '$$1 !~ /^\#/ && $$6 ~ /^(deb|source|kernel|tool)$$/ { print $$1 }' tools/third-party)

$(third_party_names:%=$(T)/%/.unpacked): $(T)/%/.unpacked: tools/third-party | $(HOST_RUN)
	@tools/setup/get.sh $*

# Tests build for every architecture, so they want the host packages of all.
$(HOST_RUN): tools/third-party
	@tools/setup/host.sh $(ARCH) run && mkdir -p build && touch $@
build/.host-check: tools/third-party
	@tools/setup/host.sh all run check && mkdir -p build && touch $@

.PHONY: setup
setup: build/.host-check ## install missing host packages; fetch, verify and unpack everything
	@tools/setup/get.sh $(third_party_names)
