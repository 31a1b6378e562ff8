/** The two scripts of an application, and what to know about them. */
export interface ScriptTemplate {
  readonly preScript: string;
  readonly postScript: string;
  readonly notes: readonly string[];
}

/** How long the scripts may run and freeze, and where they keep what they need in between. */
export interface TemplateLimits {
  readonly timeoutInSeconds: number;
  readonly maxFreezeInSeconds: number;
  readonly stateFolder: string;
}

/** The longest that a thaw may take within a script's time-out, seconds. */
export function thawLimit({ timeoutInSeconds }: TemplateLimits): number {
  return Math.floor(timeoutInSeconds * 0.3);
}

/**
 * A value as one word of a shell, whatever is in it. The package shell-quote writes `!` between double quotes with a
 * backslash, which a shell that is not interactive keeps.
 */
export function shellQuote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** The beginning of every script: what it is, and how it looks for programs and answers signals. */
export function scriptHead(comment: string): string {
  const lines = comment.split("\n").map((line) => `# ${line}`.trimEnd());
  return `#!/bin/sh
${lines.join("\n")}
set -u
umask 077
# The agent that runs this script may look for programs in fewer places.
PATH=\${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
`;
}

/** What the scripts share: a folder between freeze and thaw, and a process in the background that watches over it. */
export function sharedFunctions(folder: string): string {
  return `
# Lies there from freeze to thaw, for root only.
folder=${shellQuote(folder)}

# To whoever started the script, and to the system's log, where it can be read later.
say() {
  echo "$(basename "$0"): $1"
  if command -v logger >/dev/null 2>&1; then logger -t cloudbackup "$(basename "$0"): $1" || :; fi
}

# Seconds since the machine started: a clock that is set anew makes no freeze longer.
now() {
  read -r uptime _ </proc/uptime
  echo "\${uptime%%.*}"
}

# Whether the process in the background lives: the kernel lets go of its lock however it ends.
is_held() {
  [ -e "$folder/lock" ] && ! flock --nonblock "$folder/lock" true
}

wait_until_released() {
  end=$(($(now) + $1))
  while is_held && [ "$(now)" -lt "$end" ]; do sleep 0.2; done
}

clear_folder() {
  for name in hold expired session options.cnf answers errors lock; do rm -f "$folder/$name"; done
  [ ! -d "$folder" ] || rmdir "$folder"
}

trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
`;
}

/** The pre-script's way into its folder, which nobody else may have made before. */
export const enterFolder = `
if is_held; then
  say "frozen already; run the post-script first" >&2
  exit 1
fi
clear_folder
mkdir "$folder" || exit 1
`;

/** The post-script's end when there is nothing to do. */
export const leaveIfThawed = `
if [ ! -d "$folder" ]; then
  say "nothing is frozen"
  exit 0
fi
`;
