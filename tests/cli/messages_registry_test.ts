/** Errors of repositories, registries, dependencies and signatures, as a new user meets them. */
import { generateKey } from "openpgp";
import { sha256 } from "../../lib/registry/cache.ts";
import { signArchive } from "../../lib/registry/provenance.ts";
import { withRegistry } from "../registry/registry_server.ts";
import type { TestRegistry } from "../registry/registry_server.ts";
import { chartArchive, repositoryFiles, serving } from "../registry/serving.ts";
import { chartFiles, CONFIG } from "../harness.ts";
import { atWork } from "./cluster.ts";
import type { Workplace } from "./cluster.ts";
import { holdToGolden, played } from "./golden.ts";
import type { Scene } from "./golden.ts";

const dependent = (name: string, dependency: string, version = "1.x") => ({
  [`${name}/Chart.yaml`]:
    `apiVersion: v2\nname: ${name}\nversion: 0.1.0\ndependencies: [{name: db, version: '${version}', repository: '${dependency}'}]\n`,
});

Deno.test("a chart repository's errors say what could not be had, from where, and what to do", async () => {
  const files = await repositoryFiles("web-1.0.0", "db-2.0.0");
  const other = await chartArchive("web", "1.0.0");
  const index = (digest: string, archive: string) =>
    `apiVersion: v1\nentries:\n  web:\n  - {name: web, version: 1.0.0, digest: '${digest}', urls: [${archive}]}\n`;
  await serving({
    ...files,
    "/empty/index.yaml": "",
    "/changed/index.yaml": index("0".repeat(64), "web.tgz"),
    "/changed/web.tgz": other,
    "/broken/index.yaml": index("", "web.tgz"),
    "/broken/web.tgz": "<html>please log in</html>",
    "/private/index.yaml": 401,
    "/away/index.yaml": () => Response.redirect("ftp://example.com/index.yaml"),
    "/round/index.yaml": (request) => Response.redirect(request.url),
  }, async ({ url }) => {
    await atWork({
      ...chartFiles("web", { "c.yaml": CONFIG }),
      ...dependent("old", url, "1.x"),
      ...dependent("bad", url, "one"),
      ...dependent("kept", url, "2.x"),
      ...dependent("aside", "file://../db", "2.x"),
      "db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
      "cert.pem": "none",
      "registry/config.json": "{",
    }, async (work) => {
      await holdToGolden("messages_repository.txt", await played(work, ofRepositories(url)));
    });
  });
});

function ofRepositories(url: string): Scene[] {
  const { write } = {
    write: (files: Record<string, string>) => (work: Workplace) => work.write(files),
  };
  return [
    { command: `repo add empty ${url}/empty` },
    { command: `repo add private ${url}/private` },
    { command: `repo add away ${url}/away` },
    { command: `repo add round ${url}/round` },
    { command: `repo add charts ${url}`, goesWell: true },
    { command: `repo add charts ${url}/other` },
    { command: "repo remove shop" },
    { command: "repo update shop" },
    { command: "search repo nothing --fail-on-no-result" },
    { command: "search repo ( --regexp" },
    { command: "search repo web --version one" },
    { command: "pull charts/wep" },
    { command: "pull charts/web --version 9.x" },
    { command: "pull charts/web --version one" },
    { command: `pull web --repo ${url}/empty` },
    { command: `pull web --repo ${url}/changed` },
    { command: `pull web --repo ${url}/broken` },
    { command: `pull web --repo ${url}/nothing` },
    { command: "pull charts/web --untar" },
    { command: "pull charts/web --untar --untardir cert.pem" },
    { command: `pull web --repo ${url} --cert-file cert.pem` },
    { command: `pull web --repo ${url} --ca-file gone.pem` },
    { command: "pull charts/web --verify --keyring none.gpg" },
    { command: "dependency update ./old" },
    { command: "dependency update ./bad" },
    { command: "dependency update ./aside" },
    {
      command: "dependency build ./kept",
      before: write({
        "kept/Chart.lock":
          `dependencies: [{name: db, version: 2.0.0, repository: '${url}'}]\ndigest: sha256:0\ngenerated: '2020-01-01T00:00:00Z'\n`,
      }),
    },
    {
      command: "dependency update ./kept",
      before: async ({ folder }) => {
        await Deno.remove(`${folder}/kept/Chart.lock`);
        await Deno.writeTextFile(`${folder}/kept/charts`, "");
      },
    },
    {
      command: "dependency update ./kept",
      before: async ({ folder }) => {
        await Deno.remove(`${folder}/kept/charts`);
        await Deno.symlink("../cert.pem", `${folder}/kept/Chart.lock`);
      },
    },
    { command: "repo index . --merge web" },
    {
      command: `pull web --repo ${url}`,
      before: write({ block: "" }),
      env: { CAPSTAN_CACHE_HOME: "block/cache" },
    },
    { command: "pull ./web" },
    {
      command: "pull charts/web",
      env: { HELM_CACHE_HOME: "block/cache" },
    },
    {
      command: "pull charts/web",
      permissions: ["--allow-read=web", "--allow-env"],
    },
    {
      command: "pull charts/web",
      before: write({ ".config/repositories.yaml": "repositories: 3\n" }),
    },
    {
      command: "pull charts/web",
      before: write({ ".config/repositories.yaml": "repositories: [{name: charts}]\n" }),
    },
    { command: "repo list", before: write({ ".config/repositories.yaml": "a: [\n" }) },
    { command: "repo list", before: write({ ".config/repositories.yaml": "charts\n" }) },
    {
      command: "repo list",
      before: write({ ".config/repositories.yaml": "repositories: [{name: 3}]\n" }),
    },
    {
      command: "cache",
      permissions: ["--allow-read", "--deny-env"],
    },
    { command: "push ./web oci://127.0.0.1:65011/x" },
    { command: "package ./web --sign" },
    {
      command: "repo update",
      before: write({
        ".config/repositories.yaml": `repositories: [{name: gone, url: '${url}/gone'}]\n`,
      }),
    },
    { command: "pull gone/web" },
  ];
}

