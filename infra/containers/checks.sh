# shellcheck shell=bash
# What scripts/containers looks at, one function a step. Each says in a line what it found.

# Every way to the stack, through the port of nginx as for a student.
door=http://127.0.0.1:28080
prometheus=http://127.0.0.1:28090

ask() {
  curl --silent --show-error --noproxy '*' --max-time 30 "$@"
}

# within SECONDS COMMAND...: repeats the command until it succeeds.
within() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.5
  done
}

# same WHAT EXPECTED FOUND
same() {
  [ "$2" = "$3" ] && return
  echo "$1: $3 instead of $2" >&2
  return 1
}

# Of JSON on stdin, what the expression makes of it, r.
json() {
  node -e "const r = JSON.parse(require('fs').readFileSync(0, 'utf8')); console.log($1)"
}

# has_status STATUS, and what ask is given: whether the answer has it.
has_status() {
  [ "$(ask "${@:2}" | json r.status)" = "$1" ]
}

images() {
  local name size user status=0
  for name in registrar-api registrar-worker registrar registrar-frontend; do
    size=$(docker image inspect --format '{{.Size}}' "$name") || return
    echo "$name: $((size / 1000000)).$((size / 100000 % 10)) MB," \
      "$(docker image inspect --format 'user {{.Config.User}}, {{index .Config.Labels "org.opencontainers.image.title"}} {{index .Config.Labels "org.opencontainers.image.version"}}' "$name")"
    case $name in
      registrar-api | registrar-worker) [ "$size" -lt 40000000 ] || { echo "$name is larger than 40 MB" >&2; status=1; } ;;
    esac
    user=$(docker image inspect --format '{{.Config.User}}' "$name")
    [[ $user =~ ^[1-9][0-9]*: ]] || { echo "$name runs as $user instead of a number above 0" >&2; status=1; }
  done
  return "$status"
}

# Each image names what it is made of, in a form that a scanner reads.
contents() {
  local name container count
  for name in registrar-api registrar-worker registrar; do
    container=$(docker create "$name") || return
    count=$(docker cp "$container:/usr/share/sbom/$name.cdx.json" - | tar -xO |
      json '[r.bomFormat, r.specVersion, r.metadata.component.name, r.components.length].join(" ")')
    docker rm "$container" >/dev/null
    echo "$name: $count components"
    [[ $count == "CycloneDX 1.6 registrar"* ]] || return
  done
}

registration() {
  local answer reference
  answer=$(ask "$door/register" -H 'Content-Type: application/json' \
    -d '{"first_name":"Ada","last_name":"Lovelace","email":"ada@example.org"}') || return
  same "the answer's status" accepted "$(json r.status <<<"$answer")" || return
  reference=$(json r.status_url <<<"$answer")
  if ! within 30 has_status registered "$door$reference"; then
    ask "$door$reference" >&2
    return 1
  fi
  echo "accepted, then registered"
  # The page for people, by way of the templates in the API's image.
  [[ $(ask -H 'Accept: text/html' "$door$reference") == *'<html lang="en"'* ]] || { echo "the status is no page" >&2; return 1; }
}

# A file by way of nginx, with a key from the operators' command, and what became of its rows.
imported() {
  local key answer reference
  key=$(docker compose run --rm --no-deps -T registrar keys create north-school --by check 2>/dev/null) || return
  answer=$(printf '%s\r\n' 'Vorname;Nachname;E-Mail' 'Mary;Jackson;mary@example.org' 'Eda;King;eda' |
    ask "$door/imports" -H "Authorization: Bearer $key" -H 'Content-Type: text/csv' --data-binary @-) || return
  same "rows and invalid ones" "2 1" "$(json '[r.rows, r.invalid].join(" ")' <<<"$answer")" || return
  reference=$(json r.status_url <<<"$answer")
  if ! within 30 has_status finished "$door$reference" -H "Authorization: Bearer $key"; then
    ask -H "Authorization: Bearer $key" "$door$reference" >&2
    return 1
  fi
  answer=$(ask -H "Authorization: Bearer $key" "$door$reference/errors.csv") || return
  [[ $answer == *3,Eda,King,eda,email,invalid_email,* ]] || { echo "the error file is $answer" >&2; return 1; }
  [[ $(ask "$door/import") == *'data-page="import"'* ]] || { echo "/import is no page" >&2; return 1; }
  echo "of 2 rows 1 was registered, and the error file has the other one"
}

# Every container is as compose.yaml wants it: not root, its file system read-only, no capability.
confined() {
  local id line status=0 count=0
  for id in $(docker compose ps --quiet); do
    line=$(docker inspect --format '{{.Name}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.Privileged}}' "$id")
    count=$((count + 1))
    [[ $line == *" true [ALL] false" ]] || { echo "not confined: $line" >&2; status=1; }
  done
  echo "$count containers run, each read-only and without capabilities"
  return "$status"
}

# What users of MySQL may not do.
rights() {
  denied api "DELETE FROM registrar.students" && denied worker "DROP TABLE registrar.students" &&
    denied exporter "SELECT * FROM registrar.students"
}

denied() {
  local answer
  # shellcheck disable=SC2016 # Expanded by the shell in the container.
  answer=$(docker compose exec -T mysql sh -c \
    'MYSQL_PWD=$(cat "/run/secrets/$0-password") exec mysql --host=127.0.0.1 --user="$0" --execute="$1"' "$1" "$2" 2>&1)
  if [[ $answer != *"command denied"* ]]; then
    echo "$1 was not denied: $2: $answer" >&2
    return 1
  fi
  echo "$1 is denied: $2"
}

