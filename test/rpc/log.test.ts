import { expect } from "chai";
import { EngineLog } from "../../provider/rpc/log";
import type { Host } from "../../provider/session/contract";
import { EngineServer } from "../support/engine-server";
import { fakeSession } from "../support/fake-session";
import { ProviderClient, urnOf } from "../support/provider-client";

const urn = urnOf("cloudbackup:ecs:Thing", "thing");

describe("messages to the user", () => {
  it("reach the engine before the call is answered, in order and with their resource", async () => {
    let host: Host | undefined;
    const client = await ProviderClient.serve((given) => {
      host = given;
      return fakeSession({
        create: async (request) => {
          for (let step = 0; step < 50; step++) host?.log("info", `step ${step}`, request.urn, { ephemeral: true });
          host?.log("warning", "weak", request.urn);
          throw new Error("failed all the same");
        },
      });
    });
    const showError = console.error;
    console.error = () => {};
    await client.handshake();
    await client.create({ urn, properties: {} }).catch(() => undefined);
    console.error = showError;
    const steps = Array.from({ length: 50 }, (_, step) => ({
      severity: "info",
      message: `step ${step}`,
      urn,
      ephemeral: true,
    }));
    expect(client.logs).to.deep.equal([...steps, { severity: "warning", message: "weak", urn, ephemeral: false }]);
    host?.log("debug", "no resource");
    await client.close();
    expect(client.logs.at(-1)).to.deep.equal({ severity: "debug", message: "no resource", urn: "", ephemeral: false });
  });

  it("are red where no recovery point is left, in the marks of Pulumi's own display", async () => {
    const engine = await EngineServer.start();
    const log = new EngineLog();
    log.connect(engine.address);
    log.log("warning", "NO RECOVERY POINT IS LEFT on 1 machine: db; retention 30 → 1 days prunes all 2");
    await log.flush();
    const red = "<{%fg 1%}>NO RECOVERY POINT IS LEFT on 1 machine: db<{%reset%}>";
    expect(engine.messages.map(({ message }) => message)).to.deep.equal([`${red}; retention 30 → 1 days prunes all 2`]);
    log.close();
    engine.stop();
  });

  it("go to the engine that attached last", async () => {
    const client = await ProviderClient.serve((host) =>
      fakeSession({ configure: async () => host.log("error", "seen") }),
    );
    const debugger_ = await EngineServer.start();
    await client.handshake();
    await client.attach(debugger_.address);
    await client.configure({});
    expect(client.logs).to.deep.equal([]);
    expect(debugger_.messages).to.deep.equal([{ severity: "error", message: "seen", urn: "", ephemeral: false }]);
    await client.close();
    debugger_.stop();
  });

  it("are bounded: what is too much is counted", async () => {
    const engine = await EngineServer.start();
    const log = new EngineLog();
    log.connect(engine.address);
    for (let index = 0; index < 1500; index++) log.log("info", `${index}`);
    await log.flush();
    await log.flush();
    expect(engine.messages.slice(0, 1000).map(({ message }) => message)).to.deep.equal(
      Array.from({ length: 1000 }, (_, index) => `${index}`),
    );
    expect(engine.messages.slice(1000)).to.deep.equal([
      {
        severity: "warning",
        message: "500 messages of this provider were left out: too many at once",
        urn: "",
        ephemeral: false,
      },
    ]);
    log.close();
    engine.stop();
  });

  it("never fail, without an engine or with one that is gone", async () => {
    const written: string[] = [];
    const write = process.stderr.write;
    process.stderr.write = ((text: string) => written.push(text) > 0) as typeof write;
    try {
      const engine = await EngineServer.start();
      engine.stop();
      const log = new EngineLog();
      log.log("info", "before");
      await log.flush();
      log.connect(engine.address);
      for (let index = 0; index < 5; index++) log.log("info", `lost ${index}`);
      const began = process.hrtime.bigint();
      await log.flush();
      expect(Number(process.hrtime.bigint() - began) / 1e9).to.be.lessThan(5);
    } finally {
      process.stderr.write = write;
    }
    const text = written.join("");
    expect(text).to.match(/^before\nthe engine at .* takes no messages: .*\nlost 0\nlost 1\n/);
    expect(text).to.match(/lost 4\n$/);
  });
});
