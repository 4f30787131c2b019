// Writes FILE.gz beside every text asset of the build, so that the engine can send it without
// compressing at run time. A file that does not shrink gets none.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

const kinds = new Set(['.js', '.css', '.html', '.svg', '.json', '.txt', '.map'])

function walk(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? walk(path) : [path]
  })
}

let count = 0
for (const path of walk(process.argv[2] ?? 'dist')) {
  if (!kinds.has(extname(path))) continue
  const plain = readFileSync(path)
  const packed = gzipSync(plain, { level: 9 })
  if (packed.length >= plain.length) continue
  writeFileSync(`${path}.gz`, packed)
  count++
}
console.log(`compress: ${count} files`)
