/**
 * The OCI distribution protocol: tokens, manifests, blobs, tags, uploads. It knows nothing of charts.
 *
 * Rules from the OCI distribution specification 1.1 and Docker's token authentication.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { sha256 } from "./cache.ts";
import type { Credentials, Login } from "./credentials.ts";
import { basic, HttpSource, StatusError } from "./http.ts";
import type { Access } from "./http.ts";

/** A blob or a manifest, as a manifest names it. */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:…` */
  readonly digest: string;
  readonly size: number;
}

/** A repository of a registry. */
export interface OciRepository {
  readonly host: string;
  readonly path: string;
  readonly access?: Access | undefined;
}

/** A manifest with the digest of its bytes. */
export interface Manifest {
  readonly digest: string;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** Options of {@linkcode OciClient}. */
export interface OciClientOptions {
  readonly http?: HttpSource | undefined;
  /** Logins for hosts that `access` has none for. */
  readonly credentials?: Credentials | undefined;
}

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
/** Docker's registry answers under another name than its images bear. */
const DOCKER = "registry-1.docker.io";

/** Speaks with registries; one token serves all requests of a repository. */
export class OciClient {
  readonly #http: HttpSource;
  readonly #credentials: Credentials | undefined;
  readonly #tokens = new Map<string, string>();
  /** Why there is no login, by host. */
  readonly #blocked = new Map<string, string>();

  constructor(options: OciClientOptions = {}) {
    this.#http = options.http ?? new HttpSource();
    this.#credentials = options.credentials;
  }

  /** Lets connections with certificates of their own go. */
  async close(): Promise<void> {
    await this.#http.close();
  }

  /** The manifest of a tag or a digest, its digest checked. */
  async manifest(
    repository: OciRepository,
    reference: string,
    signal?: AbortSignal,
  ): Promise<Manifest> {
    const response = await this.#send(repository, `manifests/${reference}`, {
      headers: { accept: `${MANIFEST}, ${INDEX}` },
      signal,
    });
    const bytes = await this.#http.read(response, 4 * 1024 * 1024);
    const digest = `sha256:${await sha256(bytes)}`;
    const said = reference.startsWith("sha256:")
      ? reference
      : response.headers.get("docker-content-digest");
    if (said !== null && said !== digest) throw wrongDigest(repository, reference, said, digest);
    return { digest, bytes, mediaType: response.headers.get("content-type") ?? MANIFEST };
  }

  /** A blob, its digest checked. */
  async blob(
    repository: OciRepository,
    { digest, size }: Descriptor,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    const response = await this.#send(repository, `blobs/${digest}`, { signal });
    const bytes = await this.#http.read(response, size);
    const got = `sha256:${await sha256(bytes)}`;
    if (got !== digest) throw wrongDigest(repository, digest, digest, got);
    return bytes;
  }

  /** All tags. */
  async tags(repository: OciRepository, signal?: AbortSignal): Promise<string[]> {
    const tags: string[] = [];
    let next: string | undefined = "tags/list";
    while (next !== undefined) {
      const response: Response = await this.#send(repository, next, { signal });
      const page = JSON.parse(new TextDecoder().decode(await this.#http.read(response))) as {
        tags?: string[] | null;
      };
      tags.push(...page.tags ?? []);
      const link = /<([^>]+)>;\s*rel="?next"?/.exec(response.headers.get("link") ?? "")?.[1];
      // The server's own address for the next page; only its query is of interest.
      next = link === undefined ? undefined : `tags/list${new URL(link, response.url).search}`;
    }
    return tags;
  }

  /** Uploads a blob, unless it is there already. */
  async putBlob(
    repository: OciRepository,
    data: Uint8Array,
    signal?: AbortSignal,
  ): Promise<string> {
    const digest = `sha256:${await sha256(data)}`;
    const push = { scope: "pull,push", signal } as const;
    if (await this.#has(repository, `blobs/${digest}`, push)) return digest;
    const started = await this.#send(repository, "blobs/uploads/", { ...push, method: "POST" });
    await started.body?.cancel();
    const location = started.headers.get("location");
    if (location === null) {
      throw new CapstanError(`registry ${repository.host} does not say where to upload to`, {
        code: "registry/protocol",
        hint:
          "is it a registry (OCI distribution) that takes uploads? A proxy may hide its answers",
      });
    }
    const target = new URL(location, started.url);
    target.searchParams.set("digest", digest);
    const done = await this.#send(repository, target.href, {
      ...push,
      method: "PUT",
      body: data,
      headers: { "content-type": "application/octet-stream" },
    });
    await done.body?.cancel();
    return digest;
  }

  /** Uploads a manifest under a tag; returns its digest. */
  async putManifest(
    repository: OciRepository,
    tag: string,
    bytes: Uint8Array,
    signal?: AbortSignal,
  ): Promise<string> {
    const response = await this.#send(repository, `manifests/${tag}`, {
      scope: "pull,push",
      method: "PUT",
      body: bytes,
      headers: { "content-type": MANIFEST },
      signal,
    });
    await response.body?.cancel();
    return `sha256:${await sha256(bytes)}`;
  }

  /** Whether the registry lets this login in. @throws {CapstanError} When not. */
  async ping(host: string, access: Access, signal?: AbortSignal): Promise<void> {
    const response = await this.#send({ host, path: "", access }, "", { signal });
    await response.body?.cancel();
  }

  async #has(repository: OciRepository, path: string, asked: Request): Promise<boolean> {
    try {
      const response = await this.#send(repository, path, { ...asked, method: "HEAD" });
      await response.body?.cancel();
      return true;
    } catch (error) {
      if (error instanceof StatusError && error.status === 404) return false;
      throw error;
    }
  }

  /** Sends a request, and again with a token or a login where the registry asks for one. */
  async #send(repository: OciRepository, path: string, asked: Request): Promise<Response> {
    const { host, access = {} } = repository;
    const url = path.includes("://") ? path : `${baseOf(repository)}/${path}`;
    const { scope = "pull", headers = {}, ...rest } = asked;
    const key = `${host}/${repository.path} ${scope}`;
    const known = this.#tokens.get(key);
    const trust = { ...access, username: undefined, password: undefined };
    const send = (token: string | undefined) =>
      this.#http.send(url, {
        ...rest,
        access: trust,
        headers: token === undefined || new URL(url).host !== new URL(baseOf(repository)).host
          ? headers
          : { ...headers, authorization: token },
      });
    try {
      return await send(known);
    } catch (error) {
      if (!(error instanceof StatusError) || error.status !== 401) throw error;
      try {
        const token = await this.#authorize(repository, error, scope, rest.signal);
        if (token === undefined || token === known) throw error;
        this.#tokens.set(key, token);
        return await send(token);
      } catch (error) {
        throw this.#explained(error, repository);
      }
    }
  }

  /** Says of a refusal what it was for, and of a login that could not be had how to get at it. */
  #explained(error: unknown, { host, path }: OciRepository): unknown {
    if (!(error instanceof StatusError) || ![401, 403].includes(error.status)) return error;
    const { code, hint } = error;
    const what = path === "" ? host : `${host}/${path}`;
    return new CapstanError(`cannot be let in to ${what}: ${error.message}`, {
      code,
      hint: this.#blocked.get(host) ?? hint,
      cause: error,
    });
  }

  /** The Authorization header that a registry's challenge asks for. */
  async #authorize(
    { host, path, access = {} }: OciRepository,
    { headers }: StatusError,
    scope: string,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const challenge = headers.get("www-authenticate") ?? "";
    const login: Login | undefined = access.username ? access : await this.#credentials?.of(host);
    if (login?.hint !== undefined) this.#blocked.set(host, login.hint);
    if (/^basic/i.test(challenge)) return login?.username ? basic(login) : undefined;
    if (!/^bearer/i.test(challenge)) return undefined;
    const { realm, service, scope: asked } = parametersOf(challenge);
    if (realm === undefined || !URL.canParse(realm)) return undefined;
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set("service", service);
    const wanted = asked ?? (path === "" ? undefined : `repository:${path}:${scope}`);
    for (const each of wanted?.split(" ") ?? []) url.searchParams.append("scope", each);
    const trust = { ...access, username: undefined, password: undefined };
    const { identityToken } = login ?? {};
    const response = identityToken === undefined
      ? await this.#http.send(url.href, {
        access: trust,
        headers: login?.username ? { authorization: basic(login) } : {},
        signal,
      })
      : await this.#http.send(`${url.origin}${url.pathname}`, {
        access: trust,
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new TextEncoder().encode(refreshForm(url, identityToken)),
        signal,
      });
    const text = new TextDecoder().decode(await this.#http.read(response, 1024 * 1024));
    const { token, access_token } = parseToken(text, realm);
    return `Bearer ${token ?? access_token ?? ""}`;
  }
}

interface Request {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array | undefined;
  readonly scope?: "pull" | "pull,push" | undefined;
  readonly signal?: AbortSignal | undefined;
}

function baseOf({ host, path, access }: OciRepository): string {
  const scheme = access?.plainHttp ? "http" : "https";
  const server = host === "docker.io" ? DOCKER : host;
  return `${scheme}://${server}/v2${path === "" ? "" : `/${path}`}`;
}

