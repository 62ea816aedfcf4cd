// deno-lint-ignore-file no-console -- a program of its own
/**
 * The layer rule of ARCHITECTURE.md: a file in lib/ imports only from its own folder or from a
 * lower layer. Exits 1 and lists every import that breaks it.
 */
import { dirname, join, normalize } from "node:path/posix";

const LAYERS: readonly (readonly string[])[] = [
  ["abort.ts", "errors.ts", "events.ts", "files.ts", "semver.ts", "text.ts"],
  ["yaml", "template", "schedule"],
  ["sprig", "chart", "kube"],
  ["engine", "registry", "release", "apiserver", "journal"],
  ["action"],
  ["stack", "scaffold"],
  ["report", "client"],
  ["cli"],
];

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)["'](\.{1,2}\/[^"']+)["']/g;

/** The layer of a path such as `yaml/parse.ts`, or -1 where the table does not know it. */
function layerOf(unit: string): number {
  return LAYERS.findIndex((layer) => layer.includes(unit));
}

/** Every violation below `root` (a folder laid out as lib/), one line each, sorted. */
export async function violations(root: string): Promise<string[]> {
  const found: string[] = [];
  for await (const file of sources(root, "")) {
    const unit = file.split("/")[0]!;
    const layer = layerOf(unit);
    if (layer < 0) {
      found.push(`${file}: ${unit} is in no layer of tasks/layers.ts`);
      continue;
    }
    const text = await Deno.readTextFile(`${root}/${file}`);
    for (const [, specifier] of text.matchAll(IMPORT)) {
      const why = check(unit, layer, normalize(join(dirname(file), specifier!)));
      if (why !== undefined) found.push(`${file}: imports ${specifier}: ${why}`);
    }
  }
  return found.sort();
}

function check(unit: string, layer: number, target: string): string | undefined {
  if (target.startsWith("..")) return "outside lib/";
  const targetUnit = target.split("/")[0]!;
  if (targetUnit === unit) return undefined;
  const targetLayer = layerOf(targetUnit);
  if (targetLayer < 0) return `${targetUnit} is in no layer`;
  if (targetLayer < layer) return undefined;
  const relation = targetLayer === layer ? "of the same layer" : `of layer ${targetLayer}`;
  return `${targetUnit} is ${relation}, ${unit} of layer ${layer}`;
}

async function* sources(root: string, folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(`${root}/${folder}`)) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sources(root, path);
    else if (path.endsWith(".ts")) yield path;
  }
}

if (import.meta.main) {
  const found = await violations(Deno.args[0] ?? new URL("../lib", import.meta.url).pathname);
  for (const line of found) console.error(line);
  Deno.exit(found.length === 0 ? 0 : 1);
}
