import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { certificateFuncs, GoCertificate } from "../../lib/sprig/certificates.ts";
import { call, limitedBudget, NOW, testEnv } from "./environment.ts";

const funcs = certificateFuncs(testEnv({
  randomBytes: (n) => crypto.getRandomValues(new Uint8Array(n)),
}));

function make(name: string, ...args: unknown[]): GoCertificate {
  const made = call(funcs, name, ...args);
  assert.ok(made instanceof GoCertificate);
  return made;
}

/** One key for every test that does not look at keys: making RSA keys takes a while. */
const KEY = call(funcs, "genPrivateKey", "ecdsa") as string;

function seconds(text: string): number {
  return Math.floor(Date.parse(text) / 1000);
}

const START = Math.floor(NOW / 1000);
const DAY = 86_400;

Deno.test("genPrivateKey writes each kind in its own form", () => {
  const rows: [type: string, label: string, kind: string][] = [
    ["ecdsa", "EC PRIVATE KEY", "ec"],
    ["ed25519", "PRIVATE KEY", "ed25519"],
  ];
  for (const [type, label, kind] of rows) {
    const pem = call(funcs, "genPrivateKey", type) as string;
    assert.ok(pem.startsWith(`-----BEGIN ${label}-----\n`), type);
    assert.ok(pem.endsWith(`-----END ${label}-----\n`), type);
    assert.equal(createPrivateKey(pem).asymmetricKeyType, kind);
  }
  assert.equal(call(funcs, "genPrivateKey", "nope"), "Unknown type nope");
});

Deno.test("genCA makes an authority with an RSA key, whose certificates verify", () => {
  const ca = make("genCA", "my-ca", 365n);
  assert.ok(ca.key.startsWith("-----BEGIN RSA PRIVATE KEY-----\n"));
  const certificate = new X509Certificate(ca.cert);
  assert.equal(certificate.ca, true);
  assert.equal(certificate.subject, "CN=my-ca");
  assert.equal(certificate.issuer, "CN=my-ca");
  assert.equal(seconds(certificate.validFrom), START);
  assert.equal(seconds(certificate.validTo), START + 365 * DAY);
  assert.ok(certificate.verify(certificate.publicKey));
  assert.ok(certificate.checkPrivateKey(createPrivateKey(ca.key)));

  const ips = ["10.0.0.1", "::1"], dns = ["a.b", "*.x"];
  const signed = make("genSignedCertWithKey", "cn é", ips, dns, 30n, ca, KEY);
  const leaf = new X509Certificate(signed.cert);
  assert.equal(leaf.ca, false);
  assert.equal(leaf.subject, "CN=cn é");
  assert.ok(leaf.checkIssued(certificate));
  assert.ok(leaf.verify(certificate.publicKey));
  assert.equal(leaf.subjectAltName, "DNS:a.b, DNS:*.x, IP Address:10.0.0.1, IP Address:::1");
  assert.equal(signed.key, KEY);
});

