/** docs/helm-flags.md against the flags that the commands take. */
import assert from "node:assert/strict";
import { HELM_ROUTES } from "../../lib/cli/helm_commands.ts";
import { READ_ROUTES } from "../../lib/cli/read_commands.ts";
import { parseFlag, recordedSurfaces } from "../cli/helm_surface.ts";
import { defaultRows, flagRows, variableRows } from "./helm_flags.ts";

/** Flags of a command as they are written, those that `--help` does not list included. */
function flagsOf(verb: string): string[] {
  const routes = { ...HELM_ROUTES, ...READ_ROUTES };
  const { parameters } = routes[verb.split(" ")[0] as keyof typeof routes]() as unknown as {
    parameters: { flags: Record<string, unknown> };
  };
  const names = Object.keys(parameters.flags)
    .map((name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  return ["help", ...names];
}

/** What Capstan adds. */
const OWN = [
  "follow-links",
  "helm-version",
  "hook-parallelism",
  "hook-selection",
  "image-pull-errors",
  "lock-wait",
  "recover",
];

/** What `test` takes for a stack's tests. */
const OF_STACK = [
  "env",
  "from",
  "no-check",
  "only",
  "parallelism",
  "selector",
  "skip",
  "with-needs",
];

const FORMS = /^(same|differs|accepted, without effect|not offered)($|[;:,])/;

Deno.test("docs/helm-flags.md says of every flag of a command what stands", async () => {
  const sections = await flagRows();
  const everywhere = sections.get("Every command")!;
  const verbs = [...sections.keys()].filter((title) => title !== "Every command");
  assert.equal(verbs.length, 14);
  for (const verb of verbs) {
    const rows = sections.get(verb)!;
    const taken = flagsOf(verb);
    for (const { flag, status } of rows) {
      assert.match(status, FORMS, `${verb} --${flag}`);
      assert.equal(
        taken.includes(flag),
        !status.startsWith("not offered"),
        `${verb} --${flag} is ${status}`,
      );
    }
    if (verb.startsWith("get ")) continue;
    const known = [...rows, ...everywhere].map(({ flag }) => flag);
    const own = verb === "test" ? [...OWN, ...OF_STACK] : OWN;
    const unsaid = taken.filter((flag) => !known.includes(flag) && !own.includes(flag));
    assert.deepEqual(unsaid, [], verb);
  }
});

Deno.test("docs/helm-flags.md says of flags of every command what stands", async () => {
  for (const { flag, status } of (await flagRows()).get("Every command")!) {
    assert.match(status, FORMS, flag);
    for (const verb of ["install", "rollback", "list", "get all"]) {
      const here = !status.startsWith("not offered");
      if (here) assert.ok(flagsOf(verb).includes(flag), `${verb} --${flag} is ${status}`);
    }
  }
});

Deno.test("docs/helm-flags.md has every flag of the Helms in its tables, and no other", async () => {
  const sections = await flagRows();
  for (const [version, { commands }] of Object.entries(await recordedSurfaces())) {
    for (const [verb, rows] of sections) {
      const everywhere = verb === "Every command";
      const { flags } = commands[everywhere ? "" : verb]!;
      const theirs = flags.map((line) => parseFlag(line).name);
      const ours = rows.filter((row) => row[version as "v3" | "v4"]).map(({ flag }) => flag);
      const all = everywhere ? theirs : [...theirs, "help"];
      assert.deepEqual(ours.sort(), all.sort(), `${version} ${verb}`);
    }
  }
});

Deno.test("docs/helm-flags.md has every default of the Helms, and no other", async () => {
  const rows = await defaultRows();
  for (const [i, { commands }] of Object.values(await recordedSurfaces()).entries()) {
    for (const [command, { flags }] of Object.entries(commands)) {
      if (/^(plugin|search hub)/.test(command)) continue;
      const ours = rows.filter(({ verbs, values }) =>
        values[i] !== "" && verbs.includes(command === "" ? "every command" : command)
      ).flatMap(({ flags, values }) => flags.map((flag) => `${flag}: ${values[i]}`));
      const theirs = flags.map(parseFlag).filter((flag) => flag.default !== undefined)
        .map((flag) => `${flag.name}: ${flag.default}`);
      assert.deepEqual(ours.sort(), theirs.sort(), command);
    }
  }
});

/** The files in which variables are named that are heard. */
const HEARD = ["lib/cli/context.ts", "lib/registry/helm_paths.ts"];

Deno.test("docs/helm-flags.md says of every variable of the Helms whether it is heard", async () => {
  const rows = await variableRows();
  const { v3, v4 } = await recordedSurfaces();
  const all = new Set([...v3.variables, ...v4.variables]);
  assert.deepEqual([...rows.keys()].sort(), [...all].sort());
  const root = new URL("../../", import.meta.url);
  const sources = await Promise.all(
    HEARD.map((path) => Deno.readTextFile(new URL(path, root))),
  );
  for (const [name, status] of rows) {
    assert.match(status, /^(same|differs:|not heard:)/, name);
    const heard = name === "NO_COLOR" || sources.some((text) => text.includes(`"${name}"`));
    assert.equal(heard, !status.startsWith("not heard"), name);
  }
});
