/**
 * `capstan init`: a first stack to start from.
 *
 * @module
 */
import { CapstanError } from "../../errors.ts";
import { starterFiles } from "../../scaffold/starter.ts";
import type { InitFlags } from "../author_commands.ts";
import type { CliContext } from "../context.ts";
import { labelOf } from "../label.ts";
import { ownSpecifier } from "../own_specifier.ts";
import { writeFiles } from "../write_text.ts";

/** Writes the files, and says how to go on. */
export async function init(this: CliContext, flags: InitFlags, given = "."): Promise<void> {
  const folder = given.replace(/(?<=.)\/+$/, "");
  const name = flags.name ?? labelOf(folder === "." ? Deno.cwd() : folder);
  if (!/^[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?$/.test(name)) {
    throw new CapstanError(`${JSON.stringify(name)} cannot name a stack and its first release`, {
      code: "init/name",
      hint: "use --name with lower case letters, digits and -, at most 53 characters",
    });
  }
  const written = await writeFiles(folder, starterFiles({ name, capstan: await ownSpecifier() }));
  const { stdout } = this.process;
  for (const path of written) stdout.write(`wrote ${path}\n`);
  const go = folder === "." ? "" : `cd ${folder} && `;
  stdout.write(
    `\nTry it without a cluster:   ${go}deno task rehearse\n` +
      `See what would change:      ${go}deno task plan\n` +
      `Put it on your cluster:     ${go}deno task up\n`,
  );
}
