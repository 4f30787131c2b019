// Runs the browser's receipt check (web/src/receipt/verify.ts) in node on logs that the journal
// wrote: every receipt verifies in both profiles, and none with a character changed.
//
//     node verify_web.mjs SOURCE_ROOT JOURNAL_DUMP
//
// Needs the packages of web/ (esbuild turns TypeScript into a module); without them it is skipped
// (exit 77).

import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { webcrypto } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [root, dump] = process.argv.slice(2)
let esbuild
try {
  esbuild = createRequire(join(root, 'web/package.json'))('esbuild')
} catch {
  console.log('1..0 # SKIP the packages of web/ are not installed')
  process.exit(77)
}

const folder = mkdtempSync(join(tmpdir(), 'junma-verify-'))
async function load(name) {
  const out = join(folder, `${name}.mjs`)
  esbuild.buildSync({
    entryPoints: [join(root, `web/src/receipt/${name}.ts`)],
    bundle: true, format: 'esm', target: 'es2022', outfile: out,
  })
  return import(pathToFileURL(out).href)
}

let checks = 0
function check(condition, what) {
  checks += 1
  if (!condition) throw new Error(what)
}

const hex = (bytes) => Buffer.from(bytes).toString('hex')

function log(profile, leaves, seed) {
  const text = execFileSync(dump, [profile, String(leaves), String(seed)], { maxBuffer: 1 << 26 })
  return JSON.parse(text.toString())
}

async function receipts(verifyReceipt, profile) {
  const { receipts: texts, vkey, rows } = log(profile, 90, 11)
  for (const text of texts) {
    const v = await verifyReceipt(text, vkey)
    check(v.ok, `${profile}: ${JSON.stringify(v.steps)}`)
    const { index, event } = JSON.parse(text)
    check(v.proved.number === index + 1 && v.proved.content === (event ?? null), 'what is proved')
    check(rows[index].leaf.includes(`subject ${v.proved.entry.subject}\n`), 'the entry')
    check(v.steps.find((s) => s.name === 'content').done === (event !== undefined), 'content shown')
  }
  const other = log(profile, 1, 12).vkey
  const foreign = await verifyReceipt(texts[0], other)
  check(!foreign.ok && foreign.proved === null, 'another key')
  check(foreign.steps.find((s) => s.name === 'signature').detail.startsWith('signature'), 'said so')
}

// Every character before the information at the end, but white space; every third for the slow one.
async function tampering(verifyReceipt, profile, stride) {
  const { receipts: texts, vkey } = log(profile, 20, 13)
  const text = texts.find((t) => JSON.parse(t).event !== undefined)
  const end = text.indexOf('"vkey"')
  for (let i = 0; i < end; i += stride) {
    if (/\s/.test(text[i])) continue
    const changed = text.slice(0, i) + String.fromCharCode(text.charCodeAt(i) ^ 1)
      + text.slice(i + 1)
    const v = await verifyReceipt(changed, vkey)
    check(!v.ok && v.proved === null, `character ${i} (${text[i]}) of a ${profile} receipt`)
  }
}

async function malformed(verifyReceipt) {
  const { receipts: texts, vkey } = log('international', 3, 14)
  const good = JSON.parse(texts[0])
  const cases = [
    ['', 'formNotJson'], ['null', 'formVersion'], ['[]', 'formVersion'], ['7', 'formVersion'],
    [JSON.stringify({ ...good, more: 1 }), 'formMember'],
    [JSON.stringify({ ...good, index: -1 }), 'formMember'],
    [JSON.stringify({ ...good, index: 2 ** 53 }), 'formMember'],
    [JSON.stringify({ ...good, proof: ['AAAA'] }), 'formMember'],
    [JSON.stringify({ ...good, leaf: '\ud800' }), 'formMember'],
    [JSON.stringify({ ...good, leaf: good.leaf + '\n' }), 'entryLine'],
    [JSON.stringify({ ...good, leaf: good.leaf.replace('zone ', 'zone  ') }), 'entryLine'],
    [JSON.stringify({ ...good, checkpoint: 'x' }), 'signatureNoteMalformed'],
    [JSON.stringify({ ...good, proof: Array(65).fill(good.checkpoint) }), 'formMember'],
  ]
  for (const [text, detail] of cases) {
    const v = await verifyReceipt(text, vkey)
    check(!v.ok && v.steps.some((s) => !s.ok && s.detail === detail), `${detail}: ${text}`)
  }
  check(!(await verifyReceipt(texts[0], vkey.replace(/.$/, '*'))).ok, 'malformed key')
}

// Without WebCrypto the page's library is asked; without that, it is said that nothing was found.
async function fallback(verifyReceipt, CannotVerify) {
  const { receipts: texts, vkey } = log('international', 3, 15)
  const subtle = Object.getOwnPropertyDescriptor(globalThis, 'crypto')
  const { createHash, createPublicKey, verify } = await import('node:crypto')
  const prefix = Buffer.from('302a300506032b6570032100', 'hex')
  const library = () => Promise.resolve({
    sha256: (data) => createHash('sha256').update(data).digest(),
    ed25519Verify: (signature, message, key) => {
      const spki = { key: Buffer.concat([prefix, key]), format: 'der', type: 'spki' }
      return verify(null, message, createPublicKey(spki), signature)
    },
  })
  Object.defineProperty(globalThis, 'crypto', { value: undefined, configurable: true })
  try {
    check((await verifyReceipt(texts[0], vkey, library)).ok, 'with a library')
    const refused = await verifyReceipt(texts[0], vkey).catch((e) => e)
    check(refused instanceof CannotVerify, 'without one')
  } finally {
    Object.defineProperty(globalThis, 'crypto', subtle)
  }
}

if (!globalThis.crypto) globalThis.crypto = webcrypto // node 18 keeps it in a module
try {
  const { verifyReceipt, CannotVerify } = await load('verify')
  const { sm3 } = await load('sm')
  check(hex(sm3(new TextEncoder().encode('abc')))
    === '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0', 'SM3 of abc')
  check(hex(sm3(new TextEncoder().encode('abcd'.repeat(16))))
    === 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732', 'SM3 of 64 bytes')
  for (const profile of ['international', 'national']) await receipts(verifyReceipt, profile)
  await tampering(verifyReceipt, 'international', 1)
  await tampering(verifyReceipt, 'national', 7)
  await malformed(verifyReceipt)
  await fallback(verifyReceipt, CannotVerify)
  console.log(`1..1\nok 1 - the browser's check, ${checks} checks`)
} catch (e) {
  console.log(`1..1\nnot ok 1 - ${e.stack}`)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true })
}
