/**
 * `capstan registry login` and `logout`.
 *
 * @module
 */
import { Credentials } from "../../registry/credentials.ts";
import { CapstanError, messageOf } from "../../errors.ts";
import type { CliContext } from "../context.ts";
import type { HelmFileFlags } from "../download_flags.ts";
import { pathsFor, withLocator } from "../locator.ts";
import { readSecret } from "../read_stdin.ts";
import type { LoginFlags } from "../registry_commands.ts";

/** Keeps a login, once the registry has accepted it. */
export async function registryLogin(
  this: CliContext,
  flags: LoginFlags,
  given: string,
): Promise<void> {
  const host = hostOf(given);
  const password = flags.passwordStdin ? await readSecret() : flags.password;
  if (!flags.username || !password) {
    throw new CapstanError(`cannot log in to ${host}: a user name and a password are needed`, {
      code: "registry/login",
      hint: "give --username, and --password or --password-stdin",
    });
  }
  if (flags.password !== undefined && !flags.passwordStdin) {
    this.process.stderr.write(
      "WARNING: Using --password via the CLI is insecure. Use --password-stdin.\n",
    );
  }
  await withLocator(this, flags, async ({ ociClient, paths }) => {
    const access = {
      username: flags.username,
      password,
      caFile: flags.caFile,
      certFile: flags.certFile,
      keyFile: flags.keyFile,
      plainHttp: flags.plainHttp,
    };
    await ociClient.ping(host, access, this.abort).catch((error) => {
      this.abort.throwIfAborted();
      if (!(error instanceof CapstanError) || !/\b40[13]\b/.test(error.message)) throw error;
      throw new CapstanError(
        `cannot log in to ${host} as ${flags.username}: ${messageOf(error.cause ?? error)}`,
        {
          code: "registry/login",
          hint: "is the name of the host right, and does it accept this user and password?",
          cause: error,
        },
      );
    });
    await new Credentials({ helm: paths.registryConfig }).set(host, access);
  });
  this.process.stdout.write("Login Succeeded\n");
}

/** Forgets a login. */
export async function registryLogout(
  this: CliContext,
  flags: HelmFileFlags,
  given: string,
): Promise<void> {
  const host = hostOf(given);
  await new Credentials({ helm: pathsFor(this, flags).registryConfig }).remove(host);
  this.process.stdout.write(`Removing login credentials for ${host}\n`);
}

/** People write the address as well. */
function hostOf(text: string): string {
  return text.replace(/^(oci|https?):\/\//, "").replace(/\/.*$/, "");
}