Deno.test("a registry's errors say what was refused, by whom, and what to do", async () => {
  await withRegistry({ login: { username: "ann", password: "tulip" } }, async (closed) => {
    await withRegistry({}, async (open) => {
      await atWork(
        { ...chartFiles("web", { "c.yaml": CONFIG }), "words.tgz": "no archive" },
        async (work) => {
          await holdToGolden("messages_oci.txt", await played(work, ofRegistries(open, closed)));
        },
      );
    });
  });
});

function ofRegistries(open: TestRegistry, closed: TestRegistry): Scene[] {
  const spoilt = (registry: TestRegistry, spoil: TestRegistry["spoil"]) => () => {
    registry.spoil = spoil;
  };
  const plain = "--plain-http";
  const config = (value: unknown) => async ({ write }: Workplace) =>
    await write({ ".config/registry/config.json": JSON.stringify(value) });
  return [
    { command: "package ./web", env: { SOURCE_DATE_EPOCH: "0" }, goesWell: true },
    { command: `push ./web-0.1.0.tgz oci://${open.host}/charts ${plain}`, goesWell: true },
    { command: `push ./words.tgz oci://${open.host}/charts ${plain}` },
    { command: `pull oci://${open.host}/charts/wep ${plain}` },
    { command: `pull oci://${open.host}/charts/web --version 9.9.9 ${plain}` },
    { command: `pull oci://${open.host}/charts/web --version '>=5' ${plain}` },
    { command: `pull oci://${closed.host}/charts/web --version 1.0.0 ${plain}` },
    { command: `registry login ${closed.host} ${plain}` },
    { command: `registry login ${closed.host} -u ann -p rose ${plain}` },
    {
      command: `pull oci://${closed.host}/charts/web --version 1.0.0 ${plain}`,
      before: config({ auths: { [closed.host]: { auth: "§" } } }),
    },
    {
      command: `pull oci://${closed.host}/charts/web --version 1.0.0 ${plain}`,
      before: ({ write }) => write({ ".config/registry/config.json": "{" }),
    },
    {
      command: `pull oci://${closed.host}/charts/web --version 1.0.0 ${plain}`,
      before: async (work) => {
        await config({ credHelpers: { [closed.host]: "odd" } })(work);
        await Deno.writeTextFile(
          `${work.folder}/docker-credential-odd`,
          "#!/bin/sh\n[ $1 = get ] && echo words || { echo the keychain is locked; exit 1; }\n",
          { mode: 0o755 },
        );
      },
      env: { PATH: "." },
    },
    {
      command: `registry login ${closed.host} -u ann -p tulip ${plain}`,
      env: { PATH: "." },
    },
    {
      command: `pull oci://${closed.host}/charts/web --version 1.0.0 ${plain}`,
      before: async (work) => {
        await config({})(work);
        spoilt(closed, (_, path) => path === "/token" ? new Response("<html>") : undefined)();
      },
    },
    {
      command: `pull oci://${open.host}/charts/web --version 0.1.0 ${plain}`,
      before: spoilt(
        open,
        (_, path) => path.includes("/blobs/") ? new Response("other bytes") : undefined,
      ),
    },
    {
      command: `push ./web-0.1.0.tgz oci://${open.host}/new ${plain}`,
      before: spoilt(
        open,
        ({ method }) => method === "POST" ? new Response("", { status: 202 }) : undefined,
      ),
    },
  ];
}

