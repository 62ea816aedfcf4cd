/** The commands that the pages for users show: each page is one script, and it runs to its end. */
import assert from "node:assert/strict";
import { atWork } from "../cli/cluster.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

for (const [page, least] of [["guide.md", 12], ["howto.md", 13]] as const) {
  Deno.test(`every command of docs/${page} works`, async () => {
    const text = await Deno.readTextFile(`${ROOT}docs/${page}`);
    const script = [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block).join("");
    assert.ok(script.match(/^capstan /gm)!.length >= least, script);
    const files = {
      "bin/capstan": `#!/bin/sh\nexec "${Deno.execPath()}" run -A "${ROOT}cli.ts" "$@"\n`,
    };
    await atWork(files, async ({ folder }) => {
      await Deno.chmod(`${folder}/bin/capstan`, 0o755);
      const { code, stdout, stderr } = await new Deno.Command("bash", {
        args: ["-euo", "pipefail", "-x", "-c", script],
        cwd: folder,
        stdin: "null",
        env: {
          PATH: `${folder}/bin:${Deno.env.get("PATH")}`,
          HOME: folder,
          DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
          KUBECONFIG: `${folder}/kubeconfig`,
          NO_COLOR: "1",
        },
      }).output();
      const decoder = new TextDecoder();
      assert.equal(code, 0, `${decoder.decode(stdout)}\n${decoder.decode(stderr)}`);
    });
  });
}
