/**
 * What the flags of `template` come to, and what Helm says of some of them.
 *
 * @module
 */
import { DRY_RUN_HINT } from "./dry_run_mode.ts";
import { CapstanError } from "../errors.ts";
import { checkApplyFlags, DEPRECATED as OF_RELEASES, warnOfDeprecated } from "./flag_checks.ts";
import type { TemplateFlags } from "./chart_commands.ts";

/** What a rendering takes from a cluster. */
export interface ClusterUse {
  /** Its versions and kinds, and whether the objects could be created. */
  readonly capabilities: boolean;
  /** Answers to `lookup`. */
  readonly lookup: boolean;
}

type Warn = (message: string) => void;

/** Flags that Helm 4 takes with a warning. */
const DEPRECATED = {
  ...OF_RELEASES,
  hideNotes: "this flag has no effect for 'helm template' and will be removed in Helm 5",
  renderSubchartNotes: "this flag has no effect for 'helm template' and will be removed in Helm 5",
  validate: "use '--dry-run=server' instead",
} as const satisfies Readonly<Partial<Record<keyof TemplateFlags, string>>>;

/** Warns of flags that Helm 4 gives up, and refuses those that it does not take together. */
export function checkTemplateFlags(flags: TemplateFlags, warn: Warn): void {
  warnOfDeprecated(flags, warn, DEPRECATED);
  checkApplyFlags(flags);
}

/**
 * What `--dry-run` and `--validate` ask of a cluster, by the rules of either Helm.
 *
 * @throws {CapstanError} in Helm's words for a mode that does not exist.
 */
export function clusterUse(flags: TemplateFlags, warn: Warn): ClusterUse {
  const { helmVersion = "v4", validate = false, dryRun } = flags;
  if (helmVersion === "v4" && validate && dryRun !== undefined) {
    throw new CapstanError(
      "if any flags in the group [validate dry-run] are set none of the others can be; " +
        "[dry-run validate] were all set",
      { code: "cli/flags", hint: "leave one out: --dry-run=server validates as well" },
    );
  }
  const use = helmVersion === "v3" ? useOfHelm3(flags) : useOfHelm4(flags, warn);
  return use;
}

function useOfHelm3({ dryRun = "client", validate = false }: TemplateFlags): ClusterUse {
  if (!["unset", "", "false", "true", "none", "client", "server"].includes(dryRun)) {
    throw new CapstanError(
      "Invalid dry-run flag. Flag must one of the following: false, true, none, client, server",
      { code: "cli/flags", hint: DRY_RUN_HINT },
    );
  }
  return { capabilities: validate, lookup: ["false", "none", "server"].includes(dryRun) };
}

function useOfHelm4({ dryRun = "client", validate }: TemplateFlags, warn: Warn): ClusterUse {
  const server = validate || dryRun === "server";
  if (dryRun === "unset") {
    warn("--dry-run is deprecated and should be replaced with '--dry-run=client'");
  } else if (/^(1|t|T|TRUE|true|True)$/.test(dryRun)) {
    warn(
      `boolean '--dry-run=${dryRun}' flag is deprecated and must be replaced with '--dry-run=client'`,
    );
  } else if (dryRun !== "client" && dryRun !== "server") {
    const none = /^(none|0|f|F|FALSE|false|False)$/.test(dryRun);
    throw new CapstanError(
      `invalid dry-run value (${JSON.stringify(dryRun)}). Must be ${
        none ? '"server" or "client"' : '"none", "server", or "client"'
      }`,
      { code: "cli/flags", hint: DRY_RUN_HINT },
    );
  }
  return { capabilities: server, lookup: server };
}
