// Runs the spec files beside it against $JUNMA_BASE: `node main.mjs [FILE.mjs …] [--only WORDS]`.
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { executable, runSpecs } from './lib.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const args = process.argv.slice(2)
const at = args.indexOf('--only')
const only = at >= 0 ? args.splice(at, 2)[1] : ''
const named = args.filter((name) => name.endsWith('.mjs'))
const helpers = new Set(['lib.mjs', 'main.mjs'])
const files = named.length ? named : readdirSync(here).filter((name) => name.endsWith('.mjs') && !helpers.has(name)).sort()

if (!executable()) {
  console.log('no Chromium found; set CHROMIUM to its path')
  console.log('0 passed, 1 failed')
  process.exit(1)
}
const { passed, failed } = await runSpecs(files.map((name) => join(here, name)), only)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
