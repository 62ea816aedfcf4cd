/**
 * Checks a stack before anything runs, and collects every mistake instead of the first.
 *
 * @module
 */
import { isHookParallelism, MAX_HOOK_PARALLELISM } from "../action/hook_plan.ts";
import { CapstanError } from "../errors.ts";
import type { Position } from "../errors.ts";
import { isReleaseName } from "../release/release.ts";
import { closest } from "../text.ts";
import { checkFailure } from "./check_failure.ts";
import { checkShares, checkStackLimits } from "./check_limits.ts";
import { parseDuration } from "./duration.ts";
import { show } from "./show.ts";
import { namesOf, resolveGraph } from "./graph.ts";
import type {
  HookNode,
  HookOptions,
  ReleaseNode,
  ReleaseOptions,
  StackDefinition,
} from "./types.ts";

/** RFC 1123 label, which namespaces must be. */
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

// Records and not lists, so that none can be left out.
const RELEASE_OPTIONS: Readonly<Record<keyof ReleaseOptions, true>> = {
  allowFailure: true,
  atomic: true,
  chart: true,
  cleanupOnFail: true,
  cluster: true,
  createNamespace: true,
  deadline: true,
  description: true,
  forceConflicts: true,
  forceReplace: true,
  hookParallelism: true,
  hookRetry: true,
  hookSelection: true,
  imagePullErrors: true,
  isReady: true,
  labels: true,
  maxHistory: true,
  mutex: true,
  namespace: true,
  needs: true,
  noHooks: true,
  onFailure: true,
  postRender: true,
  retry: true,
  serverSide: true,
  set: true,
  skipCrds: true,
  skipFieldValidation: true,
  skipSchemaValidation: true,
  slots: true,
  takeOwnership: true,
  timeout: true,
  values: true,
  version: true,
  wait: true,
  waitForJobs: true,
};
const HOOK_OPTIONS: Readonly<Record<keyof HookOptions, true>> = {
  after: true,
  cluster: true,
  mutex: true,
  onFailure: true,
  retry: true,
  run: true,
  timeout: true,
  weight: true,
};
const STACK_OPTIONS: Readonly<Record<keyof StackDefinition, true>> = {
  deadline: true,
  hookParallelism: true,
  hookSelection: true,
  hooks: true,
  limits: true,
  name: true,
  onFailure: true,
  parallelism: true,
  releases: true,
  rollbackTimeout: true,
  stateNamespace: true,
};
const BOOLEANS = [
  "allowFailure",
  "atomic",
  "cleanupOnFail",
  "createNamespace",
  "forceConflicts",
  "forceReplace",
  "noHooks",
  "skipCrds",
  "skipFieldValidation",
  "skipSchemaValidation",
  "takeOwnership",
  "wait",
  "waitForJobs",
] as const;

function isLabel(value: unknown): boolean {
  return typeof value === "string" && LABEL.test(value);
}

/** Every mistake in a definition, in the order of declaration. Makes no assumption about its type. */
export function checkStack(
  definition: StackDefinition,
  declaredAt: Position | undefined,
): CapstanError[] {
  if (typeof definition !== "object" || definition === null) {
    return [
      mistake(
        "definition",
        `a stack is an object, not ${show(definition)}`,
        declaredAt,
        'write defineStack({ name: "shop", releases: [web] })',
      ),
    ];
  }
  const errors: CapstanError[] = [];
  const report = (code: string, message: string, hint?: string) =>
    errors.push(mistake(code, message, declaredAt, hint));
  if (typeof definition.name !== "string" || !LABEL.test(definition.name)) {
    report(
      "name",
      `bad stack name ${show(definition.name)}`,
      "use lower-case letters, digits and dashes, at most 63",
    );
  }
  const { stateNamespace } = definition;
  if (stateNamespace !== undefined && !isLabel(stateNamespace)) {
    report("bad-namespace", `bad stateNamespace of the stack: ${show(stateNamespace)}`);
  }
  unknownOptions(definition, STACK_OPTIONS, "the stack", report);
  checkLimits(definition, "the stack", report);
  checkFailure(definition, "the stack", report);
  checkStackLimits(definition.limits, report);
  if (
    definition.parallelism !== undefined &&
    !(Number.isInteger(definition.parallelism) && definition.parallelism > 0)
  ) {
    report(
      "parallelism",
      `bad parallelism of the stack: ${show(definition.parallelism)}`,
      "use an integer from 1",
    );
  }
  const releases = nodesOf<ReleaseNode>(definition.releases, "release", report);
  const hooks = nodesOf<HookNode>(definition.hooks ?? [], "hook", report);
  releases.forEach((node) => checkRelease(node, errors));
  hooks.forEach((node) => checkHook(node, errors));
  checkDuplicates([...releases, ...hooks], errors);
  return [...errors, ...resolveGraph({ releases, hooks }).errors];
}

