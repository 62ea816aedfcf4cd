/** `capstan import`: helmfiles in memory to the text of a stack file. */
import assert from "node:assert/strict";
import { importHelmfile } from "../../lib/scaffold/helmfile/import_helmfile.ts";
import type { HelmfileFiles, ImportOptions } from "../../lib/scaffold/helmfile/import_helmfile.ts";

function inMemory(files: Readonly<Record<string, string>>): HelmfileFiles {
  return {
    read: (path) => files[path],
    list: (folder) =>
      Object.keys(files).flatMap((path) => {
        const [at, name] = path.includes("/") ? path.split(/\/(?=[^/]*$)/) : [".", path];
        return at === folder ? [name!] : [];
      }).sort(),
  };
}

function imported(files: Readonly<Record<string, string>>, options: Partial<ImportOptions> = {}) {
  const [path = ""] = Object.keys(files);
  return importHelmfile(path, { files: inMemory(files), name: "shop", ...options });
}

/** The lines between the imports and the end. */
function body(text: string): string {
  return text.slice(
    text.indexOf("\n\n", text.indexOf("import ")) + 2,
    text.indexOf("\nexport default"),
  );
}

interface Row {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly options?: Partial<ImportOptions>;
  readonly body: string;
  readonly leftOut?: readonly string[];
}

