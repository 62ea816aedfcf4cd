/**
 * Charts in registries: which version is wanted, pulling, pushing.
 *
 * Rules from Helm's pkg/registry (client.go, chart.go) and HIP-0006.
 *
 * @module
 */
import { loadChartArchive } from "../chart/load.ts";
import type { Metadata } from "../chart/chart.ts";
import { metadataJSON } from "../chart/metadata.ts";
import { CapstanError } from "../errors.ts";
import {
  compareVersions,
  isVersion,
  parseRange,
  parseStrictVersion,
  parseVersion,
} from "../semver.ts";
import type { Version } from "../semver.ts";
import { toBytes } from "../template/strings.ts";
import type { ChartCache } from "./cache.ts";
import { checkArchive } from "./check_archive.ts";
import { StatusError } from "./http.ts";
import type { Access } from "./http.ts";
import type { Descriptor, OciClient, OciRepository } from "./oci_client.ts";
import { parseOciReference, shortReference, wireTag } from "./oci_reference.ts";
import type { OciReference } from "./oci_reference.ts";
import { once } from "./once.ts";
import type { FetchedChart } from "./repository.ts";

const CONFIG = "application/vnd.cncf.helm.config.v1+json";
const CHART = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const LEGACY_CHART = "application/tar+gzip";
const PROVENANCE = "application/vnd.cncf.helm.chart.provenance.v1.prov";

/** A chart that was pulled. */
export interface PulledChart extends FetchedChart {
  /** `host/path:tag` */
  readonly reference: string;
  /** Digest of the manifest, `sha256:…` */
  readonly manifest: string;
  /** The provenance file, where it was asked for and is there. */
  readonly provenance?: Uint8Array | undefined;
}

/** A chart that was pushed. */
export interface PushedChart {
  /** `host/path:tag` */
  readonly reference: string;
  /** Digest of the manifest, `sha256:…` */
  readonly manifest: string;
}

/** Options of {@linkcode OciCharts.pull}. */
export interface PullOptions {
  /** A version or a range; what the reference says, or the newest, when absent. */
  readonly version?: string | undefined;
  readonly access?: Access | undefined;
  /** Fetch the provenance file too. @default {false} */
  readonly provenance?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Pulls and pushes charts. */
export class OciCharts {
  readonly #archives = new Map<string, Promise<Uint8Array>>();
  constructor(
    private readonly client: OciClient,
    private readonly cache?: ChartCache | undefined,
  ) {}

  /**
   * Pulls a chart. Every byte is checked against the digests of its manifest.
   *
   * @throws {CapstanError} When there is no such chart or version, or it is not what was asked for.
   */
  async pull(text: string, options: PullOptions = {}): Promise<PulledChart> {
    const { access, signal } = options;
    const reference = parseOciReference(text);
    const repository = { host: reference.host, path: reference.path, access };
    const { tag, digest } = await this.#resolve(reference, repository, options);
    const manifest = await this.client.manifest(repository, digest || wireTag(tag), signal).catch(
      (error) => {
        throw notThere(error, reference, tag || digest);
      },
    );
    const { chart, provenance } = layersOf(manifest.bytes);
    const name = reference.path.slice(reference.path.lastIndexOf("/") + 1);
    const url = `oci://${reference.host}/${reference.path}`;
    const archive = await this.#archive(repository, chart, { name, url }, signal);
    const prov = options.provenance && provenance !== undefined
      ? await this.client.blob(repository, provenance, signal)
      : undefined;
    return {
      name,
      version: tag,
      url: tag === "" ? `${url}@${digest}` : `${url}:${tag}`,
      digest: chart.digest.slice("sha256:".length),
      archive,
      reference: tag === ""
        ? `${reference.host}/${reference.path}@${digest}`
        : shortReference(reference, tag),
      manifest: manifest.digest,
      provenance: prov,
    };
  }

