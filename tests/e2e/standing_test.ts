import { standingContract } from "../action/standing_contract.ts";
import { createKubeClient } from "../../lib/kube/client.ts";
import { loadConnection } from "../../lib/kube/config.ts";

standingContract("control plane", async () => {
  const api = createKubeClient(await loadConnection());
  return { api, close: () => api.close() };
});
