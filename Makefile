# Everything a person or a CI job runs. `make test` is the whole gate; `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test lint deny fmt eval train bench tools

# Measured data is not part of this repository: EVAL_DATA=/elsewhere make eval
EVAL_DATA ?= ../shared/data

# The Python programs that `make bench` measures Clarion beside.
PEERS := target/bench-venv

# Runs a step and says how long it took.
step = @echo "==> $(1)"; from=$$SECONDS; $(2); echo "<== $(1): $$((SECONDS - from)) s"

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 8

demo: ## A staged newsroom on this machine; no network, no set-up
	cargo run --locked --release -- demo

test: tools lint ## What must pass before a change is taken: tools, lints, all tests
	$(call step,cargo test,cargo test --locked)

lint: ## Formatting, clippy and the licences of the dependencies
	$(call step,cargo fmt,cargo fmt --all --check)
	$(call step,cargo clippy,cargo clippy --all-targets --locked -- -D warnings)
	@$(MAKE) --no-print-directory deny

deny: ## Licences, bans and sources of the dependencies
	@if command -v cargo-deny >/dev/null; then \
	    cargo deny --locked check licenses bans sources; \
	else \
	    echo "cargo deny: NOT RUN, cargo-deny is not installed (cargo install --locked cargo-deny)"; \
	fi

fmt: ## Formats the code
	cargo fmt --all

eval: ## Measures the analysis against EVAL_DATA
	@if [ ! -d "$(EVAL_DATA)" ]; then \
	    echo "eval: there is no folder $(EVAL_DATA); name it with EVAL_DATA=..."; exit 1; \
	fi
	cargo run --locked --release -- eval "$(EVAL_DATA)" --written dictionaries/training \
	    --misreports tests/golden/misreports.jsonl --register 10000 --register 1000000

train: ## Learns the shipped models anew from EVAL_DATA and dictionaries/training
	cargo run --locked --release -- train --data "$(EVAL_DATA)" --written dictionaries/training \
	    --misreports tests/golden/misreports.jsonl --out dictionaries/models

bench: $(PEERS)/ready ## Measures speed and accuracy beside jieba, SnowNLP and cnsenti on EVAL_DATA
	@if [ ! -d "$(EVAL_DATA)" ]; then \
	    echo "bench: there is no folder $(EVAL_DATA); name it with EVAL_DATA=..." >&2; exit 1; \
	fi
	cargo build --locked --release
	$(PEERS)/bin/python benches/peers.py --clarion target/release/clarion --data "$(EVAL_DATA)" \
	    --written dictionaries/training --dictionaries dictionaries --out target/bench.md
	cargo bench --locked --bench stages | tee -a target/bench.md

$(PEERS)/ready: benches/requirements.txt
	@command -v python3 >/dev/null || { echo "bench: python3 is missing (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@python3 -m venv --clear $(PEERS) || \
	    { echo "bench: this Python cannot make an environment with pip (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $< || \
	    { echo "bench: pip could not fetch what $< names; is there a network, or a proxy to be named?" >&2; exit 1; }
	@touch $@

tools: ## What the tests need of the system: checks, and installs as root
	$(call step,tools,.ci/tools)
