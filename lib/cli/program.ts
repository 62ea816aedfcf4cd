/**
 * The stack's command line for a stack file that is run as a program.
 *
 * @module
 */
import { filePath } from "../stack/position.ts";
import type { Stack, StackFactory } from "../stack/types.ts";

/**
 * Gives a stack file the whole command line, with this stack as its subject: `deno run -A stack.ts up`.
 * Reads `Deno.args`, prints, and exits with the command's code; it does not return.
 *
 * @example Usage
 * ```ts no-run
 * import { defineStack, main, release } from "@capstan/capstan";
 *
 * const stack = defineStack({ name: "shop", releases: [release("web", { chart: "./web" })] });
 * export default stack;
 * if (import.meta.main) await main(stack);
 * ```
 */
export async function main(stack: Stack | StackFactory): Promise<never> {
  const { runCli } = await import("./main.ts");
  Deno.exit(await runCli(Deno.args, { program: { stack, file: filePath(Deno.mainModule) } }));
}