type Report = (code: string, message: string, hint?: string) => void;

function mistake(
  code: string,
  message: string,
  position: Position | undefined,
  hint?: string,
): CapstanError {
  return new CapstanError(message, { code: `stack/${code}`, position, hint });
}

/** The list's nodes of the right type; everything else in it is reported. */
function nodesOf<T extends ReleaseNode | HookNode>(
  list: unknown,
  type: T["type"],
  report: Report,
): T[] {
  if (!Array.isArray(list)) {
    report(`${type}s`, `\`${type}s\` must be a list, not ${show(list)}`);
    return [];
  }
  return list.filter((node, index) => {
    const fits = typeof node === "object" && node !== null && node.type === type;
    if (!fits) {
      report(
        `${type}s`,
        `${type}s[${index}] is ${show(node)}, not a ${type}`,
        `make it with ${type}(…)`,
      );
    }
    return fits;
  });
}

function checkRelease(node: ReleaseNode, errors: CapstanError[]): void {
  const what = `release ${node.name}`;
  const report: Report = (code, message, hint) =>
    errors.push(mistake(code, message, node.declaredAt, hint));
  if (typeof node.name !== "string" || !isReleaseName(node.name)) {
    report(
      "bad-name",
      `bad release name ${show(node.name)}`,
      "use lower-case letters, digits, dashes and dots, at most 53",
    );
  }
  if (typeof node.namespace !== "string" || !LABEL.test(node.namespace)) {
    report(
      "bad-namespace",
      `bad namespace of ${what}: ${show(node.namespace)}`,
      "use lower-case letters, digits and dashes, at most 63",
    );
  }
  const chart: unknown = node.chart;
  const remote = typeof chart === "object" && chart !== null && "type" in chart &&
    chart.type === "remote-chart";
  if (!remote && (typeof chart !== "string" || chart === "")) {
    report(
      "chart",
      `${what} has no chart: ${show(chart)}`,
      'give a path such as "./charts/web", or repository(url).chart(name)',
    );
  }
  unknownOptions(node, RELEASE_OPTIONS, what, report);
  for (const option of BOOLEANS) {
    if (node[option] !== undefined && typeof node[option] !== "boolean") {
      report("option", `bad ${option} of ${what}: ${show(node[option])}`, "use true or false");
    }
  }
  if (
    node.maxHistory !== undefined && !(Number.isInteger(node.maxHistory) && node.maxHistory >= 0)
  ) {
    report(
      "option",
      `bad maxHistory of ${what}: ${show(node.maxHistory)}`,
      "use an integer; 0 keeps every revision",
    );
  }
  if (node.postRender !== undefined && typeof node.postRender !== "function") {
    report("option", `bad postRender of ${what}: ${show(node.postRender)}`, "use a function");
  }
  checkValues(node.values, what, report);
  checkCommon(node, what, report);
  checkLimits(node, what, report);
  checkImages(node, what, report);
  checkFailure(node, what, report);
  checkShares(node, what, report);
}

