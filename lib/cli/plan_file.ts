/**
 * The files of frozen plans, and the key that their digests are made with.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { replaceFile } from "../files.ts";
import { parsePlan } from "../stack/frozen/format.ts";
import type { FrozenPlan } from "../stack/frozen/format.ts";
import type { CliContext } from "./context.ts";
import { stateFolder, writableState } from "./state_folder.ts";

/** Whether what `plan -o` was given is a file, and no word for a form of output. */
export function isPlanFile(output: string | undefined): output is string {
  return output !== undefined && /[./\\]/.test(output);
}

/** Reads a plan. */
export async function readPlan(path: string): Promise<FrozenPlan> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new CapstanError(`cannot read plan ${path}: ${messageOf(error)}`, {
      code: "plan/unreadable",
      hint: "make one: `capstan plan stack.ts -o plan.json`",
      cause: error,
    });
  }
  return parsePlan(text, path);
}

/** Writes a plan. Nobody but its owner may read it: names and images are in it, if no secrets. */
export async function writePlan(path: string, plan: FrozenPlan): Promise<void> {
  try {
    await replaceFile(path, `${JSON.stringify(plan, undefined, 1)}\n`, 0o600);
  } catch (error) {
    throw new CapstanError(`cannot write plan ${path}: ${messageOf(error)}`, {
      code: "plan/unwritable",
      hint: "name a file that you may write: `capstan plan stack.ts -o plan.json`",
      cause: error,
    });
  }
}

/** Hex digits of a key that is made up. */
const KEY_BYTES = 32;

/**
 * The key of plans: CAPSTAN_PLAN_KEY, else the state folder's `plan.key`, which is made when a plan is
 * written for the first time.
 *
 * @throws {CapstanError} When there is none, and says where it can come from.
 */
export async function planKey(context: CliContext, use: "make" | "find"): Promise<string> {
  const given = context.env("CAPSTAN_PLAN_KEY");
  if (given) return given;
  const folder = stateFolder(context);
  const path = folder === undefined ? undefined : `${folder}/plan.key`;
  const found = path === undefined ? undefined : await readKey(path);
  if (found !== undefined) return found;
  if (use === "make" && await writableState(context) !== undefined) return await makeKey(folder!);
  throw new CapstanError(
    `there is no key for plans: CAPSTAN_PLAN_KEY is not set${
      path === undefined
        ? ""
        : `, and ${path} ${use === "make" ? "may not be written" : "not there"}`
    }`,
    {
      code: "plan/key",
      hint: withheld(folder, use) +
        "set CAPSTAN_PLAN_KEY to the same long random text for `plan -o` and `up --plan`, in CI " +
        "from a masked variable: `openssl rand -hex 32` makes one",
    },
  );
}

/** What would let the key be found, or made, where it is Deno that keeps us from it. */
function withheld(folder: string | undefined, use: "make" | "find"): string {
  const lacks = (descriptor: Deno.PermissionDescriptor) =>
    Deno.permissions.querySync(descriptor).state !== "granted";
  if (folder === undefined) {
    const names = ["CAPSTAN_PLAN_KEY", "CAPSTAN_STATE_HOME", "HOME"].filter((variable) =>
      lacks({ name: "env", variable })
    );
    return names.length === 0 ? "" : `add --allow-env=${names.join(",")}, or `;
  }
  const kinds = use === "make" ? ["read", "write"] as const : ["read"] as const;
  const flags = kinds.filter((name) => lacks({ name, path: folder }))
    .map((name) => `--allow-${name}=${folder}`);
  return flags.length === 0 ? "" : `add ${flags.join(" and ")}, or `;
}

async function readKey(path: string): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(path)).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) {
      return undefined;
    }
    throw error;
  }
}

async function makeKey(folder: string): Promise<string> {
  const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES)).toHex();
  const path = `${folder}/plan.key`;
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await Deno.writeTextFile(path, `${key}\n`, { createNew: true, mode: 0o600 });
    return key;
  } catch (error) {
    // Another process was faster.
    if (error instanceof Deno.errors.AlreadyExists) return (await readKey(path)) ?? key;
    throw error;
  }
}
