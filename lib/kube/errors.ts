/**
 * What goes wrong when talking to an API server, in the server's own words.
 *
 * @module
 */

import { CapstanError, isDenied } from "../errors.ts";

/** What the server says about a failure beside its message (`Status.details`). */
export interface StatusDetails {
  /** Name of the object. */
  readonly name?: string;
  /** Group of its kind; absent for the core group. */
  readonly group?: string;
  /** Its kind, or the plural that stands in the URL. */
  readonly kind?: string;
  /** The object's uid. */
  readonly uid?: string;
  /** Seconds the server asks to be left alone. */
  readonly retryAfterSeconds?: number;
  /** Each thing that is wrong, e.g. one for every field that is not valid. */
  readonly causes?: readonly {
    readonly reason?: string;
    readonly message?: string;
    readonly field?: string;
  }[];
}

/** How an {@linkcode ApiError} came to be. */
export interface ApiErrorOptions {
  /** HTTP status; 0 when there was no answer. @default {0} */
  readonly status?: number | undefined;
  /** The word Kubernetes has for it, such as `NotFound` or `AlreadyExists`. @default {"Unknown"} */
  readonly reason?: string | undefined;
  /** What the server says beside its message. @default {{}} */
  readonly details?: StatusDetails | undefined;
  /** Whether the same request may well succeed later. @default {false} */
  readonly retryable?: boolean | undefined;
  /** Whether it is certain that the server did not act on the request. @default {true} */
  readonly refused?: boolean | undefined;
  /** Milliseconds the server asked to be left alone. */
  readonly retryAfter?: number | undefined;
  /** What the reader can do next, as a sentence. */
  readonly hint?: string | undefined;
  /** What was thrown below. */
  readonly cause?: unknown;
}

/**
 * A request that an API server turned down, or that did not reach it.
 *
 * The message is the server's own. The `code` is `kube/` and the reason in kebab case, e.g.
 * `kube/already-exists`.
 *
 * @example Usage
 * ```ts
 * import { ApiError, createApiServer, createKubeClient } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const web = { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } };
 * const error = await api.create(web).catch((thrown: unknown) => thrown);
 * api.close();
 * await cluster.close();
 * if (!(error instanceof ApiError) || error.code !== "kube/already-exists") throw error;
 * ```
 */
export class ApiError extends CapstanError {
  /** Tells it from other Capstan errors. */
  override readonly name = "ApiError";
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The word Kubernetes has for it, such as `NotFound`. */
  readonly reason: string;
  /** What the server says beside its message; empty when it says nothing. */
  readonly details: StatusDetails;
  /** Whether the same request may well succeed later. */
  readonly retryable: boolean;
  /** Whether it is certain that the server did not act on the request. */
  readonly refused: boolean;
  /** Milliseconds the server asked to be left alone. */
  readonly retryAfter: number | undefined;

  /** The message is the server's. */
  constructor(message: string, options: ApiErrorOptions = {}) {
    const reason = options.reason ?? "Unknown";
    super(message, { code: `kube/${kebab(reason)}`, hint: options.hint, cause: options.cause });
    this.status = options.status ?? 0;
    this.reason = reason;
    this.details = options.details ?? {};
    this.retryable = options.retryable ?? false;
    this.refused = options.refused ?? true;
    this.retryAfter = options.retryAfter;
  }
}

/** Whether there is no such object (or, for a path, no such kind). */
export function isNotFound(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 404;
}

/** Whether an object of that name is there already. */
export function isAlreadyExists(error: unknown): error is ApiError {
  return error instanceof ApiError && error.reason === "AlreadyExists";
}

/** Whether somebody else changed the object, or owns a field that was applied. */
export function isConflict(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 409 && error.reason !== "AlreadyExists";
}

/** Whether the connection's user may not do that. */
export function isForbidden(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 403;
}

