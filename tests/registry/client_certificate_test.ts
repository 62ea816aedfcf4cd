/** Client certificates: shown to who asks for them, and to nobody that a redirect leads to. */
import assert from "node:assert/strict";
import { HttpSource } from "../../lib/registry/http.ts";
import type { Access } from "../../lib/registry/http.ts";
import { RepositoryClient } from "../../lib/registry/repository.ts";
import { repositoryFiles } from "./serving.ts";
import { makePems, tlsServing } from "./tls_server.ts";

const FILES = await repositoryFiles("web-1.0.0");
const PEMS = await makePems();

/** A folder with the PEM files, and the flags of who has them. */
async function withFiles(
  use: (access: Required<Pick<Access, "caFile" | "certFile" | "keyFile">>) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(PEMS)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  try {
    await use({
      caFile: `${folder}/ca`,
      certFile: `${folder}/clientCert`,
      keyFile: `${folder}/clientKey`,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a repository that asks for a client certificate lets in who has one", async (t) => {
  await withFiles(async (access) => {
    const rows: [string, Access, RegExp | undefined][] = [
      ["a certificate", access, undefined],
      ["a certificate, any server", { ...access, insecureSkipTlsVerify: true }, undefined],
      ["none", { caFile: access.caFile }, /^cannot fetch https:\S+\/index\.yaml: /],
      [
        "no authority",
        { ...access, caFile: undefined },
        /^cannot fetch https:\S+: .*UnknownIssuer/,
      ],
      [
        "no key",
        { ...access, keyFile: undefined },
        /^a client certificate needs both a certificate and a key file$/,
      ],
      [
        "no such file",
        { ...access, certFile: "/no/such.pem" },
        /^cannot read certificate file \/no\/such\.pem: no such file/,
      ],
    ];
    const serving = { pems: PEMS, required: true, answer: (path: string) => FILES[path] ?? 404 };
    await tlsServing(serving, async ({ url, seen }) => {
      for (const [what, given, message] of rows) {
        await t.step(what, async () => {
          seen.length = 0;
          const client = new RepositoryClient({ attempts: 1 });
          try {
            const fetching = client.chart({ url, ...given }, { name: "web" });
            if (message === undefined) {
              assert.equal((await fetching).version, "1.0.0");
              assert.deepEqual(seen.map(({ client }) => client), ["me", "me"]);
            } else {
              const error = await fetching.catch((error) => error);
              assert.match(error.message, message);
              if (what === "none") {
                assert.match(
                  error.hint,
                  /^where the server asks for a client certificate, give --cert/,
                );
              }
              assert.deepEqual(seen, []);
            }
          } finally {
            await client.close();
          }
        });
      }
    });
  });
});

Deno.test("a redirect to another host takes neither login nor client certificate along", async (t) => {
  await withFiles(async (access) => {
    const other = { pems: PEMS, answer: (path: string) => FILES[path] ?? 404 };
    await tlsServing(other, async ({ url: elsewhere, seen: seenThere }) => {
      const answer = (path: string) =>
        path === "/here"
          ? { location: "/index.yaml" }
          : FILES[path] ?? { location: elsewhere + path.slice(5) };
      await tlsServing({ pems: PEMS, answer }, async ({ url, seen }) => {
        const given = { ...access, username: "me", password: "secret", passCredentials: true };
        const rows: [string, Access][] = [
          ["checked", given],
          ["unchecked", { ...given, insecureSkipTlsVerify: true }],
        ];
        for (const [what, access] of rows) {
          await t.step(what, async () => {
            seen.length = seenThere.length = 0;
            const http = new HttpSource({ attempts: 1 });
            try {
              await http.get(`${url}/here`, { access });
              await http.get(`${url}/away/web-1.0.0.tgz`, { access });
              const failed = await http.get(`${url}/away/none`, { access }).catch((error) => error);
              assert.equal(
                failed.message,
                `cannot fetch ${url}/away/none: 404 Not Found (redirected to ${elsewhere}/none)`,
              );
            } finally {
              await http.close();
            }
            for (const { client, authorization } of seen) {
              assert.deepEqual([client, authorization], ["me", "Basic bWU6c2VjcmV0"]);
            }
            assert.deepEqual(seenThere, [
              { path: "/web-1.0.0.tgz", authorization: undefined, client: undefined },
              { path: "/none", authorization: undefined, client: undefined },
            ]);
          });
        }
      });
    });
  });
});

Deno.test("a redirect is not followed to a file, in circles, or with a login", async () => {
  const answers: Record<string, string> = {
    "/file": "file:///etc/passwd",
    "/circle": "/circle",
    "/none": "http://[",
    "/login": "http://127.0.0.1:1/login",
  };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const location = answers[new URL(request.url).pathname]!;
    return new Response(null, { status: 307, headers: { location } });
  });
  try {
    const http = new HttpSource({ attempts: 1 });
    const url = `http://127.0.0.1:${server.addr.port}`;
    const rows: [string, RegExp][] = [
      ["/file", /\/file: it redirects to an address of file:$/],
      ["/circle", /\/circle: it redirects again and again$/],
      ["/none", /\/none: it redirects to an address that is none$/],
    ];
    for (const [path, message] of rows) await assert.rejects(http.get(url + path), { message });
    const login = { method: "POST", body: new TextEncoder().encode("refresh_token=x") };
    await assert.rejects(http.get(`${url}/login`, login), {
      message: /\/login: it redirects a login to 127\.0\.0\.1:1$/,
    });
  } finally {
    await server.shutdown();
  }
});
