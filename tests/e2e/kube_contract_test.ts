import { createKubeClient } from "../../lib/kube/client.ts";
import { loadConnection } from "../../lib/kube/config.ts";
import { contract } from "../kube/contract.ts";

contract("control plane", async () => {
  const api = createKubeClient(await loadConnection());
  return { api, close: () => api.close() };
});