/** What was asked, for the messages of answers that explain nothing themselves. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly server: string;
  /** The address with the name in the server's certificate. @default {server} */
  readonly base?: string | undefined;
  /** The user wants the server's certificate unchecked. */
  readonly insecure?: boolean | undefined;
  /** URL of the proxy that the kubeconfig names. @default {none} */
  readonly proxy?: string | undefined;
}

/** Objects that do not fit their kind are refused as if the server had failed. */
const UNTYPED = /"message":"failed to create typed patch object /;

/** The error of an answer that is not 2xx. `body` is the answer's text, a `Status` object or not. */
export function errorOfAnswer(
  asked: Asked,
  answer: { readonly status: number; readonly headers: Headers; readonly body: string },
): ApiError {
  const { status, headers } = answer;
  const wrong = UNTYPED.test(answer.body);
  const parsed = parseStatus(answer.body);
  const reason = parsed?.reason || reasonOf(status);
  const details = parsed?.details ?? {};
  const made = Date.parse(headers.get("date") ?? "") || Date.now();
  const retryAfter = secondsOf(headers.get("retry-after") ?? details.retryAfterSeconds, made);
  return new ApiError(parsed?.message || plainMessage(asked, status, answer.body), {
    status,
    reason,
    details,
    retryAfter,
    retryable: isTransient(status) && !wrong,
    refused: wrong || status < 500 || retryAfter !== undefined,
    hint: hintOf(status, asked.server),
  });
}

/** The error of an `ERROR` event on a watch, whose object is a `Status`. */
export function errorOfStatus(status: Readonly<Record<string, unknown>>): ApiError {
  const code = typeof status["code"] === "number" ? status["code"] : 500;
  return new ApiError(String(status["message"] ?? `watch failed with status ${code}`), {
    status: code,
    reason: typeof status["reason"] === "string" ? status["reason"] : reasonOf(code),
    retryable: isTransient(code),
  });
}

/** The error of a kind that the cluster does not serve, as kubectl words it. */
export function noSuchKind(apiVersion: string, kind: string): ApiError {
  return new ApiError(`no matches for kind "${kind}" in version "${apiVersion}"`, {
    status: 404,
    reason: "NoKindMatch",
    hint: "ensure CRDs are installed first",
  });
}

/**
 * The error of a fetch that threw: nothing came back. Whether anything was done is unknown, save
 * where no connection was made. `dialled` is why a relay on the way made none.
 */
export function errorOfFetch(asked: Asked, thrown: unknown, dialled?: unknown): ApiError {
  const why = rootMessage(thrown);
  const { server, base = server } = asked;
  if (isDenied(thrown) || isDenied(dialled)) {
    const denied = isDenied(thrown) ? why : rootMessage(dialled);
    return new ApiError(`cannot reach ${server}: ${denied}`, {
      reason: "PermissionDenied",
      hint: `allow it with --allow-net=${hostsOf(server, base, denied).join(",")}`,
      cause: thrown,
    });
  }
  if (/invalid peer certificate|certificate/i.test(why) && why.includes("Connect")) {
    return new ApiError(`cannot trust ${server}: ${causeOf(why)}`, {
      reason: "UntrustedCertificate",
      hint: asked.insecure
        ? `only Deno's own flag can skip this check: --unsafely-ignore-certificate-errors=${
          new URL(base).hostname
        }`
        : "the kubeconfig's certificate-authority must have signed the server's certificate for that name",
      cause: thrown,
    });
  }
  const connecting = why.includes("client error (Connect)");
  const cause = connecting && dialled !== undefined ? rootMessage(dialled) : why;
  return new ApiError(`cannot reach ${server}: ${causeOf(cause)}`, {
    reason: connecting ? "Unreachable" : "ConnectionLost",
    retryable: true,
    refused: connecting,
    hint: connecting
      ? unreachableHint(asked)
      : "the connection ended before the answer; is something between here and the cluster, such as a proxy?",
    cause: thrown,
  });
}

