/**
 * A helmfile's releases as those of a stack.
 *
 * @module
 */
import { folderOf } from "../../files.ts";
import { messageOf } from "../../errors.ts";
import { isMap, truth } from "../../template/value.ts";
import type { GoMap } from "../../template/value.ts";
import { bracketed } from "../code.ts";
import { literal, valuesLiteral } from "./code.ts";
import { recordLabels } from "./labels.ts";
import { hooksOf } from "./hooks.ts";
import type { ImportedHook } from "./hooks.ts";
import { layered, renderText } from "./render.ts";
import { joinPath } from "./source.ts";
import type { HelmfileState, Reader } from "./state.ts";
import { parseMap } from "./yaml.ts";

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

/** A chart repository that the helmfile names. */
export interface ImportedRepository {
  readonly name: string;
  readonly url: string;
  readonly options: ReadonlyMap<string, string>;
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
  "createNamespace",
  "hooks",
  "inherit",
  "installed",
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
];

/** The repositories of a helmfile. */
export function repositoriesOf(
  { left }: Reader,
  { document }: HelmfileState,
): ImportedRepository[] {
  const list = Array.isArray(document["repositories"]) ? document["repositories"] : [];
  return list.filter(isMap).map((repository) => {
    const name = String(repository["name"]);
    const options = new Map<string, string>();
    for (const [key, value] of Object.entries(repository)) {
      if (["name", "url", "oci"].includes(key)) continue;
      if (key === "username" || key === "password") options.set(key, literal(value));
      else left.add(`repository ${name}: ${key}`);
    }
    const url = String(repository["url"] ?? "").replace(/\/+$/, "");
    const oci = repository["oci"] === true && !url.startsWith("oci://");
    return { name, url: oci ? `oci://${url}` : url, options };
  });
}

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
  const templates = isMap(document["templates"]) ? document["templates"] : {};
  const common = isMap(document["commonLabels"]) ? document["commonLabels"] : {};
  for (const key of Object.keys(defaults)) {
    if (SAME[key] === undefined && !["createNamespace", "kubeContext", "timeout"].includes(key)) {
      reader.left.add(`helmDefaults: ${key}`);
    }
  }
  const list = Array.isArray(document["releases"]) ? document["releases"].filter(isMap) : [];
  const off: ReleaseOff[] = [];
  const releases = list.flatMap((raw) => {
    const one = new ReleaseReader(reader, state, inherited(raw, templates));
    const condition = one.offBy();
    if (condition !== undefined) {
      off.push({ key: one.key(defaults), name: one.name, condition });
      return [];
    }
    return one.isInstalled() ? [one.read({ defaults, common, repositories })] : [];
  });
  return { releases, off };
}

/** A release over the templates that it inherits. */
function inherited(release: GoMap, templates: GoMap): GoMap {
  const list = Array.isArray(release["inherit"]) ? release["inherit"].filter(isMap) : [];
  const layers = list.map((entry) => {
    const template = templates[String(entry["template"])];
    const except = Array.isArray(entry["except"]) ? entry["except"] : [];
    return Object.fromEntries(
      Object.entries(isMap(template) ? template : {}).filter(([key]) => !except.includes(key)),
    );
  });
  return layered([...layers, release]);
}

interface Surroundings {
  readonly defaults: GoMap;
  readonly common: GoMap;
  readonly repositories: readonly ImportedRepository[];
}

class ReleaseReader {
  readonly name: string;
  readonly #raw: GoMap;
  readonly #namespace: string | undefined;
  readonly #folder: string;

  constructor(
    private readonly reader: Reader,
    private readonly state: HelmfileState,
    raw: GoMap,
  ) {
    this.#raw = raw;
    this.#folder = folderOf(state.path);
    this.name = this.#text(raw["name"]);
    const namespace = raw["namespace"] ?? state.document["namespace"];
    this.#namespace = namespace === undefined ? undefined : this.#text(namespace);
  }

  /** The condition that keeps it out of its environment. */
  offBy(): string | undefined {
    const { condition } = this.#raw;
    if (typeof condition !== "string") return undefined;
    const value = condition.split(".").reduce<unknown>(
      (at, key) => isMap(at) ? at[key] : undefined,
      this.state.values,
    );
    return truth(value) ? undefined : condition;
  }

  /** Names it in all environments: what context an environment names makes no other release of it. */
  key(defaults: GoMap): string {
    const context = this.#raw["kubeContext"] ?? defaults["kubeContext"];
    return `${context ?? ""}/${this.#namespace ?? ""}/${this.name}`;
  }

