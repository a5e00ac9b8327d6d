# Functions of ./deploy/run: the private servers, the two programs and the demo shop, below $var. Sourced, not run.
#
# A process is known by its pid and its start time (run/NAME.pid), so that a number used again by somebody else is never
# taken for ours. Each is in a session of its own: Ctrl-C reaches the script only, which stops them in order.

postgres_bin=/usr/lib/postgresql/15/bin

say() { printf '%s\n' "$*"; }
step() { if [[ -t 1 ]]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n%s\n' "$*"; fi; }
fail() { printf 'footfall: %s\n' "$*" >&2; exit 1; }

started_at() { awk '{ sub(/^.*\) /, ""); print $20 }' "/proc/$1/stat" 2>/dev/null; }

pid_of() {  # NAME → its pid, if it is alive
  local pid since
  read -r pid since 2>/dev/null < "$var/run/$1.pid" || return 1
  [[ $(started_at "$pid") == "$since" ]] || return 1
  printf '%s' "$pid"
}

# Leaves the processor to the edge when there is not enough for both. Where the kernel weighs whole sessions against each
# other (autogroups), niceness says nothing outside of a session: then the session is given the same weight.
readonly give_way='if [[ -w /proc/self/autogroup ]]; then echo 10 > /proc/self/autogroup; fi; exec nice -n 10 "$@"'

launch() {  # NAME COMMAND…: in the background, its output appended to log/NAME.log
  local name=$1; shift
  setsid "$@" >> "$var/log/$name.log" 2>&1 < /dev/null &
  local pid=$!
  disown "$pid"
  printf '%s %s\n' "$pid" "$(started_at "$pid")" > "$var/run/$name.pid"
}

terminate() {  # NAME SECONDS: SIGTERM, and SIGKILL for what does not go
  local pid; pid=$(pid_of "$1") || return 0
  printf 'stopping %s … ' "$1"
  kill -TERM "$pid"
  for ((tenths = 0; tenths < $2 * 10; tenths++)); do
    if ! pid_of "$1" > /dev/null; then say "stopped"; rm -f "$var/run/$1.pid"; return 0; fi
    sleep 0.1
  done
  kill -KILL "$pid" 2> /dev/null || true
  say "killed after $2 s"
}

wait_for() {  # SECONDS NAME COMMAND…: until the command succeeds; names the log of what does not come up
  local seconds=$1 name=$2; shift 2
  for ((tenths = 0; tenths < seconds * 10; tenths++)); do
    "$@" > /dev/null 2>&1 && return 0
    if [[ -e $var/run/$name.pid ]] && ! pid_of "$name" > /dev/null; then break; fi
    sleep 0.1
  done
  tail -n 15 "$var/log/$name.log" >&2
  fail "$name did not get ready; the lines above are the end of $var/log/$name.log"
}

# Ports

port_is_free() { ! (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

claim_port() {  # PORT WHAT SETTING: fails with the name of a busy one
  port_is_free "$1" || fail "port $1 ($2) is in use. Free it, set $3, or start with --port-base N."
}

free_port() {  # from a range that clients do not use; the last choice is kept as long as it is free
  local kept="$var/run/$1.port" port
  if [[ -s $kept ]] && port_is_free "$(< "$kept")"; then cat "$kept"; return; fi
  for port in $(shuf -i 20000-29999 -n 50); do
    if port_is_free "$port"; then printf '%s' "$port" | tee "$kept"; return; fi
  done
  fail "no free port found between 20000 and 29999"
}

# A secret made once and readable by its owner only.
secret() {
  local file="$var/run/$1.secret"
  [[ -s $file ]] || (umask 077; od -An -v -N"${2:-16}" -tx1 /dev/urandom | tr -d ' \n' > "$file")
  cat "$file"
}

# PostgreSQL, as user postgres when we are root

as_postgres() {
  if [[ $(id -u) -eq 0 ]]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

# Where user postgres may not reach (a checkout below /root), the data lies in /var/tmp and var/postgres leads there.
prepare_postgres_folder() {
  [[ -e $var/postgres ]] && return
  if mkdir "$var/postgres" && { [[ $(id -u) -ne 0 ]] || { chown postgres: "$var/postgres" && as_postgres test -w "$var/postgres"; }; }; then
    return
  fi
  rmdir "$var/postgres"
  local elsewhere; elsewhere=$(mktemp -d /var/tmp/footfall-postgres.XXXXXX)
  chown postgres: "$elsewhere"
  ln -s "$elsewhere" "$var/postgres"
}

start_postgres() {
  local data; prepare_postgres_folder; data=$(readlink -f "$var/postgres")
  if [[ ! -e $data/PG_VERSION ]]; then
    say "creating the database …"
    local password_file; password_file=$(mktemp)
    secret postgres > "$password_file"
    if [[ $(id -u) -eq 0 ]]; then chown postgres: "$password_file"; fi
    as_postgres "$postgres_bin/initdb" -D "$data" -U footfall --pwfile="$password_file" --auth=scram-sha-256 \
      --encoding=UTF8 --locale=C.UTF-8 > "$var/log/initdb.log" 2>&1 || fail "initdb failed, see $var/log/initdb.log"
    rm -f "$password_file"
  fi
  as_postgres nice -n 10 "$postgres_bin/pg_ctl" -D "$data" -w -t 60 -s -l "$data/server.log" -o \
    "-p $postgres_port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200" start ||
    fail "PostgreSQL did not start, see $data/server.log"
  postgres_gives_way
}

# The server makes a session of its own, and one for each of its processes, see give_way. From an ordinary user the kernel
# accepts one weight in a tenth of a second, and refuses the others.
postgres_gives_way() {
  local postmaster pid group try
  postmaster=$(head -n 1 "$(readlink -f "$var/postgres")/postmaster.pid" 2> /dev/null) || return 0
  for pid in $postmaster $(cat "/proc/$postmaster/task/$postmaster/children" 2> /dev/null); do
    group=/proc/$pid/autogroup
    for try in 1 2 3 4 5; do
      if [[ ! -w $group || $(cat "$group" 2> /dev/null) == *" nice 10" ]]; then break; fi
      if { echo 10 > "$group"; } 2> /dev/null; then break; fi
      sleep 0.11
    done
  done
}

# The same for processes that start later, in the background, until the server has ended.
keep_postgres_back() {
  launch weights bash -c 'var=$1; source "$2"; while [[ -e $var/postgres/postmaster.pid ]]; do postgres_gives_way; sleep 10; done' \
    weights "$var" "$root/deploy/stack.sh"
}

postgres_runs() {
  [[ -e $var/postgres/PG_VERSION ]] && as_postgres "$postgres_bin/pg_ctl" -D "$(readlink -f "$var/postgres")" status > /dev/null
}

stop_postgres() {
  postgres_runs || return 0
  printf 'stopping postgres … '
  as_postgres "$postgres_bin/pg_ctl" -D "$(readlink -f "$var/postgres")" -w -s -m fast stop && say "stopped"
}

# Redis

start_redis() {
  # The password goes in by standard input: a command line can be read by everybody.
  printf 'requirepass %s\n' "$(secret redis)" | cat "$root/deploy/redis.conf" - > "$var/run/redis.conf"
  launch redis redis-server "$var/run/redis.conf" --port "$redis_port" --bind 127.0.0.1 --dir "$var/redis" --daemonize no
  wait_for 60 redis redis_answers
}

redis_answers() { [[ $(REDISCLI_AUTH=$(secret redis) redis-cli -p "$redis_port" ping) == PONG ]]; }
