// The face's pure parts without a browser: form conditions, and the library that stands in where a browser
// has no Ed25519. esbuild (a package of web/) turns the TypeScript into a module.
import { createRequire } from 'node:module'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { base, check } from './lib.mjs'

const web = join(dirname(fileURLToPath(import.meta.url)), '../../web')
const esbuild = createRequire(join(web, 'package.json'))('esbuild')

async function load(path) {
  const folder = mkdtempSync(join(tmpdir(), 'junma-web-'))
  const outfile = join(folder, 'module.mjs')
  try {
    esbuild.buildSync({ entryPoints: [join(web, 'src', path)], bundle: true, format: 'esm', outfile })
    return await import(pathToFileURL(outfile).href)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

// expression, data, value
const conditions = [
  ['=urgency = "urgent"', { urgency: 'urgent' }, true],
  ['=urgency = "urgent"', { urgency: 'normal' }, false],
  ['=urgency = "urgent"', {}, false],
  ['=urgency != "urgent"', {}, true],
  ['=a = 1 and b = 2', { a: 1, b: 2 }, true],
  ['=a = 1 and b = 2', { a: 1, b: 3 }, false],
  ['=a = 1 or b = 2 and c = 3', { a: 1 }, true],
  ['=(a = 1 or b = 2) and c = 3', { a: 1 }, false],
  ['=not(a = 1)', { a: 2 }, true],
  ['=not(a)', { a: 'text' }, null],
  ['=topic in ("road", "bus")', { topic: 'bus' }, true],
  ['=topic in ("road", "bus")', { topic: 'power' }, false],
  ['=workers >= 100', { workers: 100 }, true],
  ['=workers >= 100', { workers: '100' }, null],
  ['=workers < 10 or workers = null', {}, true],
  ['=place.city = "南昌"', { place: { city: '南昌' } }, true],
  ['=place.city = "南昌"', { place: null }, false],
  ['=a', { a: true }, true],
  ['=count(list) > 1', { list: [1, 2] }, null],
  ['=a = ', { a: 1 }, null],
  ['=a = 1 b', { a: 1 }, null],
  ['=some x in list satisfies x > 1', { list: [2] }, null],
  ['= "a\\"b" = text', { text: 'a"b' }, true],
]

async function testConditions() {
  const { evaluate, isHidden } = await load('shared/condition.ts')
  for (const [expression, data, wanted] of conditions) {
    const found = evaluate(expression, data)
    check(found === wanted, `${expression} with ${JSON.stringify(data)}: ${found}, not ${wanted}`)
  }
  check(!isHidden({ conditional: { hide: '=count(x) > 1' } }, {}), 'what is not understood is shown')
  check(!isHidden({}, {}), 'no condition, no hiding')
}

/** RFC 8032, 7.1, test 2; then one bit wrong in each part. */
async function testFallback() {
  const { ed25519Verify, sha256 } = (await load('receipt/fallback.ts')).default
  const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'))
  const key = bytes('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c')
  const signature = bytes(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  )
  const message = bytes('72')
  check(ed25519Verify(signature, message, key), 'the published signature holds')
  for (const part of [signature, message, key]) {
    part[0] ^= 1
    check(!ed25519Verify(signature, message, key), 'one bit wrong is refused')
    part[0] ^= 1
  }
  const empty = Buffer.from(sha256(new Uint8Array(0))).toString('hex')
  check(empty === 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'SHA-256 of nothing')
}

/** The document the face was built from is the one this server gives. */
async function testDocument() {
  const served = await (await fetch(`${base}/api/openapi.json`)).json()
  const kept = JSON.parse(readFileSync(join(web, 'src/api/openapi.json'), 'utf8'))
  const differing = [
    ...Object.keys({ ...served.components.schemas, ...kept.components.schemas })
      .filter((name) => JSON.stringify(served.components.schemas[name]) !== JSON.stringify(kept.components.schemas[name])),
    ...Object.keys({ ...served.paths, ...kept.paths })
      .filter((path) => JSON.stringify(served.paths[path]) !== JSON.stringify(kept.paths[path])),
  ]
  check(!differing.length, `web/src/api/openapi.json is old (junma openapi writes it); it differs in ${differing.join(', ')}`)
}

export default [
  ['pure: form conditions', testConditions],
  ['pure: the interface the face was built for', testDocument],
  ['pure: Ed25519 without the browser', testFallback],
]
