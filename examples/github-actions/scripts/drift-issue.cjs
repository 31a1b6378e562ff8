"use strict";

/** What `cloudbackup drift` says by its exit code. */
const verdicts = { 0: "clean", 2: "drift", 3: "drift" };

/**
 * Keeps one issue per stack: opened or reopened and edited while there is drift, closed once there is none. The issue is
 * found by the marker in its first line, among those that a bot wrote. When drift could not be looked for, the issue
 * stays as it is. Gives what was done: `created`, `reopened`, `edited`, `unchanged`, `closed` or `nothing`.
 */
async function driftIssue({ github, owner, repo, stack, exitCode, report, run }) {
  const verdict = verdicts[exitCode];
  if (verdict === undefined) return "nothing";
  const marker = `<!-- cloudbackup-drift-issue ${stack.replace(/[^A-Za-z0-9._/-]/g, "_")} -->`;
  const own = await findIssue({ github, owner, repo, marker });
  if (verdict === "clean") return own === undefined ? "nothing" : close({ github, owner, repo, own, run });
  const body = `${marker}\n${report.trimEnd()}\n`;
  if (own === undefined) {
    await github.rest.issues.create({ owner, repo, title: `Drift of backups: ${stack}`, body });
    return "created";
  }
  const isReopened = own.state === "closed";
  if (!isReopened && plain(own.body) === plain(body)) return "unchanged";
  await github.rest.issues.update({ owner, repo, issue_number: own.number, body, state: "open" });
  if (isReopened) await say({ github, owner, repo, own, text: `Drift is back: ${run}` });
  return isReopened ? "reopened" : "edited";
}

/** The open one first, then the newest. */
async function findIssue({ github, owner, repo, marker }) {
  const issues = await github.paginate(github.rest.issues.listForRepo, { owner, repo, state: "all", per_page: 100 });
  return issues
    .filter((issue) => issue.pull_request === undefined && issue.user?.type === "Bot")
    .filter((issue) => plain(issue.body).split("\n", 1)[0] === marker)
    .sort((a, b) => Number(b.state === "open") - Number(a.state === "open") || b.number - a.number)[0];
}

async function close({ github, owner, repo, own, run }) {
  if (own.state === "closed") return "nothing";
  await say({ github, owner, repo, own, text: `The drift is gone: ${run}` });
  await github.rest.issues.update({
    owner,
    repo,
    issue_number: own.number,
    state: "closed",
    state_reason: "completed",
  });
  return "closed";
}

async function say({ github, owner, repo, own, text }) {
  await github.rest.issues.createComment({ owner, repo, issue_number: own.number, body: text });
}

/** GitHub may give a text back with other line ends, and without the last one. */
function plain(text) {
  return (text ?? "").replaceAll("\r\n", "\n").trimEnd();
}

module.exports = { driftIssue };
