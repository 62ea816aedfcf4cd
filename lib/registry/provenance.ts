/**
 * Provenance files: a chart's metadata and its archive's digest, signed with PGP.
 *
 * Rules from Helm's pkg/provenance/sign.go; RFC 9580 for the cleartext signature, which OpenPGP.js
 * checks.
 *
 * @module
 */
import { loadChartArchive } from "../chart/load.ts";
import { metadataJSON } from "../chart/metadata.ts";
import { CapstanError, messageOf } from "../errors.ts";
import { isMap } from "../template/value.ts";
import { emitYaml } from "../yaml/emit.ts";
import { parseYamlMap } from "../yaml/parse.ts";
import { sha256 } from "./cache.ts";

/** Who signed a chart. */
export interface Verification {
  /** User ids of the key. */
  readonly signedBy: readonly string[];
  /** Fingerprint of the primary key, hex in upper case. */
  readonly fingerprint: string;
  /** `sha256:…` of the archive. */
  readonly fileHash: string;
}

/** A chart's archive and its provenance. */
export interface Provenanced {
  readonly archive: Uint8Array;
  /** The archive's name without folders, which the provenance names it by. */
  readonly fileName: string;
  readonly provenance: Uint8Array;
}

/** A file of keys. */
export interface Keyring {
  /** Binary or armored. */
  readonly data: Uint8Array;
  /** Where it is, for errors. */
  readonly path: string;
}

/**
 * Checks that one of the keys signed the provenance, and that it speaks of this archive.
 *
 * @param keyring Public keys.
 * @throws {CapstanError} When not.
 */
export async function verifyProvenance(
  { archive, fileName, provenance }: Provenanced,
  keyring: Keyring,
): Promise<Verification> {
  const { readCleartextMessage, verify } = await import("openpgp");
  const keys = await readKeyring(keyring);
  const message = await readCleartextMessage({
    cleartextMessage: new TextDecoder().decode(provenance),
  }).catch((error) => {
    throw refused(fileName, "signature block not found", error);
  });
  const { signatures } = await verify({ message, verificationKeys: keys });
  const signature = signatures[0];
  if (signature === undefined) throw refused(fileName, "it is not signed");
  await signature.verified.catch((error) => {
    throw refused(fileName, reasonOf(error), error);
  });
  const signer = keys.find((key) =>
    key.getKeys().some((each) => each.getKeyID().equals(signature.keyID))
  );
  const hash = `sha256:${await sha256(archive)}`;
  checkSum(message.getText(), fileName, hash);
  return {
    signedBy: signer?.getUserIDs() ?? [],
    fingerprint: signer?.getFingerprint().toUpperCase() ?? "",
    fileHash: hash,
  };
}

/** Options of {@linkcode signArchive}. */
export interface SignOptions {
  /** Private keys. */
  readonly keyring: Keyring;
  /** A part of the user id of the key to sign with. */
  readonly key: string;
  /** What unlocks the key, where it is locked. */
  readonly passphrase?: string | undefined;
}

/** Makes the provenance of an archive. @throws {CapstanError} When there is no such key, or it stays locked. */
export async function signArchive(
  { archive, fileName }: Pick<Provenanced, "archive" | "fileName">,
  { keyring, key, passphrase }: SignOptions,
): Promise<Uint8Array> {
  const { createCleartextMessage, decryptKey, sign } = await import("openpgp");
  const found = (await readPrivateKeys(keyring)).find((each) =>
    each.getUserIDs().some((id) => id.includes(key))
  );
  if (found === undefined) {
    throw new CapstanError(`private key not found: no key is of ${JSON.stringify(key)}`, {
      code: "chart/key",
      hint:
        "name a part of the key's user id with --key, and the file of private keys with --keyring",
    });
  }
  const signingKeys = found.isDecrypted()
    ? found
    : await decryptKey({ privateKey: found, passphrase: passphrase ?? "" }).catch((error) => {
      throw new CapstanError(
        `cannot unlock the key of ${JSON.stringify(key)}: ${reasonOf(error)}`,
        {
          code: "chart/key",
          hint: "give the passphrase with --passphrase-file",
          cause: error,
        },
      );
    });
  const { metadata } = await loadChartArchive(archive);
  const files = { files: { [fileName]: `sha256:${await sha256(archive)}` } };
  const text = `${emitYaml(metadataJSON(metadata))}\n...\n${emitYaml(files)}`;
  const message = await createCleartextMessage({ text });
  return new TextEncoder().encode(await sign({ message, signingKeys }));
}

function checkSum(text: string, fileName: string, hash: string): void {
  const [, files] = text.replaceAll("\r\n", "\n").split("\n...\n");
  if (files === undefined) throw refused(fileName, "message block must have at least two parts");
  const sums = parseYamlMap(files)["files"];
  const sum = isMap(sums) ? sums[fileName] : undefined;
  if (sum === undefined) {
    throw refused(
      fileName,
      `provenance does not contain a SHA for a file named ${JSON.stringify(fileName)}`,
    );
  }
  if (sum !== hash) {
    throw refused(
      fileName,
      `sha256 sum does not match for ${fileName}: ${JSON.stringify(sum)} != ${
        JSON.stringify(hash)
      }`,
    );
  }
}

async function readKeyring({ data, path }: Keyring) {
  const { readKeys } = await import("openpgp");
  try {
    return isArmored(data)
      ? await readKeys({ armoredKeys: new TextDecoder().decode(data) })
      : await readKeys({ binaryKeys: data });
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function readPrivateKeys({ data, path }: Keyring) {
  const { readPrivateKeys: read } = await import("openpgp");
  try {
    return isArmored(data)
      ? await read({ armoredKeys: new TextDecoder().decode(data) })
      : await read({ binaryKeys: data });
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** What OpenPGP.js says at the end of its sentence, as a part of one of ours. */
function reasonOf(error: unknown): string {
  return messageOf(error).replace(/^.*?: /, "").replace(
    /^[A-Z](?=[a-z])/,
    (first) => first.toLowerCase(),
  );
}

function isArmored(data: Uint8Array): boolean {
  return new TextDecoder().decode(data.subarray(0, 64)).trimStart().startsWith("-----BEGIN");
}

function unreadable(path: string, error: unknown): CapstanError {
  return new CapstanError(`cannot read keyring ${path}: it holds no keys in OpenPGP's format`, {
    code: "chart/keyring",
    hint: "export keys in the old form: gpg --export > pubring.gpg",
    cause: error,
  });
}

function refused(fileName: string, why: string, cause?: unknown): CapstanError {
  return new CapstanError(`cannot verify ${fileName}: ${why}`, {
    code: "chart/unverified",
    hint:
      "do not use the chart unless you know why; look whether --keyring holds the key of who signed it",
    cause,
  });
}
