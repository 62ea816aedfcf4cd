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
import { loadFor, runCommand } from "../stack_run.ts";
import { runShown } from "../operation.ts";
import { describeRelease } from "../describe.ts";

/** Runs the test hooks and prints how each went. */
export async function test(this: CliContext, flags: TestFlags, name?: string): Promise<void> {
  if (name === undefined || STACK_FILE.test(name)) return await testStack(this, flags, name);
  for (const flag of OF_STACKS) {
    if (flags[flag] !== undefined) throw misplaced(flag, "the tests of one release");
  }
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
        describeRelease(release, { helmVersion, hideNotes, contents: this.debug }),
      );
    }
  });
}

/** A release's name may have dots, but none ends like a program. */
const STACK_FILE = /\.[cm]?[jt]s$/;
const OF_RELEASES = ["namespace", "filter", "timeout", "recover", "imagePullErrors"] as const;
const OF_STACKS = ["only", "skip", "selector", "from", "withNeeds", "env", "parallelism"] as const;

/** Runs the tests of every release of a stack. */
async function testStack(
  context: CliContext,
  flags: TestFlags,
  path: string | undefined,
): Promise<void> {
  for (const flag of OF_RELEASES) {
    if (flags[flag] !== undefined) throw misplaced(flag, "the tests of a stack");
  }
  const { logs, namespace: _, filter: __, timeout: ___, ...rest } = flags;
  const loaded = await loadFor(context, rest, path);
  await runCommand(context, { verb: "test", flags: rest, loaded, logs });
}

function misplaced(flag: string, what: string): CapstanError {
  const name = flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return new CapstanError(`--${name} means nothing for ${what}`, {
    code: "cli/flags",
    hint: "`capstan test NAME` tests one release, `capstan test stack.ts` a stack's",
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
        code: "cli/flags",
        hint: "write name=NAME or !name=NAME",
      });
    }
    (match[1] === "" ? only : except).push(match[2]!);
  }
  return { ...(only.length > 0 ? { only } : {}), ...(except.length > 0 ? { except } : {}) };
}
