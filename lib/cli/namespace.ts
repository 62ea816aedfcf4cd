/**
 * The namespace of a kubeconfig's context, for commands that ask no cluster.
 *
 * @module
 */
import { loadConnection } from "../kube/config.ts";
import type { CliContext } from "./context.ts";
import type { ClusterFlags } from "./flags.ts";

/** The context's namespace; `default` where there is no kubeconfig, or none that can be read. */
export async function namespaceOf(context: CliContext, flags: ClusterFlags): Promise<string> {
  try {
    const { namespace } = await loadConnection({
      kubeconfig: flags.kubeconfig,
      context: flags.kubeContext ?? context.env("HELM_KUBECONTEXT"),
      env: (name) => context.env(name),
    });
    return namespace;
  } catch {
    return "default";
  }
}
