/**
 * `capstan status`: one release.
 *
 * @module
 */
import { releaseJSON } from "../../release/codec.ts";
import type { Release } from "../../release/release.ts";
import type { Storage } from "../../release/storage.ts";
import { CapstanError } from "../../errors.ts";
import { withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import type { StatusFlags } from "../helm_commands.ts";
import { formatAnsic, formatData } from "../output.ts";

/** Prints a release as Helm 4's `status` does. */
export async function status(this: CliContext, flags: StatusFlags, name: string): Promise<void> {
  await withTarget(this, flags, async ({ storage, namespace }) => {
    const release = await readRelease(
      storage,
      { namespace, name, revision: flags.revision },
      this.abort,
    );
    const output = flags.output ?? "table";
    this.process.stdout.write(
      output === "table" ? describeRelease(release) : formatData(releaseJSON(release), output),
    );
  });
}

/**
 * A release's record: the revision that is named, else the last.
 *
 * @throws {CapstanError} `release: not found`, as Helm says.
 */
export async function readRelease(
  storage: Storage,
  key: {
    readonly namespace: string;
    readonly name: string;
    readonly revision?: number | undefined;
  },
  signal: AbortSignal,
): Promise<Release> {
  const revision = key.revision ?? (await storage.history(key, { signal })).at(-1)?.revision;
  const release = revision === undefined
    ? undefined
    : await storage.get({ ...key, revision }, { signal });
  if (release !== undefined) return release;
  throw new CapstanError("release: not found", {
    code: "release/not-found",
    hint: `there is no ${key.name}${
      key.revision === undefined ? "" : ` revision ${key.revision}`
    } in namespace ${key.namespace}; \`capstan list -A\` shows all`,
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
