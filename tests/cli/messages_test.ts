/**
 * Errors as a new user meets them: what is typed, and all that is then said. The expected texts are in
 * testdata/messages.txt, to be read as a person would; `UPDATE_MESSAGES=1` writes it anew for a review.
 */
import assert from "node:assert/strict";
import { atWork, environmentOf } from "./cluster.ts";
import { COMMANDS, FILES, THERE } from "./messages.ts";

const GOLDEN = new URL("testdata/messages.txt", import.meta.url);
const PROGRAM = new URL("commands_program.ts", import.meta.url).pathname;

interface Said {
  readonly code: number;
  readonly stderr: string;
}

/** Runs all command lines in one process of its own. */
async function runAll(commands: readonly string[], folder: string): Promise<Said[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", PROGRAM],
    cwd: folder,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: environmentOf(folder),
  }).spawn();
  const lines = commands.map((command) => [...command.split(" "), "--debug"]);
  const [{ stdout, stderr }] = await Promise.all([
    child.output(),
    new Blob([JSON.stringify(lines)]).stream().pipeTo(child.stdin),
  ]);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll(folder, "FOLDER");
  assert.notEqual(text(stdout), "", text(stderr));
  return JSON.parse(text(stdout));
}

/** `$ command`, exit code and code of the error, then all that was said; what differs each time is hidden. */
function described(command: string, { code, stderr }: Said): string {
  const codes = /\ncode: (.*)/.exec(stderr)?.[1] ?? "-";
  const said = stderr.split("\n\ncode: ")[0]!.trimEnd()
    .replace(/^ +\d+\.\d\ds/gm, "  T")
    .replace(/\b(mig)-[a-z0-9]{5}\b/g, "$1-POD")
    .replace(/\b20\d{6}-\d{9}-[0-9a-f]+\b/g, "RUN")
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "UUID");
  return `$ capstan ${command}\n(exit ${code}, ${codes})\n${said}\n`;
}

Deno.test("every command line says what was wrong, to what, why, and what to do", async () => {
  await atWork(FILES, async ({ folder }) => {
    const said = await runAll(COMMANDS, folder);
    const text = said.map((each, i) => described(COMMANDS[i]!, each)).join("\n");
    if (Deno.env.get("UPDATE_MESSAGES")) await Deno.writeTextFile(GOLDEN, text);
    assert.deepEqual(text.split("\n\n"), (await Deno.readTextFile(GOLDEN)).split("\n\n"));
    for (const [i, { code, stderr }] of said.entries()) {
      if (COMMANDS[i] === THERE) continue;
      assert.notEqual(code, 0, COMMANDS[i]!);
      assert.match(stderr, /^Error: /m, COMMANDS[i]!);
    }
  });
});

Deno.test("the codes that are met here are in docs/errors.md", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/errors.md", import.meta.url));
  const golden = await Deno.readTextFile(GOLDEN);
  const met = new Set(
    [...golden.matchAll(/^\(exit \d, (.*)\)$/gm)].flatMap(([, codes]) => codes!.split(", ")),
  );
  const known = new Set([...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, code]) => code!));
  const missing = [...met].filter((code) =>
    code.includes("/") && !code.startsWith("kube/") && !known.has(code)
  );
  assert.deepEqual(missing, []);
  assert(met.size > 80, `only ${met.size} codes are met`);
});