  /** Versions of a chart, newest first. */
  async versions(text: string, options: PullOptions = {}): Promise<string[]> {
    const { host, path } = parseOciReference(text);
    const tags = await this.client.tags({ host, path, access: options.access }, options.signal);
    return tags.flatMap((tag): { tag: string; version: Version }[] => {
      const text = tag.replaceAll("_", "+");
      try {
        return [{ tag: text, version: parseStrictVersion(text) }];
      } catch {
        // A tag that is no version, such as a signature's.
        return [];
      }
    }).sort((a, b) => compareVersions(b.version, a.version)).map(({ tag }) => tag);
  }

  /**
   * Pushes an archive to `oci://host/path`, as `path/NAME:VERSION` of the chart in it.
   *
   * @throws {CapstanError} When it is no chart, or the registry refuses it.
   */
  async push(
    archive: Uint8Array,
    remote: string,
    options: Pick<PullOptions, "access" | "signal"> & {
      readonly provenance?: Uint8Array | undefined;
      /** When it is made. @default {Date.now} */
      readonly now?: (() => number) | undefined;
    } = {},
  ): Promise<PushedChart> {
    const { access, signal, now = Date.now } = options;
    const { metadata } = await loadChartArchive(archive, { signal });
    const { name, version } = metadata;
    const target = parseOciReference(`${remote.replace(/\/+$/, "")}/${name}:${version}`);
    const repository = { host: target.host, path: target.path, access };
    const blob = async (mediaType: string, data: Uint8Array): Promise<Descriptor> => ({
      mediaType,
      digest: await this.client.putBlob(repository, data, signal),
      size: data.length,
    });
    const config = await blob(CONFIG, toBytes(JSON.stringify(metadataJSON(metadata))));
    const layers = [
      await blob(CHART, archive),
      ...(options.provenance === undefined ? [] : [await blob(PROVENANCE, options.provenance)]),
    ].sort((a, b) => a.digest < b.digest ? -1 : 1);
    const manifest = toBytes(JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config,
      layers,
      annotations: annotationsOf(metadata, new Date(now())),
    }));
    const digest = await this.client.putManifest(repository, wireTag(version), manifest, signal);
    return { reference: shortReference(target, version), manifest: digest };
  }

  /** Helm's ValidateReference: the tag and the digest that a reference and a version come to. */
  async #resolve(
    reference: OciReference,
    repository: OciRepository,
    options: PullOptions,
  ): Promise<{ readonly tag: string; readonly digest: string }> {
    const { version = "", signal } = options;
    const text = `oci://${reference.host}/${reference.path}`;
    if (version !== "" && reference.tag !== "" && reference.tag !== version) {
      throw new CapstanError(
        `chart reference and version mismatch: ${version} is not ${reference.tag}`,
        { code: "registry/reference", hint: "leave out the version, or the tag of the reference" },
      );
    }
    const wanted = version || reference.tag;
    if (reference.digest !== "") {
      if (wanted !== "") await this.#checkTag(repository, wanted, reference.digest, signal);
      return { tag: wanted, digest: reference.digest };
    }
    if (isVersion(wanted)) return { tag: wanted, digest: "" };
    const versions = await this.versions(text, options).catch((error) => {
      throw notThere(error, reference, wanted);
    });
    if (versions.length === 0) {
      throw noChart(`unable to locate any tags in provided repository: ${text}`);
    }
    const range = parseRange(wanted === "" ? "*" : wanted);
    const found = versions.find((each) => each === wanted || range.includes(parseVersion(each)));
    if (found !== undefined) return { tag: found, digest: "" };
    throw noChart(
      `could not locate a version matching provided version string ${wanted}`,
      `the newest versions of ${text} are ${versions.slice(0, 3).join(", ")}`,
    );
  }

  /** A tag beside a digest must be the digest's, where the tag is there. */
  async #checkTag(
    repository: OciRepository,
    tag: string,
    digest: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    let found: string;
    try {
      found = (await this.client.manifest(repository, wireTag(tag), signal)).digest;
    } catch (error) {
      if (error instanceof StatusError && error.status === 404) return;
      throw error;
    }
    if (found !== digest) {
      throw noChart(`chart reference digest mismatch: ${found} is not ${digest}`);
    }
  }

  #archive(
    repository: OciRepository,
    layer: Descriptor,
    { name, url }: { readonly name: string; readonly url: string },
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const cache = this.cache;
    const digest = layer.digest.slice("sha256:".length);
    const fetched = async () => {
      const data = await this.client.blob(repository, layer, signal);
      await checkArchive(data, { chart: name, url, digest });
      await cache?.put(data);
      return data;
    };
    return once(this.#archives, layer.digest, async () => {
      if (cache === undefined) return await fetched();
      return await cache.alone(
        `blob ${digest}`,
        async () => await cache.get(digest) ?? await fetched(),
      );
    });
  }
}

