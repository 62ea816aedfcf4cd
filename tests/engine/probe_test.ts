/**
 * Runs every case of tests/testdata/helm/probe-cases.json, for Helm 3 and for Helm 4, through the
 * functions that the library exports.
 */

import { deepStrictEqual, ok } from "node:assert/strict";
import { chartFromFiles } from "../../lib/chart/from_files.ts";
import { renderTemplates } from "../../lib/engine/render_templates.ts";

interface Expected {
  readonly error?: string;
  readonly stage?: string;
  readonly notRendered?: boolean;
}

interface Case {
  readonly name: string;
  readonly group: string;
  readonly template: string;
  readonly values: Record<string, unknown>;
  readonly valuesYaml?: string;
  readonly helpers?: string;
  readonly files?: Record<string, string>;
  readonly chart?: string;
  readonly userValues?: Record<string, unknown>;
  readonly set?: string[];
  readonly target?: string;
  readonly lint?: boolean;
  readonly strict?: boolean;
  readonly expected: string | Expected;
  readonly expectedV4?: string | Expected;
}

const CHART = `apiVersion: v2
name: probe
version: 0.1.0
appVersion: "1.2.3"
description: probe chart
type: application
`;

const cases: Case[] = JSON.parse(
  await Deno.readTextFile(new URL("../testdata/helm/probe-cases.json", import.meta.url)),
);

for (const helmVersion of ["v3", "v4"] as const) {
  for (const one of cases) {
    const expected = (helmVersion === "v4" ? one.expectedV4 : undefined) ?? one.expected;
    Deno.test(`probe ${helmVersion} ${one.group}: ${one.name}`, async () => {
      check(await answer(one, helmVersion), expected, one);
    });
  }
}

/** What rendering gives: the text of the target, nothing, or a message. */
async function answer(one: Case, helmVersion: "v3" | "v4"): Promise<string | Expected> {
  try {
    const chart = chartFromFiles(filesOf(one), { helmVersion });
    const files = await renderTemplates(chart, {
      values: one.userValues,
      set: one.set,
      release: { name: "rel", namespace: "ns", revision: 1, isUpgrade: false },
      helmVersion,
      lint: one.lint,
      strict: one.strict,
      timeZone: "UTC",
    });
    return files.get(one.target ?? "probe/templates/case.yaml") ?? { notRendered: true };
  } catch (error) {
    if (!(error instanceof Error) || error instanceof TypeError) throw error;
    return { error: error.message };
  }
}

function filesOf(one: Case): Record<string, string> {
  const helpers = one.helpers === undefined ? {} : { "templates/_helpers.tpl": one.helpers };
  return {
    "Chart.yaml": one.chart ?? CHART,
    "values.yaml": one.valuesYaml ?? jsonYaml(one.values),
    "templates/case.yaml": one.template,
    ...helpers,
    ...one.files,
  };
}

/** Values as JSON that keeps -0, with characters escaped that YAML refuses. */
function jsonYaml(values: unknown): string {
  const marked = JSON.stringify(values, (_, value) => Object.is(value, -0) ? "@-0.0@" : value);
  return marked.replaceAll('"@-0.0@"', "-0.0").replace(
    /[\x7f-\x9f\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function check(actual: string | Expected, expected: string | Expected, one: Case): void {
  if (typeof expected === "object" && expected.error !== undefined) {
    ok(
      typeof actual === "object" && actual.error?.includes(expected.error),
      `wanted an error with\n${expected.error}\ngot\n${
        typeof actual === "string" ? actual : actual.error
      }\nfor ${one.template}`,
    );
    return;
  }
  deepStrictEqual(actual, expected);
}