doctor() {
  local answer
  if ! answer=$(docker compose run --rm --no-deps -T registrar doctor 2>&1); then
    echo "$answer" >&2
    return 1
  fi
  tail -n 1 <<<"$answer"
}

# The collector that stands in for the usual one prints what it gets: the worker's span of a message has the
# API's span of sending it as its parent.
traces() {
  if ! within 30 one_trace; then
    docker compose logs --no-log-prefix otel-collector | tail -n 40 >&2
    echo "no span of the worker is below one of the API" >&2
    return 1
  fi
  one_trace
}

one_trace() {
  docker compose logs --no-log-prefix otel-collector 2>/dev/null | awk '
    /^ResourceSpans/ { service = "" }
    /-> service.name: Str\(/ { service = $0; gsub(/.*Str\(|\).*/, "", service) }
    /^ *Trace ID *:/ { trace = $NF }
    /^ *Parent ID *:/ { parent = $NF == ":" ? "" : $NF }
    /^ *ID *:/ { id = $NF }
    /^ *Name *:/ {
      name = $0; sub(/^ *Name *: */, "", name)
      if (service == "registrar-api" && name == "send registrations:interactive") sent[trace " " id] = 1
      if (service == "registrar-worker" && name ~ /^process registrations:interactive/) below[trace " " parent] = name
    }
    END {
      for (one in below) if (one in sent) {
        split(one, part, " ")
        print "trace " part[1] ": registrar-api, send registrations:interactive -> registrar-worker, " below[one]
        exit
      }
    }' | grep .
}

# Every target that runs here is scraped.
targets() {
  within 90 scraped || { scraped; return 1; }
  echo "scraped: $(ask --get "$prometheus/api/v1/query" --data-urlencode 'query=count by (job) (up == 1)' |
    json 'r.data.result.map(one => one.metric.job).sort().join(", ")')"
}

scraped() {
  local up
  up=$(ask --get "$prometheus/api/v1/query" --data-urlencode 'query=up == 1' | json 'r.data.result.map(one => one.metric.job).join(" ")')
  for job in registrar-api registrar-worker rabbitmq rabbitmq-detailed mysql prometheus; do
    [[ " $up " == *" $job "* ]] || { echo "not scraped: $job" >&2; return 1; }
  done
}

ledger() {
  docker compose run --rm --no-deps -T registrar ledger --json 2>/dev/null
}

# Three workers, one of which is killed while registrations come; nothing that was accepted is lost.
kill_one_of_three() {
  docker compose up --detach --wait --no-recreate --no-build --scale worker=3 worker >/dev/null 2>&1 || return
  same "workers" 3 "$(docker compose ps --quiet worker | wc -l)" || return
  local answers before container process restarts
  answers=$(mktemp)
  before=$(ledger | json r.registrations.registered)
  container=$(docker compose ps --quiet worker | sed -n 2p)
  process=$(docker inspect --format '{{.State.Pid}}' "$container")
  # shellcheck disable=SC2016 # Expanded by the shells that xargs starts.
  seq 800 | xargs -P 8 -I N sh -c 'curl --silent --noproxy "*" --max-time 30 -o /dev/null -w "%{http_code}\n" "$1" \
    -H "Content-Type: application/json" -d "{\"first_name\":\"A\",\"last_name\":\"B\",\"email\":\"student-N@example.org\"}"' \
    sh "$door/register" >"$answers" &
  local load=$!
  within 30 sh -c "[ \$(wc -l <'$answers') -ge 200 ]" || return
  # As a crash: an engine does not restart what it was asked to kill.
  docker run --rm --pid=host --user root --network none --entrypoint /bin/sh "$shell_image" -c "kill -KILL $process" || return
  wait "$load"
  accepted=$(grep -c '^202$' "$answers")
  rm "$answers"
  echo "800 sent while a worker of three was killed: $accepted accepted"
  [ "$accepted" -gt 0 ] || return
  if ! within 90 settled $((before + accepted)); then
    ledger >&2
    return 1
  fi
  echo "ledger: $(ledger | json 'r.lanes.interactive.confirmed + " confirmed, " + r.lanes.interactive.settled + " settled, " + r.unaccounted + " unaccounted; " + r.registrations.registered + " registered"')"
  within 30 healthy "$container" || { docker inspect --format '{{json .State}}' "$container" >&2; return 1; }
  restarts=$(docker inspect --format '{{.RestartCount}}' "$container")
  same "restarts of the one that was killed" 1 "$restarts" && echo "the one that was killed was restarted, and is healthy"
}

settled() {
  [ "$(ledger | json 'r.registrations.registered === '"$1"' && r.lanes.interactive.in_flight === 0 && r.unaccounted === 0')" = true ]
}

healthy() {
  [ "$(docker inspect --format '{{.State.Health.Status}}' "$1")" = healthy ]
}

# SIGTERM, to which each as the first process of its container must answer itself.
stop_well() {
  local id began=$SECONDS status=0
  docker compose stop frontend api worker >/dev/null 2>&1 || return
  for id in $(docker compose ps --all --quiet api worker); do
    same "exit code of $(docker inspect --format '{{.Name}}' "$id")" 0 "$(docker inspect --format '{{.State.ExitCode}}' "$id")" || status=1
  done
  echo "the API and the workers ended by themselves within $((SECONDS - began)) s of SIGTERM"
  return "$status"
}
