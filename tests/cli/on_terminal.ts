/** Programs on a pseudo-terminal. */
import assert from "node:assert/strict";

/** Whether there is a `script` that can give a program a terminal (util-linux). */
export async function hasScript(): Promise<boolean> {
  try {
    return (await new Deno.Command("script", { args: ["--version"], stdout: "null" }).output())
      .success;
  } catch {
    return false;
  }
}

/** What a program writes to a terminal of so many columns, in the pieces in which it came. */
export async function onTerminal(
  command: string,
  columns: number,
  folder: string,
  term = "xterm-256color",
): Promise<string[]> {
  const child = new Deno.Command("script", {
    args: ["-qefc", `stty cols ${columns} rows 24; ${command}`, "/dev/null"],
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH")!,
      HOME: Deno.env.get("HOME")!,
      TERM: term,
      CAPSTAN_STATE_HOME: `${folder}/state`,
    },
  }).spawn();
  const pieces: string[] = [];
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) pieces.push(piece);
  assert((await child.status).success, pieces.join(""));
  return pieces;
}
