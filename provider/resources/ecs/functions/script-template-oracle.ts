import {
  enterFolder,
  leaveIfThawed,
  type ScriptTemplate,
  scriptHead,
  sharedFunctions,
  shellQuote,
  type TemplateLimits,
  thawLimit,
} from "./script-template";

export interface OracleParameters extends TemplateLimits {
  readonly oracleHome: string;
  readonly oracleSid: string;
  readonly osUser: string;
}

/** Scripts that put an Oracle database into backup mode from freeze to thaw. */
export function oracleTemplate(parameters: OracleParameters): ScriptTemplate {
  const shared = sharedFunctions(`${parameters.stateFolder}/cloudbackup-oracle`) + database(parameters);
  return {
    preScript: preHead + shared + guard(parameters) + enterFolder + freeze(parameters),
    postScript: postHead + shared + leaveIfThawed + thaw(parameters),
    notes: notes(parameters),
  };
}

const preHead = scriptHead(`Freezes an Oracle database before a snapshot: puts it into backup mode.

Backup mode outlives the session that begins it. So a guard stays behind in the background, which ends it if the
post-script never comes. Ends with 0 only when the database is in backup mode.`);

const postHead = scriptHead(`Thaws an Oracle database after a snapshot: ends its backup mode.

Ends with 0 when backup mode lasted until now, or nothing is frozen; with 1 when it ended before (the snapshot is then
not application-consistent) or can't be ended: the guard then goes on trying.`);

function database(parameters: OracleParameters): string {
  const { oracleHome, oracleSid, osUser } = parameters;
  return `
ORACLE_HOME=${shellQuote(oracleHome)}
ORACLE_SID=${shellQuote(oracleSid)}
LD_LIBRARY_PATH=$ORACLE_HOME/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
PATH=$ORACLE_HOME/bin:$PATH
export ORACLE_HOME ORACLE_SID LD_LIBRARY_PATH PATH
os_user=${shellQuote(osUser)}
thaw_limit_in_seconds=${thawLimit(parameters)}

# Runs the statements that come in for at most $1 s, as the user who owns the database: no password is needed.
sql() {
  if [ "$(id -un)" = "$os_user" ]; then
    timeout --kill-after=1 "$1" sqlplus -S -L / as sysdba
  else
    timeout --kill-after=1 "$1" runuser -u "$os_user" -- sqlplus -S -L / as sysdba
  fi
}

# Ends backup mode; that there is none (ORA-01142) is as good.
end_backup() {
  answer=$(
    sql "$thaw_limit_in_seconds" 2>&1 <<'END_OF_SQL'
WHENEVER OSERROR EXIT FAILURE
WHENEVER SQLERROR EXIT FAILURE
ALTER DATABASE END BACKUP;
EXIT SUCCESS
END_OF_SQL
  ) && return 0
  case $answer in *ORA-01142*) return 0 ;; esac
  say "the database may still be in backup mode: $answer" >&2
  return 1
}

# Without its hold file the guard ends.
release_guard() {
  rm -f "$folder/hold"
  wait_until_released $((thaw_limit_in_seconds + 1))
}
`;
}

function guard({ maxFreezeInSeconds }: OracleParameters): string {
  return `
max_freeze_in_seconds=${maxFreezeInSeconds}

# Thaws when the time is over, and tries again for an hour when it can't.
guard() {
  exec 9>"$folder/lock"
  flock --timeout 5 9 || exit 1
  trap 'end_backup; exit 143' HUP INT TERM
  end=$(($(now) + max_freeze_in_seconds))
  last=$((end + 3600))
  while [ -e "$folder/hold" ] && [ "$(now)" -lt "$last" ]; do
    if [ "$(now)" -ge "$end" ]; then
      : >"$folder/expired"
      if end_backup; then rm -f "$folder/hold"; else sleep 1; fi
    fi
    sleep 0.2
  done
}

if [ "\${1:-}" = guard ]; then
  guard
  exit
fi
`;
}

function freeze({ timeoutInSeconds }: OracleParameters): string {
  return `
# Whether the database may be in backup mode by this script's doing.
may_be_frozen=no

give_up() {
  status=$?
  if [ "$status" -ne 0 ]; then
    # A guard that is still needed stays: it tries again.
    if [ "$may_be_frozen" = no ] || end_backup; then
      release_guard
      clear_folder
    fi
  fi
  exit "$status"
}
trap give_up EXIT

# The guard comes first: however this script ends, backup mode does.
: >"$folder/hold"
setsid /bin/sh "$0" guard </dev/null >"$folder/errors" 2>&1 &

may_be_frozen=yes
sql ${Math.floor(timeoutInSeconds * 0.6)} >"$folder/answers" 2>&1 <<'END_OF_SQL'
WHENEVER OSERROR EXIT 3
WHENEVER SQLERROR EXIT 3
DECLARE
  active PLS_INTEGER;
BEGIN
  SELECT COUNT(*) INTO active FROM v$backup WHERE status = 'ACTIVE';
  IF active > 0 THEN
    RAISE_APPLICATION_ERROR(-20000, 'another backup of this database is going on');
  END IF;
END;
/
WHENEVER OSERROR EXIT 4
WHENEVER SQLERROR EXIT 4
ALTER SYSTEM ARCHIVE LOG CURRENT;
ALTER DATABASE BEGIN BACKUP;
EXIT SUCCESS
END_OF_SQL
status=$?
if [ "$status" -ne 0 ]; then
  # 3: refused before it began; 1, 126 and 127: SQL*Plus could not log in, or could not be started.
  case $status in 1 | 3 | 126 | 127) may_be_frozen=no ;; esac
  say "the database did not go into backup mode (SQL*Plus ended with $status)" >&2
  cat "$folder/answers" >&2
  exit 1
fi
say "the database is in backup mode for $max_freeze_in_seconds s at most"
`;
}

function thaw(parameters: OracleParameters): string {
  return `
end_backup || exit 1
release_guard
expired=no
[ ! -e "$folder/expired" ] || expired=yes
clear_folder
if [ "$expired" = yes ]; then
  say "backup mode ended before the snapshot did" >&2
  exit 1
fi

# The redo that was written meanwhile goes to the archive; the snapshot holds it too, so that a failure is none of it.
sql ${thawLimit(parameters)} >/dev/null 2>&1 <<'END_OF_SQL' || say "the current redo log could not be archived" >&2
WHENEVER OSERROR EXIT FAILURE
WHENEVER SQLERROR EXIT FAILURE
ALTER SYSTEM ARCHIVE LOG CURRENT;
EXIT SUCCESS
END_OF_SQL
say "the database is out of backup mode"
`;
}

function notes({ oracleHome, oracleSid, osUser, maxFreezeInSeconds, stateFolder }: OracleParameters): string[] {
  return [
    `The scripts log in to ${oracleSid} of ${oracleHome} as sysdba by the system's user ${osUser}: no password.`,
    "The pre-script archives the current redo log and begins backup mode; the post-script ends it.",
    `If the post-script does not come within ${maxFreezeInSeconds} s, a guard ends backup mode, and a late` +
      " post-script ends with 1: that backup is not application-consistent.",
    "The database must be open and in ARCHIVELOG mode; while another backup is going on, the freeze is refused.",
    `Between freeze and thaw ${stateFolder}/cloudbackup-oracle exists; a second freeze is refused meanwhile.`,
  ];
}
