/**
 * `capstan` as a process in a folder of its own, with a rehearsal cluster that its kubeconfig names.
 */
import { createApiServer } from "../../lib/apiserver/server.ts";
import type { ApiServer } from "../../lib/apiserver/server.ts";
import { createKubeClient } from "../../lib/kube/client.ts";
import type { KubeApi } from "../../lib/kube/types.ts";
import { secretStorage } from "../../lib/release/kube_storage.ts";
import type { Storage } from "../../lib/release/storage.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

/** A finished process. `FOLDER` stands for the folder it ran in. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a test works with. */
export interface Workplace {
  readonly server: ApiServer;
  readonly api: KubeApi;
  readonly storage: Storage;
  readonly folder: string;
  /** Runs `capstan` in the folder to its end. */
  capstan(...args: string[]): Promise<Finished>;
  /** The same with these of Deno's flags, and no permissions but those. */
  limited(flags: readonly string[], ...args: string[]): Promise<Finished>;
  /** Starts it. */
  start(...args: string[]): Deno.ChildProcess;
  /** Writes files into the folder. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Requests so far that could have changed something. */
  writes(): string[];
}

/** The environment of a process in such a folder: neither the user's repositories and logins, nor their cache. */
export function environmentOf(folder: string): Record<string, string> {
  return {
    KUBECONFIG: `${folder}/kubeconfig`,
    NO_COLOR: "1",
    CAPSTAN_STATE_HOME: `${folder}/state`,
    HELM_CONFIG_HOME: `${folder}/.config`,
    HELM_CACHE_HOME: `${folder}/.cache`,
    CAPSTAN_CACHE_HOME: `${folder}/.capstan`,
  };
}

/**
 * Makes a folder with these files and a cluster, and removes both after `use`.
 *
 * @param environment Further variables of its processes; `FOLDER` stands for the folder.
 */
export async function atWork(
  files: Readonly<Record<string, string>>,
  use: (workplace: Workplace) => Promise<void>,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const server = createApiServer();
  const served = server.serve();
  const api = createKubeClient({ server: served.url, namespace: "default" });
  const start = (...args: string[]) => startWith(["-A"], ...args);
  const startWith = (flags: readonly string[], ...args: string[]) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", ...flags, CLI, ...args],
      cwd: folder,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: {
        ...environmentOf(folder),
        ...Object.fromEntries(
          Object.entries(environment).map(([name, value]) => [
            name,
            value.replaceAll("FOLDER", folder),
          ]),
        ),
      },
    }).spawn();
  const write = async (more: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(more)) {
      await Deno.mkdir(`${folder}/${path.slice(0, Math.max(0, path.lastIndexOf("/")))}`, {
        recursive: true,
      });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
  };
  try {
    await write({ kubeconfig: served.kubeconfig(), ...files });
    await use({
      server,
      api,
      folder,
      write,
      start,
      storage: secretStorage(api),
      capstan: async (...args) => await finished(start(...args), folder),
      limited: async (flags, ...args) =>
        await finished(startWith(["--no-prompt", ...flags], ...args), folder),
      writes: () =>
        server.requests.filter(({ method, path }) =>
          // A lock comes and goes with a run, whatever becomes of it; a dry run changes nothing.
          method !== "GET" && !path.startsWith("/apis/coordination.k8s.io/") &&
          !path.includes("dryRun=All")
        ).map(({ method, path }) => `${method} ${path}`),
    });
  } finally {
    api.close();
    await served.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Waits for a process; its folder is written as FOLDER. */
export async function finished(child: Deno.ChildProcess, folder: string): Promise<Finished> {
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll(folder, "FOLDER");
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
