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
import { readsOf } from "./template_reads.ts";
import type { TemplateText } from "./template_reads.ts";
import { noReads, readsBelow } from "./value_reads.ts";
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
    this.#reads = readsOf({
      templates: templatesOf(chart),
      lent: chart.dependencies.flatMap((each) => [...allTemplatesOf(each)]),
      rendered: renderedTexts(chart),
    });
  }

  shape(): MapShape {
    const root = this.#map(this.chart.values ?? {}, { reads: this.#reads, path: "", open: false });
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

  #of(value: unknown, place: Place): Shape {
    if (isMap(value)) return this.#map(value, place);
    if (Array.isArray(value)) return { kind: "list", of: this.#item(value, place) };
    switch (typeof value) {
      case "string":
        return value === "" ? EMPTY : { kind: "string" };
      case "boolean":
        return { kind: "boolean" };
      case "number":
      case "bigint":
        return { kind: "number" };
      default:
        return value instanceof GoNumber ? { kind: "number" } : ANY;
    }
  }

  /** A map is closed where templates read it, and only by its keys. */
  #map(values: GoMap, { reads, path, open }: Place): MapShape {
    const all = open || reads.whole;
    const fields = new Map<string, Field>();
    for (const [name, value] of Object.entries(values)) {
      const at = pathTo(path, name);
      fields.set(name, {
        shape: this.#of(value, { reads: readsBelow(reads, name), path: at, open: all }),
        description: this.#comments.descriptions.get(at),
        default: isMap(value) ? undefined : shortJson(value),
      });
    }
    const mentioned = [...reads.keys.keys(), ...this.#comments.commentedOut.get(path) ?? []];
    for (const name of mentioned) {
      if (fields.has(name)) continue;
      const below = { reads: readsBelow(reads, name), path: pathTo(path, name), open: all };
      fields.set(name, { shape: this.#unknown(below) });
    }
    return { kind: "map", fields, rest: this.#rest({ reads, path, open: all }) };
  }

  /** What keys may hold that neither the defaults nor the templates name. */
  #rest({ reads, path, open }: Place): Shape | undefined {
    if (open || reads.each?.whole) return ANY;
    if (reads.each !== undefined) return this.#unknown({ reads: reads.each, path, open });
    return path !== "" && reads.keys.size === 0 ? ANY : undefined;
  }

  /** A value of which only is known what is read of it. */
  #unknown(place: Place): Shape {
    return place.open || place.reads.whole || place.reads.keys.size === 0
      ? ANY
      : this.#map({}, { ...place, path: `${place.path}${SEPARATOR}` });
  }

  /** Items of a default list are examples: what they may hold is what templates read of them. */
  #item(list: readonly unknown[], { reads, path, open }: Place): Shape {
    const maps = list.filter(isMap);
    const below = {
      reads: reads.each ?? noReads(),
      path: `${path}${SEPARATOR}`,
      open: open || reads.whole,
    };
    if (maps.length === 0 || maps.length < list.length) {
      return unionOf(list.length === 0 ? [this.#unknown(below)] : list.map(itemShape));
    }
    const { fields, rest } = this.#map(Object.assign({}, ...maps), below);
    return {
      kind: "map",
      fields: new Map([...fields].map(([name, field]) => [name, anyScalar(field)])),
      rest,
    };
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

/** A default that is an empty text is how charts write that there is none, of ports too. */
const EMPTY: Shape = unionOf([{ kind: "string" }, { kind: "number" }]);

/** A place in the values. */
interface Place {
  readonly reads: Reads;
  /** Keys from the root, joined by {@linkcode SEPARATOR}; an empty one is any item. */
  readonly path: string;
  /** Whether something that it is in is used whole. */
  readonly open: boolean;
}

function pathTo(path: string, name: string): string {
  return path === "" ? name : `${path}${SEPARATOR}${name}`;
}

/** The texts that read this chart's values: its own templates, and those that libraries lend it. */
function* templatesOf(chart: Chart): Generator<TemplateText> {
  yield* chart.templates;
  for (const sub of chart.dependencies) if (isLibrary(sub)) yield* templatesOf(sub);
}

function* allTemplatesOf(chart: Chart): Generator<TemplateText> {
  yield* chart.templates;
  for (const sub of chart.dependencies) yield* allTemplatesOf(sub);
}

/** Files and default values that look like templates, but for those that are for people. */
function* renderedTexts(chart: Chart): Generator<TemplateText> {
  for (const file of chart.files) {
    // To decode what is no text would take its time.
    const forPeople = /\.md(\.gotmpl)?$/i.test(file.name);
    if (!forPeople && !file.data.includes(0) && readsValues(file.text)) yield file;
  }
  yield* textsIn(chart.values);
}

function readsValues(text: string): boolean {
  return text.includes("{{") && text.includes(".Values");
}

function* textsIn(value: unknown): Generator<TemplateText> {
  if (typeof value === "string" && readsValues(value)) {
    yield { name: "values.yaml", text: value };
  } else if (Array.isArray(value)) { for (const each of value) yield* textsIn(each); }
  else if (isMap(value)) { for (const each of Object.values(value)) yield* textsIn(each); }
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

function itemShape(value: unknown): Shape {
  if (isMap(value)) return OPEN_MAP;
  if (Array.isArray(value)) return { kind: "list", of: ANY };
  const kind = value instanceof GoNumber || typeof value === "bigint" ? "number" : typeof value;
  return kind === "string" || kind === "number" || kind === "boolean" ? { kind } : ANY;
}

/** What one item of a list has says nothing of the kind that another one's has. */
function anyScalar(field: Field): Field {
  const { kind } = field.shape;
  return {
    ...field,
    shape: kind === "map" || kind === "list" ? field.shape : ANY,
    default: undefined,
  };
}

function shortJson(value: unknown): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const text = JSON.stringify(value, (_, each) => {
    if (typeof each === "bigint") return Number(each);
    return each instanceof GoNumber ? Number(each.value) : each;
  });
  return text === undefined || text.length > 60 ? undefined : text;
}
