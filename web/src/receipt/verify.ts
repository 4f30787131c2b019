// Checks a receipt in the browser, step by step, without asking the server: what
// journal_receipt_verify() does in src/journal/verdict.c. The format is told in docs/journal.md.
//
// SHA-256 and Ed25519 come from WebCrypto where it has them. It is missing on pages that were not
// loaded over HTTPS or from this machine, and older browsers lack Ed25519; then what the page hands
// in as `fallback` is loaded and does it. SM3 and SM2 are in sm.ts.
//
// No words here: a step's `detail` is a key for the locale files, `values` go into its text.

import { concat, equal, fromBase64, fromHex, toHex, utf8, type Bytes } from './bytes'
import { sm2KeyHolds, sm2Verify, sm3 } from './sm'

export type StepName = 'form' | 'key' | 'entry' | 'content' | 'signature' | 'inclusion'

export type StepDetail =
  | 'formGood' | 'formNotJson' | 'formVersion' | 'formMember' | 'formTooLarge'
  | 'keyGood' | 'keyMalformed' | 'keyId'
  | 'entryGood' | 'entryLine'
  | 'contentGood' | 'contentNotShown' | 'contentDiffers'
  | 'signatureGood' | 'signatureNoteMalformed' | 'signatureMissing' | 'signatureWrong'
  | 'signatureOrigin' | 'signatureCheckpointMalformed'
  | 'inclusionGood' | 'inclusionNothing' | 'inclusionDiffers'

export interface Step {
  name: StepName
  /** False when there was nothing to check. */
  done: boolean
  ok: boolean
  detail: StepDetail
  values: Record<string, string | number>
}

export interface Entry {
  zone: string
  at: string
  kind: string
  subject: string
  actor: string
  eventHash: string
}

export interface Verdict {
  ok: boolean
  steps: Step[]
  /** Only where ok: what is proved. */
  proved: {
    entry: Entry
    /** Counted from 1. */
    number: number
    /** How many entries were signed together. */
    size: string
    origin: string
    keyId: string
    /** The signer's claim; null when the checkpoint does not say. */
    signedAt: string | null
    /** The event's JSON text when it was shown and matches. */
    content: string | null
  } | null
}

/** SHA-256, and Ed25519 after RFC 8032 (not the looser ZIP 215), from a library. */
export interface Fallback {
  sha256: (data: Uint8Array) => Uint8Array
  ed25519Verify: (signature: Uint8Array, message: Uint8Array, key: Uint8Array) => boolean
}

/** Nothing to fall back on: the browser cannot check this receipt (no finding about it). */
export class CannotVerify extends Error {}

type Load = () => Promise<Fallback>

interface Profile {
  name: 'international' | 'national'
  type: Uint8Array
  keyBytes: number
  hash: (data: Bytes) => Promise<Bytes>
  keyHolds: (key: Bytes) => boolean
  verify: (key: Bytes, message: Bytes, signature: Bytes) => Promise<boolean>
}

interface Key {
  name: string
  id: string
  bytes: Bytes
  profile: Profile
}

const RECEIPT_CHARS_MAX = 4 * 1024 * 1024
const NOTE_CHARS_MAX = 131072
const SIGNATURES_MAX = 64
const PROOF_MAX = 64
const SIZE_MAX = 1n << 62n

const noFallback: Load = () => Promise.reject(new CannotVerify('no WebCrypto here'))

async function sha256(data: Bytes, load: Load): Promise<Bytes> {
  if (globalThis.crypto?.subtle) return new Uint8Array(await crypto.subtle.digest('SHA-256', data))
  return concat((await load()).sha256(data))
}

async function importEd25519(key: Bytes): Promise<CryptoKey | null> {
  try {
    return await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify'])
  } catch {
    return null
  }
}

async function ed25519(key: Bytes, message: Bytes, signature: Bytes, load: Load)
  : Promise<boolean> {
  const imported = await importEd25519(key)
  return imported
    ? crypto.subtle.verify('Ed25519', imported, signature, message)
    : (await load()).ed25519Verify(signature, message, key)
}

