/** docs/events.md against the types of the events, and against the events of real runs. */
import assert from "node:assert/strict";
import { EVENTS_VERSION } from "../../lib/events.ts";
import { hook, release } from "../../lib/stack/stack.ts";
import { chartFiles, CONFIG, hookJob, rehearse } from "../harness.ts";

interface Field {
  readonly type: string;
  readonly optional: boolean;
}
type Fields = Readonly<Record<string, Field>>;

const page = await Deno.readTextFile(new URL("../../docs/events.md", import.meta.url));

/** The fields of each event type as the page has them, `step-planned` with those of its step. */
const documented: Readonly<Record<string, Fields>> = Object.fromEntries(
  page.split(/^## /m).slice(1).map((section) => {
    const fields = section.split("\n").filter((line) => line.startsWith("| `")).map((line) => {
      const [name, type] = line.split("|").slice(1).map((cell) => cell.trim());
      const [, path, mark] = /^`([^`]+)`( \?)?$/.exec(name!)!;
      return [path!, { type: type!, optional: mark !== undefined }] as const;
    });
    return [/^`([^`]+)`/.exec(section)![1]!, Object.fromEntries(fields)];
  }),
);

const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  "list of text": (value) => Array.isArray(value) && value.every(CHECKS["text"]!),
  "list of map": (value) => Array.isArray(value) && value.every((item) => typeof item === "object"),
  "map of number": (value) =>
    typeof value === "object" && value !== null && Object.values(value).every(CHECKS["number"]!),
};

/** What an event has that the page does not say, and the other way round. */
function mistakes(event: Record<string, unknown>): string[] {
  const { at, type, ...rest } = event;
  const fields = documented[String(type)];
  if (fields === undefined) return [`no event ${type}`];
  const given = type === "step-planned"
    ? Object.fromEntries(
      Object.entries(rest["step"] as object).map(([name, value]) => [`step.${name}`, value]),
    )
    : rest;
  return [
    ...(typeof at === "number" ? [] : ["no time"]),
    ...Object.keys(given).filter((name) => !(name in fields)).map((name) => `${type} has ${name}`),
    ...Object.entries(fields).flatMap(([name, { type: is, optional }]) => {
      const value = given[name];
      if (value === undefined) return optional ? [] : [`${type} has no ${name}`];
      return CHECKS[is]!(value) ? [] : [`${name} of ${type} is no ${is}: ${JSON.stringify(value)}`];
    }),
  ];
}

/** A property of a type, as `deno doc --json` has it. */
interface DocProperty {
  readonly name: string;
  readonly optional?: boolean;
  readonly tsType?: { readonly kind: string; readonly repr?: string };
}

/** The properties of the first type below a node that has any. */
function propertiesIn(node: unknown): DocProperty[] {
  if (typeof node !== "object" || node === null) return [];
  const { properties } = node as { properties?: DocProperty[] };
  if (Array.isArray(properties) && properties.length > 0) return properties;
  return Object.values(node).map(propertiesIn).find((found) => found.length > 0) ?? [];
}

Deno.test("docs/events.md has every event type and every field of lib/events.ts, and no other", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "lib/events.ts"],
    cwd: new URL("../..", import.meta.url).pathname,
  }).output();
  const doc = JSON.parse(new TextDecoder().decode(stdout));
  const types = new Map<string, string[]>();
  let step: string[] = [];
  const names = (properties: readonly DocProperty[]) =>
    properties.map(({ name, optional }) => `${name}${optional ? "?" : ""}`);
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { properties, name } = node as { properties?: DocProperty[]; name?: string };
    const tag = properties?.find((property) => property.name === "type")?.tsType;
    if (tag?.kind === "literal") {
      types.set(tag.repr!, names(properties!.filter((property) => property.name !== "type")));
    }
    if (name === "StepInfo") step = names(propertiesIn(node));
    for (const value of Object.values(node)) walk(value);
  };
  walk(doc);
  types.set("step-planned", step.map((name) => `step.${name}`));
  const onPage = Object.entries(documented).map(([type, fields]) => [
    type,
    Object.entries(fields).map(([name, { optional }]) => `${name}${optional ? "?" : ""}`).sort(),
  ]);
  assert.deepEqual(
    onPage.sort(),
    [...types].map(([type, fields]) => [type, fields.sort()]).sort(),
  );
});

Deno.test("docs/events.md is about the version that runs tell", () => {
  assert.match(page, new RegExp(`This is version ${EVENTS_VERSION} of the schema`));
});

Deno.test("the events of runs are as docs/events.md says", async () => {
  const files = chartFiles("web", {
    "c.yaml": CONFIG,
    "h.yaml": hookJob("{{ .Release.Name }}-a", "pre-install", {}) +
      hookJob("{{ .Release.Name }}-b", "pre-install") +
      "{{ if .Values.fail }}" + hookJob("bad", "pre-install", { fail: true, weight: 5 }) +
      "{{ end }}",
  });
  await rehearse(files, async ({ run }) => {
    const web = release("web", { chart: "./web", wait: true });
    const good = await run({
      releases: [web],
      hooks: [hook("seed", { after: [web], run: ({ log }) => log("hello") })],
      hookParallelism: 4,
    });
    const bad = await run({
      releases: [
        release("bad", { chart: "./web", values: { fail: true } }),
        release("late", { chart: "./web", needs: ["bad"] }),
      ],
    });
    assert.deepEqual([good.ok, bad.ok], [true, false]);
    const events = JSON.parse(JSON.stringify([...good.events, ...bad.events]));
    assert.deepEqual(events.flatMap(mistakes), []);
    const seen = new Set(events.map(({ type }: { type: string }) => type));
    for (
      const type of ["run-started", "step-planned", "step-log", "step-progress", "run-finished"]
    ) {
      assert(seen.has(type), `the runs told no ${type}`);
    }
  });
});