function refreshForm(url: URL, identityToken: string): string {
  const form = new URLSearchParams(url.searchParams);
  form.set("grant_type", "refresh_token");
  form.set("client_id", "capstan");
  form.set("refresh_token", identityToken);
  return form.toString();
}

function parseToken(text: string, realm: string): { token?: string; access_token?: string } {
  try {
    return JSON.parse(text) as { token?: string; access_token?: string };
  } catch (error) {
    throw new CapstanError(`the token server ${realm} answers with no token: ${messageOf(error)}`, {
      code: "registry/token",
      hint: "the registry names this server; is it a registry, and not a page in front of it?",
      cause: error,
    });
  }
}

/** `realm="…",service="…"` of a challenge (RFC 9110, 11.2). */
function parametersOf(challenge: string): Readonly<Record<string, string | undefined>> {
  const found: Record<string, string> = {};
  for (const [, key, quoted, plain] of challenge.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)) {
    found[key!.toLowerCase()] = quoted ?? plain!;
  }
  return found;
}

function wrongDigest(
  { host, path }: OciRepository,
  reference: string,
  wanted: string,
  got: string,
): CapstanError {
  return new CapstanError(
    `cannot take ${reference} from ${host}/${path}: its digest is ${got}, not ${wanted}`,
    { code: "registry/digest", hint: "the registry, or somebody on the way, gives other bytes" },
  );
}
