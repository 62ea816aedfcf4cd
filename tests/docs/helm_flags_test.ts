/** docs/helm-flags.md against the flags that the commands take. */
import assert from "node:assert/strict";
import { HELM_ROUTES } from "../../lib/cli/helm_commands.ts";
import { READ_ROUTES } from "../../lib/cli/read_commands.ts";
import { flagRows } from "./helm_flags.ts";

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
      const here = !/^not offered|on the commands that find charts/.test(status) ||
        (verb === "install" && !status.startsWith("not offered"));
      if (here) assert.ok(flagsOf(verb).includes(flag), `${verb} --${flag} is ${status}`);
    }
  }
});
