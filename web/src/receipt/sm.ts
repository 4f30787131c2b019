// SM3 (GB/T 32905) and the checking of SM2 signatures (GB/T 32918.2), for receipts of the national
// profile: browsers do not have them. Only public values are handled here, so nothing needs to run
// in constant time; nothing here may ever be used to sign.

import { concat, fromBigInt, toBigInt, type Bytes } from './bytes'

const rotate = (x: number, n: number): number => (x << (n & 31)) | (x >>> ((32 - n) & 31))

/** The 132 words of a block's expansion: W0 to W67; W' is formed where it is used. */
function expand(block: DataView): Int32Array {
  const w = new Int32Array(68)
  for (let i = 0; i < 16; i++) w[i] = block.getInt32(i * 4)
  for (let i = 16; i < 68; i++) {
    const x = w[i - 16]! ^ w[i - 9]! ^ rotate(w[i - 3]!, 15)
    w[i] = x ^ rotate(x, 15) ^ rotate(x, 23) ^ rotate(w[i - 13]!, 7) ^ w[i - 6]!
  }
  return w
}

function compress(state: Int32Array, w: Int32Array): void {
  let [a, b, c, d, e, f, g, h] = state as unknown as [
    number, number, number, number, number, number, number, number,
  ]
  for (let i = 0; i < 64; i++) {
    const first = i < 16
    const ss1 = rotate((rotate(a, 12) + e + rotate(first ? 0x79cc4519 : 0x7a879d8a, i)) | 0, 7)
    const ff = first ? a ^ b ^ c : (a & b) | (a & c) | (b & c)
    const gg = first ? e ^ f ^ g : (e & f) | (~e & g)
    const tt1 = (ff + d + (ss1 ^ rotate(a, 12)) + (w[i]! ^ w[i + 4]!)) | 0
    const tt2 = (gg + h + ss1 + w[i]!) | 0
    ;[a, b, c, d] = [tt1, a, rotate(b, 9), c]
    ;[e, f, g, h] = [tt2 ^ rotate(tt2, 9) ^ rotate(tt2, 17), e, rotate(f, 19), g]
  }
  ;[a, b, c, d, e, f, g, h].forEach((v, i) => (state[i] = state[i]! ^ v))
}

export function sm3(data: Uint8Array): Bytes {
  const zeros = (119 - (data.length % 64)) % 64
  const padded = concat(data, new Uint8Array([0x80]), new Uint8Array(zeros),
    fromBigInt(BigInt(data.length) * 8n, 8))
  const state = Int32Array.of(0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc,
    0x163138aa, 0xe38dee4d, 0xb0fb0e4e)
  for (let at = 0; at < padded.length; at += 64) {
    compress(state, expand(new DataView(padded.buffer, at, 64)))
  }
  const out = new Uint8Array(32)
  state.forEach((v, i) => new DataView(out.buffer).setInt32(i * 4, v))
  return out
}

// The curve of GB/T 32918.5: y^2 = x^3 + ax + b over the prime field P, base point G of order N.
const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn
const A = P - 3n
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n

interface Point {
  x: bigint
  y: bigint
}
const G: Point = {
  x: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  y: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
}

const reduce = (v: bigint): bigint => ((v % P) + P) % P

/** Inverse in the field, by Euclid's algorithm; v is not 0. */
function inverse(v: bigint): bigint {
  let [a, b, x, y] = [reduce(v), P, 1n, 0n]
  while (a > 1n) {
    const q = b / a
    ;[a, b, x, y] = [b - q * a, a, y - q * x, x]
  }
  return reduce(x)
}

/** null is the point at infinity. */
function add(p: Point | null, q: Point | null): Point | null {
  if (!p) return q
  if (!q) return p
  if (p.x === q.x && reduce(p.y + q.y) === 0n) return null
  const slope = p.x === q.x
    ? reduce((3n * p.x * p.x + A) * inverse(2n * p.y))
    : reduce((q.y - p.y) * inverse(q.x - p.x))
  const x = reduce(slope * slope - p.x - q.x)
  return { x, y: reduce(slope * (p.x - x) - p.y) }
}

function multiply(p: Point, times: bigint): Point | null {
  let sum: Point | null = null
  let power: Point | null = p
  for (let n = times; n > 0n; n >>= 1n) {
    if (n & 1n) sum = add(sum, power)
    power = add(power, power)
  }
  return sum
}

/** The point 0x04 || X || Y, when it lies on the curve. */
function decode(key: Uint8Array): Point | null {
  if (key.length !== 65 || key[0] !== 4) return null
  const [x, y] = [toBigInt(key.subarray(1, 33)), toBigInt(key.subarray(33))]
  const on = x < P && y < P && reduce(y * y - (x * x * x + A * x + B)) === 0n
  return on ? { x, y } : null
}

export function sm2KeyHolds(key: Uint8Array): boolean {
  return decode(key) !== null
}

/** GB/T 32918.2 clause 7.1, user id 1234567812345678; the signature is r || s. */
export function sm2Verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const point = decode(key)
  if (!point || signature.length !== 64) return false
  const [r, s] = [toBigInt(signature.subarray(0, 32)), toBigInt(signature.subarray(32))]
  if (r === 0n || s === 0n || r >= N || s >= N || (r + s) % N === 0n) return false
  const user = new TextEncoder().encode('1234567812345678')
  const z = sm3(concat(fromBigInt(BigInt(user.length * 8), 2), user,
    ...[A, B, G.x, G.y, point.x, point.y].map((v) => fromBigInt(v, 32))))
  const e = toBigInt(sm3(concat(z, message)))
  const sum = add(multiply(G, s), multiply(point, (r + s) % N))
  return sum !== null && (e + sum.x) % N === r
}
