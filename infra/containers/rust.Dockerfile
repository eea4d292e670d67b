# In place of Docker Hub's rust image: this system's toolchain, and all crates of Cargo.lock.
FROM registrar-local/debian:unstable
# hadolint ignore=DL3022
COPY --from=toolchain /bin /usr/local/rust/bin
# hadolint ignore=DL3022
COPY --from=toolchain /lib /usr/local/rust/lib
# hadolint ignore=DL3022
COPY --from=crates / /usr/local/crates
ENV CARGO_HOME=/usr/local/cargo PATH=/usr/local/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN mkdir -p "$CARGO_HOME" && printf '%s\n' '[source.crates-io]' 'replace-with = "vendored-sources"' \
    '[source.vendored-sources]' 'directory = "/usr/local/crates"' >"$CARGO_HOME/config.toml"
