/** `program.ts VERB NAMESPACE`: one operation on the cluster of KUBECONFIG, to be killed. */
import { createKubeClient } from "../../lib/kube/client.ts";
import { loadConnection } from "../../lib/kube/config.ts";
import { secretStorage } from "../../lib/release/kube_storage.ts";
import { perform, type Verb } from "./scene.ts";

const [verb, namespace] = Deno.args as [Verb, string];
const api = createKubeClient(await loadConnection());
await perform(verb, namespace, { api, storage: secretStorage(api) });
api.close();
