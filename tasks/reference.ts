// deno-lint-ignore-file no-console -- a program of its own
/**
 * `deno task reference`: writes docs/reference.md, the help of every command, from the tables that the
 * program itself reads. A test holds the page to them.
 */
import { generateHelpTextForAllCommands } from "@stricli/core";
import type { Application, CommandContext } from "@stricli/core";
import { buildApp } from "../lib/cli/app.ts";

/** The page's path. */
export const PAGE = new URL("../docs/reference.md", import.meta.url);

/** The page's text. */
export async function referencePage(): Promise<string> {
  // The help is made of the tables alone: no command is given its context.
  const app = await buildApp({ version: "", debug: false }) as unknown as Application<
    CommandContext
  >;
  const commands = generateHelpTextForAllCommands(app);
  const shown = commands.filter(([route]) => !route.includes("__"));
  return [
    "# Commands",
    "",
    "What `capstan COMMAND --help` prints, for every command. Written by `deno task reference`.",
    "",
    ...shown.map(([route]) => `- [\`${route}\`](#${route.replaceAll(" ", "-")})`),
    "",
    ...shown.flatMap(([route, help]) => [`## ${route}`, "", "```text", help.trimEnd(), "```", ""]),
  ].join("\n");
}

if (import.meta.main) {
  await Deno.writeTextFile(PAGE, await referencePage());
  console.log("wrote docs/reference.md");
}
