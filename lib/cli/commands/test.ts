/**
 * `capstan test`: runs a release's tests.
 *
 * @module
 */
import { planTest } from "../../action/release_testing.ts";
import { CapstanError } from "../../errors.ts";
import { withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import type { TestFlags } from "../helm_commands.ts";
import { runShown } from "../operation.ts";
import { describeRelease } from "../describe.ts";

/** Runs the test hooks and prints how each went. */
export async function test(this: CliContext, flags: TestFlags, name: string): Promise<void> {
  const { filter, helmVersion = "v4", hideNotes = helmVersion === "v4", ...options } = flags;
  const names = namesOf(filter ?? []);
  await withTarget(this, flags, async (target) => {
    const { release } = await runShown(
      this,
      { target, helmVersion },
      (action) => planTest({ ...options, ...names, name, namespace: target.namespace }, action),
    );
    if (release !== undefined) {
      this.process.stdout.write(
        describeRelease(release, { helmVersion, hideNotes, contents: flags.debug }),
      );
    }
  });
}

/** Helm's filters, `name=a,!name=b`, as two lists. */
function namesOf(
  filters: readonly string[],
): { only?: readonly string[]; except?: readonly string[] } {
  const only: string[] = [], except: string[] = [];
  for (const filter of filters.flatMap((text) => text.split(","))) {
    const match = filter.match(/^(!?)name=(.+)$/);
    if (match === null) {
      throw new CapstanError(`bad --filter ${JSON.stringify(filter)}`, {
        hint: "write name=NAME or !name=NAME",
      });
    }
    (match[1] === "" ? only : except).push(match[2]!);
  }
  return { ...(only.length > 0 ? { only } : {}), ...(except.length > 0 ? { except } : {}) };
}
