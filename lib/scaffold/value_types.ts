/**
 * Values of a chart as TypeScript types.
 *
 * @module
 */
import type { Chart } from "../chart/chart.ts";
import { shapeOfChart } from "../chart/shape_of_chart.ts";
import type { Field, MapShape, Shape } from "../chart/value_shape.ts";

/** Options of {@linkcode valueTypes}. */
export interface ValueTypesOptions {
  /** The type's name. @default the chart's name in upper camel case, then `Values` */
  readonly name?: string | undefined;
}

const WIDTH = 100;

/**
 * Writes a TypeScript module that exports one type: the values that may be given to a chart. It is
 * read from the chart's values.schema.json where there is one, and from values.yaml, its comments,
 * what the templates read, and the subcharts. Every key is optional, since the chart has defaults,
 * and may be `null`, which takes a default away. What is not known is `unknown`.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles, valueTypes } from "@capstan/capstan";
 *
 * const chart = chartFromFiles({
 *   "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
 *   "values.yaml": "# Pods to run.\nreplicas: 2\n",
 *   "templates/web.yaml": "replicas: {{ .Values.replicas }}\n",
 * });
 * const module = valueTypes(chart);
 * if (!module.includes("readonly replicas?: number | null;")) throw new Error(module);
 * ```
 */
export function valueTypes(chart: Chart, options: ValueTypesOptions = {}): string {
  const { name, version } = chart.metadata;
  const type = options.name ?? `${upperCamel(name)}Values`;
  const shape = shapeOfChart(chart);
  const from = chart.schema === undefined ? "values.yaml" : "values.schema.json and values.yaml";
  return [
    `// Values of chart ${name} ${version}, from its ${from}.`,
    `// Written by \`capstan types\`; run it again when the chart changes.`,
    "",
    `/** What may be given to chart ${name} ${version}. */`,
    `export type ${type} = ${typeText(shape, "")};`,
    "",
  ].join("\n");
}

/** `my-chart` as `MyChart`, so that it can begin a type's name. */
export function upperCamel(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const joined = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
  return /^[A-Za-z]/.test(joined) ? joined : `Chart${joined}`;
}

function typeText(shape: Shape, indent: string): string {
  switch (shape.kind) {
    case "any":
      return "unknown";
    case "literal":
      return JSON.stringify(shape.value);
    case "list": {
      const item = typeText(shape.of, indent);
      return `readonly ${shape.of.kind === "union" ? `(${item})` : item}[]`;
    }
    case "union":
      return shape.of.map((each) => typeText(each, indent)).join(" | ");
    case "map":
      return mapText(shape, indent);
    default:
      return shape.kind;
  }
}

function mapText({ fields, rest }: MapShape, indent: string): string {
  // Keys that are not known may hold what the known ones must not.
  const others = fields.size === 0 && rest !== undefined
    ? nullable(typeText(rest, indent))
    : "unknown";
  const index = rest === undefined ? [] : [`readonly [key: string]: ${others};`];
  if (fields.size === 0) {
    return index.length === 0 ? "Record<string, never>" : `{ ${index[0]!.slice(0, -1)} }`;
  }
  const lines = [...fields].flatMap(([name, field]) => fieldLines(name, field, `${indent}  `));
  return ["{", ...lines, ...index.map((line) => `${indent}  ${line}`), `${indent}}`].join("\n");
}

function fieldLines(name: string, field: Field, indent: string): string[] {
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  const type = typeText(field.shape, indent);
  return [...docLines(field, indent), `${indent}readonly ${key}?: ${nullable(type)};`];
}

function nullable(type: string): string {
  return type === "unknown" || /(^|\| )null$/.test(type) ? type : `${type} | null`;
}

function docLines({ description = "", default: standard }: Field, indent: string): string[] {
  const words = [
    ...description.split("\n").map((line) => line.trim()),
    ...(standard === undefined ? [] : [`@default ${standard}`]),
  ].filter((line) => line !== "").map((line) => line.replaceAll("*/", "*\\/"));
  if (words.length === 0) return [];
  const short = `${indent}/** ${words.join(" ")} */`;
  if (!description.includes("\n") && short.length <= WIDTH) return [short];
  return [`${indent}/**`, ...words.map((line) => `${indent} * ${line}`), `${indent} */`];
}
