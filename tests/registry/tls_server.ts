/** Servers over TLS that ask for a client certificate, and the certificates for them. */
import https from "node:https";
import { chartFromFiles } from "../../lib/chart/from_files.ts";
import { renderTemplates } from "../../lib/engine/render_templates.ts";

/** PEM texts: an authority, a server for 127.0.0.1, and a client that the authority vouches for. */
export interface Pems {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

const CERTIFICATES = `{{- $ca := genCA "test" 2 }}
{{- $server := genSignedCert "127.0.0.1" (list "127.0.0.1") (list "localhost") 2 $ca }}
{{- $client := genSignedCert "me" nil nil 2 $ca }}
{{- dict "ca" $ca.Cert "cert" $server.Cert "key" $server.Key "clientCert" $client.Cert "clientKey" $client.Key | toJson }}`;

/** Makes certificates, by the chart functions for that. */
export async function makePems(): Promise<Pems> {
  const chart = chartFromFiles({
    "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
    "templates/c": CERTIFICATES,
  });
  return JSON.parse((await renderTemplates(chart)).get("c/templates/c")!);
}

/** One request as a server saw it. */
export interface Seen {
  readonly path: string;
  readonly authorization: string | undefined;
  /** Common name of the client's certificate. */
  readonly client: string | undefined;
}

/** What a server answers: a status, where to go, or content. */
export type TlsAnswer = number | { readonly location: string } | Uint8Array;

/** Runs a server that asks for a client certificate, and lets nobody in without one if `required`. */
export async function tlsServing(
  { pems, required = false, answer }: {
    readonly pems: Pems;
    readonly required?: boolean;
    readonly answer: (path: string) => TlsAnswer;
  },
  use: (server: { readonly url: string; readonly seen: Seen[] }) => Promise<void>,
): Promise<void> {
  const seen: Seen[] = [];
  const { ca, cert, key } = pems;
  const options = { ca, cert, key, requestCert: true, rejectUnauthorized: required };
  const server = https.createServer(options, (request, response) => {
    const socket = request.socket as unknown as {
      getPeerCertificate(): { subject?: { CN?: string } } | null;
    };
    const path = request.url ?? "";
    seen.push({
      path,
      authorization: request.headers.authorization,
      client: socket.getPeerCertificate()?.subject?.CN,
    });
    const said = answer(path);
    if (typeof said === "number") response.writeHead(said).end("no");
    else if (said instanceof Uint8Array) response.writeHead(200).end(said);
    else response.writeHead(302, { location: said.location }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  try {
    const { port } = server.address() as { port: number };
    await use({ url: `https://127.0.0.1:${port}`, seen });
  } finally {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}