Deno.test("errors of signatures say which key, file or chart it is about", async () => {
  const [me, other] = await Promise.all([keys("me"), keys("other")]);
  const archive = await chartArchive("web", "1.0.0");
  const provenance = await signArchive(
    { archive, fileName: "web-1.0.0.tgz" },
    { keyring: { path: "me.secret", data: me.secret }, key: "me" },
  );
  const changed = await chartArchive("web", "1.0.1");
  await serving({
    "/index.yaml":
      `apiVersion: v1\nentries:\n  web:\n  - {name: web, version: 1.0.0, urls: [web-1.0.0.tgz], digest: ${await sha256(
        archive,
      )}}\n`,
    "/web-1.0.0.tgz": archive,
  }, async ({ url }) => {
    await atWork(
      { ...chartFiles("shop", { "c.yaml": CONFIG }), "words.gpg": "words" },
      async (work) => {
        const { folder } = work;
        await Promise.all(
          Object.entries({
            "me.gpg": me.public,
            "me.secret": me.secret,
            "me.locked": me.locked,
            "other.gpg": other.public,
            "web-1.0.0.tgz": archive,
            "web-1.0.0.tgz.prov": provenance,
            "changed/web-1.0.0.tgz": changed,
            "changed/web-1.0.0.tgz.prov": provenance,
            "renamed/web-2.0.0.tgz": archive,
            "renamed/web-2.0.0.tgz.prov": provenance,
            "unsigned/web-1.0.0.tgz": archive,
          }).map(async ([path, data]) => {
            await Deno.mkdir(`${folder}/${path.replace(/[^/]*$/, "")}`, { recursive: true });
            await Deno.writeFile(`${folder}/${path}`, data);
          }),
        );
        await holdToGolden("messages_signatures.txt", await played(work, ofSignatures(url)));
      },
    );
  });
});

function ofSignatures(url: string): Scene[] {
  return [
    { command: "verify ./web-1.0.0.tgz --keyring me.gpg", goesWell: true },
    { command: "verify ./web-1.0.0.tgz --keyring other.gpg" },
    { command: "verify ./web-1.0.0.tgz --keyring words.gpg" },
    { command: "verify ./web-1.0.0.tgz --keyring gone.gpg" },
    { command: "verify ./changed/web-1.0.0.tgz --keyring me.gpg" },
    { command: "verify ./renamed/web-2.0.0.tgz --keyring me.gpg" },
    { command: "verify ./unsigned/web-1.0.0.tgz --keyring me.gpg" },
    { command: "verify ./shop --keyring me.gpg" },
    { command: "verify ./gone.tgz --keyring me.gpg" },
    { command: "verify ./words.gpg --keyring me.gpg" },
    { command: `pull web --repo ${url} --verify --keyring me.gpg` },
    { command: "install web ./shop --verify --keyring me.gpg" },
    { command: "package ./shop --sign --key you --keyring me.secret" },
    { command: "package ./shop --sign --key me --keyring me.locked" },
    { command: "package ./shop --sign --key me --keyring words.gpg" },
    { command: "package ./shop --sign --key me --keyring gone.secret" },
    { command: "package ./shop --sign --key me --keyring me.locked --passphrase-file gone" },
    { command: "package ./shop --sign" },
  ];
}

async function keys(name: string) {
  const userIDs = [{ name, email: `${name}@example.com` }];
  const { privateKey, publicKey } = await generateKey({ userIDs, format: "binary" });
  const locked = await generateKey({ userIDs, format: "binary", passphrase: "tulip" });
  return {
    secret: privateKey as Uint8Array,
    public: publicKey as Uint8Array,
    locked: locked.privateKey as Uint8Array,
  };
}
