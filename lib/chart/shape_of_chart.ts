/**
 * The shape of a chart's values: from its schema where it has one, and from its default values,
 * their comments, what its templates read, and its subcharts.
 *
 * @module
 */
import { isMap } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import { GoNumber } from "../template/value.ts";
import type { Chart } from "./chart.ts";
import { isLibrary } from "./chart.ts";
import { parseJsonValue } from "./decode.ts";
import { shapeFromSchema } from "./shape_from_schema.ts";
import { readComments, SEPARATOR } from "./value_comments.ts";
import type { ValueComments } from "./value_comments.ts";
import { noReads, readsOf } from "./value_reads.ts";
import type { Reads } from "./value_reads.ts";
import { ANY, mergeShapes, OPEN_MAP, unionOf } from "./value_shape.ts";
import type { Field, MapShape, Shape } from "./value_shape.ts";

/** The shape of the values that somebody may give to a chart. */
export function shapeOfChart(chart: Chart): Shape {
  const inferred = new Inference(chart).shape();
  if (chart.schema === undefined) return inferred;
  const { shape, undecided } = shapeFromSchema(parseJsonValue(chart.schema.text));
  return mergeShapes(shape, inferred, undecided);
}

class Inference {
  readonly #comments: ValueComments;
  readonly #reads: Reads;
  constructor(private readonly chart: Chart) {
    const file = chart.raw.find(({ name }) => name === "values.yaml");
    this.#comments = readComments(file?.text ?? "");
    this.#reads = readsOf(templatesOf(chart));
  }

  shape(): MapShape {
    const root = this.#map(this.chart.values ?? {}, this.#reads, "", true);
    const fields = new Map<string, Field>(root.fields);
    const globals = fields.get("global");
    fields.set("global", {
      ...globals,
      shape: mergeShapes(OPEN_MAP, globals?.shape ?? OPEN_MAP),
      description: globals?.description ?? "Seen by this chart and all its subcharts.",
    });
    this.#addSubcharts(fields);
    return { ...root, fields };
  }

  #of(value: unknown, reads: Reads, path: string): Shape {
    if (isMap(value)) return this.#map(value, reads, path, false);
    if (Array.isArray(value)) {
      return {
        kind: "list",
        of: unionOf(value.length === 0 ? [ANY] : value.map((each) => itemShape(each))),
      };
    }
    switch (typeof value) {
      case "string":
        return { kind: "string" };
      case "boolean":
        return { kind: "boolean" };
      case "number":
      case "bigint":
        return { kind: "number" };
      default:
        return value instanceof GoNumber ? { kind: "number" } : ANY;
    }
  }

  /** A map is closed where templates read it, and never as a whole. */
  #map(values: GoMap, reads: Reads, path: string, root: boolean): MapShape {
    const fields = new Map<string, Field>();
    for (const [name, value] of Object.entries(values)) {
      const at = path === "" ? name : `${path}${SEPARATOR}${name}`;
      fields.set(name, {
        shape: this.#of(value, reads.keys.get(name) ?? noReads(), at),
        description: this.#comments.descriptions.get(at),
        default: isMap(value) ? undefined : shortJson(value),
      });
    }
    const mentioned = [...reads.keys.keys(), ...this.#comments.commentedOut.get(path) ?? []];
    for (const name of mentioned) {
      if (fields.has(name)) continue;
      const below = reads.keys.get(name) ?? noReads();
      const at = path === "" ? name : `${path}${SEPARATOR}${name}`;
      fields.set(name, { shape: below.keys.size === 0 ? ANY : this.#map({}, below, at, false) });
    }
    const open = reads.whole || (!root && (fields.size === 0 || reads.keys.size === 0));
    return { kind: "map", fields, rest: open ? ANY : undefined };
  }

  #addSubcharts(fields: Map<string, Field>): void {
    const tags = new Set<string>();
    for (const declared of this.chart.metadata.dependencies ?? []) {
      const key = declared.alias || declared.name;
      const sub = this.chart.dependencies.find(({ metadata }) => metadata.name === declared.name);
      setSubchart(fields, key, sub);
      for (const tag of declared.tags) tags.add(tag);
      for (const path of declared.condition.split(",")) addSwitch(fields, path.trim().split("."));
    }
    const declared = new Set((this.chart.metadata.dependencies ?? []).map(({ name }) => name));
    for (const sub of this.chart.dependencies) {
      const { name } = sub.metadata;
      if (!declared.has(name)) setSubchart(fields, name, sub);
    }
    for (const tag of tags) addSwitch(fields, ["tags", tag]);
  }
}

/** The texts that read this chart's values: its own templates, and those that libraries lend it. */
function* templatesOf(chart: Chart): Generator<string> {
  for (const { text } of chart.templates) yield text;
  for (const sub of chart.dependencies) if (isLibrary(sub)) yield* templatesOf(sub);
}

function setSubchart(fields: Map<string, Field>, key: string, sub: Chart | undefined): void {
  const here = fields.get(key);
  if (sub !== undefined && isLibrary(sub) && here === undefined) return;
  const own = sub === undefined ? OPEN_MAP : shapeOfChart(sub);
  fields.set(key, {
    ...here,
    shape: here === undefined ? own : mergeShapes(own, here.shape),
    description: here?.description ?? `Values of the subchart ${sub?.metadata.name ?? key}.`,
  });
}

/** A boolean at a path, where nothing is known of it yet. */
function addSwitch(fields: Map<string, Field>, path: readonly string[]): void {
  const [name = "", ...rest] = path;
  if (name === "") return;
  const here = fields.get(name);
  if (rest.length === 0) {
    if (here === undefined || here.shape.kind === "any") {
      fields.set(name, { ...here, shape: { kind: "boolean" } });
    }
    return;
  }
  if (here !== undefined && here.shape.kind !== "map") return;
  const map = here?.shape ?? { kind: "map", fields: new Map(), rest: undefined };
  const below = new Map<string, Field>(map.kind === "map" ? map.fields : []);
  addSwitch(below, rest);
  fields.set(name, { ...here, shape: { ...map as MapShape, fields: below } });
}

/** Items of a default list are examples: their maps may have other keys. */
function itemShape(value: unknown): Shape {
  if (isMap(value)) return OPEN_MAP;
  if (Array.isArray(value)) return { kind: "list", of: ANY };
  const kind = value instanceof GoNumber || typeof value === "bigint" ? "number" : typeof value;
  return kind === "string" || kind === "number" || kind === "boolean" ? { kind } : ANY;
}

function shortJson(value: unknown): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const text = JSON.stringify(value, (_, each) => {
    if (typeof each === "bigint") return Number(each);
    return each instanceof GoNumber ? Number(each.value) : each;
  });
  return text === undefined || text.length > 60 ? undefined : text;
}
