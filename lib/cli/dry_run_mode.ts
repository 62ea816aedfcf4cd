/**
 * What `--dry-run` of a command that changes releases comes to, by the rules of either Helm.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";

/** How much of the command is done: all of it, or a rendering without or with the cluster's help. */
export type DryRunMode = "none" | "client" | "server";

/** The flags that say so. */
export interface DryRunFlags {
  readonly dryRun?: string;
  readonly hideSecret?: boolean;
  readonly helmVersion?: "v3" | "v4";
}

/** What the modes are. */
export const DRY_RUN_HINT =
  "client only renders, server also asks the cluster whether it would take the objects";

/**
 * The mode that the flags ask for. `unset` stands for the flag alone.
 *
 * @throws {CapstanError} in Helm's words.
 */
export function dryRunMode(flags: DryRunFlags, warn: (message: string) => void): DryRunMode {
  const { dryRun = "none", helmVersion = "v4" } = flags;
  return helmVersion === "v3" ? ofHelm3(dryRun) : ofHelm4(dryRun, warn);
}

/**
 * Refuses to hide secrets of what is no dry run.
 *
 * @throws {CapstanError} in Helm's words.
 */
export function checkHiding({ hideSecret, helmVersion }: DryRunFlags, mode: DryRunMode): void {
  if (!hideSecret || mode !== "none") return;
  throw new CapstanError(
    `${helmVersion === "v3" ? "H" : "h"}iding Kubernetes secrets requires a dry-run mode`,
    {
      code: "cli/flags",
      hint: "add --dry-run=client or --dry-run=server, or leave --hide-secret out",
    },
  );
}

function ofHelm3(value: string): DryRunMode {
  if (["none", "false", ""].includes(value)) return "none";
  if (["client", "true", "unset"].includes(value)) return "client";
  if (value === "server") return "server";
  throw new CapstanError(
    "Invalid dry-run flag. Flag must one of the following: false, true, none, client, server",
    { code: "cli/flags", hint: DRY_RUN_HINT },
  );
}

function ofHelm4(value: string, warn: (message: string) => void): DryRunMode {
  if (value === "none" || value === "client" || value === "server") return value;
  if (value === "unset") {
    warn("--dry-run is deprecated and should be replaced with '--dry-run=client'");
    return "client";
  }
  // What Go's strconv.ParseBool takes.
  const on = /^(1|t|T|TRUE|true|True)$/.test(value);
  if (!on && !/^(0|f|F|FALSE|false|False)$/.test(value)) {
    throw new CapstanError(
      `invalid dry-run value (${JSON.stringify(value)}). Must be "none", "server", or "client"`,
      { code: "cli/flags", hint: DRY_RUN_HINT },
    );
  }
  const mode = on ? "client" : "none";
  warn(
    `boolean '--dry-run=${value}' flag is deprecated and must be replaced with '--dry-run=${mode}'`,
  );
  return mode;
}
