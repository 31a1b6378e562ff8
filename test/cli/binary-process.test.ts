import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { PropertyMap } from "../../provider/definition/value";
import { ProviderClient, urnOf } from "../support/provider-client";
import { mysql } from "./cli";

const root = join(__dirname, "..", "..");
const binary = join(root, "provider", "bin", "cloudbackup");
const inventory = join(root, "examples", "app-consistent-mysql", "inventory.json");

describe("the built command", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cloudbackup-binary-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (...argv: readonly string[]) => {
    const environment = { ...process.env, CLOUDBACKUP_INVENTORY: inventory };
    return spawnSync(process.execPath, [binary, ...argv], { cwd: folder, env: environment, encoding: "utf8" });
  };

  it("can be run and answers in JSON", () => {
    expect(statSync(binary).mode & 0o111).to.not.equal(0);
    const { status, stdout, stderr } = run("explain", "cache", "--json");
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).to.deep.include({ instanceName: "cache", achievedLevel: "CRASH" });
  });

  it("shows no progress, no colours and no stack traces to programs", () => {
    expect(run("advance", "40d").stderr).to.equal("");
    const refused = run("explain", "nobody");
    expect(refused.status).to.equal(1);
    expect(refused.stderr).to.contain("InvalidInstanceId.NotFound");
    expect(refused.stderr)
      .to.not.contain("\u001b")
      .and.not.match(/\n {4}at /);
    expect(run("bogus").status).to.equal(1);
  });

  it("asking makes no engine", () => {
    expect(run("points", "--json").stdout).to.equal("[]\n");
    expect(existsSync(join(folder, ".cloudbackup"))).to.equal(false);
  });

  it("what it does behind Pulumi's back is what the provider reads", async () => {
    const client = await ProviderClient.spawn({ directory: folder });
    try {
      await client.handshake();
      await client.configure({ inventory });
      const type = "cloudbackup:ecs:ScriptDeployment";
      const urn = urnOf(type, "mysql");
      const news: PropertyMap = {
        instanceIds: [mysql],
        preScript: { path: "/tmp/prescript.sh", content: "freeze" },
        postScript: { path: "/tmp/postscript.sh", content: "thaw" },
      };
      const { inputs } = await client.check({ urn, news });
      const { id, properties } = await client.create({ urn, properties: inputs });
      const command = ["--InstanceId", mysql, "--CommandContent", "chmod 755 /tmp/prescript.sh"];
      expect(run("call", "RunCommand", ...command).status).to.equal(0);
      const found = await client.read({ urn, id, properties, inputs });
      expect(found?.inputs?.preScript).to.deep.include({ fileMode: "0755" });
      const { detailedDiff } = await client.diff({
        urn,
        id,
        olds: found?.properties ?? {},
        oldInputs: found?.inputs ?? {},
        news: inputs,
      });
      expect(Object.keys(detailedDiff)).to.include("preScript.fileMode");
    } finally {
      await client.close();
    }
  });
});
