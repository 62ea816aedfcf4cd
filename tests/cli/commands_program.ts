// deno-lint-ignore-file no-console -- a program that prints its answers
/**
 * Runs command lines one after another as `cli.ts` does, in one process: a line of standard input is the
 * JSON of arguments and of variables that are set for them; a line of standard output, of what came of it.
 */
import { runCli } from "../../lib/cli/main.ts";

/** What is to be run. */
export interface Asked {
  readonly args: readonly string[];
  /** Variables of the environment for this command alone. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** What came of it. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The lines of a stream of bytes, as they come. */
export async function* linesOf(bytes: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

async function run({ args, env = {} }: Asked): Promise<Said> {
  const written = { stdout: "", stderr: "" };
  const before = Object.keys(env).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  const code = await runCli(args, {
    streams: {
      stdout: { write: (text) => written.stdout += text },
      stderr: { write: (text) => written.stderr += text },
    },
  });
  for (const [name, value] of before) {
    if (value === undefined) Deno.env.delete(name);
    else Deno.env.set(name, value);
  }
  return { code, ...written };
}

if (import.meta.main) {
  for await (const line of linesOf(Deno.stdin.readable)) {
    console.log(JSON.stringify(await run(JSON.parse(line))));
  }
  Deno.exit(0);
}
