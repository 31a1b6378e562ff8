#!/bin/sh
# Freezes MySQL before a snapshot; lies at /tmp/prescript.sh, mode 700, and runs as root.
#
# FLUSH TABLES WITH READ LOCK holds as long as its session lives. So a session stays behind in the background until
# thaw.sh ends it; if thaw.sh never comes, the guard does, and MySQL is never left locked.
set -eu
umask 077

# User and password, [client] section, readable by root only: a password on a command line shows in `ps`.
options=${MYSQL_OPTIONS_FILE:-/root/.mysql-backup.cnf}
state=${MYSQL_FREEZE_FOLDER:-/run/mysql-freeze}
lock_timeout_in_seconds=20
guard_in_seconds=${MYSQL_FREEZE_SECONDS:-60}

# To the system's log and to whoever runs the script.
say() {
  echo "freeze.sh: $1"
  logger -t mysql-freeze "$1" 2>/dev/null || true
}

# The session's input: the lock, then nothing for as long as the hold file is there.
commands() {
  echo "SET SESSION lock_wait_timeout = $lock_timeout_in_seconds;"
  echo "FLUSH TABLES WITH READ LOCK;"
  echo "SELECT 'frozen';"
  end=$(($(date +%s) + guard_in_seconds))
  while [ -e "$state/hold" ]; do
    if [ "$(date +%s)" -ge "$end" ]; then
      echo "SELECT 'guard';"
      break
    fi
    sleep 0.2
  done
  echo "UNLOCK TABLES;"
}

# However mysql ends, the hold file goes with it, or nothing would end the wait above.
session() {
  trap '' HUP
  commands | {
    mysql --defaults-extra-file="$options" --batch --skip-column-names --unbuffered || true
    rm -f "$state/hold"
  }
}

give_up() {
  rm -f "$state/hold"
  say "$1" >&2
  cat "$state/errors" >&2
  exit 1
}

if [ -e "$state/session" ] && kill -0 "$(cat "$state/session")" 2>/dev/null; then
  say "MySQL is frozen already; run thaw.sh" >&2
  exit 1
fi
mkdir -p "$state"
: >"$state/answers"
: >"$state/errors"
: >"$state/hold"
trap 'give_up "interrupted"' HUP INT TERM

# Files instead of the caller's pipes: whoever runs this script must not wait for the session. The parentheses matter:
# for a bare function some shells keep the old pipes open beside the new ones.
(session) </dev/null >"$state/answers" 2>"$state/errors" &
session=$!
echo "$session" >"$state/session"

end=$(($(date +%s) + lock_timeout_in_seconds + 5))
until grep -q '^frozen$' "$state/answers"; do
  kill -0 "$session" 2>/dev/null || give_up "MySQL did not grant the lock"
  [ "$(date +%s)" -lt "$end" ] || give_up "MySQL did not answer in time"
  sleep 0.2
done
say "MySQL is frozen for $guard_in_seconds s at most"
