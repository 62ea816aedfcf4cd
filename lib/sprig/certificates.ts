/**
 * Sprig's certificates and private keys.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";
import { messageOf } from "../errors.ts";
import { formatValue } from "../template/format.ts";
import { fromBytes, func, type FuncMap, GoObject, type Kind } from "../template/value.ts";
import { decodeBase64 } from "./base64.ts";
import { NANOSECONDS } from "./duration.ts";
import type { SprigEnv } from "./env.ts";
import { parseIp } from "./ip_address.ts";
import { dsaKey, ecdsaKey, ed25519Key, keyFromPem, keyToPem, rsaKey } from "./keys.ts";
import { takeTime } from "./node_crypto.ts";
import { decodePem, encodePem } from "./pem.ts";
import { type CertificateTemplate, createCertificate, type Issuer, readIssuer } from "./x509.ts";

/** What `genCA` and its kin give: a certificate and its key, both PEM. */
export class GoCertificate extends GoObject {
  readonly goType = "sprig.certificate";
  override readonly kind: Kind = "struct";

  constructor(readonly cert: string, readonly key: string) {
    super();
  }

  override field(name: string): unknown {
    return name === "Cert" ? this.cert : name === "Key" ? this.key : undefined;
  }

  override structFields(): { name: string; value: unknown }[] {
    return [{ name: "Cert", value: this.cert }, { name: "Key", value: this.key }];
  }

  format(): string {
    return `{${this.cert} ${this.key}}`;
  }

  toJSONValue(): unknown {
    return { Cert: this.cert, Key: this.key };
  }
}

type Names = unknown[] | null | undefined;

/** `genPrivateKey`, `genCA`, `genSignedCert`, `buildCustomCert` and their kin. */
export function certificateFuncs(env: SprigEnv): FuncMap {
  function newKey(): KeyObject {
    takeTime(env.budget, RSA_2048_MILLISECONDS);
    return rsaKey(2048);
  }
  function self(subject: Subject, key: KeyObject | undefined): GoCertificate {
    return certify(templateOf(subject, env), key, { signer: key });
  }
  function signed(subject: Subject, ca: unknown, key: KeyObject | undefined): GoCertificate {
    const { issuer, signer } = authorityOf(ca as GoCertificate);
    return certify(templateOf(subject, env), key, { issuer, signer });
  }
  return {
    genPrivateKey: func(["string"], (type) => privateKey(type, env)),
    buildCustomCert: func(["string", "string"], customCertificate),
    genCA: func(
      ["string", "int"],
      (name, days) => self({ name, days, isAuthority: true }, newKey()),
    ),
    genCAWithKey: func(
      ["string", "int", "string"],
      (name, days, pem) => self({ name, days, isAuthority: true }, givenKey(pem)),
    ),
    genSelfSignedCert: func(
      ["string", "[]any", "[]any", "int"],
      (name, ips, dns, days) => self({ name, ips, dns, days }, newKey()),
    ),
    genSelfSignedCertWithKey: func(
      ["string", "[]any", "[]any", "int", "string"],
      (name, ips, dns, days, pem) => self({ name, ips, dns, days }, givenKey(pem)),
    ),
    genSignedCert: func(
      ["string", "[]any", "[]any", "int", "sprig.certificate"],
      (name, ips, dns, days, ca) => signed({ name, ips, dns, days }, ca, newKey()),
    ),
    genSignedCertWithKey: func(
      ["string", "[]any", "[]any", "int", "sprig.certificate", "string"],
      (name, ips, dns, days, ca, pem) => signed({ name, ips, dns, days }, ca, givenKey(pem)),
    ),
  };
}

const RSA_2048_MILLISECONDS = 150;
const RSA_4096_MILLISECONDS = 2000;
const DSA_MILLISECONDS = 1500;