const SM2_TYPE = concat(Uint8Array.of(0xff), new TextEncoder().encode('junma/sm2-sm3/v1'))

const profiles = (load: Load): Profile[] => [
  {
    name: 'international',
    type: Uint8Array.of(1),
    keyBytes: 32,
    hash: (data) => sha256(data, load),
    keyHolds: () => true,
    verify: (key, message, signature) => ed25519(key, message, signature, load),
  },
  {
    name: 'national',
    type: SM2_TYPE,
    keyBytes: 65,
    hash: (data) => Promise.resolve(sm3(data)),
    keyHolds: sm2KeyHolds,
    verify: (key, message, signature) => Promise.resolve(sm2Verify(key, message, signature)),
  },
]

/** Why a step failed; thrown inside, turned into a step at one place. */
class Refusal extends Error {
  constructor(
    readonly detail: StepDetail,
    readonly values: Record<string, string | number> = {},
  ) {
    super(detail)
  }
}

const nameHolds = (name: string): boolean =>
  name.length > 0 && !/[\s+\u0000-\u001f\u007f-\u00a0\u2028\u2029]/u.test(name)

async function readKey(text: string, load: Load): Promise<Key> {
  const parts = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text)
  const data = parts ? fromBase64(parts[3]!) : null
  if (!parts || !data || !nameHolds(parts[1]!)) throw new Refusal('keyMalformed')
  const profile = profiles(load).find((p) =>
    data.length === p.type.length + p.keyBytes && equal(data.subarray(0, p.type.length), p.type))
  if (!profile) throw new Refusal('keyMalformed')
  const name = utf8(parts[1]! + '\n')
  if (!name) throw new Refusal('keyMalformed')
  const id = toHex((await sha256(concat(name, data), load)).subarray(0, 4))
  const bytes = concat(data.subarray(profile.type.length))
  if (id !== parts[2]) throw new Refusal('keyId')
  if (!profile.keyHolds(bytes)) throw new Refusal('keyMalformed')
  return { name: parts[1]!, id, bytes, profile }
}

interface Receipt {
  leaf: string
  event: string | null
  salt: Bytes
  index: number
  proof: Bytes[]
  checkpoint: string
}

const MEMBERS = ['version', 'leaf', 'event', 'salt', 'index', 'proof', 'checkpoint', 'vkey']

function textMember(o: Record<string, unknown>, name: string): string {
  const v = o[name]
  if (typeof v !== 'string' || v === '' || !utf8(v)) {
    throw new Refusal('formMember', { member: name })
  }
  return v
}

function readProof(list: unknown): Bytes[] {
  if (!Array.isArray(list) || list.length > PROOF_MAX) {
    throw new Refusal('formMember', { member: 'proof' })
  }
  return list.map((v: unknown) => {
    const hash = typeof v === 'string' ? fromBase64(v) : null
    if (!hash || hash.length !== 32) throw new Refusal('formMember', { member: 'proof' })
    return hash
  })
}

function readReceipt(text: string): Receipt {
  if (text.length > RECEIPT_CHARS_MAX) throw new Refusal('formTooLarge')
  let o: Record<string, unknown>
  try {
    o = JSON.parse(text) as Record<string, unknown>
  } catch {
    throw new Refusal('formNotJson')
  }
  if (typeof o !== 'object' || o === null || o['version'] !== 'junma-receipt/v1') {
    throw new Refusal('formVersion')
  }
  const unknown = Object.keys(o).find((name) => !MEMBERS.includes(name))
  if (unknown !== undefined) throw new Refusal('formMember', { member: unknown })
  const shown = 'event' in o || 'salt' in o
  const salt = shown ? fromHex(textMember(o, 'salt'), 32) : new Uint8Array(0)
  if (!salt) throw new Refusal('formMember', { member: 'salt' })
  const index = o['index']
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0) {
    throw new Refusal('formMember', { member: 'index' })
  }
  textMember(o, 'vkey')
  return {
    leaf: textMember(o, 'leaf'),
    event: shown ? textMember(o, 'event') : null,
    salt,
    index,
    proof: readProof(o['proof']),
    checkpoint: textMember(o, 'checkpoint'),
  }
}

