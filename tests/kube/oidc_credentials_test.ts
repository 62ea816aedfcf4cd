import { deepEqual, equal, rejects } from "node:assert/strict";
import { connectionFrom, loadConnection } from "../../lib/kube/config.ts";
import { serve } from "./serve.ts";

/** An id token that expires then (unsigned: only the API server checks that). */
function token(expires: string, name = "t"): string {
  const part = (value: unknown) =>
    new TextEncoder().encode(JSON.stringify(value)).toBase64({ alphabet: "base64url" });
  return `${part({ alg: "none" })}.${part({ exp: Date.parse(expires) / 1000, name })}.s`;
}

const OLD = token("2030-01-01T01:00:00Z", "old");
const NEW = token("2030-01-01T03:00:00Z", "new");

/** A kubeconfig whose user is known to that issuer. */
function config(issuer: string, fields: Record<string, string> = {}): string {
  const provider = {
    name: "oidc",
    config: {
      "idp-issuer-url": issuer,
      "client-id": "kube",
      "id-token": OLD,
      "refresh-token": "first-refresh",
      ...fields,
    },
  };
  return `# kept as it is
current-context: x
contexts: [{name: x, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: https://c}}]
users: [{name: u, user: {auth-provider: ${JSON.stringify(provider)}}}] # this too
`;
}

/** An issuer that gives `answer` for a refresh token; `asked` has what came, with its Authorization. */
function issuer(
  answer: Record<string, unknown>,
  more: { status?: number; methods?: readonly string[] } = {},
) {
  const asked: string[] = [];
  const server = serve(async (request) => {
    const { pathname, origin } = new URL(request.url);
    if (pathname === "/realm/.well-known/openid-configuration") {
      return Response.json({
        token_endpoint: `${origin}/token`,
        ...(more.methods ? { token_endpoint_auth_methods_supported: more.methods } : {}),
      });
    }
    asked.push(`${request.headers.get("authorization")} ${await request.text()}`);
    return Response.json(answer, { status: more.status ?? 200 });
  });
  return { ...server, asked, url: `${server.connection.server}/realm` };
}

Deno.test("an OIDC token is used until it expires, then renewed once for all", async () => {
  await using idp = issuer({ id_token: NEW });
  let now = Date.parse("2030-01-01T00:00:00Z");
  const { credentials } = await connectionFrom(config(idp.url), { date: () => now });
  deepEqual(await credentials!.headers({}), { authorization: `Bearer ${OLD}` });
  equal(idp.requests.length, 0);
  now += 3_595_000; // five seconds before its end
  const both = await Promise.all([credentials!.headers({}), credentials!.headers({})]);
  deepEqual(both, [{ authorization: `Bearer ${NEW}` }, { authorization: `Bearer ${NEW}` }]);
  await credentials!.headers({});
  deepEqual(idp.asked, [
    "null grant_type=refresh_token&refresh_token=first-refresh&client_id=kube",
  ]);
});

Deno.test("an OIDC client's secret goes where the issuer takes it", async () => {
  const rows: [methods: readonly string[] | undefined, expected: string][] = [
    [undefined, "Basic a3ViZTpzJTNB grant_type=refresh_token&refresh_token=first-refresh"],
    [
      ["client_secret_post"],
      "null grant_type=refresh_token&refresh_token=first-refresh&client_id=kube&client_secret=s%3A",
    ],
  ];
  for (const [methods, expected] of rows) {
    await using idp = issuer({ id_token: NEW }, { ...(methods ? { methods } : {}) });
    const text = config(idp.url, { "id-token": "", "client-secret": "s:" });
    await connectionFrom(text);
    deepEqual(idp.asked, [expected]);
  }
});

Deno.test("renewed OIDC tokens are kept in the kubeconfig, which else stays as it is", async () => {
  await using idp = issuer({ id_token: NEW, refresh_token: "second-refresh" });
  const file = await Deno.makeTempFile();
  const text = config(idp.url);
  await Deno.writeTextFile(file, text);
  await Deno.chmod(file, 0o600);
  const date = () => Date.parse("2030-01-01T02:00:00Z");
  const { credentials } = await loadConnection({ kubeconfig: file, date });
  deepEqual(await credentials!.headers({}), { authorization: `Bearer ${NEW}` });
  equal(
    await Deno.readTextFile(file),
    text.replace(OLD, NEW).replace("first-refresh", "second-refresh"),
  );
  equal((await Deno.stat(file)).mode! & 0o777, 0o600);
  // Another run takes it from there.
  const later = await loadConnection({ kubeconfig: file, date });
  deepEqual(await later.credentials!.headers({}), { authorization: `Bearer ${NEW}` });
  equal(idp.asked.length, 1);
  await Deno.remove(file);
});

Deno.test("an OIDC token that cannot be renewed says why", async () => {
  const date = () => Date.parse("2031-01-01T00:00:00Z");
  const rows: [Parameters<typeof issuer>, fields: Record<string, string>, why: RegExp][] = [
    [
      [{ error: "invalid_grant", error_description: "revoked" }, { status: 400 }],
      {},
      /^CapstanError: cannot renew the token of http.*\/realm: http.*\/token answered 400: invalid_grant: revoked$/,
    ],
    [[{}], {}, /the issuer gave no id_token$/],
    [
      [{}],
      { "refresh-token": "" },
      /the id token has expired, and the kubeconfig has no refresh-token$/,
    ],
    [[{}], { "idp-issuer-url": "" }, /the kubeconfig has no idp-issuer-url$/],
    [
      [{}],
      { "idp-issuer-url": "http://127.0.0.1:9" },
      /cannot renew the token of http:\/\/127.0.0.1:9: /,
    ],
  ];
  for (const [answer, fields, why] of rows) {
    await using idp = issuer(...answer);
    await rejects(connectionFrom(config(idp.url, fields), { date }), why);
  }
});