  isInstalled(): boolean {
    const { installed } = this.#raw;
    if (installed === undefined || installed === true || this.#text(installed) === "true") {
      return true;
    }
    this.#leave(
      `installed: false in environment ${this.state.environment}: helmfile would uninstall it; a ` +
        "release that a stack does not name is left alone",
    );
    return false;
  }

  read({ defaults, common, repositories }: Surroundings): ImportedRelease {
    const raw = this.#raw;
    const options = new Map<string, string>();
    const repository = this.#chart(options, repositories);
    if (this.#namespace !== undefined) options.set("namespace", literal(this.#namespace));
    if (raw["createNamespace"] ?? defaults["createNamespace"] ?? this.#namespace !== undefined) {
      options.set("createNamespace", "true");
    }
    const context = raw["kubeContext"] ?? this.state.kubeContext;
    if (context !== undefined) {
      options.set("cluster", `kubeContext(${literal(this.#text(context))})`);
    }
    const labels = this.#labels(common);
    const kept = recordLabels(labels, (what) => this.#leave(what));
    if (Object.keys(kept).length > 0) options.set("labels", literal(kept));
    for (const [theirs, ours] of Object.entries(SAME)) {
      const value = raw[theirs] ?? defaults[theirs];
      if (value !== undefined && value !== false) options.set(ours, literal(this.#deep(value)));
    }
    const timeout = raw["timeout"] ?? defaults["timeout"];
    if (timeout !== undefined) options.set("timeout", JSON.stringify(`${timeout}s`));
    this.#values(options);
    for (const key of Object.keys(raw)) {
      if (!READ.includes(key) && SAME[key] === undefined) this.#leave(key);
    }
    const { left } = this.reader;
    const named = { name: this.name, owner: `release ${this.name}` };
    return {
      key: this.key(defaults),
      name: this.name,
      namespace: this.#namespace,
      options,
      needs: listOf(raw["needs"]).map((need) => this.#text(need)),
      hooks: hooksOf(raw["hooks"], {
        ...named,
        left,
        text: (value, event) => this.#text(value, event),
      }),
      repository,
      labels,
    };
  }

  #chart(options: Map<string, string>, repositories: readonly ImportedRepository[]) {
    const chart = this.#text(this.#raw["chart"]);
    const version = this.#raw["version"] === undefined
      ? undefined
      : this.#text(this.#raw["version"]);
    const [alias = "", ...rest] = chart.split("/");
    const repository = repositories.find(({ name }) => name === alias);
    if (repository !== undefined && rest.length > 0) {
      const given = [rest.join("/"), ...(version === undefined ? [] : [version])].map((each) =>
        literal(each)
      );
      options.set("chart", `@REPO:${repository.url}@.chart(${given.join(", ")})`);
      return repository.url;
    }
    const oci = /^(oci:\/\/.+)\/([^/:]+)$/.exec(chart);
    if (oci !== null) {
      const given = [oci[2]!, ...(version === undefined ? [] : [version])].map((each) =>
        literal(each)
      );
      options.set("chart", `@REPO:${oci[1]}@.chart(${given.join(", ")})`);
      return oci[1];
    }
    const remote = /^[a-z][a-z0-9+]*:/.test(chart);
    const local = !remote &&
      (/^[./]/.test(chart) ||
        this.reader.files.read(joinPath(this.#folder, `${chart}/Chart.yaml`)) !== undefined);
    if (/^git[:+]/.test(chart)) this.#leave(`chart ${chart}: fetch it to a folder, and name that`);
    else if (!remote && !local) {
      this.#leave(
        `chart ${chart}: the helmfile names no repository ${alias}: use repository(…).chart(…)`,
      );
    }
    if (local) this.#checkChart(chart);
    options.set("chart", literal(local ? relative(joinPath(this.#folder, chart)) : chart));
    if (version !== undefined && !remote && !local) this.#leave(`version ${version}`);
    return undefined;
  }

  /** Helmfile makes charts of folders that are none. */
  #checkChart(chart: string): void {
    const names = this.reader.files.list(joinPath(this.#folder, chart));
    if (names.length === 0 || names.includes("Chart.yaml")) return;
    const kustomized = names.some((name) => /^kustomization(\.ya?ml)?$/i.test(name));
    this.#leave(
      `chart ${chart}: ${
        kustomized ? "it is a kustomization" : "it has no Chart.yaml"
      }: make a chart of what it renders to`,
    );
  }

  #values(options: Map<string, string>): void {
    const raw = this.#raw;
    const layers: string[] = [];
    for (const entry of [...listOf(raw["values"]), ...listOf(raw["valuesTemplate"])]) {
      const code = isMap(entry)
        ? valuesLiteral(this.#deep(entry), "  ")
        : this.#valuesFile(this.#text(entry));
      if (code !== undefined) layers.push(code);
    }
    for (const secret of listOf(raw["secrets"])) {
      this.#leave(
        `secrets ${isMap(secret) ? "in the helmfile" : String(secret)}: they are not decrypted`,
      );
    }
    const set: string[] = [];
    for (const entry of [...listOf(raw["set"]), ...listOf(raw["setTemplate"])].filter(isMap)) {
      const expression = this.#setExpression(entry);
      if (expression === undefined) this.#leave(`set ${String(entry["name"])} from a file`);
      else set.push(expression);
    }
    for (const entry of listOf(raw["setString"]).filter(isMap)) {
      const path = String(entry["name"]).split(".");
      const value = path.reduceRight<unknown>(
        (below, key) => ({ [key]: below }),
        this.#text(entry["value"]),
      );
      layers.push(literal(value, "  "));
    }
    if (layers.length === 1) options.set("values", layers[0]!);
    else if (layers.length > 1) {
      options.set(
        "values",
        bracketed("[", layers.map((code) => code.replaceAll("\n", "\n  ")), "]", "  "),
      );
    }
    if (set.length > 0) options.set("set", literal(set, "  "));
  }

  #setExpression(entry: GoMap): string | undefined {
    const name = String(entry["name"]);
    const escape = (value: unknown) => this.#text(value).replace(/[\\,{}]/g, "\\$&");
    if (Array.isArray(entry["values"])) return `${name}={${entry["values"].map(escape).join(",")}}`;
    return "value" in entry ? `${name}=${escape(entry["value"])}` : undefined;
  }

  /** A file stays a file; one that is a template is rendered now. */
  #valuesFile(name: string): string | undefined {
    const path = joinPath(this.#folder, name);
    const text = this.reader.files.read(path);
    if (text === undefined) {
      const handler = this.#raw["missingFileHandler"] ?? this.state.document["missingFileHandler"];
      this.#leave(`values file ${name}: there is no such file`);
      return handler === undefined || handler === "Error" ? literal(relative(path)) : undefined;
    }
    if (!path.endsWith(".gotmpl")) return literal(relative(path));
    this.#leave(
      `values file ${name}: it is a template; what it gives now is written into the stack`,
    );
    return valuesLiteral(parseMap(path, this.#render(path, text)), "  ");
  }

  #labels(common: GoMap): Record<string, string> {
    const own = isMap(this.#raw["labels"]) ? this.#raw["labels"] : {};
    return Object.fromEntries(
      Object.entries({ ...common, ...own }).map(([key, value]) => [key, this.#text(value)]),
    );
  }

  /** A scalar as text, rendered where it is a template of the release. */
  #text(value: unknown, event = ""): string {
    const text = typeof value === "string" ? value : literal(value);
    return text.includes("{{") ? this.#render(this.state.path, text, event) : text;
  }

  #render(path: string, text: string, event = ""): string {
    const { environment, values } = this.state;
    const raw = this.#raw;
    const plain = (value: unknown) =>
      typeof value === "string" && value.includes("{{") ? "" : value ?? "";
    const release = {
      Name: this.name ?? plain(raw["name"]),
      Namespace: this.#namespace ?? plain(raw["namespace"]),
      Chart: plain(raw["chart"]),
      Labels: isMap(raw["labels"]) ? raw["labels"] : {},
      KubeContext: plain(raw["kubeContext"]),
    };
    try {
      return renderText(this.reader.files, path, text, {
        environment,
        values,
        release,
        event,
        namespace: this.#namespace,
        left: this.reader.left,
      });
    } catch (error) {
      this.#leave(`${path === this.state.path ? JSON.stringify(text) : path}: ${messageOf(error)}`);
      return text;
    }
  }

  #deep(value: unknown): unknown {
    if (typeof value === "string") return value.includes("{{") ? this.#text(value) : value;
    if (Array.isArray(value)) return value.map((item) => this.#deep(item));
    if (!isMap(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#deep(item)]));
  }

  #leave(what: string): void {
    this.reader.left.add(`release ${this.name}: ${what}`);
  }
}

/** A path that Capstan takes for a folder or a file. */
function relative(path: string): string {
  return /^[./]/.test(path) ? path : `./${path}`;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
