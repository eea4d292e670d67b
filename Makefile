.PHONY: run test stack-check browser faults drills compatibility containers bench soak fmt lint
BUILT := $(or $(CARGO_TARGET_DIR),target)

run:   ; @cargo build --release --locked -p registrar-api -p registrar-worker -p registrar-cli -p registrar-local && $(BUILT)/release/registrar-local install && scripts/pages && exec $(BUILT)/release/registrar-local run
test:  ; @scripts/gate
stack-check: ; @scripts/stack-check
browser: ; @scripts/browser
faults: ; @scripts/faults
drills: ; @scripts/drills
compatibility: ; @scripts/compatibility
containers: ; @scripts/containers
bench: ; @cargo build --release --locked -p registrar-api -p registrar-worker -p registrar-cli -p registrar-local && cargo run --release --locked -p registrar-tests --bin bench
soak:  ; @SOAK_MINUTES=$(or $(MINUTES),10) cargo test --locked -p registrar-tests --no-fail-fast --test simulation --test faults -- --ignored --nocapture soak
fmt:   ; @cargo fmt --all
lint:  ; @cargo clippy --workspace --all-targets --locked -- -D warnings
