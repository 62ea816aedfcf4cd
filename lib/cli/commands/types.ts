/**
 * `capstan types`: TypeScript types for a chart's values.
 *
 * @module
 */
import { CapstanError } from "../../errors.ts";
import { valueTypes } from "../../scaffold/value_types.ts";
import type { TypesFlags } from "../author_commands.ts";
import { chartFor } from "../charts.ts";
import type { CliContext } from "../context.ts";
import { writeText } from "../write_text.ts";

/** Prints a module with one type, or writes it to a file. */
export async function types(this: CliContext, flags: TypesFlags, ref: string): Promise<void> {
  const { name, output } = flags;
  if (name !== undefined && !/^[A-Za-z_$][\w$]*$/.test(name)) {
    throw new CapstanError(`${JSON.stringify(name)} cannot name a type`, {
      code: "cli/flags",
      hint: "use letters, digits and _, with a letter first",
    });
  }
  const text = valueTypes(await chartFor(this, flags, ref), { name });
  if (output === undefined || output === "-") this.process.stdout.write(text);
  else await writeText(output, text);
}