function unreachableHint({ proxy }: Asked): string {
  return proxy === undefined
    ? "is the cluster up, and the kubeconfig's server address right?"
    : `the kubeconfig's proxy-url leads through ${
      URL.parse(proxy)?.host ?? "a proxy"
    }: is that up, and the server's address right?`;
}

/**
 * What has to be reached: with another name than the address's also the relay, at any port of loopback;
 * and what was refused, such as a proxy.
 */
function hostsOf(server: string, base: string, denied: string): string[] {
  const [address, named] = [server, base].map(hostOf);
  const hosts = address === named ? [address!] : [address!, named!, "127.0.0.1"];
  const host = hostOf(/net access to "([^"]+)"/.exec(denied)?.[1] ?? server);
  const said = hosts.some((one) => host === one || host.startsWith(`${one}:`));
  return said ? hosts : [...hosts, host];
}

/** Host and port as Deno's flag takes them: without the dot of a full name. */
function hostOf(url: string): string {
  return url.replace(/^https?:\/\//, "").replace(/\.(?=:|$)/, "");
}

/** The error of a request that had no answer for too long. */
export function errorOfTimeout(asked: Asked, milliseconds: number): ApiError {
  const { method, path, server } = asked;
  return new ApiError(
    `no answer from ${server} within ${milliseconds / 1000} s to ${method} ${path}`,
    { reason: "Timeout", retryable: true, refused: false },
  );
}

/** Whether a status tells of a passing condition of the server. */
function isTransient(status: number): boolean {
  return status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

function parseStatus(
  body: string,
): { message?: string; reason?: string; details?: StatusDetails } | undefined {
  if (!body.startsWith("{")) return undefined;
  try {
    const value = JSON.parse(body);
    return value?.kind === "Status" ? value : undefined;
  } catch {
    return undefined; // Not JSON after all: the caller quotes the text.
  }
}

function plainMessage(asked: Asked, status: number, body: string): string {
  const text = body.trim().replace(/\s+/g, " ").slice(0, 200);
  const what = `the server answered ${status} to ${asked.method} ${asked.path}`;
  return text === "" ? what : `${what}: ${text}`;
}

function reasonOf(status: number): string {
  return REASONS.get(status) ?? (status >= 500 ? "InternalError" : "Unknown");
}

const REASONS: ReadonlyMap<number, string> = new Map([
  [400, "BadRequest"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "NotFound"],
  [405, "MethodNotAllowed"],
  [409, "Conflict"],
  [410, "Gone"],
  [413, "RequestEntityTooLarge"],
  [415, "UnsupportedMediaType"],
  [422, "Invalid"],
  [429, "TooManyRequests"],
  [503, "ServiceUnavailable"],
  [504, "Timeout"],
]);

function hintOf(status: number, server: string): string | undefined {
  if (status !== 401) return undefined;
  return `${server} did not accept the kubeconfig's credentials; they may have expired`;
}

/** A time to stay away, in milliseconds. `now` is when the answer was made. */
function secondsOf(
  value: string | number | null | undefined,
  now: number,
): number | undefined {
  if (value === null || value === undefined || value === "") return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1000 : undefined;
  // RFC 9110, 10.2.3: proxies in front of an API server may name a date.
  const date = Date.parse(String(value));
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The innermost message: Deno puts the reason of "fetch failed" in the cause. */
function rootMessage(thrown: unknown): string {
  let error = thrown;
  while (error instanceof Error && error.cause instanceof Error) error = error.cause;
  return error instanceof Error ? error.message : String(error);
}

/** `error sending request for url (…): client error (Connect): tcp connect error: X` → `X`. */
function causeOf(message: string): string {
  return message
    .replace(/^error sending request .*?: client error \(\w+\): /, "")
    .replace(/^(?:tcp connect error|dns error|connection error): /, "")
    .replace(
      /^([A-Z])(.*?) \(os error \d+\)$/,
      (_, first: string, rest: string) => `${first.toLowerCase()}${rest}`,
    );
}

function kebab(reason: string): string {
  return reason.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
}