const ROWS: Row[] = [
  {
    title: "releases, needs by namespace, timeouts and repositories",
    files: {
      "helmfile.yaml": `
repositories:
- {name: example, url: "https://charts.example.com/", username: me, certFile: c.pem}
helmDefaults: {wait: true, timeout: 60, verify: true}
releases:
- {name: web, namespace: shop, chart: ./web, needs: [data/db], historyMax: 3}
- {name: db, namespace: data, chart: example/db, version: 1.x, wait: false, timeout: 120}
- {name: db, namespace: test, chart: example/db, createNamespace: false}
`,
    },
    options: { parallelism: 2 },
    body: `const example = repository("https://charts.example.com", { username: "me" });
const db = release("db", {
  chart: example.chart("db", "1.x"),
  namespace: "data",
  createNamespace: true,
  timeout: "120s",
});
const web = release("web", {
  chart: "./web",
  namespace: "shop",
  createNamespace: true,
  maxHistory: 3,
  wait: true,
  timeout: "60s",
  needs: [db],
});
const testDb = release("db", {
  chart: example.chart("db"),
  namespace: "test",
  wait: true,
  timeout: "60s",
});

const stack = defineStack({ name: "shop", releases: [web, db, testDb], parallelism: 2 });
`,
    leftOut: ["repository example: certFile", "helmDefaults: verify"],
  },
  {
    title: "values: files, maps, templates of the release, set, secrets",
    files: {
      "helmfile.yaml": `
releases:
- name: web
  chart: ./web
  values:
  - a.yaml
  - title: "{{ .Release.Name }}!"
    big: 12345678901
  - b.yaml.gotmpl
  setString: [{name: tag, value: 1}]
  set: [{name: list, values: [1, "a,b"]}, {name: cert, file: c.pem}]
  secrets: [s.yaml]
`,
      "a.yaml": "x: 1",
      "b.yaml.gotmpl": "name: {{ .Release.Name }}-{{ .Environment.Name }}",
    },
    body: `const web = release("web", {
  chart: "./web",
  values: [
    "./a.yaml",
    { title: "web!", big: 12345678901 },
    { name: "web-default" },
    { tag: "1" },
  ],
  set: ["list={1,a\\\\,b}"],
});

const stack = defineStack({ name: "shop", releases: [web] });
`,
    leftOut: [
      "release web: values file b.yaml.gotmpl: it is a template; what it gives now is written into the stack",
      "release web: secrets s.yaml: they are not decrypted",
      "release web: set cert from a file",
    ],
  },
  {
    title: "environments: what differs is chosen, what is not everywhere is within",
    files: {
      "helmfile.yaml.gotmpl": `
environments:
  staging: {values: [{pods: 1}]}
  production: {values: [env/*.yaml, {extra: {on: true}}]}
---
releases:
- {name: web, chart: ./web, values: [{replicas: {{ .Values.pods }}}], needs: [{{ if eq .Environment.Name "production" }}extra{{ end }}]}
- {name: extra, chart: ./web, condition: extra.on}
- {name: gone, chart: ./web, installed: false}
`,
      "env/a.yaml": "pods: 3",
    },
    body: `const stack = defineStack((env) => {
  if (!["staging", "production"].includes(env.name)) {
    throw new Error(\`there is no environment \${env.name}: use --env with one of staging, production\`);
  }
  const by = <T>(choices: Record<string, T>): T => choices[env.name]!;
  const within = (...names: string[]) => <T>(node: T): T[] => names.includes(env.name) ? [node] : [];
  const extra = release("extra", { chart: "./web" });
  const web = release("web", {
    chart: "./web",
    values: by({ staging: { replicas: 1 }, production: { replicas: 3 } }),
    needs: by({ staging: [], production: [extra] }),
  });

  return { name: "shop", releases: [web, ...within("production")(extra)] };
});
`,
    leftOut: [
      "release gone: installed: false in environment staging: helmfile would uninstall it; a release that a stack does not name is left alone",
      "release gone: installed: false in environment production: helmfile would uninstall it; a release that a stack does not name is left alone",
    ],
  },
  {
    title: "hooks before and after a release, and before all",
    files: {
      "helmfile.yaml": `
hooks: [{events: [prepare], command: ./check}]
releases:
- name: db
  chart: ./db
  hooks:
  - {events: [presync, postsync], command: ./b.sh, args: ["{{ .Event.Name }}", "{{ .Release.Name }}"]}
  - {events: [cleanup], command: rm, kubectlApply: {filename: x}}
- {name: web, chart: ./web, needs: [db, nowhere]}
`,
    },
    body: `const allPrepare = hook("all-prepare", { run: command("./check") });
const dbPresync = hook("db-presync", { after: [allPrepare], run: command("./b.sh", ["presync", "db"]) });
const db = release("db", { chart: "./db", needs: [allPrepare, dbPresync] });
const dbPostsync2 = hook("db-postsync-2", { after: [db], run: command("./b.sh", ["postsync", "db"]) });
const web = release("web", { chart: "./web", needs: [db, dbPostsync2] });

const stack = defineStack({
  name: "shop",
  releases: [db, web],
  hooks: [allPrepare, dbPostsync2, dbPresync],
});
`,
    leftOut: [
      "release db: hook rm: kubectlApply",
      "release db: hook rm: at cleanup",
      "release web: needs nowhere, which is not among the releases",
    ],
  },
  {
    title: "bases, inherited templates, common labels, nested helmfiles and selectors",
    files: {
      "helmfile.yaml": `
bases: [base.yaml]
commonLabels: {team: a}
helmfiles: [{path: sub/*.yaml, selectors: ["tier=back"]}, "git::https://example.com/x"]
releases:
- {name: web, chart: ./web, inherit: [{template: std, except: [wait]}], labels: {tier: front}}
- {name: job, chart: ./web, labels: {tier: job}}
`,
      "base.yaml": "templates: {std: {wait: true, atomic: true}}\n",
      "sub/one.yaml": `
releases:
- {name: api, chart: ../api, labels: {tier: back}}
- {name: other, chart: ../api}
`,
    },
    options: { selectors: ["tier=front", "name=api"] },
    body: `const api = release("api", { chart: "./api", labels: { tier: "back" } });
const web = release("web", {
  chart: "./web",
  labels: { team: "a", tier: "front" },
  atomic: true,
});

const stack = defineStack({ name: "shop", releases: [api, web] });
`,
    leftOut: [
      "helmfile.yaml: helmfiles git::https://example.com/x: fetch it to a folder, and name that",
      "helmfile.yaml: helmfile runs the files that it names one after another; a stack starts each release as soon as what it needs is done: add `needs` where the order of files matters",
    ],
  },
  {
    title: "nested helmfiles have the values and know the repositories of those that name them",
    files: {
      "helmfile.yaml": `
repositories: [{name: example, url: "https://charts.example.com"}]
helmfiles: [{path: sub/one.yaml.gotmpl, values: [given.yaml, {b: 2}]}]
`,
      "given.yaml": "a: 1\nb: 1\n",
      "sub/one.yaml.gotmpl": `
releases:
- name: api
  chart: example/api
  version: 1.x
  cleanupOnFail: true
  skipSchemaValidation: true
  disableOpenAPIValidation: true
  values: [{a: {{ .Values.a }}, b: {{ .Values.b }}}]
`,
    },
    body: `const example = repository("https://charts.example.com");
const api = release("api", {
  chart: example.chart("api", "1.x"),
  cleanupOnFail: true,
  skipFieldValidation: true,
  skipSchemaValidation: true,
  values: { a: 1, b: 2 },
});

const stack = defineStack({ name: "shop", releases: [api] });
`,
    leftOut: [
      "helmfile.yaml: helmfile runs the files that it names one after another; a stack starts each release as soon as what it needs is done: add `needs` where the order of files matters",
    ],
  },
  {
    title: "labels that a record cannot have are named, and select all the same",
    files: {
      "helmfile.yaml": `
commonLabels: {owner: team, contact: a@example.com}
releases:
- {name: web, chart: ./web, labels: {tier: front}}
- {name: db, chart: ./db, labels: {owner: dba}}
- {name: job, chart: ./job, labels: {contact: nobody}}
`,
    },
    // What all have is stronger than what one has.
    options: { selectors: ["owner=team,name!=job"] },
    body: `const web = release("web", { chart: "./web", labels: { tier: "front" } });
const db = release("db", { chart: "./db" });

const stack = defineStack({ name: "shop", releases: [web, db] });
`,
    leftOut: [
      "release web: label owner: Helm has labels of that name: choose another",
      'release web: label contact: "a@example.com" cannot be a label in Kubernetes',
      "release db: label owner: Helm has labels of that name: choose another",
      'release db: label contact: "a@example.com" cannot be a label in Kubernetes',
      "release job: label owner: Helm has labels of that name: choose another",
      'release job: label contact: "a@example.com" cannot be a label in Kubernetes',
    ],
  },
  {
    title: "environment variables are read when the stack runs",
    files: {
      "helmfile.yaml.gotmpl": `
releases:
- name: web
  chart: ./web
  values: [{a: {{ requiredEnv "A" | quote }}, b: "x-{{ env "B" }}\`"}]
`,
    },
    body: `const web = release("web", {
  chart: "./web",
  values: { a: requiredEnv("A"), b: \`x-\${(Deno.env.get("B") ?? "")}\\\`\` },
});

const stack = defineStack({ name: "shop", releases: [web] });
`,
  },
  {
    title:
      "environment variables have defaults, are what YAML takes them for, and decide nothing unheard",
    files: {
      "helmfile.yaml.gotmpl": `
releases:
- name: web
  namespace: {{ env "SPACE" | default (env "USER") }}
  chart: ./web
  values:
  - pods: {{ env "PODS" | default 2 }}
    list: [{{ env "A__B" }}, "{{ env "A__B" }}"]
    text: {{ env "PODS" | quote }}
    both: {{ env "A" }}{{ env "B" }}
    upper: {{ env "A" | upper }}
{{- if env "DEBUG" }}
    debug: true
{{- end }}
{{- if eq (env "STAGE") "live" }}
    live: true
{{- end }}
`,
    },
    body: `const web = release("web", {
  chart: "./web",
  namespace: (Deno.env.get("SPACE") || (Deno.env.get("USER") ?? "")),
  createNamespace: true,
  values: {
    pods: scalar((Deno.env.get("PODS") || "2")),
    list: [
      scalar((Deno.env.get("A__B") ?? "")),
      (Deno.env.get("A__B") ?? ""),
    ],
    text: (Deno.env.get("PODS") ?? ""),
    both: \`\${(Deno.env.get("A") ?? "")}\${(Deno.env.get("B") ?? "")}\`,
    upper: "__CAPSTAN_ENV_41__",
    debug: true,
  },
});

const stack = defineStack({ name: "shop", releases: [web] });
`,
    leftOut: [
      "environment variable DEBUG: `if` in helmfile.yaml.gotmpl sees only what stands in for it: what comes of that is as if it were set, and does not follow it",
      "environment variable A: `upper` in helmfile.yaml.gotmpl sees only what stands in for it: what comes of that is as if it were set, and does not follow it",
      "environment variable STAGE: `eq` in helmfile.yaml.gotmpl sees only what stands in for it: what comes of that is as if it were set, and does not follow it",
    ],
  },
  {
    title: "an environment's context and the variables that it must have are its own",
    files: {
      "helmfile.yaml.gotmpl": `
environments:
  a: {kubeContext: one}
  b: {kubeContext: two}
---
releases:
- name: web
  chart: ./web
  {{ if eq .Environment.Name "a" }}
  version: {{ requiredEnv "V" }}
  values: [{v: {{ requiredEnv "V" | quote }}}]
  {{ else }}
  values: [{v: "1"}]
  {{ end }}
- {name: db, chart: ./db, kubeContext: three}
- {name: job, chart: ./job, values: [{at: {{ .Environment.KubeContext }}}]}
`,
    },
    body: `const stack = defineStack((env) => {
  if (!["a", "b"].includes(env.name)) {
    throw new Error(\`there is no environment \${env.name}: use --env with one of a, b\`);
  }
  const by = <T>(choices: Record<string, T>): T => choices[env.name]!;
  const web = release("web", {
    chart: "./web",
    cluster: by({ a: kubeContext("one"), b: kubeContext("two") }),
    values: by({ a: () => ({ v: requiredEnv("V") }), b: () => ({ v: "1" }) })(),
  });
  const db = release("db", { chart: "./db", cluster: kubeContext("three") });
  const job = release("job", {
    chart: "./job",
    cluster: by({ a: kubeContext("one"), b: kubeContext("two") }),
    values: by({ a: { at: "one" }, b: { at: "two" } }),
  });

  return { name: "shop", releases: [web, db, job] };
});
`,
  },
  {
    title: "the context of helmDefaults is taken before the environment's",
    files: {
      "helmfile.yaml": `
environments: {default: {kubeContext: one}}
helmDefaults: {kubeContext: two}
releases:
- {name: web, chart: ./web}
- {name: db, chart: ./db, kubeContext: three}
`,
    },
    body: `const web = release("web", { chart: "./web", cluster: kubeContext("two") });
const db = release("db", { chart: "./db", cluster: kubeContext("three") });

const stack = defineStack({ name: "shop", releases: [web, db] });
`,
    leftOut: [
      "environment default: kubeContext one: helmfile takes that of helmDefaults, two",
    ],
  },
  {
    title: "the helmfile's own namespace and context are stronger than a release's",
    files: {
      "helmfile.yaml": `
namespace: all
kubeContext: one
helmDefaults: {kubeContext: two, rollbackOnFailure: true}
releases:
- {name: web, chart: ./web, namespace: shop, kubeContext: three, needs: [db]}
- {name: db, chart: ./db, waitTemplate: "{{ true }}", installedTemplate: "{{ eq .Environment.Name \\"default\\" }}"}
- {name: job, chart: ./job, conditionTemplate: "{{ ne 1 1 }}"}
`,
    },
    body: `const db = release("db", {
  chart: "./db",
  namespace: "all",
  createNamespace: true,
  cluster: kubeContext("one"),
  atomic: true,
  wait: true,
});
const web = release("web", {
  chart: "./web",
  namespace: "all",
  createNamespace: true,
  cluster: kubeContext("one"),
  atomic: true,
  needs: [db],
});

const stack = defineStack({ name: "shop", releases: [web, db] });
`,
    leftOut: ["release job: its condition false is off in every environment"],
  },
  {
    title: "what is inherited is joined: lists grow, what is empty gives way",
    files: {
      "helmfile.yaml": `
defaultInherit: base
templates:
  base: {wait: true, values: [a.yaml], labels: {a: base, b: base}}
  more: {inherit: [{template: most}], values: [b.yaml], set: [{name: x, value: 1}]}
  most: {timeout: 60, atomic: true}
releases:
- name: web
  chart: ./web
  wait: false
  timeout: 90
  values: [c.yaml]
  labels: {a: web}
  inherit: [{template: more}]
- {name: db, chart: ./db, inherit: [{template: base, except: [values, labels]}, {template: none}]}
`,
      "a.yaml": "",
      "b.yaml": "",
      "c.yaml": "",
    },
    body: `const web = release("web", {
  chart: "./web",
  labels: { a: "web", b: "base" },
  atomic: true,
  wait: true,
  timeout: "90s",
  values: ["./a.yaml", "./b.yaml", "./c.yaml"],
  set: ["x=1"],
});
const db = release("db", { chart: "./db", wait: true });

const stack = defineStack({ name: "shop", releases: [web, db] });
`,
    leftOut: ["release db: it inherits none, which is not there"],
  },
  {
    title: "nested helmfiles inherit what they name; environments of bases count",
    files: {
      "helmfile.yaml": `
bases: [environments.yaml]
helmDefaults: {wait: true, timeout: 60}
commonLabels: {team: a, tier: x}
kubeVersion: v1.34.0
templates: {std: {atomic: true}}
helmfiles:
- {path: sub.yaml.gotmpl, inherits: [environments, helmDefaults, commonLabels, templates, kubeVersion]}
`,
      "environments.yaml": "environments: {live: {values: [{host: live.example}]}}\n",
      "sub.yaml.gotmpl": `
helmDefaults: {timeout: 90}
commonLabels: {tier: y}
releases:
- {name: web, chart: ./web, inherit: [{template: std}], values: [{host: {{ .Values.host }}}]}
`,
    },
    body: `const web = release("web", {
  chart: "./web",
  labels: { team: "a", tier: "y" },
  atomic: true,
  wait: true,
  timeout: "90s",
  values: { host: "live.example" },
});

const stack = defineStack({ name: "shop", releases: [web] });
`,
    leftOut: [
      "helmfile.yaml: kubeVersion",
      "helmfile.yaml: kubeVersion that helmfiles sub.yaml.gotmpl inherits",
      "helmfile.yaml: helmfile runs the files that it names one after another; a stack starts each release as soon as what it needs is done: add `needs` where the order of files matters",
    ],
  },
  {
    title: "texts of setString, and secrets that helmfile would look up",
    files: {
      "helmfile.yaml": `
releases:
- name: web
  chart: ./web
  values: [{password: "ref+vault://a/b#/c"}, b.yaml]
  setString:
  - {name: 'node\\.port', value: 8080}
  - {name: 'hosts[0].names', values: [1, "a,b"]}
  - {name: cert, file: c.pem}
  set: [{name: key, value: "secretref+awsssm://x"}]
`,
      "b.yaml": "token: ref+gcpsecrets://x\n",
    },
    body: `const web = release("web", {
  chart: "./web",
  values: [
    { password: "ref+vault://a/b#/c" },
    "./b.yaml",
    { "node.port": "8080" },
    { hosts: [{ names: ["1", "a,b"] }] },
  ],
  set: ["key=secretref+awsssm://x"],
});

const stack = defineStack({ name: "shop", releases: [web] });
`,
    leftOut: [
      "release web: values: ref+vault:… stays a text: read the secret in the stack, where values may be a function",
      "release web: values file b.yaml: ref+gcpsecrets:… stays a text: read the secret in the stack, where values may be a function",
      "release web: setString cert from a file",
      "release web: set key: secretref+awsssm:… stays a text: read the secret in the stack, where values may be a function",
    ],
  },
  {
    title: "keys that a stack has no place for are named",
    files: {
      "helmfile.yaml": `
helmBinary: helm3
releases:
- {name: web, chart: stable/web, version: 1.0.0, jsonPatches: [], postRenderer: x}
`,
    },
    body: `const web = release("web", { chart: "stable/web" });

const stack = defineStack({ name: "shop", releases: [web] });
`,
    leftOut: [
      "helmfile.yaml: helmBinary",
      "release web: chart stable/web: the helmfile names no repository stable: use repository(…).chart(…)",
      "release web: version 1.0.0",
      "release web: jsonPatches",
      "release web: postRenderer",
    ],
  },
  {
    title: "what is off everywhere, and folders that are no charts, are named",
    files: {
      "helmfile.yaml": `
environments: {a: {}, b: {values: [{some: {on: true}}]}}
helmDefaults: {force: true}
releases:
- {name: web, chart: ./web, description: "of {{ .Environment.Name }}", condition: some.on}
- {name: off, chart: ./web, condition: other.on}
- {name: kust, chart: ./kust, force: false}
- {name: raw, chart: ./raw, force: false}
`,
      "kust/kustomization.yaml": "resources: []",
      "raw/a.yaml": "kind: ConfigMap",
      "web/Chart.yaml": "name: web",
    },
    options: { environments: ["b"] },
    body: `const web = release("web", { chart: "./web", description: "of b", forceReplace: true });
const kust = release("kust", { chart: "./kust" });
const raw = release("raw", { chart: "./raw" });

const stack = defineStack({ name: "shop", releases: [web, kust, raw] });
`,
    leftOut: [
      "release kust: chart ./kust: it is a kustomization: make a chart of what it renders to",
      "release raw: chart ./raw: it has no Chart.yaml: make a chart of what it renders to",
      "release off: its condition other.on is off in every environment",
    ],
  },
];

