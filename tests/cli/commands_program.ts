// deno-lint-ignore-file no-console -- a program that prints its answer
/**
 * Runs command lines one after another as `cli.ts` does, in one process: reads a JSON list of lists of
 * arguments from standard input and prints what became of each.
 */
import { runCli } from "../../lib/cli/main.ts";

if (import.meta.main) {
  const results = [];
  for (const args of await new Response(Deno.stdin.readable).json()) {
    const written = { stdout: "", stderr: "" };
    const code = await runCli(args, {
      streams: {
        stdout: { write: (text) => written.stdout += text },
        stderr: { write: (text) => written.stderr += text },
      },
    });
    results.push({ code, ...written });
  }
  console.log(JSON.stringify(results));
  Deno.exit(0);
}