const PLAIN = '[^ \\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]'
const FIELD = `(${PLAIN}(?:[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*${PLAIN})?)`
const INSTANT = '(\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z)'
const LINES = [
  /^junma-leaf\/v1$/,
  new RegExp(`^zone ${FIELD}$`),
  new RegExp(`^at ${INSTANT}$`),
  new RegExp(`^kind ${FIELD}$`),
  /^subject (0|[1-9]\d{0,18})$/,
  new RegExp(`^actor ${FIELD}$`),
  /^event ([0-9a-f]{64})$/,
]

function isInstant(text: string): boolean {
  const date = new Date(text)
  return !Number.isNaN(date.getTime()) && date.toISOString() === text
}

function readEntry(text: string): Entry {
  const lines = text.split('\n')
  const values = LINES.map((form, i) => {
    const found = form.exec(lines[i] ?? '')
    if (!found) throw new Refusal('entryLine', { line: i + 1 })
    return found[1] ?? ''
  })
  if (lines.length !== 8 || lines[7] !== '') throw new Refusal('entryLine', { line: 8 })
  const [, zone, at, kind, subject, actor, eventHash] = values as [
    string, string, string, string, string, string, string,
  ]
  if (!isInstant(at)) throw new Refusal('entryLine', { line: 3 })
  if (BigInt(subject) >= 1n << 63n) throw new Refusal('entryLine', { line: 5 })
  return { zone, at, kind, subject, actor, eventHash }
}

interface Checkpoint {
  origin: string
  size: bigint
  root: Bytes
  signedAt: string | null
}

function readCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n')
  const [origin = '', size = '', root = ''] = lines
  const rootBytes = fromBase64(root)
  const extensions = lines.slice(3, -1)
  const times = extensions.filter((l) => l.startsWith('time ')).map((l) => l.slice(5))
  if (origin === '' || !/^(0|[1-9]\d{0,18})$/.test(size) || BigInt(size) > SIZE_MAX
    || rootBytes?.length !== 32 || lines.length < 4 || lines[lines.length - 1] !== ''
    || extensions.includes('') || times.length > 1 || !times.every(isInstant)) {
    throw new Refusal('signatureCheckpointMalformed')
  }
  return { origin, size: BigInt(size), root: rootBytes, signedAt: times[0] ?? null }
}

/** The text before the last empty line, and the signatures by this key. */
function readNote(note: string, key: Key): { text: string; signatures: Bytes[] } {
  const at = note.lastIndexOf('\n\n')
  const lines = note.slice(at + 2).split('\n')
  if (note.length > NOTE_CHARS_MAX || /[\u0000-\u0009\u000b-\u001f]/.test(note) || at < 1
    || lines.length < 2 || lines.length - 1 > SIGNATURES_MAX || lines.pop() !== '') {
    throw new Refusal('signatureNoteMalformed')
  }
  const signatures = lines.flatMap((line) => {
    const parts = /^\u2014 (\S+) (\S+)$/u.exec(line)
    const data = parts ? fromBase64(parts[2]!) : null
    if (!parts || !nameHolds(parts[1]!) || !data || data.length < 5) {
      throw new Refusal('signatureNoteMalformed')
    }
    const mine = parts[1] === key.name && toHex(data.subarray(0, 4)) === key.id
    return mine ? [concat(data.subarray(4))] : []
  })
  return { text: note.slice(0, at + 1), signatures }
}

