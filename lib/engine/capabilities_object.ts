/**
 * `.Capabilities` as templates see it.
 *
 * @module
 */

import type { HelmVersion } from "../chart/chart.ts";
import { func, GoObject, typedSlice } from "../template/value.ts";
import type { GoFunc, Kind } from "../template/value.ts";
import { formatValue } from "../template/format.ts";
import type { Capabilities, KubeVersion } from "./capabilities.ts";
import { StructObject } from "./objects.ts";
import type { StructField } from "./objects.ts";

/** The Helm releases whose behaviour is followed, as their `.Capabilities.HelmVersion` says. */
const BUILDS = {
  v3: { version: "v3.22.0", goVersion: "go1.26.8" },
  v4: { version: "v4.3.1", goVersion: "go1.26.8" },
} as const;

/** The object for `.Capabilities`. */
export function capabilitiesObject(
  capabilities: Capabilities,
  helmVersion: HelmVersion,
): StructObject {
  const prefix = helmVersion === "v3" ? "*chartutil" : "*common";
  return new StructObject({
    goType: `${prefix}.Capabilities`,
    kind: "ptr",
    fields: [
      { name: "KubeVersion", value: kubeVersionObject(capabilities.kubeVersion, helmVersion) },
      { name: "APIVersions", value: new VersionSet(capabilities.apiVersions, helmVersion) },
      { name: "HelmVersion", value: helmVersionObject(helmVersion) },
    ],
  });
}

function kubeVersionObject(
  { version, normalized, major, minor }: KubeVersion,
  helmVersion: HelmVersion,
): StructObject {
  const isV3 = helmVersion === "v3";
  const hidden = isV3 ? [] : [{ name: "normalizedVersion", value: normalized, hidden: true }];
  return new StructObject({
    goType: isV3 ? "chartutil.KubeVersion" : "common.KubeVersion",
    kind: "struct",
    fields: [
      { name: "Version", value: version },
      ...hidden,
      { name: "Major", value: major },
      { name: "Minor", value: minor },
    ],
    methods: { String: func([], () => normalized), GitVersion: func([], () => version) },
    // Only the pointer to the type has a String method, which an action finds and `%v` does not.
    print: () => normalized,
  });
}

function helmVersionObject(helmVersion: HelmVersion): StructObject {
  const build = BUILDS[helmVersion];
  const fields: StructField[] = [
    { name: "Version", value: build.version, json: "version", omitEmpty: true },
    { name: "GitCommit", value: "", json: "git_commit", omitEmpty: true },
    { name: "GitTreeState", value: "", json: "git_tree_state", omitEmpty: true },
    { name: "GoVersion", value: build.goVersion, json: "go_version", omitEmpty: true },
  ];
  if (helmVersion === "v4") {
    fields.push({ name: "KubeClientVersion", value: "v1.37", json: "kube_client_version" });
  }
  return new StructObject({ goType: "version.BuildInfo", kind: "struct", fields });
}

/** A list of API versions with a `Has` method. */
class VersionSet extends GoObject {
  override readonly kind: Kind = "slice";
  readonly goType: string;
  readonly #versions: string[];
  readonly #set: ReadonlySet<string>;

  constructor(versions: readonly string[], helmVersion: HelmVersion) {
    super();
    this.goType = helmVersion === "v3" ? "chartutil.VersionSet" : "common.VersionSet";
    this.#versions = typedSlice("[]string", [...versions]);
    this.#set = new Set(versions);
  }

  override underlying(): unknown {
    return this.#versions;
  }

  override elementType(): string {
    return "string";
  }

  override method(name: string): GoFunc | undefined {
    return name === "Has" ? func(["string"], (version) => this.#set.has(version)) : undefined;
  }

  format(): string {
    return formatValue(this.#versions);
  }

  toJSONValue(): unknown {
    return this.#versions;
  }
}
