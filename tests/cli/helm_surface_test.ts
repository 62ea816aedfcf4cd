/** The commands of Helm and their flags, one by one, against those that are here. */
import assert from "node:assert/strict";
import { normalizeArguments } from "../../lib/cli/arguments.ts";
import { leftOut, otherFlagRows } from "../docs/helm_flags.ts";
import { parseFlag, recordedSurfaces, surfaceOf } from "./helm_surface.ts";
import { ownCommands } from "./own_commands.ts";
import type { OwnFlag } from "./own_commands.ts";

/** What is one command here has its part as an argument: `get values NAME`, `completion bash`. */
const BY_ARGUMENT = /^(get|completion) (?!powershell).*/;

/** Our name of a command of Helm's. */
function ownName(command: string): string {
  const name = command.replace(BY_ARGUMENT, "$1");
  return name === "completion" ? "completions" : name;
}

const LISTS = ["stringArray", "strings", "stringToString", "postRendererArgsSlice"];

Deno.test("every command of Helm is here under each of its names, or the page says why not", async () => {
  const own = await ownCommands();
  const missing = new Set<string>();
  for (const { commands } of Object.values(await recordedSurfaces())) {
    for (const [name, { aliases = [] }] of Object.entries(commands)) {
      const ours = own.get(ownName(name));
      if (ours === undefined) missing.add(name);
      else {
        const unknown = aliases.filter((alias) => !ours.aliases.includes(alias));
        assert.deepEqual(unknown, [], `other names of ${name}`);
      }
    }
  }
  const said = await leftOut();
  const below = (name: string) => name.startsWith("plugin ") ? "plugin" : name;
  assert.deepEqual([...new Set([...missing].map(below))].sort(), said);
});

Deno.test("every flag of Helm is taken as Helm takes it, or the page says why not", async () => {
  const own = await ownCommands();
  const said = await otherFlagRows();
  const unsaid: string[] = [];
  const used = new Set<string>();
  for (const [version, { commands }] of Object.entries(await recordedSurfaces())) {
    for (const [name, { flags }] of Object.entries(commands)) {
      const ours = own.get(ownName(name));
      if (name === "" || ours?.flags === undefined) continue;
      const taken = ours.flags;
      const everywhere = commands[""]!.flags;
      for (const line of [...flags, ...everywhere]) {
        const { name: flag, short, type } = parseFlag(line);
        const place = `${name} --${flag}`;
        const known: OwnFlag | undefined = taken[flag];
        const row = said.get(place);
        if (row !== undefined) used.add(place);
        if (known === undefined) {
          if (!row?.startsWith("not offered")) unsaid.push(`${version} ${place}`);
          continue;
        }
        if (short !== undefined) assert.equal(ours.letters[short], flag, `${place} -${short}`);
        const alone = normalizeArguments([name, `--${flag}`]).at(-1)!.includes("=");
        const isSwitch = type === undefined || type.includes("[=");
        assert.equal(alone || known.kind === "boolean", isSwitch, `${place} is a switch`);
        const isList = type !== undefined && LISTS.includes(type);
        assert.equal(known.variadic ?? false, isList, `${place} can be repeated`);
        const idle = known.brief === "accepted, without effect" && !everywhere.includes(line);
        assert.equal(
          idle,
          row?.startsWith("accepted, without effect") ?? false,
          `${place} is heard`,
        );
      }
    }
  }
  assert.deepEqual(unsaid, []);
  assert.deepEqual([...said.keys()].filter((place) => !used.has(place)), []);
});

Deno.test({
  name: "what is recorded of the Helms is what they print",
  ignore: Deno.env.get("HELM3") === undefined || Deno.env.get("HELM4") === undefined,
  async fn() {
    const { v3, v4 } = await recordedSurfaces();
    assert.deepEqual(await surfaceOf(Deno.env.get("HELM3")!), v3);
    assert.deepEqual(await surfaceOf(Deno.env.get("HELM4")!), v4);
  },
});