async function openCheckpoint(note: string, key: Key): Promise<Checkpoint> {
  const { text, signatures } = readNote(note, key)
  const names = { key: key.name, id: key.id }
  if (signatures.length === 0) throw new Refusal('signatureMissing', names)
  const message = utf8(text)
  if (!message) throw new Refusal('signatureNoteMalformed')
  for (const signature of signatures) {
    const whole = signature.length === 64
    if (!whole || !(await key.profile.verify(key.bytes, message, signature))) {
      throw new Refusal('signatureWrong', names)
    }
  }
  const checkpoint = readCheckpoint(text)
  if (checkpoint.origin !== key.name) throw new Refusal('signatureOrigin', names)
  return checkpoint
}

/** RFC 9162 clause 2.1.3.2. */
async function included(leaf: Bytes, index: bigint, c: Checkpoint, r: Receipt, p: Profile)
  : Promise<boolean> {
  if (index >= c.size) return false
  let [at, last, sum] = [index, c.size - 1n, leaf]
  for (const other of r.proof) {
    if (last === 0n) return false
    const left = (at & 1n) === 1n || at === last
    while (left && (at & 1n) === 0n && at !== 0n) [at, last] = [at >> 1n, last >> 1n]
    const [a, b] = left ? [other, sum] : [sum, other]
    sum = await p.hash(concat(Uint8Array.of(1), a, b))
    ;[at, last] = [at >> 1n, last >> 1n]
  }
  return last === 0n && equal(sum, c.root)
}

async function checkContent(r: Receipt, entry: Entry, p: Profile): Promise<void> {
  const hash = await p.hash(concat(r.salt, utf8(r.event ?? '') ?? new Uint8Array(0)))
  if (toHex(hash) !== entry.eventHash) throw new Refusal('contentDiffers')
}

async function checkInclusion(r: Receipt, c: Checkpoint, p: Profile): Promise<void> {
  const leaf = await p.hash(concat(Uint8Array.of(0), utf8(r.leaf) ?? new Uint8Array(0)))
  if (!(await included(leaf, BigInt(r.index), c, r, p))) {
    throw new Refusal('inclusionDiffers', { number: r.index + 1, size: String(c.size) })
  }
}

/** Checks a receipt against the key its reader trusts. Throws only where that cannot be done. */
export async function verifyReceipt(json: string, vkey: string, fallback: Load = noFallback)
  : Promise<Verdict> {
  const steps: Step[] = []
  async function step<T>(name: StepName, good: StepDetail, work: () => T | Promise<T>)
    : Promise<T | null> {
    try {
      const result = await work()
      steps.push({ name, done: true, ok: true, detail: good, values: {} })
      return result
    } catch (e) {
      if (!(e instanceof Refusal)) throw e
      steps.push({ name, done: true, ok: false, detail: e.detail, values: e.values })
      return null
    }
  }
  const skip = (name: StepName, detail: StepDetail): void => {
    steps.push({ name, done: false, ok: false, detail, values: {} })
  }

  const receipt = await step('form', 'formGood', () => readReceipt(json))
  if (!receipt) return { ok: false, steps, proved: null }
  const key = await step('key', 'keyGood', () => readKey(vkey.trim(), fallback))
  if (!key) return { ok: false, steps, proved: null }
  const entry = await step('entry', 'entryGood', () => readEntry(receipt.leaf))
  if (!entry) return { ok: false, steps, proved: null }
  if (receipt.event === null) skip('content', 'contentNotShown')
  else await step('content', 'contentGood', () => checkContent(receipt, entry, key.profile))
  const checkpoint = await step('signature', 'signatureGood',
    () => openCheckpoint(receipt.checkpoint, key))
  if (checkpoint) {
    await step('inclusion', 'inclusionGood', () => checkInclusion(receipt, checkpoint, key.profile))
  } else {
    skip('inclusion', 'inclusionNothing')
  }
  const ok = checkpoint !== null && steps.every((s) => s.ok || !s.done)
  const proved = ok
    ? {
        entry, number: receipt.index + 1, size: String(checkpoint.size), origin: checkpoint.origin,
        keyId: key.id, signedAt: checkpoint.signedAt, content: receipt.event,
      }
    : null
  return { ok, steps, proved }
}