Deno.test("every kind of key signs, and OpenSSL agrees", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const type of ["ecdsa", "ed25519"]) {
      const key = call(funcs, "genPrivateKey", type) as string;
      const ca = make("genCAWithKey", "ca", 40_000n, key);
      const leaf = make("genSignedCertWithKey", "leaf", null, ["l.x"], 1n, ca, KEY);
      assert.equal(ca.key, key);
      await Deno.writeTextFile(`${folder}/ca.pem`, ca.cert);
      await Deno.writeTextFile(`${folder}/leaf.pem`, leaf.cert);
      const verdict = await openssl(folder, "-attime", String(START + 60));
      if (verdict !== undefined) assert.equal(verdict, "leaf.pem: OK\n", type);
      assert.ok(new X509Certificate(leaf.cert).verify(new X509Certificate(ca.cert).publicKey));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** What `openssl verify` prints; `undefined` on a machine without it. */
async function openssl(folder: string, ...options: string[]): Promise<string | undefined> {
  try {
    const args = ["verify", ...options, "-CAfile", "ca.pem", "leaf.pem"];
    const { stdout } = await new Deno.Command("openssl", { args, cwd: folder }).output();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

Deno.test("a self-signed certificate without a name still has its addresses", () => {
  const made = make("genSelfSignedCertWithKey", "", ["10.0.0.1"], null, 1n, KEY);
  const certificate = new X509Certificate(made.cert);
  assert.equal(certificate.subject ?? "", "");
  assert.equal(certificate.subjectAltName, "IP Address:10.0.0.1");
  assert.ok(certificate.verify(certificate.publicKey));
});

Deno.test("GoCertificate shows its fields to templates", () => {
  const certificate = new GoCertificate("c", "k");
  assert.deepEqual([certificate.field("Cert"), certificate.field("Key")], ["c", "k"]);
  assert.equal(certificate.field("cert"), undefined);
  assert.equal(certificate.format(), "{c k}");
  assert.deepEqual(certificate.toJSONValue(), { Cert: "c", Key: "k" });
});

Deno.test("buildCustomCert takes a certificate and a key that are readable", () => {
  const ca = make("genCAWithKey", "ca", 1n, KEY);
  const built = make("buildCustomCert", btoa(ca.cert), btoa(ca.key));
  assert.deepEqual([built.cert, built.key], [ca.cert, ca.key]);
  const rows: [string, string, string][] = [
    ["!!", "x", "unable to decode base64 certificate"],
    [btoa(ca.cert), "!!", "unable to decode base64 private key"],
    [btoa("x"), btoa("x"), "unable to decode certificate"],
    [
      btoa(pem("CERTIFICATE", "AAAA")),
      btoa("x"),
      "error parsing certificate: decodedCert.Bytes: x509: malformed certificate",
    ],
    [btoa(ca.cert), btoa("x"), "error parsing private key: no PEM data in input"],
  ];
  for (const [cert, key, message] of rows) {
    assert.throws(() => call(funcs, "buildCustomCert", cert, key), { message });
  }
});

Deno.test("certificates are refused in sprig's words", () => {
  const ca = make("genCAWithKey", "ca", 1n, KEY);
  const other = make("genCAWithKey", "ca", 1n, call(funcs, "genPrivateKey", "ed25519"));
  const rows: [string, unknown[], string][] = [
    ["genSelfSignedCertWithKey", ["cn", ["nope"], null, 1n, KEY], "error parsing ip: nope"],
    [
      "genSelfSignedCertWithKey",
      ["cn", [1n], null, 1n, KEY],
      "error parsing ip: 1 is not a string",
    ],
    [
      "genSelfSignedCertWithKey",
      ["cn", null, [true], 1n, KEY],
      "error processing alternate dns name: true is not a string",
    ],
    [
      "genSelfSignedCertWithKey",
      ["cn", null, ["é"], 1n, KEY],
      'error creating certificate: x509: "é" cannot be encoded as an IA5String',
    ],
    ["genCAWithKey", ["cn", 1n, "x"], "parsing private key: no PEM data in input"],
    [
      "genCAWithKey",
      ["cn", 1n, ca.cert],
      "parsing private key: no private key data in PEM block of type CERTIFICATE",
    ],
    [
      "genCAWithKey",
      ["cn", 1n, pem("ODD PRIVATE KEY", "AAAA")],
      "parsing private key: invalid private key type ODD",
    ],
    [
      "genCAWithKey",
      ["cn", 1n, pem("DSA PRIVATE KEY", "MBICAQACAQACAQACAQACAQACAQA=")],
      "error creating certificate: x509: certificate private key does not implement crypto.Signer",
    ],
    [
      "genSignedCertWithKey",
      ["cn", null, null, 1n, new GoCertificate(ca.cert, other.key), KEY],
      "error creating certificate: x509: provided PrivateKey doesn't match parent's PublicKey",
    ],
    [
      "genSignedCertWithKey",
      ["cn", null, null, 1n, new GoCertificate("", ""), KEY],
      "unable to decode certificate",
    ],
  ];
  for (const [name, args, message] of rows) {
    assert.throws(() => call(funcs, name, ...args), { message });
  }
});

Deno.test("keys of any size ask the budget first", () => {
  const poor = certificateFuncs(testEnv({ budget: limitedBudget(1000) }));
  for (const args of [["genCA", "ca", 1n], ["genPrivateKey", "rsa"], ["genPrivateKey", "dsa"]]) {
    assert.throws(() => call(poor, ...args as [string]), { message: "budget used up" });
  }
});

function pem(type: string, base64: string): string {
  return `-----BEGIN ${type}-----\n${base64}\n-----END ${type}-----\n`;
}