function checkHook(node: HookNode, errors: CapstanError[]): void {
  const what = `hook ${node.name}`;
  const report: Report = (code, message, hint) =>
    errors.push(mistake(code, message, node.declaredAt, hint));
  if (typeof node.name !== "string" || !LABEL.test(node.name)) {
    report(
      "bad-name",
      `bad hook name ${show(node.name)}`,
      "use lower-case letters, digits and dashes, at most 63",
    );
  }
  if (!Number.isInteger(node.weight)) {
    report(
      "bad-weight",
      `bad weight of ${what}: ${show(node.weight)}`,
      "use an integer; lower weights run first",
    );
  }
  if (typeof node.run !== "function") {
    report("hook", `${what} has no function \`run\`: ${show(node.run)}`);
  }
  unknownOptions(node, HOOK_OPTIONS, what, report);
  checkCommon(node, what, report);
  checkFailure(node, what, report);
  checkShares(node, what, report);
}

function checkCommon(node: ReleaseNode | HookNode, what: string, report: Report): void {
  if (node.timeout !== undefined && parseDuration(node.timeout) === undefined) {
    report(
      "timeout",
      `bad timeout of ${what}: ${show(node.timeout)}`,
      'use "90s", "10m", "1h30m", or milliseconds',
    );
  }
  const references: unknown = node.type === "release" ? node.needs : node.after;
  if (!Array.isArray(references)) {
    report(
      "reference",
      `\`${node.type === "release" ? "needs" : "after"}\` of ${what} must be a list, not ${
        show(references)
      }`,
    );
  }
}

function checkValues(values: unknown, what: string, report: Report): void {
  const fits = (value: unknown) =>
    typeof value === "string" ||
    (typeof value === "object" && value !== null && !Array.isArray(value));
  if (values === undefined || typeof values === "function" || fits(values)) return;
  if (Array.isArray(values) && values.every(fits)) return;
  report(
    "values",
    `bad values of ${what}: ${show(values)}`,
    "use an object, the path of a YAML file, a list of both, or a function",
  );
}

function checkLimits(
  limits: { readonly hookParallelism?: unknown; readonly hookSelection?: unknown },
  what: string,
  report: Report,
): void {
  const { hookParallelism: limit, hookSelection: selection } = limits;
  if (limit !== undefined && !isHookParallelism(limit)) {
    report(
      "hook-parallelism",
      `bad hookParallelism of ${what}: ${show(limit)}`,
      `use an integer from 0 to ${MAX_HOOK_PARALLELISM}; 0 and 1 are serial`,
    );
  }
  if (selection !== undefined && selection !== "all" && selection !== "annotated") {
    report(
      "hook-selection",
      `bad hookSelection of ${what}: ${show(selection)}`,
      'use "all" or "annotated"',
    );
  }
}

function checkImages({ imagePullErrors: choice }: ReleaseOptions, what: string, report: Report) {
  if (choice === undefined || choice === "wait" || choice === "fail") return;
  report(
    "image-pull-errors",
    `bad imagePullErrors of ${what}: ${show(choice)}`,
    'use "wait" or "fail"',
  );
}

function unknownOptions(
  node: object,
  options: object,
  what: string,
  report: Report,
): void {
  const known = Object.keys(options);
  for (const option of Object.keys(node)) {
    if (known.includes(option) || ["type", "name", "declaredAt"].includes(option)) continue;
    const near = closest(option, known);
    report(
      "option",
      `${what} has an unknown option \`${option}\``,
      near === undefined ? undefined : `did you mean \`${near}\`?`,
    );
  }
}

function checkDuplicates(nodes: readonly (ReleaseNode | HookNode)[], errors: CapstanError[]): void {
  const seen = new Map<string, ReleaseNode | HookNode>();
  for (const node of nodes) {
    const key = node.type === "hook" ? `hook ${node.name}` : `release ${namesOf(node).at(-1)}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, node);
    else {
      const where = first.declaredAt === undefined
        ? ""
        : `, first at line ${first.declaredAt.line}`;
      errors.push(
        mistake(
          "duplicate",
          `${key} is declared twice${where}`,
          node.declaredAt,
          node.type === "release"
            ? "give one of them another name, namespace or cluster"
            : "give one of them another name",
        ),
      );
    }
  }
}
