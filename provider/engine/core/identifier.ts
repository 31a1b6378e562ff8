import { createHash } from "node:crypto";

const base32Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** Lower-case base32 of SHA-256 over the parts, 52 characters; parts can't run into each other. */
export function hashOf(...parts: readonly (string | number)[]): string {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest();
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of digest) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += base32Alphabet[(value >>> bits) & 31];
      value &= (1 << bits) - 1;
    }
  }
  return bits > 0 ? text + base32Alphabet[(value << (5 - bits)) & 31] : text;
}

/** A run of decimal digits made from a hash, as RAM numbers its entities. */
export function digitsOf(length: number, ...parts: readonly (string | number)[]): string {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  return (BigInt(`0x${digest}`) % 10n ** BigInt(length)).toString().padStart(length, "3");
}

/** SHA-256 in hex, as the world writes file hashes. */
export function sha256Hex(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
