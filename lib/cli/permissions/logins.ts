/**
 * What it takes to use the login of a registry, and to keep one.
 *
 * @module
 */
import { folderOf } from "../../files.ts";
import { Credentials } from "../../registry/credentials.ts";
import type { CliContext } from "../context.ts";
import type { HelmFileFlags } from "../download_flags.ts";
import { pathsFor } from "../locator.ts";
import { heard } from "./heard.ts";
import { PermissionSet } from "./set.ts";

/** Which login it is about. */
export interface LoginAsked {
  readonly flags: HelmFileFlags;
  readonly host: string;
}

/** Adds what leads to the login of a registry, where there is one. */
export async function needLogin(
  need: PermissionSet,
  context: CliContext,
  { flags, host }: LoginAsked,
): Promise<void> {
  const found = new PermissionSet();
  const hearing = heard(found, context, { reason: "leads to the logins", optional: false });
  const paths = pathsFor(hearing, flags);
  const place = await new Credentials({
    helm: () => paths.registryConfig,
    docker: () => paths.dockerConfig,
  }).placeOf(host === "registry-1.docker.io" ? "docker.io" : host);
  if (place !== undefined) {
    found.add("read", place.path, `the login of ${host}`);
    needProgram(found, place.program);
  }
  need.merge(found, { optional: place === undefined });
}

/** Adds what it takes to keep or to forget the login of a registry. */
export async function needLoginKept(
  need: PermissionSet,
  context: CliContext,
  { flags, host }: LoginAsked,
): Promise<void> {
  const hearing = heard(need, context, { reason: "leads to the logins", optional: false });
  const path = pathsFor(hearing, flags).registryConfig;
  // The file is replaced whole, by way of another one beside it.
  need.add("read", folderOf(path), "logins of registries");
  need.add("write", folderOf(path), "logins of registries");
  const place = await new Credentials({ helm: path }).placeOf(host);
  needProgram(need, place?.program);
}

function needProgram(need: PermissionSet, program: string | undefined): void {
  if (program === undefined) return;
  need.add("run", program, "keeps the login");
  need.note(`${program} is a program of its own: Deno's permissions do not hold for it`);
}
