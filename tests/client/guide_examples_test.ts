/** Every example of the guides, on a rehearsal cluster. */
import { Configuration, createApiServer } from "../../mod.ts";
import { runExamples } from "./guide_examples.ts";

Deno.test("the examples of the guides do what they say", async (t) => {
  await using cluster = createApiServer().serve();
  await using config = new Configuration({ kubeconfig: cluster.kubeconfig() });
  await runExamples(t, config);
});
