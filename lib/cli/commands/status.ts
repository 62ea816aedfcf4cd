/**
 * `capstan status`: one release.
 *
 * @module
 */
import { getRelease } from "../../action/read.ts";
import { releaseObjects, releaseTables } from "../../action/resources.ts";
import { withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { describeRelease } from "../describe.ts";
import { formatResources } from "../object_tables.ts";
import { formatRelease } from "../output.ts";
import type { StatusFlags } from "../read_commands.ts";

/** Prints a release and its objects as Helm does; Helm 3 shows the objects only when asked. */
export async function status(this: CliContext, flags: StatusFlags, name: string): Promise<void> {
  const { output = "table", helmVersion = "v4", showResources = helmVersion === "v4" } = flags;
  await withTarget(this, flags, async ({ api, storage, namespace }) => {
    const signal = this.abort;
    const { revision } = flags;
    const release = await getRelease({ namespace, name, revision, signal }, { storage });
    if (output === "table") {
      const tables = showResources ? await releaseTables(api, release, { signal }) : new Map();
      const resources = formatResources(tables);
      return this.print(
        describeRelease(release, { helmVersion, description: flags.showDesc, resources }),
      );
    }
    const objects = showResources ? await releaseObjects(api, release, { signal }) : undefined;
    this.process.stdout.write(
      formatRelease(release, output, { objects, chart: false, helmVersion }),
    );
  });
}
