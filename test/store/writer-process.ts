import { openStore } from "../../provider/store/open";
import { job } from "./rows";

/** How many transactions each of two processes makes. */
export const transactionsPerProcess = 200;

/** Counts up and adds a row, in one transaction each; with the name "wait", once, and then waits to be killed. */
async function write(projectDirectory: string, name: string): Promise<void> {
  const store = await openStore("engine.db", { projectDirectory });
  const count = name === "wait" ? 1 : transactionsPerProcess;
  for (let index = 0; index < count; index++) {
    await store.write(async (writer) => {
      const before = (await writer.get("setting", "count"))?.value ?? 0;
      await writer.put("job", [job(`${name}-${index}`)]);
      await writer.put("setting", [{ id: "count", value: Number(before) + 1 }]);
    });
  }
  if (name === "wait") {
    process.stdout.write("written\n");
    setInterval(() => undefined, 1000);
    return;
  }
  await store.close();
}

if (require.main === module) {
  const [directory = "", name = ""] = process.argv.slice(2);
  write(directory, name).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
