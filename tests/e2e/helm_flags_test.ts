import assert from "node:assert/strict";
import { HELM_ROUTES } from "../../lib/cli/helm_commands.ts";
import { READ_ROUTES } from "../../lib/cli/read_commands.ts";
import { defaultRows, flagRows } from "../docs/helm_flags.ts";
import { capstanOk, helms, succeed } from "./tools.ts";

/** Flags in a part of what `helm VERB --help` prints. */
function flagsIn(help: string, from: string, to: string | undefined): string[] {
  const end = to === undefined ? undefined : help.indexOf(to);
  return [...help.slice(help.indexOf(from), end).matchAll(/^ +(?:-\w, )?--([a-z0-9-]+)/gm)]
    .map(([, name]) => name!).sort();
}

Deno.test("docs/helm-flags.md has every flag of the real Helms, and no other", async () => {
  const sections = await flagRows();
  for (const [i, [name, helm]] of helms().entries()) {
    const has = i === 0 ? "v3" : "v4";
    for (const [verb, rows] of sections) {
      const everywhere = verb === "Every command";
      const help = await succeed(helm, [...(everywhere ? ["list"] : verb.split(" ")), "--help"]);
      const theirs = everywhere
        ? flagsIn(help, "\nGlobal Flags:", undefined)
        : flagsIn(help, "\nFlags:", "\nGlobal Flags:");
      const ours = rows.filter((row) => row[has]).map(({ flag }) => flag).sort();
      assert.deepEqual(ours, theirs, `${name} ${verb}`);
    }
  }
});

/** `flag: default` of each flag in a part of a help that has one. */
function defaultsIn(help: string): string[] {
  const lines = help.matchAll(/^ +(?:-\w, )?--([a-z0-9-]+).*\(default (?!and )(.*)\)$/gm);
  return [...lines].filter(([line]) => !line.includes("(default) and")).map(([, flag, value]) =>
    `${flag}: ${value!.replaceAll('"', "").replace(`${Deno.env.get("HOME")}/`, "~/")}`
  ).sort();
}

/** Verbs that have flags of their own with a default. */
const VERBS = [
  ...["install", "upgrade", "rollback", "uninstall", "test", "list", "status", "history"],
  ...["get all", "get hooks", "get manifest", "get metadata", "get notes", "get values"],
];

Deno.test("docs/helm-flags.md has every default of the real Helms, and no other", async () => {
  const rows = await defaultRows();
  for (const [i, [name, helm]] of helms().entries()) {
    for (const verb of VERBS) {
      const ours = rows.filter(({ verbs, values }) =>
        values[i] !== "" && (verbs.includes(verb) || verbs.includes("every command"))
      ).flatMap(({ flags, values }) => flags.map((flag) => `${flag}: ${values[i]}`)).sort();
      const help = await succeed(helm, [...verb.split(" "), "--help"]);
      assert.deepEqual(ours, defaultsIn(help), `${name} ${verb}`);
    }
  }
});

/** Letters of a command and the flags that they stand for. */
function lettersOf(verb: string): Record<string, string> {
  const routes = { ...HELM_ROUTES, ...READ_ROUTES };
  const { parameters } = routes[verb.split(" ")[0] as keyof typeof routes]() as unknown as {
    parameters: { aliases?: Record<string, string> };
  };
  const { aliases = {} } = parameters;
  return Object.fromEntries(
    Object.entries(aliases).map(([letter, flag]) => [
      letter,
      flag.replace(/[A-Z]/g, (upper) => `-${upper.toLowerCase()}`),
    ]),
  );
}

Deno.test("the short forms of flags and the other names of verbs are the real Helms'", async () => {
  const names = new Set<string>();
  for (const [name, helm] of helms()) {
    for (const verb of VERBS) {
      const help = await succeed(helm, [...verb.split(" "), "--help"]);
      for (const [, letter, flag] of help.matchAll(/^ +-(\w), --([a-z0-9-]+)/gm)) {
        const ours = letter === "h" ? "help" : lettersOf(verb)[letter!];
        assert.equal(ours, flag, `${name} ${verb} -${letter}`);
      }
      const [, others = ""] = help.match(/^Aliases:\n +(.*)$/m) ?? [];
      for (const other of others.split(", ").slice(1)) names.add(`${other} ${verb}`);
    }
  }
  assert.deepEqual([...names].sort(), [
    "del uninstall",
    "delete uninstall",
    "hist history",
    "ls list",
    "un uninstall",
  ]);
  for (const pair of names) {
    const [other, verb] = pair.split(" ") as [string, string];
    assert.match(await capstanOk(verb, "--help"), new RegExp(`^  capstan ${other}$`, "m"));
  }
});
