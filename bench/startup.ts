/** Start-up: whole processes, beside the least that Deno does and, where it is, Helm. */
import { median, ms, pathOf, table, timeInTurn } from "./measure.ts";
import type { Command, Report } from "./measure.ts";

/** What `deno eval 1` takes on the machine that the limits are given for. */
const REFERENCE = 25;

export async function startup(runs: number): Promise<Report> {
  const deno = Deno.execPath();
  const capstan = ["run", "-A", pathOf("../cli.ts")];
  const chart = pathOf("../examples/shop/charts/service");
  const helm = Deno.env.get("HELM4");
  const bundled = await bundle(deno);
  const commands: Record<string, Command> = {
    "deno eval 1": [deno, "eval", "1"],
    "capstan --help": [deno, ...capstan, "--help"],
    "capstan template": [deno, ...capstan, "template", "web", chart],
    "the same, bundled": [bundled, "template", "web", chart],
    ...(helm === undefined ? {} : { "helm template": [helm, "template", "web", chart] }),
  };
  const times = await timeInTurn(commands, runs);
  const middle = (name: string) => median(times[name]!);
  const base = middle("deno eval 1");
  const scale = base / REFERENCE;
  const rows = Object.entries(times).map(([name, all]) => [
    name,
    median(all),
    Math.min(...all),
    Math.max(...all),
    `${(median(all) / base).toFixed(2)}x`,
  ]);
  const bound = (name: string, limit: number) => ({
    limit: `${name} within ${limit} ms where deno eval 1 takes ${REFERENCE} ms, ` +
      `here ${ms(limit * scale)}`,
    measured: ms(middle(name)),
    met: middle(name) <= limit * scale,
  });
  const verdicts = [bound("capstan --help", 100), bound("capstan template", 250)];
  if (helm !== undefined) {
    const ratio = (name: string) => middle(name) / middle("helm template");
    const one = ratio("the same, bundled");
    verdicts.push({
      limit: "capstan template, bundled, no slower than 1.5 times helm template",
      measured: `${one.toFixed(2)} times (from sources ${ratio("capstan template").toFixed(2)})`,
      met: one <= 1.5,
    });
  }
  return {
    title: `start-up: ${runs} processes each, in turn; milliseconds`,
    lines: [
      ...table([["", "median", "least", "most", "of deno eval 1"], ...rows]),
      ...(helm === undefined ? ["(set HELM4 to a helm binary to have it beside)"] : []),
    ],
    verdicts,
  };
}

/** Makes the bundle of `deno task bundle` anew; where it is started from. */
async function bundle(deno: string): Promise<string> {
  const args = ["run", "-A", pathOf("../tasks/bundle.ts")];
  const { success, stderr } = await new Deno.Command(deno, { args }).output();
  if (!success) throw new Error(`bundling: ${new TextDecoder().decode(stderr)}`);
  return pathOf("../dist/capstan");
}
