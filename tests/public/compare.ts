// deno-lint-ignore-file no-console -- a program of its own
/**
 * For each release of the public stack: what `helm get manifest` prints against what real `helm template`
 * renders from the same chart, values and capabilities. Prints a line for each; exits 1 when one differs.
 */
import { createKubeClient } from "../../lib/kube/client.ts";
import { loadConnection } from "../../lib/kube/config.ts";
import { loadStack } from "../../lib/stack/load.ts";
import { required, succeed } from "../e2e/tools.ts";

const helm = required("HELM4");
const { stack } = await loadStack(new URL("./stack.ts", import.meta.url).pathname);
const api = createKubeClient(await loadConnection());
const { gitVersion } = await api.version();
const served = await api.resources();
api.close();
const versions = new Set(served.flatMap(({ group, version, kind }) => {
  const apiVersion = group === "" ? version : `${group}/${version}`;
  return [apiVersion, `${apiVersion}/${kind}`];
}));

const values = await Deno.makeTempFile({ suffix: ".yaml" });
let different = 0;
for (const { name, namespace, chart } of stack.releases) {
  await Deno.writeTextFile(
    values,
    await succeed(helm, ["get", "values", name, "-n", namespace, "-o", "yaml"]),
  );
  const stored = lines(await succeed(helm, ["get", "manifest", name, "-n", namespace]));
  const flags = [
    "--kube-version",
    gitVersion,
    ...[...versions].flatMap((version) => ["--api-versions", version]),
  ];
  const rendered = lines(
    await succeed(helm, [
      "template",
      name,
      chart as string,
      "-n",
      namespace,
      "-f",
      values,
      "--no-hooks",
      ...flags,
    ]),
  );
  const at = stored.findIndex((line, i) => line !== rendered[i]);
  const same = at < 0 && stored.length === rendered.length;
  if (!same) different++;
  console.log(
    `${same ? "identical" : "DIFFERENT"} ${name}: ${stored.length} lines${
      same ? "" : `; line ${at + 1}: ${stored[at]} <> ${rendered[at]}`
    }`,
  );
}
await Deno.remove(values);
Deno.exit(different === 0 ? 0 : 1);

function lines(text: string): string[] {
  return text.trimEnd().split("\n");
}
