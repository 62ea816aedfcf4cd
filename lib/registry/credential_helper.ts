/**
 * Docker's credential helpers: programs that keep logins, for those who let Capstan run them.
 *
 * Rules from github.com/docker/docker-credential-helpers.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";

/** What a helper has for a registry. */
export interface HelperAnswer {
  readonly username: string;
  readonly secret: string;
}

/** Why a helper could not be asked, and what to do. */
export interface HelperRefusal {
  readonly hint: string;
}

/** The program of a helper that Docker's config names. */
export function programOf(helper: string): string {
  return `docker-credential-${helper}`;
}

/** Asks for the login of a registry; `undefined` where the helper has none. */
export async function askHelper(
  helper: string,
  key: string,
): Promise<HelperAnswer | HelperRefusal | undefined> {
  const answered = await runHelper(helper, "get", key);
  if ("hint" in answered) return answered;
  if (!answered.success) return undefined;
  try {
    const { Username, Secret } = JSON.parse(answered.text) as Record<string, string>;
    return { username: Username ?? "", secret: Secret ?? "" };
  } catch {
    // What it says may hold a secret: it is not shown.
    throw new CapstanError(`${programOf(helper)} gives no login for ${key}`, {
      code: "registry/helper",
      hint: `look what it prints: echo ${key} | ${programOf(helper)} get`,
    });
  }
}

/** Gives a helper a login to keep. @throws {CapstanError} When it does not. */
export async function storeWithHelper(
  helper: string,
  key: string,
  { username, secret }: HelperAnswer,
): Promise<void> {
  const login = JSON.stringify({ ServerURL: key, Username: username, Secret: secret });
  await mustRun(helper, { action: "store", input: login, key });
}

/** Lets a helper forget a login. @throws {CapstanError} When it does not. */
export async function eraseWithHelper(helper: string, key: string): Promise<void> {
  await mustRun(helper, { action: "erase", input: key, key });
}

async function mustRun(
  helper: string,
  { action, input, key }: { readonly action: string; readonly input: string; readonly key: string },
): Promise<void> {
  const answered = await runHelper(helper, action, input);
  if (!("hint" in answered) && answered.success) return;
  const why = "hint" in answered ? "it cannot be run" : answered.text.trim();
  throw new CapstanError(`${programOf(helper)} cannot ${action} the login of ${key}: ${why}`, {
    code: "registry/helper",
    hint: "hint" in answered
      ? answered.hint
      : "the registry's config.json names this helper, in credsStore or credHelpers",
  });
}

async function runHelper(
  helper: string,
  action: string,
  input: string,
): Promise<HelperRefusal | { readonly success: boolean; readonly text: string }> {
  const program = programOf(helper);
  const { state } = await Deno.permissions.query({ name: "run", command: program });
  if (state !== "granted") {
    return { hint: `${program} keeps the login and may not be run: add --allow-run=${program}` };
  }
  try {
    const child = new Deno.Command(program, {
      args: [action],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    // One that does not read its input says in its own way what is wrong.
    await writer.write(new TextEncoder().encode(input)).then(() => writer.close()).catch(() => {});
    const { success, stdout } = await child.output();
    return { success, text: new TextDecoder().decode(stdout) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return { hint: `${program} keeps the login and is not on the PATH: install it` };
    }
    return { hint: `${program} keeps the login and does not run: ${messageOf(error)}` };
  }
}
