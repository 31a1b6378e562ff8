import {
  enterFolder,
  leaveIfThawed,
  type ScriptTemplate,
  scriptHead,
  sharedFunctions,
  type TemplateLimits,
  thawLimit,
} from "./script-template";

export interface MysqlParameters extends TemplateLimits {
  readonly user: string;
  readonly password: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly socket: string | undefined;
  readonly lockTimeoutInSeconds: number | undefined;
}

/** How much longer than for the lock the pre-script waits for its session to say so, seconds. */
const answerInSeconds = 2;

/** The longest wait for the lock that leaves time to give up within the script's time-out, seconds. */
export function longestLockTimeout(limits: TemplateLimits): number {
  return limits.timeoutInSeconds - thawLimit(limits) - answerInSeconds;
}

/** Scripts that hold MySQL under a read lock from freeze to thaw. */
export function mysqlTemplate(parameters: MysqlParameters): ScriptTemplate {
  const shared = sharedFunctions(`${parameters.stateFolder}/cloudbackup-mysql`) + release(parameters);
  return {
    preScript: preHead + shared + limits(parameters) + session(parameters) + enterFolder + freeze(parameters),
    postScript: postHead + shared + leaveIfThawed + thaw,
    notes: notes(parameters),
  };
}

const preHead = scriptHead(`Freezes MySQL before a snapshot.

FLUSH TABLES WITH READ LOCK holds as long as its session lives. So a session stays behind in the background until the
post-script ends it; if that never comes, the session ends by itself. Ends with 0 only when the lock is held.`);

const postHead = scriptHead(`Thaws MySQL after a snapshot.

Ends with 0 when the lock was held until now, or nothing is frozen; with 1 when the lock was gone before: the snapshot
is then not application-consistent. However it ends, no lock is left.`);

/** Ends the session, by force where it must be. */
function release(parameters: TemplateLimits): string {
  return `
# Without its hold file the session unlocks and ends; one that hangs is killed, which unlocks too.
release() {
  rm -f "$folder/hold"
  wait_until_released ${thawLimit(parameters) - 1}
  if is_held; then
    kill -s KILL -- "-$(cat "$folder/session")"
    wait_until_released 1
  fi
  clear_folder
}
`;
}

function limits(parameters: MysqlParameters): string {
  const lockTimeout = parameters.lockTimeoutInSeconds ?? Math.floor(parameters.timeoutInSeconds / 2);
  return `
lock_timeout_in_seconds=${lockTimeout}
answer_timeout_in_seconds=${lockTimeout + answerInSeconds}
max_freeze_in_seconds=${parameters.maxFreezeInSeconds}
`;
}

function session({ password }: MysqlParameters): string {
  // Root's own option files would otherwise be read later, and win over the password given here.
  const home = password === undefined ? "" : 'HOME="$folder" ';
  return `
# What the session is told: the lock, then nothing for as long as the hold file is there and the time is not over.
statements() {
  echo "SET SESSION lock_wait_timeout = $lock_timeout_in_seconds;"
  echo "FLUSH TABLES WITH READ LOCK;"
  echo "SELECT 'frozen';"
  end=$(($(now) + max_freeze_in_seconds))
  while [ -e "$folder/hold" ]; do
    if [ "$(now)" -ge "$end" ]; then
      : >"$folder/expired"
      break
    fi
    sleep 0.2
  done
  echo "UNLOCK TABLES;"
}

# However mysql ends, the hold file goes with it, or nothing would end the wait above.
hold() {
  exec 9>"$folder/lock"
  flock --timeout 5 9 || exit 1
  echo "$$" >"$folder/session"
  limit=$((answer_timeout_in_seconds + max_freeze_in_seconds + 10))
  statements | {
    ${home}timeout --foreground --kill-after=5 "$limit" mysql \\
      --defaults-extra-file="$folder/options.cnf" --batch --skip-column-names --unbuffered
    rm -f "$folder/hold"
  }
}

if [ "\${1:-}" = hold ]; then
  hold
  exit
fi
`;
}

function freeze(parameters: MysqlParameters): string {
  return `
give_up() {
  status=$?
  if [ "$status" -ne 0 ]; then
    cat "$folder/errors" >&2
    release
  fi
  exit "$status"
}

fail() {
  say "$1" >&2
  exit 1
}

: >"$folder/errors"
trap give_up EXIT

# Never on a command line, where everybody could read it; gone as soon as the session is open.
cat >"$folder/options.cnf" <<'END_OF_OPTIONS'
${optionFile(parameters)}
END_OF_OPTIONS
: >"$folder/hold"
: >"$folder/answers"

# A process group of its own, and files instead of the caller's pipes: nobody waits for the session or takes it along.
setsid /bin/sh "$0" hold </dev/null >"$folder/answers" 2>"$folder/errors" &
session=$!

end=$(($(now) + answer_timeout_in_seconds))
until grep -q '^frozen$' "$folder/answers"; do
  kill -0 "$session" 2>/dev/null || fail "MySQL did not grant the lock"
  [ "$(now)" -lt "$end" ] || fail "MySQL did not answer in time"
  sleep 0.2
done
rm -f "$folder/options.cnf"
say "MySQL is frozen for $max_freeze_in_seconds s at most"
`;
}

const thaw = `
trap release EXIT
if ! is_held || [ -e "$folder/expired" ]; then
  say "the lock was gone before the snapshot ended" >&2
  exit 1
fi
release
trap - EXIT
say "MySQL is thawed"
`;

function optionFile({ user, password, host, port, socket }: MysqlParameters): string {
  const options = { user, password, host, port: port?.toString(), socket };
  const lines = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${optionValue(value)}`],
  );
  return ["[client]", ...lines].join("\n");
}

const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b" };

/** A value as MySQL's option files take it: one line between quotes, with its escapes. */
function optionValue(value: string): string {
  const escaped = value.replace(/["\\]/g, (character) => `\\${character}`);
  return `"${escaped.replace(/[\n\r\t\b]/g, (character) => escapes[character] ?? "")}"`;
}

function notes({ password, user, maxFreezeInSeconds, stateFolder }: MysqlParameters): string[] {
  const login =
    password === undefined
      ? `User ${user} logs in without a password of the script: by auth_socket, or by root's own option file.`
      : "The password stands in the pre-script, which only root may read; mysql gets it by an option file for root.";
  return [
    "The pre-script leaves a session behind that holds FLUSH TABLES WITH READ LOCK; the post-script ends it.",
    `If the post-script does not come within ${maxFreezeInSeconds} s, the session unlocks by itself, and a late` +
      " post-script ends with 1: that backup is not application-consistent.",
    login,
    "The user needs the privilege RELOAD (or FLUSH_TABLES).",
    `Between freeze and thaw ${stateFolder}/cloudbackup-mysql exists; a second freeze is refused meanwhile.`,
  ];
}
