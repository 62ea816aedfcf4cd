/**
 * Requests whose answers can be compared between a real API server and the rehearsal cluster:
 * what differs from run to run (uids, times, versions, addresses) is replaced by placeholders.
 */

/** One request. */
export interface Step {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** @default {"application/json"} */
  readonly type?: string;
  readonly accept?: string;
  /** Ask again until the answer has this text, for what controllers do. */
  readonly until?: string;
  /** Compare only these fields of the answer, unless it is a refusal. */
  readonly only?: readonly string[];
}

/** Requests that belong together. */
export interface Case {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** A comparable answer. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Who is asked. */
export type Ask = (path: string, init: RequestInit) => Promise<Response>;

const APPLY = "application/apply-patch+yaml";
const MERGE = "application/merge-patch+json";
const STRATEGIC = "application/strategic-merge-patch+json";
const JSON_PATCH = "application/json-patch+json";

export function get(path: string, rest: Partial<Step> = {}): Step {
  return { method: "GET", path, ...rest };
}

export function post(path: string, body: unknown, rest: Partial<Step> = {}): Step {
  return { method: "POST", path, body, ...rest };
}

export function put(path: string, body: unknown, rest: Partial<Step> = {}): Step {
  return { method: "PUT", path, body, ...rest };
}

export function remove(path: string, body?: unknown): Step {
  return { method: "DELETE", path, ...(body !== undefined && { body }) };
}

export function apply(path: string, body: unknown, rest: Partial<Step> = {}): Step {
  return { method: "PATCH", path, body, type: APPLY, ...rest };
}

export function merge(path: string, body: unknown, rest: Partial<Step> = {}): Step {
  return { method: "PATCH", path, body, type: MERGE, ...rest };
}

export function strategic(path: string, body: unknown, rest: Partial<Step> = {}): Step {
  return { method: "PATCH", path, body, type: STRATEGIC, ...rest };
}

export function jsonPatch(path: string, body: unknown, rest: Partial<Step> = {}): Step {
  return { method: "PATCH", path, body, type: JSON_PATCH, ...rest };
}

/** Runs a case. */
export async function run(ask: Ask, { steps }: Case): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const step of steps) answers.push(await exchange(ask, step));
  return answers;
}

async function exchange(ask: Ask, step: Step): Promise<Answer> {
  const { method, path, body, accept, type = "application/json", until, only } = step;
  const headers = new Headers({ "user-agent": "tester/1.0" });
  if (accept !== undefined) headers.set("accept", accept);
  if (body !== undefined) headers.set("content-type", type);
  const text = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
  for (let attempt = 0;; attempt++) {
    const response = await ask(path, { method, headers, body: text });
    const content = await response.text();
    const compact = content.startsWith("{") ? JSON.stringify(JSON.parse(content)) : content;
    if (until === undefined || compact.includes(until)) {
      return { status: response.status, body: normalize(content, response.ok ? only : undefined) };
    }
    if (attempt === 200) throw new Error(`${method} ${path} never had ${until}: ${compact}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function normalize(content: string, only: readonly string[] | undefined): unknown {
  if (!content.startsWith("{")) return content;
  const parsed = JSON.parse(content);
  const picked = only === undefined ? parsed : pick(parsed, only);
  return scrub(picked, []);
}

function pick(value: Record<string, unknown>, fields: readonly string[]): unknown {
  return Object.fromEntries(fields.map((field) => {
    let found: unknown = value;
    for (const part of field.split(".")) found = (found as Record<string, unknown>)?.[part];
    return [field, found ?? null];
  }));
}

const DROPPED = ["managedFields", "time", "clusterIP", "clusterIPs", "nodePort", "continue"];
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

function scrub(value: unknown, path: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => scrub(item, path));
  if (typeof value === "string") {
    return value.replaceAll(UUID, "UID").replaceAll(TIME, "TIME");
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, child]) => {
    if (key.endsWith("managedFields")) return [[key, owners(child)]];
    if (key === "resourceVersion" && child !== "") return [[key, "VERSION"]];
    if (DROPPED.includes(key)) return child === "None" ? [[key, child]] : [];
    return [[key, scrub(child, [...path, key])]];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => String(a) < String(b) ? -1 : 1));
}

/**
 * Owners in a short form. Those of controllers are left out, and so is the order, which depends
 * on the second in which each wrote.
 */
function owners(entries: unknown): unknown {
  if (!Array.isArray(entries)) return entries;
  return entries
    .filter(({ manager }) => !String(manager).startsWith("testbed"))
    .map(({ manager, operation, subresource, fieldsV1 }) => ({
      manager,
      operation,
      ...(subresource && { subresource }),
      fields: withoutDots(fieldsV1),
    }))
    .sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
}

/** Whether a struct counts as a member itself depends on Go's pointers; that is not compared. */
function withoutDots(fields: Record<string, unknown>): unknown {
  const entries = Object.entries(fields).filter(([key]) => key !== ".")
    .map(([key, below]) => [key.replaceAll(UUID, "UID"), withoutDots(below as never)]);
  return Object.fromEntries(entries.sort(([a], [b]) => String(a) < String(b) ? -1 : 1));
}
