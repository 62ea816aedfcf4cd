/** Every example of the guides, on the real control plane that KUBECONFIG names. */
import { Configuration } from "../../mod.ts";
import { runExamples } from "../client/guide_examples.ts";

Deno.test("the examples of the guides do what they say on a real control plane", async (t) => {
  await using config = new Configuration();
  await runExamples(t, config);
});
