/**
 * A helmfile's releases as those of a stack.
 *
 * @module
 */
import { isMap, truth } from "../../template/value.ts";
import type { GoMap } from "../../template/value.ts";
import { literal } from "./code.ts";
import { hooksOf } from "./hooks.ts";
import type { ImportedHook } from "./hooks.ts";
import { inherited } from "./inherit.ts";
import { recordLabels } from "./labels.ts";
import { chartOf } from "./release_chart.ts";
import { listOf, ReleaseText } from "./release_text.ts";
import { valueOptions } from "./release_values.ts";
import type { ImportedRepository } from "./repositories.ts";
import type { HelmfileState, Reader } from "./state.ts";

/** A release of one environment. */
export interface ImportedRelease {
  /** `context/namespace/name`, with empty parts where there is none. */
  readonly key: string;
  readonly name: string;
  readonly namespace: string | undefined;
  /** Expressions by option; `needs` is not among them. */
  readonly options: ReadonlyMap<string, string>;
  /** As the helmfile writes them: `[[context/]namespace/]name`. */
  readonly needs: readonly string[];
  readonly hooks: readonly ImportedHook[];
  /** The address of the chart's repository, where it comes from one. */
  readonly repository: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** Options with the same meaning in both; helmfile's name first. */
const SAME: Readonly<Record<string, string>> = {
  atomic: "atomic",
  cleanupOnFail: "cleanupOnFail",
  description: "description",
  disableHooks: "noHooks",
  disableOpenAPIValidation: "skipFieldValidation",
  force: "forceReplace",
  forceConflicts: "forceConflicts",
  historyMax: "maxHistory",
  rollbackOnFailure: "atomic",
  skipCRDs: "skipCrds",
  skipSchemaValidation: "skipSchemaValidation",
  takeOwnership: "takeOwnership",
  wait: "wait",
  waitForJobs: "waitForJobs",
};
/** What is read elsewhere, or says nothing about a stack. */
const READ = [
  "chart",
  "condition",
  "conditionTemplate",
  "createNamespace",
  "hooks",
  "inherit",
  "installed",
  "installedTemplate",
  "kubeContext",
  "labels",
  "missingFileHandler",
  "name",
  "namespace",
  "needs",
  "secrets",
  "set",
  "setString",
  "setTemplate",
  "timeout",
  "values",
  "valuesTemplate",
  "version",
  "waitTemplate",
];

/** A release whose condition is off. */
export interface ReleaseOff {
  readonly key: string;
  readonly name: string;
  readonly condition: string;
}

/** The releases of a helmfile that are installed in its environment, and those whose condition is off. */
export function releasesOf(
  reader: Reader,
  state: HelmfileState,
  /** Its own, and those of the helmfiles that name it: helm knows what any of them has added. */
  repositories: readonly ImportedRepository[],
): { readonly releases: ImportedRelease[]; readonly off: ReleaseOff[] } {
  const { document } = state;
  const defaults = isMap(document["helmDefaults"]) ? document["helmDefaults"] : {};
  const common = isMap(document["commonLabels"]) ? document["commonLabels"] : {};
  noteDefaults(reader, state, defaults);
  const off: ReleaseOff[] = [];
  const releases = listOf(document["releases"]).filter(isMap).flatMap((raw) => {
    const whole = inherited(raw, document, (template) => {
      reader.left.add(
        `release ${String(raw["name"])}: it inherits ${template}, which is not there`,
      );
    });
    const release = new ReleaseText(reader, state, whole);
    const one = new ReleaseReader(release, { defaults, common, repositories });
    const condition = one.offBy();
    if (condition !== undefined) {
      off.push({ key: one.key(), name: release.name, condition });
      return [];
    }
    return one.isInstalled() ? [one.read()] : [];
  });
  return { releases, off };
}

/** What helmDefaults has that no release of a stack can. */
function noteDefaults({ left }: Reader, state: HelmfileState, defaults: GoMap): void {
  for (const key of Object.keys(defaults)) {
    if (SAME[key] === undefined && !["createNamespace", "kubeContext", "timeout"].includes(key)) {
      left.add(`helmDefaults: ${key}`);
    }
  }
  const { environment, environmentContext: lost } = state;
  const { kubeContext: taken } = defaults;
  if (lost !== undefined && taken && taken !== lost) {
    left.add(
      `environment ${environment}: kubeContext ${lost}: helmfile takes that of helmDefaults, ${taken}`,
    );
  }
}

interface Surroundings {
  readonly defaults: GoMap;
  readonly common: GoMap;
  readonly repositories: readonly ImportedRepository[];
}

class ReleaseReader {
  constructor(private readonly release: ReleaseText, private readonly from: Surroundings) {}

