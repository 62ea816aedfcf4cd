/**
 * `capstan rehearse`: runs a stack on a cluster in memory.
 *
 * @module
 */
import { createApiServer } from "../../apiserver/server.ts";
import { createKubeClient } from "../../kube/client.ts";
import { secretStorage } from "../../release/kube_storage.ts";
import type { CliContext } from "../context.ts";
import type { RehearseFlags } from "../stack_commands.ts";
import { loadFor, runCommand } from "../stack_run.ts";

/** Starts a rehearsal cluster on loopback, runs `up` against it over HTTP, and stops it. */
export async function rehearse(
  this: CliContext,
  flags: RehearseFlags,
  path?: string,
): Promise<void> {
  const loaded = await loadFor(this, flags, path);
  const served = createApiServer({ delays: { pod: flags.delay ?? 0 } }).serve();
  try {
    await runCommand(this, {
      verb: "up",
      flags,
      loaded,
      warnUnknownValues: true,
      connect: () => {
        const api = createKubeClient({ server: served.url, namespace: "default" });
        return Promise.resolve({ api, storage: secretStorage(api) });
      },
    });
  } finally {
    await served.close();
  }
}
