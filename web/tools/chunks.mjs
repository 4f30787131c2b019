// What of a build a list of sources brings along: Vite's manifest, followed through static imports.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const readManifest = (dist) => JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))

/** The files of these sources, styles and static imports with them; `tool` is who asks, for the complaint. */
export function filesOf(manifest, sources, tool) {
  const files = new Set()
  const seen = new Set()
  function take(key) {
    if (seen.has(key)) return
    seen.add(key)
    const chunk = manifest[key]
    if (!chunk) throw new Error(`${tool}: ${key} is not in the build's manifest; correct the list in tools/${tool}.mjs`)
    files.add(chunk.file)
    for (const css of chunk.css ?? []) files.add(css)
    for (const next of chunk.imports ?? []) take(next)
  }
  sources.forEach(take)
  return files
}
