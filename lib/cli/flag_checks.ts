/**
 * What Helm says of a command's flags before it begins: those that it gives up, those that exclude
 * each other.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import type { ApplyFlags } from "./flags.ts";

type HelmFlags = object & { readonly helmVersion?: "v3" | "v4"; readonly wait?: string };
type Warn = (message: string) => void;

/** Flags of a release that Helm 4 takes with a warning, and what to do instead. */
export const DEPRECATED = {
  atomic: "use --rollback-on-failure instead",
  force: "use --force-replace instead",
} as const;

/** Values of `--wait` that Helm 4 takes with a warning, and what to write instead. */
const BOOLEAN_WAITS = { true: "watcher", false: "hookOnly" } as const;

/** Warns of flags and values that Helm 4 gives up; Helm 3 knows nothing of it. */
export function warnOfDeprecated(
  flags: HelmFlags,
  warn: Warn,
  deprecated: Readonly<Record<string, string>> = DEPRECATED,
): void {
  if (flags.helmVersion === "v3") return;
  for (const [name, advice] of Object.entries(deprecated)) {
    if (flags[name as keyof HelmFlags] === undefined) continue;
    warn(`Flag ${dashed(name)} has been deprecated, ${advice}`);
  }
  const { wait } = flags;
  if (wait !== "true" && wait !== "false") return;
  warn(
    `--wait=${wait} is deprecated (boolean value) and can be replaced with --wait=${
      BOOLEAN_WAITS[wait]
    }`,
  );
}

/**
 * Refuses what Helm 4 does not take together: replacing an object leaves no conflicts of fields.
 *
 * @throws {CapstanError} in Helm's words.
 */
export function checkApplyFlags(flags: HelmFlags & Omit<ApplyFlags, "serverSide">): void {
  if (flags.helmVersion === "v3" || flags.forceConflicts === undefined) return;
  for (const replace of ["force", "forceReplace"] as const) {
    if (flags[replace] === undefined) continue;
    const name = dashed(replace).slice(2);
    throw new CapstanError(
      `if any flags in the group [${name} force-conflicts] are set none of the others can be; ` +
        `[${[name, "force-conflicts"].sort().join(" ")}] were all set`,
      {
        code: "cli/flags",
        hint: "leave one out: what is replaced as a whole has no conflicts of fields",
      },
    );
  }
}

function dashed(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
