/**
 * X.509 certificates with the content that Go's crypto/x509 gives those of sprig.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";
import { quoteGo } from "../template/quote.ts";
import {
  bitString,
  element,
  elements,
  join,
  objectId,
  sameBytes,
  sequence,
  TAG,
  time,
  unsigned,
} from "./der.ts";
import { sha256 } from "./hash.ts";
import { publicKeyBytes } from "./keys.ts";
import { nodeCrypto } from "./node_crypto.ts";

/** What a certificate says. */
export interface CertificateTemplate {
  readonly commonName: string;
  /** Addresses of 4 or 16 bytes. */
  readonly ips: readonly Uint8Array[];
  readonly dnsNames: readonly string[];
  /** In seconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** 16 bytes. */
  readonly serial: Uint8Array;
  readonly isAuthority: boolean;
}

/** Who signs a certificate. */
export interface Issuer {
  /** The name in DER. */
  readonly subject: Uint8Array;
  readonly subjectKeyId?: Uint8Array | undefined;
  /** The SubjectPublicKeyInfo of the issuer's certificate. */
  readonly publicKey?: Uint8Array | undefined;
}

/** What {@linkcode createCertificate} needs besides the content. */
export interface CertificateKeys {
  /** The key that is certified. */
  readonly key: KeyObject;
  /** The key that signs. */
  readonly signer: KeyObject;
  /** Who signs. @default {the subject itself} */
  readonly issuer?: Issuer | undefined;
}

/**
 * A signed certificate in DER.
 *
 * @throws with crypto/x509's words
 */
export function createCertificate(
  template: CertificateTemplate,
  { key, signer, issuer }: CertificateKeys,
): Uint8Array {
  const signing = signatureOf(signer);
  const subject = nameOf(template.commonName);
  const publicKey = publicKeyBytes(key);
  if (issuer?.publicKey !== undefined && !sameBytes(issuer.publicKey, publicKeyBytes(signer))) {
    throw new Error("x509: provided PrivateKey doesn't match parent's PublicKey");
  }
  const issuerName = issuer?.subject ?? subject;
  const authorityKeyId = sameBytes(issuerName, subject) ? undefined : issuer?.subjectKeyId;
  const content = sequence(
    element(0xa0, unsigned(Uint8Array.of(2))),
    unsigned(template.serial),
    signing.algorithm,
    issuerName,
    sequence(time(template.notBefore), time(template.notAfter)),
    subject,
    publicKey,
    element(0xa3, sequence(...extensions(template, publicKey, authorityKeyId))),
  );
  const signature = nodeCrypto().sign(signing.hash, content, signer);
  return sequence(content, signing.algorithm, bitString(signature));
}

/**
 * Reads from a certificate what its signing another one needs.
 *
 * @throws when the bytes are no certificate
 */
export function readIssuer(der: Uint8Array): Issuer {
  try {
    new (nodeCrypto().X509Certificate)(der as Uint8Array<ArrayBuffer>);
    const fields = elements(elements(elements(der)[0]!.content)[0]!.content);
    // The version, tagged 0, may be missing.
    const offset = fields[0]!.tag === 0xa0 ? 1 : 0;
    const extensions = fields.find(({ tag }) => tag === 0xa3);
    return {
      subject: fields[offset + 4]!.whole,
      publicKey: fields[offset + 5]!.whole,
      subjectKeyId: extensions && readSubjectKeyId(extensions.content),
    };
  } catch {
    throw new Error("x509: malformed certificate");
  }
}

function readSubjectKeyId(extensions: Uint8Array): Uint8Array | undefined {
  for (const { content } of elements(elements(extensions)[0]!.content)) {
    const parts = elements(content);
    if (sameBytes(parts[0]!.whole, objectId(OID.subjectKeyId))) {
      return elements(parts.at(-1)!.content)[0]!.content;
    }
  }
  return undefined;
}

const OID = {
  commonName: "2.5.4.3",
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyId: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  rsaSha256: "1.2.840.113549.1.1.11",
  ed25519: "1.3.101.112",
  ecdsaSha256: "1.2.840.10045.4.3.2",
  ecdsaSha384: "1.2.840.10045.4.3.3",
  ecdsaSha512: "1.2.840.10045.4.3.4",
} as const;

