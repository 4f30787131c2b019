// Fails the build when the first page of the Hall, compressed, weighs more than the budget.
//
// The first page is index.html, everything its entry imports statically, and what opening "/"
// loads at once: the Hall's home and the Chinese texts. Lazy parts (charts, other houses) do not count.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { filesOf, readManifest } from './chunks.mjs'

const limit = 150 * 1024
const dist = process.argv[2] ?? 'dist'
const manifest = readManifest(dist)
const first = [
  'index.html',
  'src/hall/HomePage.vue',
  'src/locales/zh-CN/shared.ts',
  'src/locales/zh-CN/hall.ts',
]

const files = ['index.html', ...filesOf(manifest, first, 'budget')]
const weigh = (file) => {
  const packed = join(dist, `${file}.gz`)
  return statSync(existsSync(packed) ? packed : join(dist, file)).size
}
let total = 0
for (const file of files) {
  const bytes = weigh(file)
  total += bytes
  console.log(`budget: ${(bytes / 1024).toFixed(1).padStart(7)} kB  ${file}`)
}
console.log(`budget: ${(total / 1024).toFixed(1).padStart(7)} kB  first page, limit ${limit / 1024} kB`)
if (total > limit) {
  console.error('budget: the first page is too heavy; make something lazy')
  process.exit(1)
}
