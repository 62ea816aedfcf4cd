/**
 * `capstan status`: one release.
 *
 * @module
 */
import { getRelease } from "../../action/read.ts";
import { releaseJSON } from "../../release/codec.ts";
import type { Release } from "../../release/release.ts";
import { withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import type { StatusFlags } from "../helm_commands.ts";
import { formatAnsic, formatData } from "../output.ts";

/** Prints a release as Helm 4's `status` does. */
export async function status(this: CliContext, flags: StatusFlags, name: string): Promise<void> {
  await withTarget(this, flags, async ({ storage, namespace }) => {
    const release = await getRelease(
      { namespace, name, revision: flags.revision, signal: this.abort },
      { storage },
    );
    const output = flags.output ?? "table";
    this.process.stdout.write(
      output === "table" ? describeRelease(release) : formatData(releaseJSON(release), output),
    );
  });
}

/** The lines that Helm prints of a release. */
export function describeRelease(release: Release): string {
  const { info } = release;
  const lines = [`NAME: ${release.name}`];
  if (info.lastDeployed !== undefined) {
    lines.push(`LAST DEPLOYED: ${formatAnsic(info.lastDeployed)}`);
  }
  lines.push(
    `NAMESPACE: ${release.namespace}`,
    `STATUS: ${info.status}`,
    `REVISION: ${release.revision}`,
    `DESCRIPTION: ${info.description}`,
    ...testLines(release),
  );
  if (info.notes !== "") lines.push(`NOTES:\n${info.notes.trim()}`);
  return `${lines.join("\n")}\n`;
}

function testLines(release: Release): string[] {
  const tests = release.hooks.filter(({ events }) => events.includes("test"));
  if (tests.length === 0) return ["TEST SUITE: None"];
  return tests.flatMap(({ name, lastRun: { startedAt, completedAt, phase } }) =>
    startedAt === undefined ? [] : [
      `TEST SUITE:     ${name}`,
      `Last Started:   ${formatAnsic(startedAt)}`,
      `Last Completed: ${completedAt === undefined ? "" : formatAnsic(completedAt)}`,
      `Phase:          ${phase}`,
    ]
  );
}
