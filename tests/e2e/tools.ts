/**
 * What the end-to-end tests share: Capstan and the real Helm as processes against the real control
 * plane that KUBECONFIG names.
 */
import assert from "node:assert/strict";

/** A finished process. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment variable, which the suite cannot do without. */
export function required(name: string): string {
  const value = Deno.env.get(name);
  assert(value, `set ${name}; .ci/run shows how`);
  return value;
}

/** Runs a program to its end. */
export async function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string } = {},
): Promise<Finished> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    ...options,
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs a program that must succeed and returns what it printed. */
export async function succeed(program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(program, args);
  assert.equal(code, 0, `${program} ${args.join(" ")}\n${stderr}${stdout}`);
  return stdout;
}

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

/** Runs `capstan` as a user does. */
export function capstan(...args: string[]): Promise<Finished> {
  return run(Deno.execPath(), ["run", "-A", CLI, ...args]);
}

/** Runs `capstan`, which must succeed, and returns what it printed. */
export function capstanOk(...args: string[]): Promise<string> {
  return succeed(Deno.execPath(), ["run", "-A", CLI, ...args]);
}

/** Both real Helms, by name. */
export function helms(): [string, string][] {
  return [["Helm 3", required("HELM3")], ["Helm 4", required("HELM4")]];
}

/** Calls `use` with the path of a file that holds these values. */
export async function withValues<T>(
  values: unknown,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(path, JSON.stringify(values)); // JSON is YAML
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}
