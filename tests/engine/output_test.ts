import { strictEqual, throws } from "node:assert/strict";
import type { Hook } from "../../lib/engine/hooks.ts";
import { manifestText, templateOutput } from "../../lib/engine/output.ts";

const MANIFEST =
  "---\n# Source: p/templates/a.yaml\na: 1\n---\n# Source: p/templates/d/b.yaml\nb: 1\n";

function hook(path: string, events: Hook["events"]): Hook {
  return {
    name: "h",
    kind: "Job",
    path,
    manifest: "kind: Job",
    events,
    weight: 0,
    deletePolicies: [],
    outputLogPolicies: [],
    annotations: {},
  };
}

Deno.test("templateOutput() prints hooks after the manifest", () => {
  const hooks = [hook("p/templates/h.yaml", ["test"]), hook("p/templates/i.yaml", ["pre-install"])];
  const all =
    "---\n# Source: p/templates/h.yaml\nkind: Job\n---\n# Source: p/templates/i.yaml\nkind: Job\n";
  strictEqual(templateOutput({ manifest: MANIFEST, hooks }), MANIFEST + all);
  strictEqual(templateOutput({ manifest: "", hooks }), `\n${all}`);
  strictEqual(templateOutput({ manifest: MANIFEST, hooks }, { noHooks: true }), MANIFEST);
  strictEqual(
    templateOutput({ manifest: MANIFEST, hooks }, { skipTests: true }),
    `${MANIFEST}---\n# Source: p/templates/i.yaml\nkind: Job\n`,
  );
});

Deno.test("templateOutput() shows only what matches", () => {
  const release = { manifest: MANIFEST, hooks: [] };
  strictEqual(
    templateOutput(release, { showOnly: ["templates/d/*.yaml"], helmVersion: "v3" }),
    "---\n# Source: p/templates/d/b.yaml\nb: 1\n",
  );
  throws(() => templateOutput(release, { showOnly: ["templates/nope.yaml"] }), {
    message: "could not find template templates/nope.yaml in chart",
  });
});

Deno.test("manifestText() hides what Secrets hold", () => {
  const head = { apiVersion: "v1", kind: "Secret", name: "s", annotations: {} };
  const manifests = [{ path: "p/templates/s.yaml", text: "kind: Secret", head }];
  strictEqual(
    manifestText(manifests, { hideSecrets: true }),
    "---\n# Source: p/templates/s.yaml\n# HIDDEN: The Secret output has been suppressed\n",
  );
});
