# What a newcomer needs: `make demo` and `make test`. Everything else is for working on traceq.

SCRATCH_PATH ?= $(CURDIR)/.build
export SCRATCH_PATH

.DEFAULT_GOAL := help
.PHONY: help demo test test-sanitize fuzz build bootstrap unit e2e check-generated generate format lint bench clean

help: ## This list
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

demo: ## A collector, a small fleet that sends to it, and its slowest requests
	@scripts/demo

test: ## Everything that CI tests
	@scripts/test

build: bootstrap ## The three programs, optimised
	@scripts/build

bootstrap: ## Debian packages that this machine lacks
	@scripts/bootstrap

unit: bootstrap ## The tests that need no running collector
	@scripts/test --unit

e2e: bootstrap ## The tests that run the release programs
	@scripts/test --end-to-end

test-sanitize: bootstrap ## Tests under AddressSanitizer and ThreadSanitizer
	@scripts/test-sanitize

fuzz: bootstrap ## Each decoder for ten minutes with bytes that a fuzzer makes up
	@scripts/fuzz

check-generated: bootstrap ## The committed C code is what proto/ generates, and proto/ is what OTLP says
	@scripts/check-generated

generate: bootstrap ## C code from proto/
	@scripts/generate-otlp

format: ## All Swift files, in place
	@swift format format --in-place --parallel --recursive Sources Tests

lint: ## What CI says about the formatting
	@scripts/lint

bench: bootstrap ## Throughput, disk use and query times on this machine
	@Benchmarks/run

clean: ## Everything that was built
	rm -rf "$(SCRATCH_PATH)" .venv
