/**
 * Whether a deployment is an install or an upgrade, and from which revision it starts. Pure.
 *
 * @module
 */
import type { HelmVersion } from "../chart/chart.ts";
import { isPending, isReleaseName, type ReleaseStatus } from "../release/release.ts";
import { newestDeployed, stateOf } from "../release/state.ts";
import { type RevisionEntry, SYSTEM_LABELS } from "../release/storage.ts";
import type { DeployRequest } from "./deploy_request.ts";
import { InstallError, UpgradeError } from "./errors.ts";
import { checkReleaseName, NAME_HINT } from "./release_name.ts";

/** What is to be done. */
export interface Decision {
  readonly verb: "install" | "upgrade";
  readonly revision: number;
  /** The last revision there is. */
  readonly last: RevisionEntry | undefined;
  /** The revision that an upgrade starts from. */
  readonly current: RevisionEntry | undefined;
}

/** States of revisions that were once in place as a whole. */
const STOOD: readonly ReleaseStatus[] = ["deployed", "superseded", "uninstalling"];

/** Another operation is under way. */
export const PENDING_MESSAGE = "another operation (install/upgrade/rollback) is in progress";

/**
 * Decides from the history (oldest revision first).
 *
 * @throws {InstallError | UpgradeError} in Helm's words, when it may not be done.
 */
export function decide(
  request: Pick<DeployRequest, "name" | "install" | "upgrade" | "replace" | "recover">,
  history: readonly RevisionEntry[],
  helmVersion: HelmVersion = "v4",
): Decision {
  const { name, install = true, upgrade = true, replace = false, recover = false } = request;
  const state = stateOf(history);
  const last = history.at(-1);
  const revision = (last?.revision ?? 0) + 1;
  // What never came to stand is installed from the beginning, with the hooks of an install.
  const stood = history.some(({ status }) => STOOD.includes(status));
  if (recover && install && last !== undefined && isPending(last.status) && !stood) {
    return { verb: "install", revision, last, current: last };
  }
  if (!upgrade) {
    const free = state.kind === "absent" ||
      (replace && (state.kind === "uninstalled" || last!.status === "failed"));
    if (free) return { verb: "install", revision, last, current: undefined };
    const [check, reuse] = helmVersion === "v3" ? ["", "re-use"] : [NAME_CHECK, "reuse"];
    throw new InstallError(`${check}cannot ${reuse} a name that is still in use`, name, {
      code: "release/exists",
      hint: "upgrade it, or choose another name",
    });
  }
  switch (state.kind) {
    case "absent":
    case "uninstalled":
      if (install) return { verb: "install", revision, last, current: undefined };
      throw noDeployed(name);
    case "pending":
      if (recover) {
        return { verb: "upgrade", revision, last, current: newestDeployed(history) ?? last };
      }
      throw new UpgradeError(PENDING_MESSAGE, name, {
        code: "release/pending",
        hint: `${state.reason}; wait for whoever began it, or go on from there with --recover ` +
          "if nobody is at it any more",
      });
    case "deployed":
    case "failed":
      if (state.current === undefined) throw noDeployed(name);
      return { verb: "upgrade", revision, last, current: state.current };
    case "uninstalling": {
      const current = newestDeployed(history) ?? (recover ? last : undefined);
      if (current !== undefined) return { verb: "upgrade", revision, last, current };
      if (recover && install) return { verb: "install", revision, last, current };
      throw noDeployed(name, "its removal did not come to an end: uninstall it once more");
    }
  }
}

/** What Helm 4 puts before what is wrong with a name. */
const NAME_CHECK = "release name check failed: ";

/** Throws unless the release can have this name and these labels. */
export function checkRequest(
  { name, labels = {}, install }: Pick<DeployRequest, "name" | "labels" | "install">,
  helmVersion: HelmVersion = "v4",
): void {
  if (install === false) checkReleaseName(name, "release name", UpgradeError);
  if (!isReleaseName(name)) {
    const rule = "invalid release name, must match regex " +
      "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$" +
      " and the length must not be longer than 53";
    const prefix = helmVersion === "v3" ? "" : NAME_CHECK;
    throw new InstallError(
      `${prefix}release name ${JSON.stringify(name)}: ${rule}`,
      name,
      { code: "release/name", hint: NAME_HINT },
    );
  }
  if (Object.keys(labels).some((label) => SYSTEM_LABELS.includes(label))) {
    throw new InstallError(
      `user supplied labels contains system reserved label name. System labels: [${
        SYSTEM_LABELS.join(" ")
      }]`,
      name,
      { code: "release/labels" },
    );
  }
}

function noDeployed(name: string, hint = "install it first"): UpgradeError {
  return new UpgradeError(`${JSON.stringify(name)} has no deployed releases`, name, {
    code: "release/not-found",
    hint,
  });
}
