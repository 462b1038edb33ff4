# SPDX-License-Identifier: Apache-2.0
# make test and its stages. tests/run.sh runs them and counts; each stage calls make for what it needs.

.PHONY: test test-all style unit prove fuzz bench bench-accept format
test: build/.host-check ## every stage of tests/stages; last line: N passed, N failed
	@tests/run.sh

test-all: build/.host-check ## as test, with the whole product of guests, CPUs and boot paths
	@TEST_ALL=1 tests/run.sh

style: ## clang-format, clang-tidy, cppcheck, budgets and layering
	@tests/run.sh style

unit: build/.host-check ## unit tests with sanitizers
	@tests/run.sh unit

prove: ## CBMC proofs
	@tests/run.sh proofs

# Seconds a target; 0 goes on until interrupted.
FUZZ_SECONDS ?= 0
fuzz: build/.host-check ## fuzz without end (FUZZ_SECONDS=n: n seconds a target)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tests/run.sh fuzz

# make test compares one model; these take both and rewrite the table for people.
BENCH_ALL = ARCH=$(ARCH) BENCH_CPUS='$(BENCH_CPUS)' BENCH_DOC=$(BENCH_DOC)
bench: ## retired instructions an operation, compared with the committed table; rewrites docs/performance.md's
	@$(BENCH_ALL) tests/run.sh bench
bench-accept: ## as bench, and what was measured becomes the committed table
	@$(BENCH_ALL) BENCH_ACCEPT=1 tests/run.sh bench

CLANG_TOOLS := $T/clang-tools/bin
STYLED = $(shell git ls-files -co --exclude-standard -- '*.c' '*.h')
format: | $(call third-party,clang-tools) ## rewrite every C file as .clang-format wants it
	@$(CLANG_TOOLS)/clang-format-19 -i $(STYLED)

# What clang-tidy needs to see the code as the compiler does.
.PHONY: tidy-flags tidy-flags-efi
tidy-flags: | $(LIB_READY) $O/gen/version.h
	@echo -std=c11 -ffreestanding -include tests/style/gcc-limits.h --target=$(TIDY_TARGET) $(INCLUDES) $(FREESTANDING) $(LIB_INCLUDES)
tidy-flags-efi: | $(E) $O/gen/version.h
	@echo -std=c11 -ffreestanding -fshort-wchar -include tests/style/gcc-limits.h --target=$(TIDY_TARGET) $(INCLUDES) $(FREESTANDING) \
		-isystem $(EFI_INC) -isystem $(EFI_INC)/$(EFI_ARCH) -isystem $(EFI_INC)/protocol
