// Bytes and their strict spellings, as src/journal/codec.c has them: one value, one spelling.

export type Bytes = Uint8Array<ArrayBuffer>

export function concat(...parts: Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0))
  let at = 0
  for (const p of parts) {
    out.set(p, at)
    at += p.length
  }
  return out
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((v, i) => v === b[i])
}

/** UTF-8; null when the text holds half of a surrogate pair, which has no UTF-8 form. */
export function utf8(text: string): Bytes | null {
  const bytes = new TextEncoder().encode(text)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) === text ? concat(bytes) : null
}

/** Lower-case hexadecimal of exactly that many bytes. */
export function fromHex(text: string, bytes: number): Bytes | null {
  if (text.length !== bytes * 2 || !/^[0-9a-f]*$/.test(text)) return null
  return Uint8Array.from({ length: bytes }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16))
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
}

/** Standard base64 with padding, no stray bits (RFC 4648 clauses 3.5 and 4). */
export function fromBase64(text: string): Bytes | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null
  let binary: string
  try {
    binary = atob(text)
  } catch {
    return null
  }
  return btoa(binary) === text ? Uint8Array.from(binary, (c) => c.charCodeAt(0)) : null
}

export function toBigInt(bytes: Uint8Array): bigint {
  return BigInt('0x0' + toHex(bytes))
}

export function fromBigInt(value: bigint, bytes: number): Bytes {
  const hex = value.toString(16).padStart(bytes * 2, '0')
  return Uint8Array.from({ length: bytes }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16))
}
