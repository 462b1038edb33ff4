# SPDX-License-Identifier: Apache-2.0
# Monadic. `make help` lists the targets. Rules live in tools/mk/*.mk, one file a subject.

ARCH     ?= arm64
MANIFEST ?= boot/manifests/$(ARCH)-two-linux.dts
QEMU_ARGS ?=

MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SECONDEXPANSION:
.DEFAULT_GOAL := all

ifeq ($(wildcard tools/mk/$(ARCH).mk),)
$(error ARCH=$(ARCH): unknown; known are $(filter arm64 riscv64 x86_64,$(basename $(notdir $(wildcard tools/mk/*.mk)))))
endif

O := build/$(ARCH)

include tools/mk/third-party.mk
include tools/mk/$(ARCH).mk
include tools/mk/hypervisor.mk
include tools/mk/efi.mk
include tools/mk/host.mk
include tools/mk/guests.mk
include tools/mk/bare.mk
include tools/mk/run.mk
include tools/mk/test.mk

.PHONY: help clean
help: ## this list
	@echo "make [TARGET] [VARIABLE=value]...    (no target: all)"
	@echo "  ARCH=arm64|riscv64  MANIFEST=file.dts  BOOT=uefi|raw  QEMU_ARGS='-smp 8 -m 4G'  FUZZ_SECONDS=n"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST) | sort

clean: ## remove build/ (downloads stay in the cache)
	rm -rf build
