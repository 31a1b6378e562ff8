import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Folder } from "./cli";

const inventory = (name: string): string =>
  JSON.stringify({ Instances: { Instance: [{ InstanceId: `i-${name}`, RegionId: "cn-hangzhou", ZoneId: "z" }] } });

describe("where the operator's command finds the engine", () => {
  let folder: Folder;
  beforeEach(() => {
    folder = new Folder();
    folder.environment = {};
  });
  afterEach(() => folder.remove());

  const write = (path: string, text: string): void => writeFileSync(join(folder.path, path), text);
  /** Ids of the machines that the command sees. */
  const machines = async (...options: readonly string[]): Promise<string[]> => {
    const answer = await folder.json<{ Instances: { Instance: { InstanceId: string }[] } }>(
      ...["call", "DescribeInstances", ...options],
    );
    return answer.Instances.Instance.map((machine) => machine.InstanceId);
  };
  const failure = async (...argv: readonly string[]): Promise<string> => {
    const { exitCode, stderr } = await folder.run(...argv);
    expect(exitCode).to.equal(1);
    expect(stderr).to.match(/\n {2}fix: .+/);
    return stderr;
  };
  const makeProject = (): void => {
    write("Pulumi.yaml", "name: backup\nruntime: nodejs\nmain: program/\n");
    mkdirSync(join(folder.path, "program", "deep"), { recursive: true });
    write("program/machines.json", inventory("stack"));
    write("Pulumi.dev.yaml", "config:\n  aws:region: eu-1\n  cloudbackup:inventory: machines.json\n");
  };

  it("outside a project: the folder itself", async () => {
    expect(await machines()).to.deep.equal([]);
    expect(await machines("--inventory", inventory("option"))).to.deep.equal(["i-option"]);
  });

  it("in a project: the stack's file, paths from where Pulumi runs the program, also below it", async () => {
    makeProject();
    expect(await machines()).to.deep.equal(["i-stack"]);
    expect(await machines("-C", "program/deep")).to.deep.equal(["i-stack"]);
  });

  it("takes options before the environment before the stack's file", async () => {
    makeProject();
    folder.environment = { CLOUDBACKUP_INVENTORY: inventory("environment") };
    expect(await machines()).to.deep.equal(["i-environment"]);
    expect(await machines("--inventory", inventory("option"))).to.deep.equal(["i-option"]);
  });

  it("takes what the project's file says where the stack's says nothing", async () => {
    const project = (value: string) => write("Pulumi.yaml", `name: b\nruntime: yaml\nconfig:\n  ${value}\n`);
    project(`cloudbackup:inventory: '${inventory("project")}'`);
    expect(await machines()).to.deep.equal(["i-project"]);
    expect(await machines("--stack", "dev")).to.deep.equal(["i-project"]);
    project(`cloudbackup:inventory: { value: '${inventory("wrapped")}' }`);
    expect(await machines()).to.deep.equal(["i-wrapped"]);
    write("Pulumi.dev.yaml", `config:\n  cloudbackup:inventory: '${inventory("stack")}'\n`);
    expect(await machines()).to.deep.equal(["i-stack"]);
  });

  it("takes structured configuration, as Pulumi does", async () => {
    makeProject();
    const keys = ["  cloudbackup:forecastDays: 7", "  cloudbackup:account: 12345678901234567890"];
    const lines = ["config:", ...keys, `  cloudbackup:inventory: ${inventory("structured")}`];
    write("Pulumi.dev.yaml", `${lines.join("\n")}\n`);
    expect(await machines()).to.deep.equal(["i-structured"]);
    expect(await failure("explain", "none")).to.contain("in account 12345678901234567890");
  });

  it("asks which stack when several configure it", async () => {
    makeProject();
    write("Pulumi.prod.yaml", `config:\n  cloudbackup:inventory: '${inventory("prod")}'\n`);
    expect(await failure("points"))
      .to.contain("Command.SeveralStacks")
      .and.contain("dev, prod");
    expect(await machines("--stack", "prod")).to.deep.equal(["i-prod"]);
    expect(await machines("--stack", "organization/backup/prod")).to.deep.equal(["i-prod"]);
    folder.environment = { PULUMI_STACK: "dev" };
    expect(await machines()).to.deep.equal(["i-stack"]);
    expect(await failure("points", "--stack", "pord"))
      .to.contain("Command.NoSuchStack")
      .and.contain("dev, prod");
  });

  it("can't read encrypted values and says how to pass them", async () => {
    makeProject();
    write("Pulumi.dev.yaml", "config:\n  cloudbackup:engineUrl:\n    secure: v1:abc\n");
    expect(await failure("points"))
      .to.contain("Command.EncryptedConfiguration")
      .and.contain("--engine-url");
    expect((await folder.run("points", "--engine-url", "memory:")).exitCode).to.equal(0);
  });

  it("tells what is wrong with folder, file, configuration, inventory and engine", async () => {
    expect(await failure("points", "-C", "nowhere")).to.contain("Command.NoSuchDirectory");
    expect(await failure("points", "--stack", "dev")).to.contain("Command.NoProject");
    expect(await failure("points", "--region", "mars"))
      .to.contain("Engine.InvalidConfiguration")
      .and.contain("A-63");
    expect(await failure("points", "--inventory", "none.json")).to.contain("Engine.InvalidInventory");
    expect(await failure("points", "--engine-url", "redis://secret@host")).to.contain("Store.UnknownScheme");
    write("Pulumi.yaml", "name: [");
    expect(await failure("points")).to.contain("Command.InvalidFile");
  });
});
