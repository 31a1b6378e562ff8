"use strict";

/**
 * Creates the comment on a pull request that begins with the marker of this body, or edits the one that is there.
 * The marker is the body's first line; only a comment that a bot wrote is ever edited, so that nobody else's is taken
 * for it. Gives what was done: `created`, `edited` or `unchanged`.
 */
async function stickyComment({ github, owner, repo, number, body }) {
  const [marker = ""] = body.split("\n", 1);
  if (!/^<!-- cloudbackup-preview \S+ -->$/.test(marker)) throw new Error(`no marker in the first line: ${marker}`);
  const comments = await github.paginate(github.rest.issues.listComments, {
    owner,
    repo,
    issue_number: number,
    per_page: 100,
  });
  const own = comments.find((comment) => comment.user?.type === "Bot" && firstLine(comment.body) === marker);
  if (own === undefined) {
    await github.rest.issues.createComment({ owner, repo, issue_number: number, body });
    return "created";
  }
  if (sameText(own.body, body)) return "unchanged";
  await github.rest.issues.updateComment({ owner, repo, comment_id: own.id, body });
  return "edited";
}

/** GitHub may give a text back with other line ends, and without the last one. */
function sameText(a, b) {
  return plain(a) === plain(b);
}

function plain(text) {
  return (text ?? "").replaceAll("\r\n", "\n").trimEnd();
}

function firstLine(text) {
  return plain(text).split("\n", 1)[0];
}

module.exports = { stickyComment };
