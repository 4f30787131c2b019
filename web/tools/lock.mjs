// Completes package-lock.json after `npm install` on a registry that mirrors only some platforms.
//
// Tools such as Rollup and esbuild name one optional package a platform. Where the registry does not
// hold the package of a platform we do not build on, npm leaves it out of the lock, and `npm ci`
// then calls the lock incomplete. This adds those entries (version, os and cpu from the name) and
// changes nothing else. Run it after every `npm install`: node tools/lock.mjs
import { readFileSync, writeFileSync } from 'node:fs'

const file = process.argv[2] ?? 'package-lock.json'
const lock = JSON.parse(readFileSync(file, 'utf8'))
const systems = { android: 'android', darwin: 'darwin', freebsd: 'freebsd', netbsd: 'netbsd', openbsd: 'openbsd', linux: 'linux', win32: 'win32', windows: 'win32', sunos: 'sunos', aix: 'aix', openharmony: 'openharmony' }
let added = 0
for (const owner of Object.values({ ...lock.packages })) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`
    if (lock.packages[key]) continue
    const parts = name.split('/').pop().split('-')
    const at = parts.findIndex((part) => part in systems)
    const entry = { version, dev: true, optional: true, os: [at < 0 ? 'darwin' : systems[parts[at]]] }
    const cpu = at < 0 ? '' : (parts[at + 1] ?? '')
    if (cpu) entry.cpu = [cpu]
    lock.packages[key] = entry
    added++
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(file, JSON.stringify(lock, null, 2) + '\n')
console.log(`${file}: ${added} platform entries added`)
