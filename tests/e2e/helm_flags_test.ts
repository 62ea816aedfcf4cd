import assert from "node:assert/strict";
import { recordedSurfaces, surfaceOf } from "../cli/helm_surface.ts";
import { required } from "./tools.ts";

Deno.test("the commands, flags, defaults and variables that Capstan is held to are the real Helms'", async () => {
  const { v3, v4 } = await recordedSurfaces();
  assert.deepEqual(await surfaceOf(required("HELM3")), v3);
  assert.deepEqual(await surfaceOf(required("HELM4")), v4);
});
