import { strictEqual } from "node:assert/strict";
import { decodeLock, decodeMetadata } from "../../lib/chart/metadata.ts";
import { lockDigest } from "../../lib/registry/lock_digest.ts";

Deno.test("lockDigest() is Helm's digest", async () => {
  // helm dependency update wrote this digest (v4.3.1), with every field of a dependency in use.
  const repository = "http://127.0.0.1:18999";
  const { dependencies: asked } = decodeMetadata({
    dependencies: [
      { name: "web", version: ">=0.1 <1", repository },
      {
        name: "web",
        alias: "two",
        version: "^0.1.0",
        repository,
        condition: "two.enabled",
        tags: ["a", "b<c"],
      },
      {
        name: "loc",
        version: "0.x",
        repository: "file://../loc",
        "import-values": ["a", { child: "b", parent: "c&d" }],
      },
    ],
  });
  const { dependencies: chosen } = decodeLock({
    dependencies: [
      { name: "web", version: "0.1.0", repository },
      { name: "web", version: "0.1.0", repository },
      { name: "loc", version: "0.1.0", repository: "file://../loc" },
    ],
  });
  strictEqual(
    await lockDigest(asked!, chosen),
    "sha256:3d87c8edd41385a99f23338c6b5deac0dd48bb2dc6b6f58e23172723675f5653",
  );
});
