import assert from "node:assert/strict";

/** The variables that Helm has and Capstan goes by. */
const SHARED = [
  "HELM_CACHE_HOME",
  "HELM_CONFIG_HOME",
  "HELM_DATA_HOME",
  "HELM_DEBUG",
  "HELM_KUBEAPISERVER",
  "HELM_KUBECONTEXT",
  "HELM_KUBEINSECURE_SKIP_TLS_VERIFY",
  "HELM_MAX_HISTORY",
  "HELM_NAMESPACE",
  "HELM_REGISTRY_CONFIG",
  "HELM_REPOSITORY_CACHE",
  "HELM_REPOSITORY_CONFIG",
];
const GIVEN = {
  HELM_KUBEINSECURE_SKIP_TLS_VERIFY: "1",
  HELM_MAX_HISTORY: "3",
  HELM_NAMESPACE: "shop",
  HELM_CONFIG_HOME: "/etc/helm",
  HELM_KUBETOKEN: "let-me-in",
  HELM_DEBUG: "T",
  HELM_KUBEAPISERVER: "",
};

/** What a program prints of an environment in which nothing else is set. */
async function printed(
  program: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    clearEnv: true,
    env: {
      HOME: "/nowhere",
      NO_COLOR: "1",
      DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
      ...GIVEN,
      ...more,
    },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assert.equal(code, 0, decoder.decode(stderr));
  return decoder.decode(stdout);
}

const CLI = ["run", "-A", new URL("../../cli.ts", import.meta.url).pathname];

Deno.test("env prints what is in force, one variable alone, and no token", async () => {
  const all = await printed(Deno.execPath(), [...CLI, "env"]);
  const values = Object.fromEntries(
    all.trim().split("\n").map((line) => line.split("=", 2) as [string, string]),
  );
  assert.deepEqual(SHARED.map((name) => values[name]), [
    '"/nowhere/.cache/helm"',
    '"/etc/helm"',
    '"/nowhere/.local/share/helm"',
    '"true"',
    '""',
    '""',
    '"true"',
    '"3"',
    '"shop"',
    '"/etc/helm/registry/config.json"',
    '"/nowhere/.cache/helm/repository"',
    '"/etc/helm/repositories.yaml"',
  ]);
  assert.deepEqual(Object.keys(values), Object.keys(values).toSorted());
  assert(!all.includes("let-me-in"), all);
  assert.equal(await printed(Deno.execPath(), [...CLI, "env", "HELM_NAMESPACE"]), "shop\n");
  const flags = ["-n", "other", "env", "HELM_NAMESPACE", "--kube-context", "x"];
  assert.equal(await printed(Deno.execPath(), [...CLI, ...flags]), "other\n");
  assert.equal(await printed(Deno.execPath(), [...CLI, "env", "NO_SUCH"]), "\n");
});

Deno.test("an empty variable, and an empty flag, are as if they were not there", async () => {
  const env = [...CLI, "env", "--kube-context", "", "-n", "", "--kube-token="];
  const all = await printed(Deno.execPath(), env, { HELM_NAMESPACE: "", HELM_DRIVER: "" });
  assert.match(all, /^HELM_NAMESPACE="default"$/m);
  assert.match(all, /^HELM_DRIVER="secret"$/m);
  assert.match(all, /^HELM_KUBETOKEN="\(set\)"$/m);
  assert.match(all, /^HELM_KUBECONTEXT=""$/m);
});

Deno.test({
  name: "env says of the variables that Helm has what helm env says",
  ignore: Deno.env.get("HELM4") === undefined,
  async fn() {
    const lines = (text: string) =>
      text.split("\n").filter((line) => SHARED.some((name) => line.startsWith(`${name}=`)));
    const helm = await printed(Deno.env.get("HELM4")!, ["env"]);
    assert.deepEqual(lines(await printed(Deno.execPath(), [...CLI, "env"])), lines(helm));
  },
});
