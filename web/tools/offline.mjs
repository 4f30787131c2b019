// Writes field-offline.json: every file that the pages of work in the field need, so that the phone keeps a whole
// program or none (public/field-offline.js). Its version is the digest of the list; names in assets/ hold the digest
// of their content, so a changed file is a changed list.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesOf, readManifest } from './chunks.mjs'

const dist = process.argv[2] ?? 'dist'
const manifest = readManifest(dist)
const languages = ['zh-CN', 'en']
const texts = ['shared', 'hall', 'desk', 'pages', 'registers', 'fieldwork']
const first = [
  'index.html',
  'src/shared/DeskShell.vue',
  'src/shared/LoginPage.vue',
  'src/shared/LeaveDialog.vue',
  'src/pages/PageHost.vue',
  'src/pages/kinds/fieldwork/Fieldwork.vue',
  'src/pages/kinds/fieldwork/store.ts',
  ...languages.flatMap((language) => texts.map((text) => `src/locales/${language}/${text}.ts`)),
]

const files = ['/mark.svg', ...[...filesOf(manifest, first, 'offline')].map((file) => `/${file}`)]
const entry = `/${manifest['index.html'].file}`
const list = [...files].sort()
const digest = createHash('sha256').update(readFileSync(join(dist, 'index.html'))).update(list.join('\n'))
const version = digest.digest('hex').slice(0, 16)
writeFileSync(join(dist, 'field-offline.json'), JSON.stringify({ version, entry, files: list }))
console.log(`offline: ${list.length} files, version ${version}`)