function privateKey(type: string, { budget }: SprigEnv): string {
  switch (type) {
    case "":
    case "rsa":
      takeTime(budget, RSA_4096_MILLISECONDS);
      return keyToPem(rsaKey(4096));
    case "dsa":
      takeTime(budget, DSA_MILLISECONDS);
      return keyToPem(dsaKey());
    case "ecdsa":
      takeTime(budget, 1);
      return keyToPem(ecdsaKey());
    case "ed25519":
      takeTime(budget, 1);
      return keyToPem(ed25519Key());
    default:
      return `Unknown type ${type}`;
  }
}

/** Whom a certificate is for. */
interface Subject {
  readonly name: string;
  readonly ips?: Names;
  readonly dns?: Names;
  readonly days: number;
  readonly isAuthority?: boolean;
}

function templateOf(subject: Subject, env: SprigEnv): CertificateTemplate {
  const { name, days, isAuthority = false } = subject;
  const ips = (subject.ips ?? []).map(ipOf);
  const dnsNames = (subject.dns ?? []).map(dnsNameOf);
  const now = BigInt(Math.floor(env.now() * 1000)) * 1000n;
  // Go counts days in 63 bits of nanoseconds, which run over after 292 years.
  const lifetime = BigInt.asIntN(64, BigInt(days) * 24n * NANOSECONDS.hour);
  return {
    commonName: name,
    ips,
    dnsNames,
    notBefore: Number(now / NANOSECONDS.second),
    notAfter: Math.floor(Number((now + lifetime) / NANOSECONDS.millisecond) / 1000),
    serial: env.randomBytes(16),
    isAuthority,
  };
}

function ipOf(value: unknown): Uint8Array {
  if (typeof value !== "string") {
    throw new Error(`error parsing ip: ${formatValue(value)} is not a string`);
  }
  const ip = parseIp(value);
  if (ip === undefined) throw new Error(`error parsing ip: ${value}`);
  return ip;
}

function dnsNameOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw new Error(`error processing alternate dns name: ${formatValue(value)} is not a string`);
}

function certify(
  template: CertificateTemplate,
  key: KeyObject | undefined,
  { signer, issuer }: { signer: KeyObject | undefined; issuer?: Issuer },
): GoCertificate {
  try {
    if (signer === undefined) {
      throw new Error("x509: certificate private key does not implement crypto.Signer");
    }
    if (key === undefined) {
      throw new Error("x509: unsupported public key type: *dsa.PublicKey");
    }
    const bytes = createCertificate(template, { key, signer, issuer });
    return new GoCertificate(encodePem({ type: "CERTIFICATE", bytes }), keyToPem(key));
  } catch (error) {
    throw new Error(`error creating certificate: ${messageOf(error)}`);
  }
}

function givenKey(pem: string): KeyObject | undefined {
  try {
    return keyFromPem(pem);
  } catch (error) {
    throw new Error(`parsing private key: ${messageOf(error)}`);
  }
}

function authorityOf({ cert, key }: GoCertificate): {
  issuer: Issuer;
  signer: KeyObject | undefined;
} {
  const block = decodePem(cert);
  if (block === undefined) throw new Error("unable to decode certificate");
  const issuer = explained(
    () => readIssuer(block.bytes),
    "error parsing certificate: decodedSignerCert.Bytes",
  );
  return { issuer, signer: explained(() => keyFromPem(key), "error parsing private key") };
}

function customCertificate(base64Cert: string, base64Key: string): GoCertificate {
  const cert = decoded(base64Cert, "unable to decode base64 certificate");
  const key = decoded(base64Key, "unable to decode base64 private key");
  const block = decodePem(cert);
  if (block === undefined) throw new Error("unable to decode certificate");
  explained(
    () => readIssuer(block.bytes),
    "error parsing certificate: decodedCert.Bytes",
  );
  explained(() => keyFromPem(key), "error parsing private key");
  return new GoCertificate(cert, key);
}

function decoded(base64: string, message: string): string {
  try {
    return fromBytes(decodeBase64(base64));
  } catch {
    throw new Error(message);
  }
}

function explained<T>(read: () => T, doing: string): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${doing}: ${messageOf(error)}`);
  }
}