/** The chart's layer and its provenance. @throws {CapstanError} Where the manifest is no chart's. */
function layersOf(bytes: Uint8Array): { chart: Descriptor; provenance: Descriptor | undefined } {
  const { config, layers = [] } = JSON.parse(new TextDecoder().decode(bytes)) as {
    config?: Descriptor;
    layers?: Descriptor[];
  };
  const known = [CONFIG, CHART, LEGACY_CHART, PROVENANCE];
  const descriptors = [...(config === undefined ? [] : [config]), ...layers].filter((
    { mediaType },
  ) => known.includes(mediaType));
  if (descriptors.length < 2) {
    throw noChart(
      `manifest does not contain minimum number of descriptors (2), descriptors found: ${descriptors.length}`,
      "it is an image or another artifact, not a chart",
    );
  }
  const of = (mediaType: string) => layers.find((layer) => layer.mediaType === mediaType);
  if (config?.mediaType !== CONFIG) {
    throw noChart(`could not load config with mediatype ${CONFIG}`);
  }
  const chart = of(CHART) ?? of(LEGACY_CHART);
  if (chart === undefined) {
    throw noChart(`manifest does not contain a layer with mediatype ${CHART}`);
  }
  return { chart, provenance: of(PROVENANCE) };
}

const ANNOTATION = "org.opencontainers.image.";

function annotationsOf(metadata: Metadata, created: Date): Record<string, string> {
  const people = metadata.maintainers.map(({ name, email }) =>
    `${name}${email === "" ? "" : ` (${email})`}`
  );
  const own: Record<string, string> = {
    description: metadata.description,
    title: metadata.name,
    version: metadata.version,
    url: metadata.home,
    created: created.toISOString().replace(/\.\d+Z$/, "Z"),
    source: metadata.sources[0] ?? "",
    authors: people.join(", "),
  };
  const annotations = Object.fromEntries(
    Object.entries(own).flatMap(([key, value]) =>
      value.trim() === "" ? [] : [[`${ANNOTATION}${key}`, value]]
    ),
  );
  for (const [key, value] of Object.entries(metadata.annotations)) {
    if (key !== `${ANNOTATION}title` && key !== `${ANNOTATION}version`) annotations[key] = value;
  }
  // As Go writes maps: sorted.
  return Object.fromEntries(Object.entries(annotations).sort(([a], [b]) => a < b ? -1 : 1));
}

function notThere(error: unknown, { host, path }: OciReference, wanted: string): unknown {
  if (!(error instanceof StatusError) || error.status !== 404) return error;
  const name = wanted === "" ? `${host}/${path}` : `${host}/${path}:${wireTag(wanted)}`;
  return new CapstanError(`${name}: not found`, {
    code: "registry/no-chart",
    hint: wanted === ""
      ? "a chart's reference is oci://HOST/PATH/NAME; is it all written right?"
      : `look whether the registry has it: \`capstan show chart oci://${host}/${path}\` takes the newest`,
    cause: error,
  });
}

function noChart(message: string, hint?: string): CapstanError {
  return new CapstanError(message, { code: "registry/no-chart", hint });
}
