/**
 * A run as OpenTelemetry spans, in the JSON form of OTLP: one trace, a span for the run, below it one
 * for each release, below that one for each step.
 *
 * https://opentelemetry.io/docs/specs/otlp/
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { sha256 } from "../sprig/hash.ts";
import type { Timeline, TimelineStep } from "./timeline.ts";

/** Where spans go, and what they carry. */
export interface OtlpTarget {
  /** Base address, e.g. `http://localhost:4318`; `/v1/traces` is added. */
  readonly endpoint: string;
  /** `name=value,name=value`, values percent-encoded. */
  readonly headers?: string | undefined;
  /** Milliseconds that the collector may take. @default {10_000}, as OpenTelemetry has it */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode otlpSpans}. */
export interface OtlpOptions {
  /** @default {"capstan"} */
  readonly service?: string | undefined;
  /** A W3C traceparent of what started the run, whose trace the spans then join. */
  readonly parent?: string | undefined;
}

const OK = 1, ERROR = 2;

/** The body of an export request. */
export function otlpSpans(
  timeline: Timeline,
  { service = "capstan", parent }: OtlpOptions = {},
): object {
  const [, trace = digest(timeline.run, 16), above] = TRACEPARENT.exec(parent ?? "") ?? [];
  const ids = new Ids(timeline, trace);
  const spans = [
    runSpan(timeline, ids, above),
    ...timeline.owners.flatMap((owner) => {
      const ran = owner.steps.map((i) => timeline.steps[i]!).filter(({ started }) =>
        started !== undefined
      );
      if (ran.length === 0) return [];
      return [
        ownerSpan(timeline, ids, owner, ran),
        ...ran.map((step) => stepSpan(timeline, ids, owner.name, step)),
      ];
    }),
  ];
  return {
    resourceSpans: [{
      resource: { attributes: attributes({ "service.name": service }) },
      scopeSpans: [{ scope: { name: "capstan" }, spans }],
    }],
  };
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/**
 * Sends spans to a collector.
 *
 * @throws {CapstanError} When it does not take them.
 */
export async function sendSpans(
  body: object,
  { endpoint, headers = "", timeout = 10_000, signal }: OtlpTarget,
): Promise<void> {
  const url = `${endpoint.replace(/\/+$/, "")}/v1/traces`;
  const own = AbortSignal.timeout(timeout);
  let why: string;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { ...headersOf(headers), "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: signal === undefined ? own : AbortSignal.any([signal, own]),
    });
    const text = await response.text();
    if (response.ok) return;
    why = `it answered ${response.status}${text === "" ? "" : `: ${text.slice(0, 200)}`}`;
  } catch (error) {
    signal?.throwIfAborted();
    why = own.aborted ? `no answer within ${timeout / 1000} s` : messageOf(error);
  }
  throw new CapstanError(`cannot send spans to ${url}: ${why}`, {
    code: "report/otlp",
    hint:
      "is OTEL_EXPORTER_OTLP_ENDPOINT the base address of a collector that takes OTLP over HTTP?",
  });
}

function headersOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(",").filter((pair) => pair.includes("=")).map((pair) => {
      const at = pair.indexOf("=");
      return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
    }),
  );
}

/** Ids of spans, made from what they are of, so that the same run always has the same. */
class Ids {
  readonly trace: string;
  readonly #run: string;
  readonly #started: number;

  constructor({ run, started }: Timeline, trace: string) {
    this.trace = trace;
    this.#run = run;
    this.#started = started;
  }

  of(what: string): string {
    return digest(`${this.#run}\n${what}`, 8);
  }

  /** Nanoseconds since the epoch, which are too many for a number. */
  time(at: number): string {
    return `${Math.round(this.#started + at)}000000`;
  }
}

function digest(text: string, bytes: number): string {
  return sha256(new TextEncoder().encode(text)).subarray(0, bytes).toHex();
}

function runSpan(timeline: Timeline, ids: Ids, above: string | undefined): object {
  const { stack, verb, run, length, ok, reason } = timeline;
  return {
    traceId: ids.trace,
    spanId: ids.of("run"),
    ...(above === undefined ? {} : { parentSpanId: above }),
    name: `${verb} ${stack}`,
    kind: 1,
    startTimeUnixNano: ids.time(0),
    endTimeUnixNano: ids.time(length),
    attributes: attributes({ "capstan.run": run, "capstan.stack": stack, "capstan.verb": verb }),
    status: ok === undefined ? {} : ok ? { code: OK } : { code: ERROR, message: reason },
  };
}

function ownerSpan(
  { length }: Timeline,
  ids: Ids,
  owner: Timeline["owners"][number],
  ran: readonly TimelineStep[],
): object {
  const { name, namespace, outcome, revision, reason } = owner;
  const failed = outcome === "failed" || ran.some(({ status }) => status === "failed");
  return {
    traceId: ids.trace,
    spanId: ids.of(`owner ${name}`),
    parentSpanId: ids.of("run"),
    name,
    kind: 1,
    startTimeUnixNano: ids.time(Math.min(...ran.map(({ started }) => started!))),
    endTimeUnixNano: ids.time(Math.max(...ran.map(({ finished }) => finished ?? length))),
    attributes: attributes({
      "capstan.owner": name,
      "k8s.namespace.name": namespace,
      "capstan.outcome": outcome,
      "capstan.revision": revision,
    }),
    status: failed ? { code: ERROR, message: reason } : { code: OK },
  };
}

function stepSpan({ length }: Timeline, ids: Ids, owner: string, step: TimelineStep): object {
  const { id, kind, title, status, started, finished, ready, reason, pool, critical } = step;
  return {
    traceId: ids.trace,
    spanId: ids.of(`step ${id}`),
    parentSpanId: ids.of(`owner ${owner}`),
    name: title,
    kind: 1,
    startTimeUnixNano: ids.time(started!),
    endTimeUnixNano: ids.time(finished ?? length),
    attributes: attributes({
      "capstan.step": id,
      "capstan.kind": kind,
      "capstan.status": status,
      "capstan.waited_ms": started! - (ready ?? started!),
      "capstan.waited_for": pool,
      "capstan.critical": critical,
    }),
    events: (step.progress ?? []).map(([at, message]) => ({
      timeUnixNano: ids.time(at),
      name: message,
    })),
    status: status === "failed" || status === "aborted"
      ? { code: ERROR, message: reason }
      : { code: OK },
  };
}

interface Attribute {
  readonly key: string;
  readonly value: object;
}

function attributes(
  values: Readonly<Record<string, string | number | boolean | undefined>>,
): Attribute[] {
  return Object.entries(values).flatMap(([key, value]): Attribute[] => {
    switch (typeof value) {
      case "string":
        return [{ key, value: { stringValue: value } }];
      case "number":
        return [{ key, value: { intValue: String(Math.round(value)) } }];
      case "boolean":
        return [{ key, value: { boolValue: value } }];
      default:
        return [];
    }
  });
}
