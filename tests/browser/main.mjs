// Runs spec files, as many at a time as there are processors: `node main.mjs [FILE.mjs …] [--only WORDS]`. Each
// worker has one Chromium for all its files. Each file has a server of its own with a copy of the sample zone, so that
// no file sees what another did; it is always at the worker's own address, so that what the browser has read and
// compiled serves the next file, too. ./run says by JUNMA, JUNMA_ZONE, JUNMA_WEB and JUNMA_SAMPLE what is served.
import { fork, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { executable } from './warm.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const args = process.argv.slice(2)
const at = args.indexOf('--only')
const only = at >= 0 ? args.splice(at, 2)[1] : ''
const named = args.filter((name) => name.endsWith('.mjs'))
const helpers = new Set(['lib.mjs', 'main.mjs', 'one.mjs', 'warm.mjs'])
const { JUNMA, JUNMA_ZONE, JUNMA_WEB, JUNMA_SAMPLE } = process.env
const children = new Set()

/** All, what takes long first: the scan opens hundreds of pages; for the others their length is a good guess. */
function allFiles() {
  const weight = (name) => (name === 'scan.mjs' ? Infinity : statSync(join(here, name)).size)
  const found = readdirSync(here).filter((name) => name.endsWith('.mjs') && !helpers.has(name))
  return found.sort((a, b) => weight(b) - weight(a))
}
const files = named.length ? named : allFiles()

function keep(child, event = 'close') {
  children.add(child)
  child.ended = new Promise((done) => child.on(event, (status) => (children.delete(child), done(status))))
  return child
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    children.forEach((child) => child.kill())
    process.exit(1)
  })
}

const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })

/** A server that answers: it says its address when it does. */
async function serve(data, web, port) {
  const given = ['serve', '--zone', JUNMA_ZONE, '--data', data, '--web', web, '--address', '127.0.0.1', '--port', port]
  const server = keep(spawn(JUNMA, given, { stdio: ['ignore', 'pipe', 'pipe'] }))
  server.said = ''
  const open = new Promise((found) => {
    const read = (bytes) => {
      server.said += bytes
      if (server.said.includes(`http://127.0.0.1:${port}/`)) found('open')
    }
    server.stdout.on('data', read)
    server.stderr.on('data', read)
  })
  if ((await Promise.race([open, server.ended])) !== 'open') throw new Error(`the server ended: ${server.said}`)
  return server
}

/** The process that runs specs; its lines go to `hear`. */
function browse(env) {
  const child = keep(fork(join(here, 'one.mjs'), [], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }), 'exit')
  let hear = () => {}
  let answer = () => {}
  child.stdout.on('data', (bytes) => hear(String(bytes)))
  child.stderr.on('data', (bytes) => hear(String(bytes)))
  child.on('message', (message) => ('line' in message ? hear(`${message.line}\n`) : answer(message.done ?? message)))
  const said = (listen) => {
    hear = listen
    return Promise.race([new Promise((done) => (answer = done)), child.ended.then(() => null)])
  }
  child.run = (file, listen) => {
    const done = said(listen)
    child.send({ file, only })
    return done
  }
  child.ready = said((text) => process.stderr.write(text))
  return child
}

let passed = 0
let failed = 0

class Worker {
  constructor(port) {
    this.port = port
    this.folder = mkdtempSync(join(tmpdir(), 'junma-browser-'))
    this.data = join(this.folder, 'data')
    this.web = join(this.folder, 'web')
    this.env = { ...process.env, JUNMA_BASE: `http://127.0.0.1:${port}`, JUNMA_WEB: this.web, JUNMA_DATA: this.data }
  }

  async browser() {
    if (!this.child) {
      this.child = browse(this.env)
      if (!(await this.child.ready)) throw new Error('the browser did not start')
    }
    return this.child
  }

  async run(file, hear) {
    rmSync(this.data, { recursive: true, force: true })
    rmSync(this.web, { recursive: true, force: true })
    cpSync(JUNMA_SAMPLE, this.data, { recursive: true })
    cpSync(JUNMA_WEB, this.web, { recursive: true }) // a test puts a newer program there
    const server = await serve(this.data, this.web, this.port)
    const child = await this.browser()
    const counts = await child.run(join(here, file), hear)
    if (!counts) this.child = null // it ended without a count
    passed += counts?.passed ?? 0
    failed += counts?.failed ?? 1
    server.kill()
    const status = await server.ended
    if (!counts || counts.failed) hear(`${server.said.split('\n').slice(-20).join('\n')}\n`)
    if (status) {
      hear(`FAIL the server ended with ${status}: ${server.said}\n`)
      failed++
    }
  }

  async end() {
    this.child?.disconnect()
    await this.child?.ended
    rmSync(this.folder, { recursive: true, force: true })
  }
}

if (!executable()) {
  console.log('no Chromium found; set CHROMIUM to its path')
  console.log('0 passed, 1 failed')
  process.exit(1)
}
const waiting = [...files]

async function work() {
  const worker = new Worker(await freePort())
  for (let file = waiting.shift(); file; file = waiting.shift()) {
    const begun = Date.now()
    let text = ''
    const hear = (more) => (files.length === 1 ? process.stdout.write(more) : (text += more))
    await worker.run(file, hear).catch((error) => {
      failed++
      hear(`FAIL ${file}: ${error.stack}\n`)
    })
    process.stdout.write(text)
    console.log(`# ${file}: ${((Date.now() - begun) / 1000).toFixed(1)} s`)
  }
  await worker.end()
}

await Promise.all(Array.from({ length: Math.min(cpus().length, files.length, 4) }, work))
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
