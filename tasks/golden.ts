// deno-lint-ignore-file no-console -- a program of its own
/**
 * Writes what real Helm renders of the example charts to tests/testdata/golden. Run it when a chart
 * changes, with the real binaries in HELM3 and HELM4.
 */
import { CHARTS, GOLDEN, GOLDENS, KUBE_VERSION } from "../tests/engine/golden.ts";

for (const variable of ["HELM3", "HELM4"]) {
  const helm = Deno.env.get(variable);
  if (helm === undefined) throw new Error(`set ${variable} to a real Helm`);
  for (const { name, chart, values = [], set = [], isUpgrade } of GOLDENS) {
    const flags = [
      ...values.flatMap((file) => ["-f", file]),
      ...set.flatMap((text) => ["--set", text]),
    ];
    const { success, stdout, stderr } = await new Deno.Command(helm, {
      args: [
        "template",
        "rel",
        `${CHARTS}/${chart}`,
        "-n",
        "shop",
        "--kube-version",
        KUBE_VERSION,
        ...flags,
        ...(isUpgrade ? ["--is-upgrade"] : []),
      ],
    }).output();
    if (!success) throw new Error(`${name}: ${new TextDecoder().decode(stderr)}`);
    const file = `${name}.v${variable.at(-1)}.yaml`;
    await Deno.writeFile(GOLDEN + file, stdout);
    console.log(`${file}: ${stdout.length} bytes`);
  }
}
