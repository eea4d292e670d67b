# Each target says after ## what it does; `make help` lists them.
.PHONY: help run test words stack-check browser pictures faults drills compatibility containers bench cost import-memory soak fmt lint examples hooks
.DEFAULT_GOAL := help
BUILT := $(or $(CARGO_TARGET_DIR),target)
PRODUCTS := -p registrar-api -p registrar-worker -p registrar-cli -p registrar-local

help: ## lists the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

run: ## builds and starts everything, private servers included; Ctrl-C stops it
	@scripts/install
	@echo "Building the programs (some 5 minutes on two idle cores the first time) ..."
	@cargo build --release --locked $(PRODUCTS)
	@echo "Building the pages ..."
	@scripts/pages
	@exec $(BUILT)/release/registrar-local run

test: ## the gate: everything a change must pass; the last line counts
	@scripts/gate

words: ## checks the spelling, and that no word is used that is not ours
	@scripts/words

fmt: ## formats the Rust sources
	@cargo fmt --all

lint: ## clippy, with warnings denied
	@cargo clippy --workspace --all-targets --locked -- -D warnings

hooks: ## lets git run the checks of .pre-commit-config.yaml before each commit
	@pre-commit install

examples: ## runs what is in tests/examples, with private servers
	@for name in register_one replay_one store_that_fails; do cargo run --locked -p registrar-tests --example $$name || exit; done

browser: ## the pages' tests in a browser
	@scripts/browser

pictures: ## renews docs/pictures from the running pages
	@scripts/pictures

faults: ## breaks servers, processes and the network under load, and counts outcomes
	@scripts/faults

import-memory: ## how much memory a file of a million rows takes in the API
	@cargo test --locked -p registrar-tests --test integration -- --ignored --nocapture a_million_rows

soak: ## faults in a random order, and new seeds of the simulation, for MINUTES=10
	@SOAK_MINUTES=$(or $(MINUTES),10) cargo test --locked -p registrar-tests --no-fail-fast --test simulation --test faults -- --ignored --nocapture soak

drills: ## causes the condition of every alert, and follows its runbook
	@scripts/drills

stack-check: ## checks everything in infra/ without a server; QUICK=1 leaves out the mutants of rules
	@scripts/stack-check

compatibility: ## the tests on the newest MySQL and RabbitMQ; needs root
	@scripts/compatibility

containers: ## builds the images and runs the whole stack in them
	@scripts/containers

bench: ## measures release builds with real servers; ONLY=registrations or ONLY=imports measures less
	@cargo build --release --locked $(PRODUCTS)
	@cargo run --release --locked -p registrar-tests --bin bench -- $(if $(ONLY),--only "$(ONLY)")

cost: ## counts instructions, allocations and statements; PROFILE=1 lists functions, ONLY=keyed counts less
	@scripts/install --valgrind
	@cargo build --release --locked $(PRODUCTS)
	@cargo run --release --locked -p registrar-tests --bin cost -- $(if $(PROFILE),--profile) $(if $(ONLY),--only "$(ONLY)")