  /** The condition that keeps it out of its environment. */
  offBy(): string | undefined {
    const { raw, state } = this.release;
    const given = raw["conditionTemplate"] ?? raw["condition"];
    if (given === undefined) return undefined;
    const condition = this.release.text(given);
    if (/^(true|false)$/i.test(condition)) {
      return condition.toLowerCase() === "true" ? undefined : condition;
    }
    const value = condition.split(".").reduce<unknown>(
      (at, key) => isMap(at) ? at[key] : undefined,
      state.values,
    );
    return truth(value) ? undefined : condition;
  }

  /** Names it in all environments: what context an environment names makes no other release of it. */
  key(): string {
    const { name, namespace } = this.release;
    return `${this.#ownContext() ?? ""}/${namespace ?? ""}/${name}`;
  }

  isInstalled(): boolean {
    const { raw, state } = this.release;
    const installed = raw["installedTemplate"] ?? raw["installed"];
    if (installed === undefined || this.release.text(installed) === "true") return true;
    this.release.leave(
      `installed: false in environment ${state.environment}: helmfile would uninstall it; a ` +
        "release that a stack does not name is left alone",
    );
    return false;
  }

  read(): ImportedRelease {
    const { release } = this;
    const { raw, name, namespace } = release;
    const chart = chartOf(release, this.from.repositories);
    const labels = this.#labels();
    const options = new Map([
      ["chart", chart.code],
      ...this.#placeOptions(),
      ...this.#labelOptions(labels),
      ...this.#sameOptions(),
      ...valueOptions(release),
    ]);
    for (const key of Object.keys(raw)) {
      if (!READ.includes(key) && SAME[key] === undefined) release.leave(key);
    }
    const hooks = hooksOf(raw["hooks"], {
      name,
      owner: `release ${name}`,
      left: release.reader.left,
      text: (value, event) => release.text(value, event),
    });
    const needs = listOf(raw["needs"]).map((need) => release.text(need));
    const { repository } = chart;
    return { key: this.key(), name, namespace, options, needs, hooks, repository, labels };
  }

  *#placeOptions(): Generator<[string, string]> {
    const { raw, namespace, state } = this.release;
    if (namespace !== undefined) yield ["namespace", literal(namespace)];
    const { createNamespace = this.from.defaults["createNamespace"] } = raw;
    if (createNamespace ?? namespace !== undefined) yield ["createNamespace", "true"];
    const context = this.#ownContext() ?? state.environmentContext;
    if (context !== undefined) yield ["cluster", `kubeContext(${literal(context)})`];
  }

  *#labelOptions(labels: Readonly<Record<string, string>>): Generator<[string, string]> {
    const kept = recordLabels(labels, (what) => this.release.leave(what));
    if (Object.keys(kept).length > 0) yield ["labels", literal(kept)];
  }

  *#sameOptions(): Generator<[string, string]> {
    const { raw } = this.release;
    const { defaults } = this.from;
    for (const [theirs, ours] of Object.entries(SAME)) {
      const template = theirs === "wait" ? raw["waitTemplate"] : undefined;
      const value = template === undefined
        ? raw[theirs] ?? defaults[theirs]
        : this.release.text(template) === "true";
      if (value !== undefined && value !== false) {
        yield [ours, literal(this.release.deep(value))];
      }
    }
    const timeout = raw["timeout"] ?? defaults["timeout"];
    if (timeout !== undefined) yield ["timeout", JSON.stringify(`${timeout}s`)];
  }

  /**
   * The context that is not the environment's. The helmfile's own is the strongest; then comes what
   * the release has, or gets of helmDefaults before anything looks at the environment
   * (ExecuteTemplates in helmfile's pkg/state/state_exec_tmpl.go).
   */
  #ownContext(): string | undefined {
    const { raw, state } = this.release;
    const context = state.document["kubeContext"] || raw["kubeContext"] ||
      this.from.defaults["kubeContext"];
    return context ? this.release.text(context) : undefined;
  }

  /** Those that all releases have are stronger than a release's own. */
  #labels(): Record<string, string> {
    const { raw } = this.release;
    const own = isMap(raw["labels"]) ? raw["labels"] : {};
    return Object.fromEntries(
      Object.entries({ ...this.from.common, ...own, ...this.from.common })
        .map(([key, value]) => [key, this.release.text(value)]),
    );
  }
}
