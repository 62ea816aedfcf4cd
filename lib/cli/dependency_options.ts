/**
 * What fetches dependencies, as flags and environment set it up.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import { updateDependencies } from "../registry/dependencies.ts";
import type { DependencyOptions } from "../registry/dependencies.ts";
import type { CliContext } from "./context.ts";
import { accessOf } from "./download_flags.ts";
import type { AccessFlags, HelmFileFlags } from "./download_flags.ts";
import { withLocator } from "./locator.ts";

/** Flags about fetching dependencies. */
export interface FetchFlags extends AccessFlags, HelmFileFlags {
  readonly skipRefresh?: boolean;
  readonly verify?: boolean;
  readonly keyring?: string;
}

/** Makes the options, with Helm's lines on standard output, and lets connections go afterwards. */
export async function withDependencyOptions(
  context: CliContext,
  flags: FetchFlags,
  use: (options: DependencyOptions) => Promise<void>,
  print: (line: string) => void = (line) => context.process.stdout.write(`${line}\n`),
): Promise<void> {
  await withLocator(context, flags, async (locator) => {
    await use({
      locator,
      access: accessOf(flags),
      skipRefresh: flags.skipRefresh,
      verify: flags.verify ? await verifier(context, flags) : undefined,
      print,
      now: context.now,
      time: packageTime(context),
      signal: context.abort,
    });
  });
}

/**
 * `--dependency-update`: what the chart in a folder lacks is brought into it. Standard output is left
 * to what the command itself prints.
 */
export async function bringDependencies(
  context: CliContext,
  flags: FetchFlags,
  path: string,
): Promise<void> {
  const print = (line: string) => context.process.stderr.write(`${line}\n`);
  const own = { ...flags, verify: false };
  await withDependencyOptions(context, own, (options) => updateDependencies(path, options), print);
}

async function verifier(
  context: CliContext,
  flags: FetchFlags,
): Promise<DependencyOptions["verify"]> {
  const { verifyFound } = await import("./verification.ts");
  return async (archive) => void await verifyFound(context, archive, flags);
}

/** When packed files were changed: SOURCE_DATE_EPOCH, for archives that are equal each time, or now. */
export function packageTime(context: CliContext): number {
  const text = context.env("SOURCE_DATE_EPOCH");
  if (text === undefined || text === "") return Math.floor(context.now() / 1000);
  if (/^\d{1,11}$/.test(text)) return Number(text);
  throw new CapstanError(`invalid SOURCE_DATE_EPOCH: ${JSON.stringify(text)}`, {
    code: "usage",
    hint: "it is a number of seconds since 1970",
  });
}
