import { openStore } from "../../provider/store/open";

/** Changes a script's mode on a machine, as somebody does who does not ask Pulumi. */
export async function changeMode(
  projectFolder: string,
  change: { readonly instanceId: string; readonly scriptPath: string; readonly fileMode: string },
): Promise<void> {
  const store = await openStore(undefined, { projectDirectory: projectFolder });
  try {
    await store.write(async (writer) => {
      const script = await writer.get("script", `${change.instanceId}:${change.scriptPath}`);
      if (script === undefined) throw new Error(`there is no ${change.scriptPath} on ${change.instanceId}`);
      await writer.put("script", [{ ...script, fileMode: change.fileMode }]);
    });
  } finally {
    await store.close();
  }
}
