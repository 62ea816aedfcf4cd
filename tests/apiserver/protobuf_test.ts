import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { decodeProtobuf, isProtobuf } from "../../lib/apiserver/protobuf.ts";
import { PATHS, withCluster } from "./harness.ts";

const encoder = new TextEncoder();

/** A field of wire type 2. */
function field(number: number, content: string | Uint8Array): Uint8Array {
  const bytes = typeof content === "string" ? encoder.encode(content) : content;
  return join([Uint8Array.of(number << 3 | 2, ...length(bytes.length)), bytes]);
}

function length(value: number): number[] {
  return value < 128 ? [value] : [value & 127 | 128, ...length(value >> 7)];
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** As client-go frames an object. */
function envelope(kind: string, raw: Uint8Array): Uint8Array {
  const type = join([field(1, "v1"), field(2, kind)]);
  return join([Uint8Array.of(0x6b, 0x38, 0x73, 0), field(1, type), field(2, raw), field(3, "")]);
}

const entry = (key: string, value: string) => join([field(1, key), field(2, value)]);
const metadata = join([
  field(1, "sh.helm.release.v1.web.v1"),
  field(2, ""),
  field(3, "default"),
  field(11, entry("owner", "helm")),
  field(11, entry("name", "web")),
  field(14, "a/b"),
]);
const secret = envelope(
  "Secret",
  join([
    field(1, metadata),
    field(2, entry("release", "H4sI".repeat(100))),
    field(3, "helm.sh/release.v1"),
    Uint8Array.of(5 << 3, 1),
    field(15, "unknown"),
  ]),
);

Deno.test("decodeProtobuf() reads what Go clients send for a Secret", () => {
  strictEqual(isProtobuf(secret), true);
  deepStrictEqual(decodeProtobuf(secret), {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "sh.helm.release.v1.web.v1",
      namespace: "default",
      labels: { owner: "helm", name: "web" },
      finalizers: ["a/b"],
    },
    data: { release: encoder.encode("H4sI".repeat(100)).toBase64() },
    type: "helm.sh/release.v1",
    immutable: true,
  });
});

Deno.test("decodeProtobuf() knows only the kinds that helm writes so", () =>
  withCluster({}, async ({ url }) => {
    const send = async (path: string, body: Uint8Array) => {
      const headers = { "content-type": "application/vnd.kubernetes.protobuf" };
      const init = { method: "POST", headers, body: body as BodyInit };
      const response = await fetch(url + path, init);
      return [response.status, (await response.json()).kind];
    };
    deepStrictEqual(await send("/api/v1/namespaces/default/secrets", secret), [201, "Secret"]);
    deepStrictEqual(await send(PATHS.pods, envelope("Pod", field(1, metadata))), [415, "Status"]);
    deepStrictEqual(await send(PATHS.pods, secret.subarray(0, 30)), [400, "Status"]);
  }));
