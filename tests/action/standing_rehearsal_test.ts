import { createApiServer } from "../../lib/apiserver/server.ts";
import { createKubeClient } from "../../lib/kube/client.ts";
import { connectionFrom } from "../../lib/kube/config.ts";
import { standingContract } from "./standing_contract.ts";

standingContract("rehearsal cluster", async () => {
  const served = createApiServer().serve();
  const api = createKubeClient(await connectionFrom(served.kubeconfig()));
  return {
    api,
    close() {
      api.close();
      return served.close();
    },
  };
});
