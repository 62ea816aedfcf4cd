/**
 * Where Capstan keeps what it must remember from one run to the next.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import type { CliContext, EnvironmentVariable } from "./context.ts";

/**
 * CAPSTAN_STATE_HOME, else `capstan` in XDG_STATE_HOME, else in ~/.local/state (on Windows in
 * LOCALAPPDATA); `undefined` when none of these is set or may be read.
 */
export function stateFolder({ env }: CliContext): string | undefined {
  const own = env("CAPSTAN_STATE_HOME");
  if (own) return own;
  const base = env("XDG_STATE_HOME") ||
    (Deno.build.os === "windows" ? env("LOCALAPPDATA") : undefined);
  if (base) return `${base}/capstan`;
  const home = env("HOME");
  return home ? `${home}/.local/state/capstan` : undefined;
}

/** The state folder, if this process may write to it without being asked. */
export async function writableState(context: CliContext): Promise<string | undefined> {
  const path = stateFolder(context);
  if (path === undefined) return undefined;
  const wanted = [{ name: "write", path }, { name: "read", path }] as const;
  const answers = await Promise.all(wanted.map((each) => Deno.permissions.query(each)));
  return answers.every(({ state }) => state === "granted") ? path : undefined;
}

/**
 * The state folder, for a command that has nothing to say without it.
 *
 * @throws {CapstanError} When the variables that lead there may not be read.
 */
export function knownState(context: CliContext): string | undefined {
  const path = stateFolder(context);
  if (path !== undefined) return path;
  const names: readonly EnvironmentVariable[] = ["CAPSTAN_STATE_HOME", "XDG_STATE_HOME", "HOME"];
  const hidden = names.filter((variable) =>
    Deno.permissions.querySync({ name: "env", variable }).state !== "granted"
  );
  if (hidden.length === 0) return undefined;
  throw new CapstanError(
    `cannot look for runs: Capstan may not read ${
      hidden.join(", ")
    }, one of which says where they are`,
    { code: "state/withheld", hint: `add --allow-env=${hidden.join(",")}` },
  );
}
