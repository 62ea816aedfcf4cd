/**
 * `capstan permissions`: the Deno permissions that a command needs.
 *
 * @module
 */
import type { CliContext } from "../context.ts";
import { captureCall, commandLine } from "../permissions/capture.ts";
import { permissionsOf } from "../permissions/commands.ts";
import { KINDS } from "../permissions/set.ts";
import type { PermissionSet } from "../permissions/set.ts";
import type { PermissionsFlags } from "../shell_commands.ts";

/** Prints what a command on a stack, or a whole command line, may be started with. */
export async function permissions(
  this: CliContext,
  flags: PermissionsFlags,
  ...words: readonly string[]
): Promise<void> {
  const call = await captureCall(commandLine(flags, words));
  const need = await permissionsOf(this, call);
  const { stdout, stderr } = this.process;
  stdout.write(written(need, flags));
  for (const note of need.notes) stderr.write(`note: ${note}\n`);
  if (flags.optional) return;
  const least = need.flags({ optional: false });
  const more = need.flags({ optional: true }).filter((each) => !least.includes(each));
  if (more.length > 0) {
    stderr.write("note: it can do more, such as keep a journal, with what --optional adds\n");
  }
}

function written(need: PermissionSet, { output = "flags", optional = false }: PermissionsFlags) {
  if (output === "flags") {
    return need.flags({ optional }).map((flag) => `${quoted(flag)}\n`).join("");
  }
  const list = need.list({ optional: optional || output === "table" });
  if (output === "json") {
    const byKind = KINDS.flatMap((kind) => {
      const values = list.filter((each) => each.kind === kind).map(({ value }) => value);
      return values.length === 0 ? [] : [[kind, values] as const];
    });
    return `${JSON.stringify(Object.fromEntries(byKind), null, 2)}\n`;
  }
  const rows = list.map(({ kind, value, reason, optional }) =>
    [`--allow-${kind}=${value}`, `${reason}${optional ? " (optional)" : ""}`] as const
  );
  const width = Math.max(0, ...rows.map(([flag]) => flag.length));
  return rows.map(([flag, reason]) => `${flag.padEnd(width)}  ${reason}\n`).join("");
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
