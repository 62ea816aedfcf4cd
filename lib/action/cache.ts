/**
 * What operations on one cluster share: its capabilities, and digests of charts.
 *
 * @module
 */
import { type Chart, crdFiles } from "../chart/chart.ts";
import { decodeYaml } from "../chart/decode.ts";
import { type Capabilities, parseKubeVersion } from "../engine/capabilities.ts";
import { splitDocuments } from "../engine/manifests.ts";
import type { HelmVersion } from "../chart/chart.ts";
import { definedKinds } from "../kube/definitions.ts";
import { formatApiVersion } from "../kube/resource.ts";
import { type ProcessIdentity, thisProcess } from "../kube/process.ts";
import type { KubeApi, KubeObject, ObjectRef, RequestOptions } from "../kube/types.ts";
import { Presence } from "./presence.ts";
import { Standing } from "./standing.ts";

/**
 * What operations on one cluster share: its capabilities, and digests of charts. Remembers for as long
 * as it is kept; drop it to start afresh.
 *
 * @example Usage
 * ```ts
 * import { ActionCache, chartFromFiles, createApiServer, createKubeClient, deploy, memoryStorage } from "@capstan/capstan";
 *
 * const server = createApiServer();
 * const cluster = server.serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const context = { api, storage: memoryStorage(), cache: new ActionCache() };
 * const chart = chartFromFiles({ "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n" });
 * const names = ["web", "api", "cron"];
 * await Promise.all(names.map((name) => deploy({ name, namespace: "default", chart }, context)));
 * api.close();
 * await cluster.close();
 * const asked = server.requests.filter(({ path }) => path === "/version");
 * if (asked.length !== 1) throw asked;
 * ```
 */
export class ActionCache {
  #capabilities: Promise<Capabilities> | undefined;
  #process: Promise<ProcessIdentity> | undefined;
  #presence: readonly [KubeApi, Presence] | undefined;
  #standing: readonly [KubeApi, Standing] | undefined;
  readonly #told = new Set<string>();
  readonly #digests = new WeakMap<Chart, Promise<string>>();

  /** The cluster's capabilities, asked for once.@internal */
  capabilities(
    api: KubeApi,
    { helmVersion, signal }: RequestOptions & { readonly helmVersion?: HelmVersion | undefined },
  ): Promise<Capabilities> {
    if (this.#capabilities === undefined) {
      const asked = askCapabilities(api, { helmVersion, signal });
      this.#capabilities = asked;
      // A failure is not remembered.
      asked.catch(() => this.#capabilities === asked && (this.#capabilities = undefined));
    }
    return this.#capabilities;
  }

  /** Forgets what the cluster serves, after kinds were added.@internal */
  forgetCapabilities(): void {
    this.#capabilities = undefined;
  }

  /** Where operations look together for objects that are there already.@internal */
  presence(
    api: KubeApi,
  ): { find(ref: ObjectRef, signal: AbortSignal): Promise<KubeObject | undefined> } {
    if (this.#presence?.[0] !== api) this.#presence = [api, new Presence(api)];
    return this.#presence[1];
  }

  /** Where operations look together for objects that need not be applied again.@internal */
  standing(api: KubeApi): {
    find(
      objects: readonly { readonly object: KubeObject; readonly path: string }[],
      signal: AbortSignal,
    ): Promise<ReadonlyMap<string, KubeObject>>;
  } {
    if (this.#standing?.[0] !== api) this.#standing = [api, new Standing(api)];
    return this.#standing[1];
  }

  /** Whether nobody has asked for this word before: for what is told once.@internal */
  firstTime(word: string): boolean {
    return !this.#told.has(word) && this.#told.add(word) !== undefined;
  }

  /** This process, as locks name it; found out once.@internal */
  process(): Promise<{
    readonly host?: string | undefined;
    readonly pid: number;
    readonly process?: string | undefined;
  }> {
    return this.#process ??= thisProcess();
  }

  /** A digest of all files of a chart and its subcharts.@internal */
  digestOf(chart: Chart): Promise<string> {
    let digest = this.#digests.get(chart);
    if (digest === undefined) {
      digest = digestChart(chart);
      this.#digests.set(chart, digest);
    }
    return digest;
  }
}

async function askCapabilities(
  api: KubeApi,
  { helmVersion, signal }: RequestOptions & { readonly helmVersion?: HelmVersion | undefined },
): Promise<Capabilities> {
  const [version, versions, resources] = await Promise.all([
    api.version({ signal }),
    api.apiVersions({ signal }),
    api.resources({ signal }),
  ]);
  const kinds = resources.map(({ group, version, kind }) =>
    `${formatApiVersion(group, version)}/${kind}`
  );
  return {
    kubeVersion: parseKubeVersion(version.gitVersion, helmVersion),
    apiVersions: [...new Set([...versions, ...kinds])],
  };
}

/** Capabilities with the kinds that a chart's crds/ will add, which Helm installs before it renders. */
export function withChartCrds(capabilities: Capabilities, chart: Chart): Capabilities {
  const added = crdFiles(chart).flatMap(({ file }) =>
    splitDocuments(file.text).flatMap((text) => definedKinds(decodeYaml(text)))
  ).flatMap(({ apiVersion, kind }) => [apiVersion, `${apiVersion}/${kind}`]);
  if (added.length === 0) return capabilities;
  return {
    ...capabilities,
    apiVersions: [...new Set([...capabilities.apiVersions, ...added])],
  };
}

async function digestChart(chart: Chart): Promise<string> {
  const parts: Uint8Array[] = [];
  const encoder = new TextEncoder();
  const collect = (one: Chart, path: string) => {
    parts.push(encoder.encode(JSON.stringify([path, one.metadata, one.values, one.lock])));
    for (const file of [...one.templates, ...one.files, ...(one.schema ? [one.schema] : [])]) {
      parts.push(encoder.encode(`\0${path}/${file.name}\0${file.data.length}\0`), file.data);
    }
    one.dependencies.forEach((sub, i) => collect(sub, `${path}/${i}:${sub.metadata.name}`));
  };
  collect(chart, chart.metadata.name);
  return await sha256(await new Blob(parts as Uint8Array<ArrayBuffer>[]).bytes());
}

/** The SHA-256 of bytes or text, in hex. */
export async function sha256(data: Uint8Array<ArrayBuffer> | string): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
