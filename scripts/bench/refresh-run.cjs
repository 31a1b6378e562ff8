// The provider's share of a refresh, in a process of its own: nothing is compiled or cached beforehand, as in reality.
//   prepare <folder> <count>   makes an engine with <count> protections and notes what Pulumi's state would hold
//   refresh <folder>           reads and diffs them all by the protocol's own messages; prints the milliseconds
const { readFileSync, writeFileSync } = require("node:fs");
const path = require("node:path");

const [action, folder, count] = process.argv.slice(2);
const statePath = path.join(folder, "state.json");
const config = { engineUrl: path.join(folder, "engine.db") };
const types = {
  machine: "cloudbackup:ecs:Instance",
  policy: "cloudbackup:hbr:Policy",
  protection: "cloudbackup:hbr:InstanceProtection",
};
/** How many calls Pulumi has in flight on two cores. */
const callsAtOnce = 8;

function urnOf(type, name) {
  return `urn:pulumi:bench::bench::${type}::${name}`;
}

async function prepare() {
  const { createSession } = require("../../dist/session/session");
  const session = createSession({ log: () => {} }, () => 0);
  await session.configure({ urn: undefined, args: config });
  const signal = new AbortController().signal;
  const declare = async (type, name, news) => {
    const urn = urnOf(type, name);
    const { inputs, failures } = await session.check({
      urn,
      type,
      name,
      olds: {},
      news,
      randomSeed: undefined,
      autonaming: undefined,
    });
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    const { id, properties } = await session.create({
      urn,
      type,
      properties: inputs,
      preview: false,
      timeoutInSeconds: 0,
      signal,
    });
    return { urn, type, id, inputs, properties };
  };
  const rules = [{ ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 30 }];
  const policy = await declare(types.policy, "daily", { rules });
  const protections = [];
  for (let number = 0; number < Number(count); number++) {
    const machine = await declare(types.machine, `machine${number}`, { instanceName: `machine${number}` });
    const inputs = { instanceId: machine.id, policyId: policy.id };
    protections.push(await declare(types.protection, `protection${number}`, inputs));
  }
  await session.close();
  writeFileSync(statePath, JSON.stringify(protections));
}

/** The requests that Pulumi would send, as bytes. */
function requestsOf(resource) {
  const messages = require("@pulumi/pulumi/proto/provider_pb");
  const { encodeProperties } = require("../../dist/rpc/encode");
  const encode = (properties) => encodeProperties(properties, { keepUnknowns: false });
  const common = (request) => request.setUrn(resource.urn).setType(resource.type).setId(resource.id);
  const read = common(new messages.ReadRequest())
    .setProperties(encode(resource.properties))
    .setInputs(encode(resource.inputs));
  // A refresh asks what the difference is from the live inputs back to the state's.
  const diff = common(new messages.DiffRequest())
    .setOlds(encode(resource.properties))
    .setOldInputs(encode(resource.inputs))
    .setNews(encode(resource.inputs));
  return { Read: read.serializeBinary(), Diff: diff.serializeBinary() };
}

async function answered(handler, method, bytes) {
  const reply = await handler.handle(method, bytes, new AbortController().signal);
  if ("failure" in reply) throw new Error(`${method}: ${reply.failure.details}`);
}

async function refresh() {
  const messages = require("@pulumi/pulumi/proto/provider_pb");
  const { encodeProperties } = require("../../dist/rpc/encode");
  const queue = JSON.parse(readFileSync(statePath, "utf8")).map(requestsOf);
  const configuration = new messages.ConfigureRequest().setArgs(encodeProperties(config, { keepUnknowns: false }));
  const startTime = performance.now();
  const startUsage = process.cpuUsage();
  const { createHandler } = require("../../dist/bundle/handler");
  const handler = createHandler(undefined);
  await answered(handler, "Configure", configuration.serializeBinary());
  const work = async () => {
    for (let requests = queue.pop(); requests !== undefined; requests = queue.pop()) {
      await answered(handler, "Read", requests.Read);
      await answered(handler, "Diff", requests.Diff);
    }
  };
  await Promise.all(Array.from({ length: callsAtOnce }, work));
  const milliseconds = performance.now() - startTime;
  const usage = process.cpuUsage(startUsage);
  process.stdout.write(JSON.stringify({ milliseconds, processorMilliseconds: (usage.user + usage.system) / 1000 }));
  await handler.close();
}

(action === "prepare" ? prepare() : refresh()).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
