.PHONY: run test bench fmt lint
BUILT := $(or $(CARGO_TARGET_DIR),target)

run:   ; @cargo build --release --locked -p registrar-api -p registrar-worker -p registrar-cli -p registrar-local && exec $(BUILT)/release/registrar-local run
test:  ; @infra/gate
bench: ; @cargo build --release --locked -p registrar-api -p registrar-worker -p registrar-cli -p registrar-local && cargo run --release --locked -p registrar-tests --bin bench
fmt:   ; @cargo fmt --all
lint:  ; @cargo clippy --workspace --all-targets --locked -- -D warnings
