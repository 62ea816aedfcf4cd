/**
 * Releases that are in a cluster already, as a stack file.
 *
 * @module
 */
import { chartOf } from "../release/stored_chart.ts";
import type { StoredChart } from "../release/stored_chart.ts";
import type { Release } from "../release/release.ts";
import { isMap, newMap } from "../template/value.ts";
import { emitYaml } from "../yaml/emit.ts";
import { bracketed, literal, objectCode } from "./code.ts";
import { Names } from "./names.ts";
import { splitSetNumbers } from "./set_numbers.ts";

/** Options of {@linkcode adoptReleases}. */
export interface AdoptOptions {
  /** The stack's name. */
  readonly name: string;
  /** Charts by release, where the record's own is not to be used. */
  readonly charts?: ReadonlyMap<string, string> | undefined;
}

/** What adopting makes. */
export interface AdoptedStack {
  /** The stack file and charts, by path. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** What somebody should look at, a line each. */
  readonly notes: readonly string[];
}

/**
 * Writes a stack file that declares these releases as their records have them: namespace, values,
 * labels, and the chart, which is written out of the record; large whole numbers as `set` where the
 * manifest shows that they were given so. A record does not keep subcharts: a
 * release whose chart has some is given the chart that `charts` names, else a note says so.
 */
export function adoptReleases(
  releases: readonly Release[],
  { name, charts = new Map() }: AdoptOptions,
): AdoptedStack {
  const notes: string[] = [];
  const names = new Names();
  const written = new ChartFolders(notes);
  const variables: string[] = [];
  const lines = releases.map((release) => {
    const variable = names.take(release.name, "Release");
    variables.push(variable);
    const chart = charts.get(release.name) ?? written.pathOf(release);
    note(release, notes);
    return `const ${variable} = release(${literal(release.name)}, ${optionsOf(release, chart)});`;
  });
  const text = [
    "// Releases found in the cluster, by `capstan adopt`.",
    'import { defineStack, main, release } from "@capstan/capstan";',
    "",
    ...lines,
    "",
    "// Say what comes after what with `needs`: until then all releases start at once.",
    `const stack = defineStack(${
      objectCode([["name", literal(name)], ["releases", bracketed("[", variables, "]", "  ")]])
    });`,
    "",
    "export default stack;",
    "",
    "if (import.meta.main) await main(stack);",
    "",
  ].join("\n");
  return { files: { "stack.ts": text, ...written.files }, notes };
}

function optionsOf(release: Release, chart: string): string {
  const { namespace, config = newMap(), labels } = release;
  const { values, set } = splitSetNumbers(config, printedBy(release));
  return objectCode([
    ["chart", literal(chart)],
    ["namespace", literal(namespace)],
    ...(Object.keys(values).length === 0 ? [] : [["values", literal(values, "  ")] as const]),
    ...(set.length === 0 ? [] : [["set", literal(set, "  ")] as const]),
    ...(Object.keys(labels).length === 0 ? [] : [["labels", literal(labels, "  ")] as const]),
  ]);
}

/** All that its templates have made. */
function printedBy({ manifest, hooks, info }: Release): string {
  return [manifest, ...hooks.map((hook) => hook.manifest), info.notes].join("\n");
}

const SECRET = /password|passwd|secret|token|credential|private.?key|api.?key/i;

function note({ name, namespace, info, revision, config }: Release, notes: string[]): void {
  const where = `release ${namespace}/${name}`;
  if (info.status !== "deployed") {
    notes.push(`${where}: its last revision, ${revision}, is ${info.status}`);
  }
  const secrets = secretPaths(config, "");
  if (secrets.length > 0) {
    notes.push(
      `${where}: values that look like secrets are written in clear: ${secrets.join(", ")}`,
    );
  }
}

/** Paths of texts whose key says that they are secret. */
function secretPaths(value: unknown, path: string): string[] {
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = path === "" ? key : `${path}.${key}`;
    if (typeof item === "string") return item !== "" && SECRET.test(key) ? [at] : [];
    return secretPaths(item, at);
  });
}

/** Charts of records as folders; releases of the same chart share one. */
class ChartFolders {
  readonly files: Record<string, string | Uint8Array> = {};
  readonly #folders = new Map<string, string>();
  constructor(private readonly notes: string[]) {}

  pathOf({ name, namespace, chart }: Release): string {
    const { metadata } = chart;
    const key = JSON.stringify(chart.json);
    const known = this.#folders.get(key);
    const folder = known ??
      this.#free(`charts/${safeName(metadata.name)}-${safeName(metadata.version)}`);
    this.#folders.set(key, folder);
    const subcharts = (metadata.dependencies ?? []).map((each) => each.alias || each.name);
    if (subcharts.length > 0) {
      this.notes.push(
        `release ${namespace}/${name}: its record does not keep the subcharts ${
          subcharts.join(", ")
        } of chart ${metadata.name}: name the chart with --chart ${name}=REFERENCE, or put ${metadata.version} of it into ${folder}`,
      );
    } else if (known === undefined) this.#write(folder, chart);
    return `./${folder}`;
  }

  #free(folder: string): string {
    const taken = new Set(this.#folders.values());
    let free = folder;
    for (let n = 2; taken.has(free); n++) free = `${folder}-${n}`;
    return free;
  }

  #write(folder: string, stored: StoredChart): void {
    const { templates, files, values, schema } = chartOf(stored);
    this.files[`${folder}/Chart.yaml`] = emitYaml(stored.json["metadata"]);
    if (values !== undefined) this.files[`${folder}/values.yaml`] = emitYaml(values);
    for (const file of [...templates, ...files, ...(schema === undefined ? [] : [schema])]) {
      if (!isInside(file.name)) {
        this.notes.push(
          `chart ${folder}: its file ${JSON.stringify(file.name)} lies outside of it`,
        );
        continue;
      }
      this.files[`${folder}/${file.name}`] = file.data;
    }
  }
}

function isInside(path: string): boolean {
  return path !== "" && !path.startsWith("/") && !path.includes("\\") &&
    !path.split("/").some((part) => part === ".." || part === "");
}

function safeName(text: string): string {
  return text.replace(/[^A-Za-z0-9.+-]/g, "-").replace(/^\.+/, "");
}
