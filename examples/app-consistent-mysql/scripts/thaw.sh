#!/bin/sh
# Thaws MySQL after a snapshot; lies at /tmp/postscript.sh, mode 700, and runs as root.
#
# Whatever happens on the way, the session that holds the lock is gone when this script ends. It ends with 1 when the
# lock did not last until now: the snapshot is then not application-consistent, and the backup says so.
set -u

state=${MYSQL_FREEZE_FOLDER:-/run/mysql-freeze}
patience_in_seconds=10

# To the system's log and to whoever runs the script.
say() {
  echo "thaw.sh: $1"
  logger -t mysql-freeze "$1" 2>/dev/null || true
}

if [ ! -e "$state/session" ]; then
  say "MySQL was not frozen" >&2
  exit 1
fi
session=$(cat "$state/session")

is_alive() {
  kill -0 "$session" 2>/dev/null
}

# On every way out: without its hold file the session unlocks and ends by itself; if it hangs, it's killed.
release() {
  rm -f "$state/hold"
  end=$(($(date +%s) + patience_in_seconds))
  while is_alive && [ "$(date +%s)" -lt "$end" ]; do sleep 0.2; done
  if is_alive; then
    pkill -KILL -P "$session"
    kill -KILL "$session"
  fi
  rm -rf "$state"
  trap - EXIT
}
trap release EXIT
trap 'exit 1' HUP INT TERM

if ! is_alive || grep -q '^guard$' "$state/answers"; then
  say "the lock was gone before the snapshot ended" >&2
  exit 1
fi
release
say "MySQL is thawed"
