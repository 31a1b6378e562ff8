import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { parse } from "yaml";

const folder = path.join(__dirname, "../../examples/github-actions");
const scripts = path.join(folder, "scripts");
const { stickyComment } = require(path.join(scripts, "sticky-comment.cjs")) as { stickyComment: Action };
const { driftIssue } = require(path.join(scripts, "drift-issue.cjs")) as { driftIssue: Action };

type Action = (options: object) => Promise<string>;

interface Post {
  number: number;
  state: string;
  title: string;
  body: string;
  readonly user: { readonly type: string };
  readonly comments: { id: number; body: string; readonly user: { readonly type: string } }[];
}

const bot = { type: "Bot" };

/** As much of GitHub as the scripts use: issues, and pull requests as issues, with comments. */
class FakeGitHub {
  readonly posts: Post[] = [];
  readonly calls: string[] = [];
  #next = 1;

  post(body: string, { state = "open", user = bot } = {}): Post {
    const made = { number: this.#next++, state, title: "", body, user, comments: [] };
    this.posts.push(made);
    return made;
  }

  comment(post: Post, body: string, user = bot): void {
    post.comments.push({ id: this.#next++, body, user });
  }

  #post(number: number): Post {
    return this.posts.find((each) => each.number === number) as Post;
  }

  readonly rest = {
    issues: {
      listComments: ({ issue_number: number }: { issue_number: number }) => this.#post(number).comments,
      listForRepo: () => this.posts,
      createComment: async ({ issue_number: number, body }: { issue_number: number; body: string }) => {
        this.calls.push("createComment");
        // GitHub gives texts back with its own line ends.
        this.comment(this.#post(number), body.replaceAll("\n", "\r\n"));
      },
      updateComment: async ({ comment_id: id, body }: { comment_id: number; body: string }) => {
        this.calls.push("updateComment");
        const comment = this.posts.flatMap(({ comments }) => comments).find((each) => each.id === id);
        if (comment !== undefined) comment.body = body;
      },
      create: async ({ title, body }: { title: string; body: string }) => {
        this.calls.push("create");
        this.post(body).title = title;
      },
      update: async ({ issue_number: number, ...change }: { issue_number: number } & Partial<Post>) => {
        this.calls.push("update");
        Object.assign(this.#post(number), change);
      },
    },
  };

  readonly paginate = async <T, P>(list: (parameters: P) => readonly T[], parameters: P) => list(parameters);
}

describe("the sticky comment", () => {
  const marker = "<!-- cloudbackup-preview shop/prod -->";
  const place = { owner: "o", repo: "r", number: 1 };

  it("is created once and then edited in place, one for each stack", async () => {
    const github = new FakeGitHub();
    const { comments } = github.post("a pull request");
    const say = (body: string) => stickyComment({ github, ...place, body });
    expect(await say(`${marker}\nfirst\n`)).to.equal("created");
    expect(await say(`${marker}\nfirst\n`)).to.equal("unchanged");
    expect(await say(`${marker}\nsecond\n`)).to.equal("edited");
    expect(await say("<!-- cloudbackup-preview shop/dev -->\nother\n")).to.equal("created");
    expect(comments.map(({ body }) => body.trim().split(/\r?\n/)[1])).to.deep.equal(["second", "other"]);
  });

  it("never takes a comment that a person wrote or that quotes the marker", async () => {
    const github = new FakeGitHub();
    const post = github.post("a pull request");
    github.comment(post, `${marker}\nmine`, { type: "User" });
    github.comment(post, `> ${marker}`);
    expect(await stickyComment({ github, ...place, body: `${marker}\nx` })).to.equal("created");
    expect(github.calls).to.deep.equal(["createComment"]);
  });

  it("refuses a text without its marker", async () => {
    const failure = await stickyComment({ github: new FakeGitHub(), ...place, body: "" }).catch(
      (error: Error) => error,
    );
    expect(failure).to.be.an("error").with.property("message").that.contains("no marker");
  });
});

describe("the issue on drift", () => {
  const place = { owner: "o", repo: "r", stack: "infra/prod", run: "https://ci/1" };

  it("opens with drift, follows it, closes without it, and is the same one when drift is back", async () => {
    const github = new FakeGitHub();
    const look = (exitCode: string, report: string) => driftIssue({ github, ...place, exitCode, report });
    expect(await look("0", "clean")).to.equal("nothing");
    expect(await look("2", "lost")).to.equal("created");
    expect(await look("2", "lost")).to.equal("unchanged");
    expect(await look("3", "cosmetic")).to.equal("edited");
    expect(await look("1", "")).to.equal("nothing");
    expect(await look("0", "clean")).to.equal("closed");
    expect(github.posts[0]?.state).to.equal("closed");
    expect(await look("0", "clean")).to.equal("nothing");
    expect(await look("2", "lost again")).to.equal("reopened");
    expect(github.posts).to.have.length(1);
    const [issue] = github.posts;
    expect(issue).to.deep.include({ state: "open", title: "Drift of backups: infra/prod" });
    expect(issue?.body).to.contain("lost again");
    expect(issue?.comments.map(({ body }) => body.split(":")[0])).to.deep.equal(["The drift is gone", "Drift is back"]);
  });

  it("leaves other stacks' issues, people's issues and pull requests alone", async () => {
    const github = new FakeGitHub();
    const marker = "<!-- cloudbackup-drift-issue infra/prod -->";
    github.post(`${marker}\nmine`, { user: { type: "User" } });
    Object.assign(github.post(`${marker}\na pull request`), { pull_request: {} });
    github.post("<!-- cloudbackup-drift-issue infra/dev -->\nother stack");
    expect(await driftIssue({ github, ...place, exitCode: "2", report: "lost" })).to.equal("created");
    expect(await driftIssue({ github, ...place, exitCode: "0", report: "" })).to.equal("closed");
    expect(github.posts.filter(({ state }) => state === "open")).to.have.length(3);
  });
});

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: object;
  readonly concurrency: { readonly group: string };
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly permissions: Readonly<Record<string, string>>;
  readonly "timeout-minutes": number;
  readonly steps: readonly {
    readonly run?: string;
    readonly uses?: string;
    readonly with?: { readonly script?: string };
  }[];
}

describe("the workflows", () => {
  const writes: Readonly<Record<string, readonly string[]>> = {
    "preview.yml": ["comment: pull-requests"],
    "drift.yml": ["issue: issues"],
  };
  for (const [name, allowed] of Object.entries(writes)) {
    it(`${name} pins what it uses, is given no more than it needs, and puts no expression into a script`, () => {
      const text = readFileSync(path.join(folder, name), "utf8");
      const workflow = parse(text) as Workflow;
      expect(Object.keys(workflow.on)).to.not.include("pull_request_target");
      expect(workflow.permissions).to.deep.equal({});
      expect(workflow.concurrency.group).to.be.a("string");
      for (const line of text.split("\n").filter((each) => /\buses:/.test(each))) {
        expect(line).to.match(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      }
      const jobs = Object.entries(workflow.jobs);
      for (const [, job] of jobs) {
        expect(job["timeout-minutes"]).to.be.within(1, 30);
        for (const { run = "", with: given } of job.steps) expect(run + (given?.script ?? "")).to.not.contain("${{");
      }
      const granted = jobs.flatMap(([job, { permissions }]) =>
        Object.entries(permissions).flatMap(([scope, access]) => (access === "read" ? [] : [`${job}: ${scope}`])),
      );
      expect(granted).to.deep.equal(allowed);
    });

    it(`${name} gives no secret to a job that may write, and none to the code of a pull request`, () => {
      const { jobs } = parse(readFileSync(path.join(folder, name), "utf8")) as Workflow;
      for (const job of Object.values(jobs)) {
        const mayWrite = Object.values(job.permissions).includes("write");
        if (mayWrite || name === "preview.yml") expect(JSON.stringify(job)).to.not.contain("secrets.");
      }
    });
  }
});