interface Signature {
  /** As an AlgorithmIdentifier. */
  readonly algorithm: Uint8Array;
  /** The hash to sign; null where the algorithm has its own. */
  readonly hash: string | null;
}

const ECDSA: Readonly<Record<string, Signature>> = {
  secp224r1: { algorithm: sequence(objectId(OID.ecdsaSha256)), hash: "sha256" },
  prime256v1: { algorithm: sequence(objectId(OID.ecdsaSha256)), hash: "sha256" },
  secp384r1: { algorithm: sequence(objectId(OID.ecdsaSha384)), hash: "sha384" },
  secp521r1: { algorithm: sequence(objectId(OID.ecdsaSha512)), hash: "sha512" },
};

/** The algorithm that Go chooses for a kind of key. */
function signatureOf(key: KeyObject): Signature {
  switch (key.asymmetricKeyType) {
    case "rsa": {
      const none = element(0x05);
      return { algorithm: sequence(objectId(OID.rsaSha256), none), hash: "sha256" };
    }
    case "ed25519":
      return { algorithm: sequence(objectId(OID.ed25519)), hash: null };
    case "ec": {
      const signature = ECDSA[key.asymmetricKeyDetails?.namedCurve ?? ""];
      if (signature === undefined) throw new Error("x509: unsupported elliptic curve");
      return signature;
    }
    default:
      throw new Error("x509: only RSA, ECDSA and Ed25519 keys supported");
  }
}

/** A name that is a common name alone, or empty. */
function nameOf(commonName: string): Uint8Array {
  if (commonName === "") return sequence();
  const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(commonName);
  if (!commonName.isWellFormed()) throw new Error("asn1: string not valid UTF-8");
  const text = element(
    printable ? TAG.printableString : TAG.utf8String,
    new TextEncoder().encode(commonName),
  );
  return sequence(element(TAG.set, sequence(objectId(OID.commonName), text)));
}

function extensions(
  template: CertificateTemplate,
  publicKey: Uint8Array,
  authorityKeyId: Uint8Array | undefined,
): Uint8Array[] {
  const { isAuthority, commonName } = template;
  const critical = true;
  // Digital signature and key encipherment; authorities also sign certificates.
  const usage = isAuthority ? bitString(Uint8Array.of(0xa4), 2) : bitString(Uint8Array.of(0xa0), 5);
  const purposes = sequence(objectId(OID.serverAuth), objectId(OID.clientAuth));
  const authority = element(TAG.boolean, Uint8Array.of(0xff));
  const list = [
    extension(OID.keyUsage, usage, critical),
    extension(OID.extendedKeyUsage, purposes),
    extension(OID.basicConstraints, isAuthority ? sequence(authority) : sequence(), critical),
  ];
  if (isAuthority) {
    list.push(extension(OID.subjectKeyId, element(TAG.octetString, keyIdOf(publicKey))));
  }
  if (authorityKeyId !== undefined && authorityKeyId.length > 0) {
    list.push(extension(OID.authorityKeyId, sequence(element(0x80, authorityKeyId))));
  }
  const names = alternativeNames(template);
  if (names.length > 0) {
    list.push(extension(OID.subjectAltName, sequence(...names), commonName === ""));
  }
  return list;
}

function extension(id: string, value: Uint8Array, critical = false): Uint8Array {
  const mark = critical ? element(TAG.boolean, Uint8Array.of(0xff)) : new Uint8Array();
  return sequence(join(objectId(id), mark), element(TAG.octetString, value));
}

/** RFC 7093, section 2, method 1: 160 bits of the SHA-256 of the key's bits. */
function keyIdOf(publicKey: Uint8Array): Uint8Array {
  const bits = elements(elements(publicKey)[0]!.content)[1]!.content.subarray(1);
  return sha256(bits).subarray(0, 20);
}

function alternativeNames({ dnsNames, ips }: CertificateTemplate): Uint8Array[] {
  const names = dnsNames.map((name) => {
    // deno-lint-ignore no-control-regex -- IA5 is all of ASCII
    if (!/^[\x00-\x7f]*$/.test(name)) {
      throw new Error(`x509: ${quoteGo(name)} cannot be encoded as an IA5String`);
    }
    return element(0x82, new TextEncoder().encode(name));
  });
  return [...names, ...ips.map((ip) => element(0x87, ip))];
}
