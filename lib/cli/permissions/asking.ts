/**
 * What the rules of the commands share: how a command line is looked at, and what is added for a file, a
 * folder, a chart, values, a keyring.
 *
 * @module
 */
import { folderOf } from "../../files.ts";
import type { CliContext } from "../context.ts";
import type { DownloadFlags } from "../download_flags.ts";
import type { NamespaceFlags, ValueFlags } from "../flags.ts";
import { needChart } from "./charts.ts";
import { absolute, hostOf } from "./cluster.ts";
import type { PermissionSet } from "./set.ts";

/** Flags as any command may have them. */
type AnyFlags = NamespaceFlags & DownloadFlags & ValueFlags & {
  readonly env?: string;
  readonly offline?: boolean;
  readonly watch?: boolean;
  readonly evidence?: string;
  readonly output?: string;
  readonly outputDir?: string;
  readonly destination?: string;
  readonly untardir?: string;
  readonly merge?: string;
  readonly postRenderer?: string;
  readonly dependencyUpdate?: boolean;
  readonly dryRun?: string | boolean;
  readonly prune?: boolean;
  readonly sign?: boolean;
  readonly generateName?: boolean;
  readonly starter?: string;
  readonly nameTemplate?: string;
  readonly passphraseFile?: string;
  readonly plan?: string;
  readonly sandbox?: boolean;
  readonly untar?: boolean;
  readonly prov?: boolean;
  readonly skipRefresh?: boolean;
  readonly format?: string;
  readonly port?: number;
};

/** What a rule works with. */
export interface Asking {
  readonly need: PermissionSet;
  readonly context: CliContext;
  readonly flags: AnyFlags;
  readonly args: readonly string[];
}

/** Adds what a command needs. */
export type Rule = (asking: Asking) => Promise<void> | void;

/** Adds a file that is read. */
export function file({ need }: Asking, path: string, reason: string): void {
  need.add("read", absolute(path), reason);
}

/** A folder that a command makes or fills. */
export function folder({ need }: Asking, path: string): void {
  const real = absolute(path);
  need.add("read", real, "the folder");
  need.add("write", real, "the folder");
}

/** A file or folder that is written; a file is replaced whole, by way of another one beside it. */
export function written({ need }: Asking, path: string, kind: "file" | "folder" = "file"): void {
  const real = absolute(path);
  const place = kind === "folder" ? real : folderOf(real);
  need.add("write", place, "what is written");
  need.add("read", place, "what is written");
}

/** Adds a chart by its reference. */
export async function chart(asking: Asking, ref: string): Promise<void> {
  const { need, context, flags } = asking;
  await needChart(need, context, { ref, flags });
  if (flags.verify) keyring(asking);
}

/** Adds files and addresses of values. */
export function values(asking: Asking): void {
  const { flags, need } = asking;
  const files = [
    ...(flags.values ?? []).flatMap((each) => each.split(",")),
    ...(flags.setFile ?? []).flatMap((each) => each.split(",")).map((each) =>
      each.slice(each.indexOf("=") + 1)
    ),
  ];
  for (const path of files) {
    if (path === "-") continue;
    if (/^https?:\/\//.test(path)) need.add("net", hostOf(path), "values");
    else file(asking, path, "values");
  }
}

/** Adds the keyring of signatures. */
export function keyring(asking: Asking): void {
  const { flags, need, context } = asking;
  const home = context.env("HOME");
  if (flags.keyring) return file(asking, flags.keyring, "the keyring");
  if (home) need.add("env", "HOME", "leads to the keyring");
  need.add("read", `${home ?? "."}/.gnupg/pubring.gpg`, "the keyring");
}
