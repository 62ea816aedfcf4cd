/**
 * The namespace of a kubeconfig's context, for commands that ask no cluster.
 *
 * @module
 */
import type { CliContext } from "./context.ts";
import type { ClusterFlags } from "./flags.ts";

/** The context's namespace; `default` where there is no kubeconfig, or none that can be read. */
export async function namespaceOf(context: CliContext, flags: ClusterFlags): Promise<string> {
  const home = context.env("HOME");
  const listed = context.env("KUBECONFIG") || (home && `${home}/.kube/config`);
  // What reads kubeconfigs takes longer to load than a chart takes to render.
  if (!flags.kubeconfig && !(listed && await anyExists(listed))) return "default";
  try {
    const { loadConnection } = await import("../kube/config.ts");
    const { namespace } = await loadConnection({
      kubeconfig: flags.kubeconfig || undefined,
      context: flags.kubeContext || context.env("HELM_KUBECONTEXT"),
      env: (name) => context.env(name),
    });
    return namespace;
  } catch {
    return "default";
  }
}

async function anyExists(listed: string): Promise<boolean> {
  const separator = Deno.build.os === "windows" ? ";" : ":";
  for (const path of listed.split(separator)) {
    const { state } = await Deno.permissions.query({ name: "read", path });
    if (state !== "granted") continue;
    try {
      await Deno.stat(path);
      return true;
    } catch {
      // A file that is missing names no namespace, nor does one that may not be read.
    }
  }
  return false;
}
