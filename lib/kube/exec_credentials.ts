/**
 * Credentials from a command that the kubeconfig names (`exec`; client.authentication.k8s.io). It
 * needs the permission to run that command and no other: `--allow-run=COMMAND`.
 *
 * @module
 */

import { CapstanError, isDenied, messageOf } from "../errors.ts";
import { joinBytes } from "../files.ts";
import type { Credentials, HeaderFields, TlsSettings } from "./connection.ts";
import { bearer } from "./credentials.ts";
import type { ExecEntry, SelectedContext } from "./kubeconfig.ts";

/** What an {@linkcode ExecCredentials} is made of. */
export interface ExecOptions {
  /** The user, whose `exec` is run, and the cluster, of which the command may be told. */
  readonly selected: SelectedContext;
  /** The cluster's authority in PEM, for a command that asks for it. */
  readonly caCerts?: readonly string[] | undefined;
  /** Headers beside the command's, such as whom to act as. */
  readonly extra: HeaderFields;
  /** Milliseconds since 1970. */
  readonly date: () => number;
}

/** What a command gave. */
interface Given {
  readonly headers: HeaderFields;
  readonly tls: TlsSettings;
  /** Milliseconds since 1970 until which it is good; without one, until the server refuses it. */
  readonly until: number;
}

/** Kept until it expires or is refused; then the command is run again, once for all who wait. */
export class ExecCredentials implements Credentials {
  readonly refreshable = true;
  readonly #options: ExecOptions;
  readonly #exec: ExecEntry;
  #given: Given | undefined;
  #asking: Promise<Given> | undefined;

  constructor(options: ExecOptions) {
    this.#options = options;
    this.#exec = options.selected.user.exec!;
  }

  /** The client certificate that the command gave last. */
  get tls(): TlsSettings {
    return this.#given?.tls ?? {};
  }

  /** @throws {CapstanError} When the command cannot be run, fails, or prints something else. */
  async headers(
    { refresh }: { readonly refresh?: boolean | undefined },
  ): Promise<HeaderFields> {
    const given = this.#given;
    if (given !== undefined && !refresh && this.#options.date() < given.until) return given.headers;
    this.#asking ??= this.#ask().finally(() => this.#asking = undefined);
    return (await this.#asking).headers;
  }

  async #ask(): Promise<Given> {
    const { command = "", apiVersion = "" } = this.#exec;
    if (command === "") throw failure("the kubeconfig's exec", "it names no command");
    if (!VERSIONS.includes(apiVersion)) {
      throw failure(command, `its apiVersion "${apiVersion}" is none of ${VERSIONS.join(", ")}`);
    }
    const interactive = this.#exec.interactiveMode !== "Never" && Deno.stdin.isTerminal();
    if (this.#exec.interactiveMode === "Always" && !interactive) {
      throw failure(command, "it wants to ask, and there is no terminal");
    }
    const { code, output, said } = await this.#run(command, interactive);
    if (code !== 0) {
      throw failure(command, said.trim() || `it ended with exit code ${code}`, HAND_HINT);
    }
    this.#given = this.#read(command, output);
    return this.#given;
  }

  async #run(command: string, interactive: boolean) {
    const env = Object.fromEntries((this.#exec.env ?? []).map(({ name, value }) => [name, value]));
    try {
      const child = new Deno.Command(command, {
        args: [...this.#exec.args ?? []],
        env: { ...env, KUBERNETES_EXEC_INFO: this.#info(interactive) },
        stdin: interactive ? "inherit" : "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const [output, said, { code }] = await Promise.all([
        new Response(child.stdout).text(),
        heard(child.stderr, interactive),
        child.status,
      ]);
      return { code, output, said };
    } catch (error) {
      throw failure(command, ...this.#whyNotRun(command, error), error);
    }
  }

  #whyNotRun(command: string, error: unknown): [why: string, hint: string] {
    if (isDenied(error)) {
      return ["it may not be run", `allow it with --allow-run=${command}`];
    }
    if (error instanceof Deno.errors.NotFound) {
      return ["there is no such command", this.#exec.installHint?.trim() || "is it in the PATH?"];
    }
    return [messageOf(error), HAND_HINT];
  }

  #read(command: string, output: string): Given {
    const credential = parsed(command, output);
    const { apiVersion } = this.#exec;
    if (credential.kind !== "ExecCredential" || credential.apiVersion !== apiVersion) {
      const got = `${credential.kind ?? "nothing"} of ${credential.apiVersion ?? "no apiVersion"}`;
      throw failure(command, `it printed ${got}, not ExecCredential of ${apiVersion}`);
    }
    const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } =
      credential.status ?? {};
    if (!token && !(cert && key)) {
      throw failure(command, "it printed neither a token nor a certificate with its key");
    }
    const expires = expirationTimestamp ? Date.parse(expirationTimestamp) : NaN;
    return {
      headers: { ...this.#options.extra, ...(token ? bearer(token) : {}) },
      tls: cert && key ? { cert, key } : {},
      until: Number.isNaN(expires) ? Infinity : expires,
    };
  }

  /** What commands find in `KUBERNETES_EXEC_INFO`. */
  #info(interactive: boolean): string {
    const { cluster } = this.#options.selected;
    const { apiVersion, provideClusterInfo } = this.#exec;
    const spec = { interactive, ...(provideClusterInfo ? { cluster: this.#told(cluster) } : {}) };
    return JSON.stringify({ apiVersion, kind: "ExecCredential", spec });
  }

  #told(cluster: SelectedContext["cluster"]) {
    const pem = this.#options.caCerts?.join("\n");
    const own = cluster.extensions?.find(({ name }) =>
      name === "client.authentication.k8s.io/exec"
    );
    return {
      server: cluster.server,
      "tls-server-name": cluster["tls-server-name"],
      "insecure-skip-tls-verify": cluster["insecure-skip-tls-verify"],
      "certificate-authority-data": pem && new TextEncoder().encode(pem).toBase64(),
      "proxy-url": cluster["proxy-url"],
      config: own?.extension,
    };
  }
}

const VERSIONS = ["v1", "v1beta1"].map((version) => `client.authentication.k8s.io/${version}`);

const HAND_HINT = "the kubeconfig's user names it; run it by hand to see what it says";

/** The part of an `ExecCredential` that is read. */
interface ExecCredential {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly status?: {
    readonly token?: string;
    readonly clientCertificateData?: string;
    readonly clientKeyData?: string;
    readonly expirationTimestamp?: string;
  };
}

function parsed(command: string, output: string): ExecCredential {
  try {
    const value = JSON.parse(output);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below, without the output: it may hold half a secret.
  }
  throw failure(command, "it did not print an ExecCredential in JSON", HAND_HINT);
}

/** All that a command says to people, who see it at once where they may be asked for something. */
async function heard(stream: ReadableStream<Uint8Array>, show: boolean): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) {
    parts.push(part);
    if (show) Deno.stderr.writeSync(part);
  }
  return new TextDecoder().decode(joinBytes(parts));
}

function failure(command: string, why: string, hint?: string, cause?: unknown): CapstanError {
  const code = "kubeconfig/plugin";
  return new CapstanError(`cannot get credentials from ${command}: ${why}`, { code, hint, cause });
}
