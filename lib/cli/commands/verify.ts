/**
 * `capstan verify`: the signature of a chart's archive.
 *
 * @module
 */
import type { CliContext } from "../context.ts";
import type { VerifyFlags } from "../registry_commands.ts";
import { verificationText, verifyFile } from "../verification.ts";

/** Checks a signature, and prints whose it is. */
export async function verify(this: CliContext, flags: VerifyFlags, path: string): Promise<void> {
  this.process.stdout.write(verificationText(await verifyFile(this, path, flags)));
}
