import { deepEqual, equal, ok } from "node:assert/strict";
import {
  type ApiError,
  errorOfAnswer,
  errorOfFetch,
  errorOfStatus,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isNotFound,
  noSuchKind,
} from "../../lib/kube/errors.ts";

const asked = { method: "GET", path: "/api/v1/nodes", server: "https://example.test:6443" };

function answer(status: number, body: unknown, headers: HeadersInit = {}): ApiError {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return errorOfAnswer(asked, { status, headers: new Headers(headers), body: text });
}

Deno.test("errorOfAnswer() keeps the server's own message and reason", () => {
  const message = 'pods "a" is forbidden: no';
  const error = answer(403, {
    kind: "Status",
    message,
    reason: "Forbidden",
    details: { kind: "pods" },
  });
  equal(error.message, message);
  deepEqual([error.status, error.reason, error.code], [403, "Forbidden", "kube/forbidden"]);
  equal(error.details.kind, "pods");
  ok(isForbidden(error));
});

Deno.test("errorOfAnswer() quotes an answer that is no Status, in short", () => {
  equal(
    answer(502, "<html>\n  bad gateway</html>").message,
    "the server answered 502 to GET /api/v1/nodes: <html> bad gateway</html>",
  );
  equal(answer(500, "").message, "the server answered 500 to GET /api/v1/nodes");
  equal(
    answer(404, "{not json").message,
    "the server answered 404 to GET /api/v1/nodes: {not json",
  );
  ok(answer(500, "x".repeat(9999)).message.length < 300);
});

Deno.test("errors say what may pass, and whether anything may have been done", () => {
  const rows: [number, boolean, boolean][] = [
    [400, false, true],
    [404, false, true],
    [409, false, true],
    [422, false, true],
    [429, true, true],
    [500, true, false],
    [501, false, false],
    [502, true, false],
    [503, true, false],
    [504, true, false],
  ];
  for (const [status, retryable, refused] of rows) {
    const error = answer(status, "");
    deepEqual([error.retryable, error.refused], [retryable, refused], String(status));
  }
  const asksToReturn = answer(503, "", { "retry-after": "2" });
  deepEqual([asksToReturn.refused, asksToReturn.retryAfter], [true, 2000]);
  const inDetails = answer(500, { kind: "Status", details: { retryAfterSeconds: 1 } });
  deepEqual([inDetails.refused, inDetails.retryAfter], [true, 1000]);
});

Deno.test("isNotFound(), isAlreadyExists() and isConflict() tell 404 and the two kinds of 409 apart", () => {
  const exists = answer(409, { kind: "Status", reason: "AlreadyExists" });
  const conflict = answer(409, { kind: "Status", reason: "Conflict" });
  deepEqual([isAlreadyExists(exists), isConflict(exists)], [true, false]);
  deepEqual([isAlreadyExists(conflict), isConflict(conflict)], [false, true]);
  ok(isNotFound(answer(404, "")));
  ok(!isNotFound(new Error("404")));
});

Deno.test("errorOfStatus() reads the last event of a watch", () => {
  const error = errorOfStatus({ code: 410, reason: "Expired", message: "too old" });
  deepEqual([error.status, error.reason, error.message], [410, "Expired", "too old"]);
  equal(errorOfStatus({}).status, 500);
});

Deno.test("noSuchKind() has kubectl's words", () => {
  const error = noSuchKind("example.com/v1", "Foo");
  equal(error.message, 'no matches for kind "Foo" in version "example.com/v1"');
  equal(error.hint, "ensure CRDs are installed first");
  equal(error.code, "kube/no-kind-match");
});

Deno.test("errorOfFetch() says why nothing came back", () => {
  function thrown(cause: string, name = "TypeError"): ApiError {
    const error = new TypeError("fetch failed", { cause: new Error(cause) });
    Object.defineProperty(error, "name", { value: name });
    return errorOfFetch({ ...asked, insecure: name === "insecure" }, error);
  }
  const prefix = "error sending request for url (https://example.test:6443/version): client error";
  const rows: [ApiError, string, string, boolean, boolean][] = [
    [
      thrown(`${prefix} (Connect): tcp connect error: Connection refused (os error 111)`),
      "cannot reach https://example.test:6443: connection refused",
      "Unreachable",
      true,
      true,
    ],
    [
      thrown(
        `${prefix} (Connect): dns error: failed to lookup address information: Name or service not known`,
      ),
      "cannot reach https://example.test:6443: failed to lookup address information: Name or service not known",
      "Unreachable",
      true,
      true,
    ],
    [
      thrown(`${prefix} (SendRequest): connection closed before message completed`),
      "cannot reach https://example.test:6443: connection closed before message completed",
      "ConnectionLost",
      true,
      false,
    ],
    [
      thrown(`${prefix} (Connect): invalid peer certificate: UnknownIssuer`),
      "cannot trust https://example.test:6443: invalid peer certificate: UnknownIssuer",
      "UntrustedCertificate",
      false,
      true,
    ],
  ];
  for (const [error, message, reason, retryable, refused] of rows) {
    deepEqual([error.message, error.reason, error.retryable, error.refused], [
      message,
      reason,
      retryable,
      refused,
    ]);
    ok(error.cause instanceof Error);
  }
  const insecure = thrown(
    `${prefix} (Connect): invalid peer certificate: UnknownIssuer`,
    "insecure",
  );
  ok(insecure.hint?.includes("--unsafely-ignore-certificate-errors=example.test"));
});

Deno.test("errorOfFetch() names the proxy that was gone through, and no password of it", () => {
  const thrown = new TypeError("fetch failed", {
    cause: new Error(
      "client error (Connect): tcp connect error: Connection refused (os error 111)",
    ),
  });
  const { hint } = errorOfFetch({ ...asked, proxy: "http://me:s3cret@proxy.test:3128" }, thrown);
  equal(
    hint,
    "the kubeconfig's proxy-url leads through proxy.test:3128: is that up, and the server's address right?",
  );
});

Deno.test("errorOfFetch() names the permission that is missing", () => {
  const denied = new Deno.errors.NotCapable('Requires net access to "example.test:6443"');
  const error = errorOfFetch(asked, denied);
  equal(error.hint, "allow it with --allow-net=example.test:6443");
  equal(error.retryable, false);
});

Deno.test("errorOfAnswer() does not take a wrong object for a failing server", () => {
  const message = "failed to create typed patch object (a/b; /v1, Kind=ConfigMap): .bad: " +
    "field not declared in schema";
  const body = JSON.stringify({ kind: "Status", status: "Failure", message, code: 500 });
  const error = errorOfAnswer({ method: "PATCH", path: "/x", server: "s" }, {
    status: 500,
    headers: new Headers(),
    body,
  });
  deepEqual([error.message, error.retryable, error.refused], [message, false, true]);
});

Deno.test("errorOfAnswer() understands both forms of Retry-After", () => {
  const rows: [value: string, expected: number | undefined][] = [
    ["3", 3000],
    ["0", 0],
    ["-1", undefined],
    ["Wed, 21 Oct 2026 07:28:10 GMT", 10_000],
    ["Wed, 21 Oct 2026 07:27:00 GMT", 0],
    ["soon", undefined],
  ];
  for (const [value, expected] of rows) {
    const headers = new Headers({ "retry-after": value, date: "Wed, 21 Oct 2026 07:28:00 GMT" });
    const asked = { method: "GET", path: "/x", server: "https://k" };
    equal(errorOfAnswer(asked, { status: 503, headers, body: "" }).retryAfter, expected, value);
  }
});
