/**
 * Command lines as a user types them, and all that is then said, held to a file that is to be read as a
 * person would; `UPDATE_MESSAGES=1` writes it anew for a review.
 */
import assert from "node:assert/strict";
import { environmentOf } from "./cluster.ts";
import type { Workplace } from "./cluster.ts";
import { type Asked, linesOf, type Said } from "./commands_program.ts";

const PROGRAM = new URL("commands_program.ts", import.meta.url).pathname;

/** A command line and what is so when it is typed. */
export interface Scene {
  /** As it is typed, without `capstan`; parts in '…' are one argument. */
  readonly command: string;
  /** What happened before. */
  readonly before?: (work: Workplace) => unknown;
  /** What happens meanwhile; its end is waited for. */
  readonly meanwhile?: (work: Workplace) => unknown;
  /** Variables of the environment, as they are typed before the command. */
  readonly env?: Readonly<Record<string, string>>;
  /** Permissions, of a process of its own that has no others. @default all */
  readonly permissions?: readonly string[];
  /** Whether it goes well: others meet what it leaves. @default false */
  readonly goesWell?: boolean;
}

/** Plays scenes in a workplace, one after another, and returns what is said, as the golden file has it. */
export async function played(work: Workplace, scenes: readonly Scene[]): Promise<string> {
  const told: string[] = [];
  await withProgram(work.folder, async (run) => {
    for (const scene of scenes) {
      await scene.before?.(work);
      const args = [...argumentsOf(scene.command), "--debug"];
      const saying = scene.permissions === undefined
        ? run({ args, env: scene.env })
        : work.limited(scene.permissions, ...args);
      const [said] = await Promise.all([saying, scene.meanwhile?.(work)]);
      if (!Deno.env.get("UPDATE_MESSAGES")) check(scene, said);
      told.push(described(scene, said, work.folder));
    }
  });
  return told.join("\n");
}

/** Holds a text to `testdata/NAME`. */
export async function holdToGolden(name: string, text: string): Promise<void> {
  const golden = new URL(`testdata/${name}`, import.meta.url);
  if (Deno.env.get("UPDATE_MESSAGES")) await Deno.writeTextFile(golden, text);
  assert.deepEqual(text.split("\n\n"), (await Deno.readTextFile(golden)).split("\n\n"));
}

/** The parts of a command line. */
function argumentsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|\S+/g)].map(([all, quoted]) => quoted ?? all);
}

function check({ command, goesWell }: Scene, { code, stderr }: Said): void {
  if (goesWell) {
    assert.equal(code, 0, `${command}: ${stderr}`);
  } else {
    assert.notEqual(code, 0, command);
    assert.match(stderr, /^Error: /m, command);
  }
}

/** Has a process that runs command lines one after another, without the start of each. */
async function withProgram(
  folder: string,
  use: (run: (asked: Asked) => Promise<Said>) => Promise<void>,
): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", PROGRAM],
    cwd: folder,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    env: environmentOf(folder),
  }).spawn();
  const input = child.stdin.getWriter();
  const answers = linesOf(child.stdout);
  try {
    await use(async (asked) => {
      await input.write(new TextEncoder().encode(`${JSON.stringify(asked)}\n`));
      const { value, done } = await answers.next();
      assert(!done, `the process ended at: ${asked.args.join(" ")}`);
      return JSON.parse(value);
    });
  } finally {
    await input.close();
    await answers.return(undefined);
    await child.status;
  }
}

/** `$ command`, exit code and code of the error, then all that was said; what differs each time is hidden. */
function described(scene: Scene, { code, stderr }: Said, folder: string): string {
  const codes = /\ncode: (.*)/.exec(stderr)?.[1] ?? "-";
  const said = stable(stderr.split("\n\ncode: ")[0]!.trimEnd());
  const typed = [
    ...Object.entries(scene.env ?? {}).map(([name, value]) => `${name}=${value}`),
    ...(scene.permissions === undefined
      ? ["capstan"]
      : ["deno run", ...scene.permissions, "capstan"]),
    scene.command,
  ].join(" ");
  return `$ ${stable(typed)}\n(exit ${code}, ${codes})\n${said}\n`.replaceAll(folder, "FOLDER");
}

/** A text without what differs each time. */
export function stable(text: string): string {
  return text
    .replace(/^ +\d+\.\d\ds/gm, "  T")
    .replace(/\b(mig)-[a-z0-9]{5}\b/g, "$1-POD")
    .replace(/\b20\d{6}-\d{9}-[0-9a-f]+\b/g, "RUN")
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "UUID")
    .replace(/\bwould be \d+ bytes/g, "would be N bytes")
    .replace(/\bkey ID [0-9a-f]{16}\b/g, "key ID KEY")
    .replace(/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "TIME")
    .replace(/\b127\.0\.0\.1:(?!65011)\d{4,5}\b/g, "127.0.0.1:PORT");
}
