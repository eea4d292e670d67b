# shellcheck shell=bash
# A Docker engine of its own for scripts/containers, from unpacked packages (`scripts/tools containers`): its
# data, socket and networks are its own, and what it changes of the system is undone when it stops. To be
# sourced in the repository's root.

engine=$PWD/.local/containers
tools=$PWD/.local/tools
# No other network of this machine may have these.
bridge=172.29.0.1/24
addresses=172.30.0.0/16
own_engine=

# Uses the engine that answers already, or starts one. Afterwards `docker` is its client.
start_engine() {
  docker info >/dev/null 2>&1 && return
  if [ "$(id -u)" -ne 0 ]; then
    echo "No Docker engine answers, and only root can start one: start Docker, or run this as root." >&2
    return 1
  fi
  scripts/tools containers || return
  mkdir -p "$engine"
  # One at a time, which ends with this process.
  exec 8>"$engine/lock"
  if ! flock --nonblock 8; then
    echo "Another scripts/containers runs: wait for its end." >&2
    return 1
  fi
  make_commands
  stop_leftover
  remember_system
  own_engine=yes
  # Without rules containers reach each other and the ports that they publish, and nothing else. The engine
  # looks for iptables all the same, and no container finds another by its name when that is missing.
  # A session of its own: Ctrl-C is for this script, which still needs the engine to clean up.
  setsid "$engine/bin/with-tools" dockerd \
    --data-root "$engine/data" --exec-root "$engine/run" --pidfile "$engine/docker.pid" \
    -H "unix://$engine/docker.sock" --config-file "$engine/daemon.json" \
    --iptables=false --ip6tables=false --bip "$bridge" \
    --default-address-pool "base=$addresses,size=24" >"$engine/engine.log" 2>&1 8>&- &
  engine_pid=$!
  export DOCKER_HOST=unix://$engine/docker.sock DOCKER_CONFIG=$engine/client PATH=$engine/bin:$PATH
  if ! within 60 docker info; then
    tail -n 20 "$engine/engine.log" >&2
    echo "The engine did not start; its log is $engine/engine.log." >&2
    return 1
  fi
}

# The unpacked packages as commands. The libraries of iptables are found by what this wrapper starts alone.
make_commands() {
  local old=$tools/bookworm new=$tools/unstable libraries name
  libraries=$old/usr/lib/$(uname -m)-linux-gnu
  mkdir -p "$engine/bin" "$engine/client/cli-plugins"
  echo '{}' >"$engine/daemon.json"
  cat >"$engine/bin/with-tools" <<WRAPPER
#!/bin/sh
export LD_LIBRARY_PATH=$libraries XTABLES_LIBDIR=$libraries/xtables
export PATH=$engine/bin:$old/usr/sbin:$new/usr/bin:$new/usr/sbin:\$PATH
exec "\$@"
WRAPPER
  chmod +x "$engine/bin/with-tools"
  # Names that installing the package would make.
  for name in iptables ip6tables; do ln -sf "$old/usr/sbin/xtables-nft-multi" "$engine/bin/$name"; done
  # The newest runc needs a newer C library than stable has.
  ln -sf "$old/usr/sbin/runc" "$engine/bin/runc"
  ln -sf "$new/usr/bin/docker" "$engine/bin/docker"
  ln -sf "$new"/usr/libexec/docker/cli-plugins/* "$engine/client/cli-plugins/"
}

# The engine of a run that was killed, and so could not stop it.
stop_leftover() {
  local left
  left=$(cat "$engine/docker.pid" 2>/dev/null) || return 0
  grep -qsF "$engine/docker.pid" "/proc/$left/cmdline" || return 0
  kill -TERM "$left"
  within 30 test ! -e "$engine/docker.pid"
  ip link delete docker0 2>/dev/null
}

nat_rules() {
  "$engine/bin/with-tools" iptables -t nat -S 2>/dev/null
}

# What an engine makes of network interfaces.
bridges() {
  (cd /sys/class/net && ls -d docker* br-* veth* 2>/dev/null)
}

remember_system() {
  # In a file, so that a run that is killed leaves it for the next.
  [ -e "$engine/forwarding" ] || cat /proc/sys/net/ipv4/ip_forward >"$engine/forwarding"
  rules=$(nat_rules)
  interfaces=$(bridges)
}

# Stops the engine, and says what of it is left, which is nothing.
stop_engine() {
  [ -n "$own_engine" ] || return 0
  own_engine=
  kill -TERM "$engine_pid" 2>/dev/null
  wait "$engine_pid" 2>/dev/null
  local rule
  nat_rules | grep -vxF -- "$rules" | while read -r rule; do
    # shellcheck disable=SC2086 # A rule is several words.
    [[ $rule != -A* ]] || "$engine/bin/with-tools" iptables -t nat -D ${rule#-A }
  done
  ip link delete docker0 2>/dev/null
  cat "$engine/forwarding" >/proc/sys/net/ipv4/ip_forward && rm "$engine/forwarding"
  if [ "$rules" != "$(nat_rules)" ] || [ "$interfaces" != "$(bridges)" ]; then
    echo "The engine has ended and left something behind: see ip link, and iptables -t nat -S." >&2
    return 1
  fi
}
