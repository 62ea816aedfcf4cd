/**
 * The bcrypt password hash (Provos and Mazières, 1999), in the `$2a$` form.
 *
 * @module
 */

const COST = 10;
const MAX_PASSWORD = 72;
const ROUNDS = 16;
const BOX = 256;
/** Round keys and the four substitution boxes of Blowfish. */
const WORDS = ROUNDS + 2 + 4 * BOX;
const ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** The text that is encrypted: "OrpheanBeholderScryDoubt". */
const TEXT = [0x4f727068, 0x65616e42, 0x65686f6c, 0x64657253, 0x63727944, 0x6f756274];

/**
 * Hashes a password of at most 72 bytes at cost 10. It takes about a tenth of a second.
 *
 * @param salt 16 random bytes
 * @throws when the password is too long
 */
export function bcryptHash(password: Uint8Array, salt: Uint8Array): string {
  if (password.length > MAX_PASSWORD) {
    throw new Error(`bcrypt: password length exceeds ${MAX_PASSWORD} bytes`);
  }
  const cipher = new Blowfish();
  const key = cyclicWords(Uint8Array.from([...password, 0]));
  const saltKey = cyclicWords(salt);
  cipher.expand(key, saltKey);
  for (let i = 0; i < 2 ** COST; i++) {
    cipher.expand(key);
    cipher.expand(saltKey);
  }
  const block = Int32Array.from(TEXT);
  for (let at = 0; at < block.length; at += 2) {
    for (let i = 0; i < 64; i++) cipher.encrypt(block, at);
  }
  const hash = Uint8Array.from({ length: 23 }, (_, i) => block[i >> 2]! >>> (24 - i % 4 * 8));
  return `$2a$${COST}$${encode(salt)}${encode(hash)}`;
}

/** The first 18 words of a text of bytes repeated without end. */
function cyclicWords(bytes: Uint8Array): Int32Array {
  return Int32Array.from({ length: ROUNDS + 2 }, (_, word) => {
    let value = 0;
    for (let i = 0; i < 4; i++) value = value << 8 | bytes[(word * 4 + i) % bytes.length]!;
    return value;
  });
}

/** Blowfish with the key schedule of bcrypt. */
class Blowfish {
  /** Round keys, then substitution boxes. */
  readonly #state: Int32Array = piWords();

  /** Mixes a key into the state, and a salt into what the state is filled with. */
  expand(key: Int32Array, salt?: Int32Array): void {
    const state = this.#state;
    for (let i = 0; i < ROUNDS + 2; i++) state[i]! ^= key[i]!;
    const block = new Int32Array(2);
    for (let at = 0; at < WORDS; at += 2) {
      if (salt !== undefined) {
        block[0]! ^= salt[at % 4]!;
        block[1]! ^= salt[at % 4 + 1]!;
      }
      this.encrypt(block, 0);
      state[at] = block[0]!;
      state[at + 1] = block[1]!;
    }
  }

  /** Encrypts two words in place. */
  encrypt(block: Int32Array, at: number): void {
    const state = this.#state;
    let left = block[at]! ^ state[0]!, right = block[at + 1]!;
    for (let round = 1; round <= ROUNDS; round += 2) {
      right ^= this.#mix(left) ^ state[round]!;
      left ^= this.#mix(right) ^ state[round + 1]!;
    }
    block[at] = right ^ state[ROUNDS + 1]!;
    block[at + 1] = left;
  }

  #mix(word: number): number {
    const state = this.#state;
    const base = ROUNDS + 2;
    const sum = state[base + (word >>> 24)]! + state[base + BOX + (word >>> 16 & 255)]!;
    return (sum ^ state[base + 2 * BOX + (word >>> 8 & 255)]!) +
        state[base + 3 * BOX + (word & 255)]! | 0;
  }
}

/** Blowfish starts from the binary digits of pi after its 3, which Machin's formula gives. */
function piWords(): Int32Array {
  const guard = 64n;
  const unit = 1n << (BigInt(WORDS * 32) + guard);
  const pi = 4n * (4n * inverseArctangent(5n, unit) - inverseArctangent(239n, unit));
  const hex = (pi % unit >> guard).toString(16).padStart(WORDS * 8, "0");
  return Int32Array.from(
    { length: WORDS },
    (_, i) => Number(`0x${hex.slice(i * 8, i * 8 + 8)}`),
  );
}

/** arctan(1 / x) × unit */
function inverseArctangent(x: bigint, unit: bigint): bigint {
  const square = x * x;
  let power = unit / x;
  let sum = power;
  for (let divisor = 3n, sign = -1n; power > 0n; divisor += 2n, sign = -sign) {
    power /= square;
    sum += sign * (power / divisor);
  }
  return sum;
}

/** Bcrypt's own base64, without padding. */
function encode(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits.match(/.{1,6}/g)!
    .map((digit) => ALPHABET[Number(`0b${digit.padEnd(6, "0")}`)])
    .join("");
}
