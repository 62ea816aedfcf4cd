/**
 * `capstan drift`: what has changed in the cluster behind the stack's back.
 *
 * @module
 */
import { driftText } from "../../report/plan/drift.ts";
import { stackDrift } from "../../stack/drift.ts";
import type { CliContext } from "../context.ts";
import { plainData } from "../output.ts";
import { EXIT } from "../errors.ts";
import type { DriftFlags } from "../run_commands.ts";
import { clusterOf, loadFor } from "../stack_run.ts";

/** Compares what is deployed with the live objects, and prints what differs. */
export async function drift(this: CliContext, flags: DriftFlags, path?: string): Promise<void> {
  const loaded = await loadFor(this, flags, path);
  const releases = await stackDrift(loaded, {
    connect: (name) => clusterOf(this, flags, name),
    signal: this.stop,
    now: this.now,
  });
  const { stdout } = this.process;
  const { output } = flags;
  if (output === "json" || output === "yaml") stdout.write(plainData(releases, output));
  else this.print(driftText(releases, { color: this.stdoutColor }));
  const problem = releases.some(({ objects }) => objects.some((one) => one.problem !== undefined));
  if (problem) this.exitWith(EXIT.failed);
  else if (flags.detailedExitcode && releases.some(({ objects }) => objects.length > 0)) {
    this.exitWith(EXIT.changes);
  }
}
