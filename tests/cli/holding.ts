/**
 * Holding a command to the permissions that `capstan permissions` prints for it, in processes of their own.
 */
import assert from "node:assert/strict";
import type { Finished, Workplace } from "./cluster.ts";

type Allowed = Readonly<Record<string, readonly string[]>>;

/** The flags of a permission set of deno.json. */
function flagsOf(allowed: Allowed): string[] {
  return Object.entries(allowed).filter(([, values]) => values.length > 0)
    .map(([kind, values]) => `--allow-${kind}=${values.join(",")}`);
}

/** Every flag left out in turn; with `every`, every single thing. */
function oneFewer(allowed: Allowed, every: boolean) {
  return Object.entries(allowed).flatMap(([kind, values]) =>
    (every ? values : [values[0]!]).map((value) => ({
      kind,
      value,
      flags: flagsOf({ ...allowed, [kind]: every ? values.filter((each) => each !== value) : [] }),
    }))
  );
}

/** How a command is held to what is printed for it. */
export interface HoldOptions {
  /** Every single thing is left out in turn, not only each flag. @default {true} */
  readonly every?: boolean;
  /** Attempts one after another: what is done once cannot be done again. @default what the command is */
  readonly serial?: boolean;
  /** How it is run with flags of Deno's. @default to its end */
  readonly run?: (flags: readonly string[], args: readonly string[]) => Promise<Finished>;
  /** Before the attempt that is to succeed. */
  readonly prepare?: () => Promise<void>;
}

/** Holds a command to what is printed for it: with it, it works; with one thing less, it says which. */
export async function hold(
  work: Workplace,
  args: readonly string[],
  options: HoldOptions = {},
): Promise<void> {
  const { every = true, serial = args[0] === "up", run = (flags) => work.limited(flags, ...args) } =
    options;
  const line = `capstan ${args.join(" ")}`;
  const asked = await work.capstan("permissions", "--output", "json", ...args);
  assert.equal(asked.code, 0, `${line}: ${asked.stderr}`);
  const allowed = JSON.parse(asked.stdout.replaceAll("FOLDER", work.folder)) as Allowed;
  const before = work.writes().length;
  const attempts = oneFewer(allowed, every).map(({ kind, value, flags }) => async () => {
    const { code, stderr } = await run(flags, args);
    const without = `${line} without ${kind} ${value}:\n${stderr}`;
    assert.notEqual(code, 0, without);
    assert.match(stderr, new RegExp(`hint: .*--allow-${kind}`), without);
    assert.doesNotMatch(stderr, /^ +at (async )?\S+ \(|Uncaught|\?.*\[y\/n/m, without);
  });
  if (serial) { for (const attempt of attempts) await attempt(); }
  else await Promise.all(attempts.map((attempt) => attempt()));
  assert.equal(work.writes().length, before, `${line}: something changed on the cluster`);
  await options.prepare?.();
  const { code, stderr } = await run(flagsOf(allowed), args);
  assert.equal(code, 0, `${line} with ${flagsOf(allowed).join(" ")}:\n${stderr}`);
}
