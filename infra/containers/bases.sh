# shellcheck shell=bash
# The images that Dockerfiles and compose.yaml begin with, from Debian's packages and what this system has, for
# an engine that can pull none. To be sourced after engine.sh.

# What is there already stays: only what Cargo.lock and package-lock.json name is looked at each time.
make_bases() {
  scripts/unstable "$engine/debian" ca-certificates wget gettext-base gcc libc6-dev nginx-light \
    mysql-server-core mysql-client-core rabbitmq-server \
    prometheus promtool prometheus-alertmanager prometheus-mysqld-exporter || return
  if ! docker image inspect registrar-local/debian:unstable >/dev/null 2>&1; then
    echo "Importing registrar-local/debian:unstable ..."
    tar -C "$engine/debian" --one-file-system -c --exclude=./var/cache/apt --exclude=./var/lib/apt/lists \
      --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale \
      --exclude=./dev --exclude=./proc --exclude=./sys . | docker import - registrar-local/debian:unstable >/dev/null || return
  fi
  get_crates && get_packages && get_collector || return
  base rust rust.Dockerfile --build-context "toolchain=$(rustc --print sysroot)" \
    --build-context "crates=$engine/crates" || return
  base node node.Dockerfile --build-context "node=$(dirname "$(dirname "$(realpath "$(command -v node)")")")" \
    --build-context "packages=$engine/packages" || return
  local target
  for target in nginx mysql rabbitmq prometheus alertmanager mysqld-exporter otel-collector; do
    base "$target" servers.Dockerfile --target "$target" --build-context "rotel=$engine/rotel" || return
  done
}

# base NAME DOCKERFILE OPTION...
base() {
  local name=$1 file=$2
  shift 2
  docker buildx build --quiet --file "infra/containers/$file" --tag "registrar-local/$name" "$@" \
    infra/containers >/dev/null
}

# Containers have no way out, so that crates and packages are there before they build.
get_crates() {
  cmp --silent Cargo.lock "$engine/crates.lock" && return
  echo "Getting the crates of Cargo.lock ..."
  rm -rf "$engine/crates"
  cargo vendor --quiet --locked --versioned-dirs "$engine/crates" >/dev/null && cp Cargo.lock "$engine/crates.lock"
}

get_packages() {
  cmp --silent frontend/package-lock.json "$engine/packages.lock" && return
  echo "Getting the packages of package-lock.json ..."
  local folder
  folder=$(mktemp -d)
  cp frontend/package.json frontend/package-lock.json frontend/.npmrc "$folder"
  (cd "$folder" && npm ci --silent --ignore-scripts --cache "$engine/packages")
  local status=$?
  rm -rf "$folder"
  [ "$status" -eq 0 ] && cp frontend/package-lock.json "$engine/packages.lock"
}

get_collector() {
  [ -x "$engine/rotel/rotel" ] && return
  echo "Getting rotel ..."
  python3 -m venv "$engine/python" && "$engine/python/bin/pip" install --quiet rotel==0.0.1a15 &&
    mkdir -p "$engine/rotel" &&
    # It is linked to the library of this very Python.
    cp "$("$engine/python/bin/python" -c 'import sysconfig; print(sysconfig.get_config_var("LIBDIR"))')"/libpython3*.so.1.0 \
      "$engine/rotel" &&
    cp "$engine"/python/lib/python*/site-packages/rotel/rotel-agent "$engine/rotel/rotel"
}
