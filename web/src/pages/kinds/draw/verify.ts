// The check of a draw in the reader's own browser: the same steps as `junma draw --verify`, written from
// docs/draw.md and sharing nothing with the server.
import { hmac } from '@noble/hashes/hmac'
import { sha256 } from '@noble/hashes/sha2'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils'

export interface Entry {
  number: string
  group: string
}
export interface Placed extends Entry {
  place: number
  lot: string | null
}
export interface DrawFile {
  draw: string
  title: string
  source: string
  groups: string[]
  entries: Entry[]
  lots: string[]
  commitment?: string
  seed?: string
  result?: Placed[]
}

/** by the bytes of UTF-8, which JavaScript's own order of UTF-16 is not quite */
function byBytes(a: string, b: string): number {
  const [x, y] = [utf8ToBytes(a), utf8ToBytes(b)]
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i]! - y[i]!
  return x.length - y.length
}

export function commitmentOf(file: DrawFile): string {
  const entries = [...file.entries].sort((a, b) => byBytes(a.number, b.number))
  const lines = [
    'junma-draw-1',
    `title ${file.title}`,
    `source ${file.source}`,
    ...file.groups.map((group) => `group ${group}`),
    ...entries.map((entry) => `entry ${entry.number} ${entry.group}`),
    ...[...file.lots].sort(byBytes).map((lot) => `lot ${lot}`),
  ]
  return bytesToHex(sha256(utf8ToBytes(lines.map((line) => `${line}\n`).join(''))))
}

function* numbers(key: Uint8Array, label: string): Generator<bigint> {
  for (let counter = 0; ; counter++) {
    const mac = hmac(sha256, key, utf8ToBytes(`${label} ${counter}`))
    yield BigInt(`0x${bytesToHex(mac.subarray(0, 8))}`)
  }
}

function shuffle<T>(key: Uint8Array, label: string, list: T[]): T[] {
  const stream = numbers(key, label)
  const all = 1n << 64n
  for (let i = list.length - 1; i > 0; i--) {
    const n = BigInt(i + 1)
    let value = stream.next().value as bigint
    while (value >= (all / n) * n) value = stream.next().value as bigint
    const k = Number(value % n)
    ;[list[i], list[k]] = [list[k]!, list[i]!]
  }
  return list
}

export function resultOf(file: DrawFile, seed: string): Placed[] {
  const key = sha256(utf8ToBytes(`${commitmentOf(file)}\n${seed}`))
  const lots = shuffle(key, 'lots', [...file.lots].sort(byBytes))
  const order = file.groups.flatMap((group) =>
    shuffle(key, `entries ${group}`, file.entries.filter((entry) => entry.group === group).sort((a, b) => byBytes(a.number, b.number))),
  )
  return order.map((entry, i) => ({ ...entry, place: i + 1, lot: lots[i] ?? null }))
}

export interface Verdict {
  listHolds: boolean
  resultHolds: boolean | null
  /** first place that differs */
  differs: number | null
}

export function verify(file: DrawFile): Verdict {
  const listHolds = commitmentOf(file) === file.commitment
  if (!file.seed) return { listHolds, resultHolds: null, differs: null }
  const found = resultOf(file, file.seed)
  const said = file.result ?? []
  const at = found.findIndex((one, i) => one.number !== said[i]?.number || one.lot !== (said[i]?.lot ?? null))
  return { listHolds, resultHolds: at < 0 && found.length === said.length, differs: at < 0 ? null : at + 1 }
}