for (const { title, files, options, body: expected, leftOut = [] } of ROWS) {
  Deno.test(`import of a helmfile: ${title}`, () => {
    const result = imported(files, options);
    assert.equal(body(result.text), expected);
    assert.deepEqual(result.leftOut, leftOut);
    for (const line of leftOut) assert.ok(result.text.includes(`// - ${line}\n`));
  });
}

const REFUSED: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  [
    "no such file",
    { "helmfile.yaml": "bases: [no.yaml]" },
    /^cannot import no.yaml: no such file$/,
  ],
  [
    "bad YAML",
    { "helmfile.yaml": "releases: [" },
    /^cannot import helmfile.yaml: not YAML: unexpected end/,
  ],
  [
    "a missing value",
    { "helmfile.yaml.gotmpl": "releases: [{name: {{ .Values.a.b }}}]" },
    /^cannot import helmfile.yaml.gotmpl for environment default: template: helmfile.yaml.gotmpl:1:/,
  ],
  [
    "a program's output",
    { "helmfile.yaml.gotmpl": `releases: [{name: {{ exec "date" (list) }}}]` },
    /exec is not carried over/,
  ],
  [
    "a file that another names",
    { "helmfile.yaml": "helmfiles: [nested/none.yaml]" },
    /^cannot import nested\/none.yaml: no such file$/,
  ],
  ["nothing to install", { "helmfile.yaml": "releases: []" }, /it has no releases to install$/],
];

for (const [title, files, message] of REFUSED) {
  Deno.test(`import of a helmfile is refused: ${title}`, () => {
    assert.throws(() => imported(files), { message });
  });
}
