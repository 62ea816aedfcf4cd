/**
 * Label and field selectors.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import { isObject, type JsonObject, listAt, objectAt, stringAt } from "./json.ts";
import { badRequest } from "./status.ts";

/** One condition on a label. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: "=" | "!=" | "in" | "notin" | "exists" | "!" | ">" | "<";
  readonly values: readonly string[];
}

/** What a list or watch is restricted to. */
export interface Selector {
  readonly labels: readonly LabelRequirement[];
  readonly fields: readonly FieldRequirement[];
}

/** One condition on a field. */
export interface FieldRequirement {
  readonly field: string;
  readonly negated: boolean;
  readonly value: string;
}

const TOKEN = /\s*(==|!=|=|!|,|\(|\)|>|<|[^\s=!,()<>]+|$)/y;

/** Parses a label selector such as `app=web,tier in (a, b),!old`; throws a 400 StatusError. */
export function parseLabelSelector(text: string): LabelRequirement[] {
  const tokens = tokenize(text);
  const found: LabelRequirement[] = [];
  if (tokens.length === 0) return found;
  do found.push(parseRequirement(tokens)); while (takeIf(tokens, ","));
  if (tokens.length > 0) throw unexpected(tokens[0]!, "',' or 'end of string'");
  return found;
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let token; (token = TOKEN.exec(text)?.[1]) !== undefined && token !== "";) {
    tokens.push(token);
  }
  return tokens;
}

function parseRequirement(tokens: string[]): LabelRequirement {
  if (takeIf(tokens, "!")) return { key: parseWord(tokens), operator: "!", values: [] };
  const key = parseWord(tokens);
  const next = tokens[0];
  if (next === undefined || next === ",") return { key, operator: "exists", values: [] };
  tokens.shift();
  switch (next) {
    case "=":
    case "==":
      return { key, operator: "=", values: [parseValue(tokens)] };
    case "!=":
      return { key, operator: "!=", values: [parseValue(tokens)] };
    case ">":
    case "<":
      return { key, operator: next, values: [parseValue(tokens)] };
    case "in":
    case "notin":
      return { key, operator: next, values: parseValues(tokens) };
    default:
      throw unexpected(next, "in, notin, =, ==, !=, gt, lt");
  }
}

function parseWord(tokens: string[]): string {
  const word = tokens.shift();
  if (word === undefined || /^[=!,()<>]/.test(word)) throw unexpected(word ?? "", "identifier");
  return word;
}

/** A value may be empty, at the end or before a comma. */
function parseValue(tokens: string[]): string {
  return tokens.length === 0 || tokens[0] === "," ? "" : parseWord(tokens);
}

function parseValues(tokens: string[]): string[] {
  if (!takeIf(tokens, "(")) throw unexpected(tokens[0] ?? "", "'('");
  const values: string[] = [];
  do values.push(tokens[0] === ")" ? "" : parseValue(tokens)); while (takeIf(tokens, ","));
  if (!takeIf(tokens, ")")) throw unexpected(tokens[0] ?? "", "',' or ')'");
  return values;
}

function takeIf(tokens: string[], token: string): boolean {
  if (tokens[0] !== token) return false;
  tokens.shift();
  return true;
}

function unexpected(found: string, expected: string): Error {
  return badRequest(`unable to parse requirement: found '${found}' expected: ${expected}`);
}

/** Whether labels meet every requirement. */
export function matchesLabels(
  requirements: readonly LabelRequirement[],
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  return requirements.every((requirement) => meets(requirement, labels?.[requirement.key]));
}

function meets({ operator, values }: LabelRequirement, value: string | undefined): boolean {
  switch (operator) {
    case "=":
      return value === values[0];
    case "!=":
      return value !== values[0];
    case "in":
      return value !== undefined && values.includes(value);
    case "notin":
      return value === undefined || !values.includes(value);
    case "exists":
      return value !== undefined;
    case "!":
      return value === undefined;
    case ">":
      return value !== undefined && Number(value) > Number(values[0]);
    case "<":
      return value !== undefined && Number(value) < Number(values[0]);
  }
}

/** Fields that can be selected beyond name and namespace, by kind. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Pod: [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "status.phase",
    "status.podIP",
  ],
  Secret: ["type"],
  Job: ["status.successful"],
  Node: ["spec.unschedulable"],
  Namespace: ["status.phase"],
  ReplicaSet: ["status.replicas"],
  Event: [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
};

/** Parses a field selector such as `metadata.name=web,status.phase!=Running`; throws a 400. */
export function parseFieldSelector(text: string, kind: string): FieldRequirement[] {
  const known = ["metadata.name", "metadata.namespace", ...(FIELDS[kind] ?? [])];
  return text.split(",").filter((part) => part.trim() !== "").map((part) => {
    const match = /^\s*([^=!\s]+)\s*(!=|==|=)\s*(.*?)\s*$/.exec(part);
    if (match === null) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
    const [, field, operator, value] = match;
    if (!known.includes(field!)) {
      const list = known.map((name) => JSON.stringify(name)).join(", ");
      throw badRequest(`"${field}" is not a known field selector: only ${list}`);
    }
    return { field: field!, negated: operator === "!=", value: value! };
  });
}

/** Whether an object meets every requirement on fields. */
export function matchesFields(
  requirements: readonly FieldRequirement[],
  object: KubeObject,
): boolean {
  return requirements.every(({ field, negated, value }) => {
    return (fieldText(object, field) === value) !== negated;
  });
}

function fieldText(object: KubeObject, field: string): string {
  let value: unknown = object;
  for (const part of field.split(".")) value = isObject(value) ? value[part] : undefined;
  return value === undefined || value === null ? "" : String(value);
}

/** Whether a selection picks an object. */
export function selects(selector: Selector, object: KubeObject): boolean {
  return matchesLabels(selector.labels, object.metadata.labels) &&
    matchesFields(selector.fields, object);
}

/** Whether a LabelSelector object, as in `spec.selector` of a workload, picks labels. */
export function matchesSelectorObject(
  selector: unknown,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  if (!isObject(selector)) return false;
  const wanted = objectAt(selector, "matchLabels");
  for (const [key, value] of Object.entries(wanted)) if (labels?.[key] !== value) return false;
  return listAt(selector, "matchExpressions").every((expression) => {
    return meets(fromExpression(expression), labels?.[stringAt(expression, "key")]);
  });
}

/** A LabelSelector object as text, the way the scale subresource shows it. */
export function formatSelectorObject(selector: unknown): string {
  const wanted = Object.entries(objectAt(selector, "matchLabels"));
  const parts = wanted.map(([key, value]) => `${key}=${value}`);
  for (const expression of listAt(selector, "matchExpressions")) {
    const { key, operator, values } = fromExpression(expression);
    if (operator === "exists") parts.push(key);
    else if (operator === "!") parts.push(`!${key}`);
    else parts.push(`${key} ${operator} (${values.join(",")})`);
  }
  return parts.sort().join(",");
}

const OPERATORS: Readonly<Record<string, LabelRequirement["operator"]>> = {
  In: "in",
  NotIn: "notin",
  Exists: "exists",
  DoesNotExist: "!",
};

function fromExpression(expression: JsonObject): LabelRequirement {
  const { values } = expression;
  return {
    key: stringAt(expression, "key"),
    operator: OPERATORS[stringAt(expression, "operator")] ?? "exists",
    values: Array.isArray(values) ? values.map(String) : [],
  };
}
