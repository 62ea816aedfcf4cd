/**
 * Times Capstan's engine in one process: the counterpart of helm_engine/main.go, with the same
 * requests and answers, a line of JSON each.
 *
 * A chart is read once and then rendered again and again; with `load` it is read each time, and the
 * reading counts. Unlike there, a rendering includes deciding which subcharts take part.
 */
import { messageOf } from "../lib/errors.ts";
import type { Chart } from "../lib/chart/chart.ts";
import { loadChart } from "../lib/chart/load.ts";
import { renderTemplates } from "../lib/engine/render_templates.ts";
import type { GoFunc } from "../lib/template/value.ts";
import type { Answer, Request } from "./engine.ts";

const KEY_MAKERS = ["genPrivateKey", "genCA", "genSelfSignedCert", "genSignedCert"];
const RELEASE = { name: "bench" };
const charts = new Map<string, Chart>();
const keyed = new Map<string, boolean>();
const encoder = new TextEncoder();

/**
 * Whether a chart has private keys made. That takes as long as chance has it, in Go and here, and
 * says nothing of an engine.
 */
async function makesKeys(path: string): Promise<boolean> {
  let asked = false;
  const call = () => {
    asked = true;
    throw new Error("a key is wanted");
  };
  const maker: GoFunc = { params: ["any"], variadic: true, call };
  const functions = Object.fromEntries(KEY_MAKERS.map((name) => [name, maker]));
  try {
    // A chart of its own: what is parsed with other functions would stay with it.
    await renderTemplates(await loadChart(path), { release: RELEASE, functions });
  } catch {
    // It wants a key, or cannot be rendered at all, which is told later.
  }
  return asked;
}

async function answer({ chart: path, times, load }: Request): Promise<Answer> {
  const milliseconds: number[] = [];
  let characters = 0;
  try {
    if (!charts.has(path)) {
      keyed.set(path, await makesKeys(path));
      charts.set(path, await loadChart(path));
    }
    for (let i = 0; i < times; i++) {
      const started = performance.now();
      if (load) charts.set(path, await loadChart(path));
      const files = await renderTemplates(charts.get(path)!, { release: RELEASE });
      milliseconds.push(performance.now() - started);
      characters = [...files.values()].reduce((sum, text) => sum + text.length, 0);
    }
  } catch (error) {
    return { milliseconds, characters, memory: 0, error: messageOf(error) };
  }
  const { rss: memory } = Deno.memoryUsage();
  return { milliseconds, characters, memory, makesKeys: keyed.get(path) };
}

let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split("\n");
  rest = lines.pop()!;
  for (const line of lines) {
    const reply = JSON.stringify(await answer(JSON.parse(line))) + "\n";
    await Deno.stdout.write(encoder.encode(reply));
  }
}
