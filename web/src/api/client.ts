// One way to the server. Every call goes through `call` (JSON) or `upload` (bytes with progress).
// A failure is always an ApiError: what the server said (problem+json), or that it was not reached.
import type { Attachment, FieldFault, Problem } from './types'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface CallOptions {
  body?: unknown
  query?: Record<string, string | number | boolean | null | undefined>
  signal?: AbortSignal
  /** makes a repeated POST safe: the server answers the second as it answered the first */
  idempotencyKey?: string
  /** If-Match: refuse when somebody changed the record meanwhile */
  version?: number
  /** If-Match as it stands: an ETag without its quotes, '*' for whatever is there, '' for If-None-Match: * */
  match?: string
  /** milliseconds; 30 s unless told */
  timeout?: number
  contentType?: string
  /** answer as text instead of JSON */
  text?: boolean
}

/** offline: the server was not reached; timeout: it did not answer in time; problem: it said no. */
export type Failure = 'offline' | 'timeout' | 'problem'

export class ApiError extends Error {
  constructor(
    readonly failure: Failure,
    readonly status: number,
    readonly problem: Problem | null,
  ) {
    super(problem?.detail || problem?.title || failure)
    this.name = 'ApiError'
  }

  get fields(): FieldFault[] {
    const said = this.problem
    if (said?.errors?.length) return said.errors
    return said?.field ? [{ field: said.field, message: said.detail ?? said.title }] : []
  }

  /** true when sending the same again later may succeed */
  get passing(): boolean {
    return this.failure !== 'problem' || this.status === 503 || this.status === 429
  }
}

interface Hooks {
  csrf: () => string | null
  language: () => string
  signedOut: () => void
  reached: (yes: boolean) => void
}

const hooks: Hooks = { csrf: () => null, language: () => 'zh-CN', signedOut: () => {}, reached: () => {} }

/** Wires the session, the language and the connection watch; called once at start. */
export function configureClient(given: Partial<Hooks>): void {
  Object.assign(hooks, given)
}

export function toUrl(path: string, query?: CallOptions['query']): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(key, String(value))
  }
  const text = search.toString()
  return text ? `${path}?${text}` : path
}

function headersFor(method: Method, options: CallOptions): Headers {
  const headers = new Headers({ Accept: 'application/json', 'Accept-Language': hooks.language() })
  const token = hooks.csrf()
  if (method !== 'GET' && token) headers.set('X-CSRF-Token', token)
  if (options.idempotencyKey) headers.set('Idempotency-Key', options.idempotencyKey)
  if (options.version !== undefined) headers.set('If-Match', `"${options.version}"`)
  if (options.match === '') headers.set('If-None-Match', '*')
  else if (options.match !== undefined) headers.set('If-Match', options.match === '*' ? '*' : `"${options.match}"`)
  if (options.body !== undefined) headers.set('Content-Type', options.contentType ?? 'application/json')
  return headers
}

/** Aborts by the caller's signal or after the time given, and tells which it was. */
function clock(options: CallOptions): { signal: AbortSignal; late: () => boolean; stop: () => void } {
  const control = new AbortController()
  let late = false
  const timer = setTimeout(() => {
    late = true
    control.abort()
  }, options.timeout ?? 30_000)
  options.signal?.addEventListener('abort', () => control.abort(), { once: true })
  if (options.signal?.aborted) control.abort()
  return { signal: control.signal, late: () => late, stop: () => clearTimeout(timer) }
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback: Problem = { type: 'about:blank', title: response.statusText, status: response.status }
  if (!(response.headers.get('content-type') ?? '').includes('json')) return fallback
  try {
    return { ...fallback, ...((await response.json()) as Partial<Problem>) }
  } catch {
    return fallback
  }
}

/** May be cut off in the middle, or be a text of something else that stands before the server. */
async function contentOf(response: Response, options: CallOptions): Promise<unknown> {
  if (response.status === 204) return undefined
  return options.text ? response.text() : response.json()
}

export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  const time = clock(options)
  const plain = typeof options.body === 'string' || options.body instanceof Blob
  const body = options.body === undefined ? undefined : plain ? (options.body as BodyInit) : JSON.stringify(options.body)
  let response: Response
  let said: unknown
  try {
    response = await fetch(toUrl(path, options.query), {
      method,
      body,
      headers: headersFor(method, options),
      signal: time.signal,
      credentials: 'same-origin',
    })
    said = response.ok ? await contentOf(response, options) : await problemOf(response)
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    if (!time.late()) hooks.reached(false)
    throw new ApiError(time.late() ? 'timeout' : 'offline', 0, null)
  } finally {
    time.stop()
  }
  hooks.reached(true)
  if (response.status === 401 && path !== '/api/session') hooks.signedOut()
  if (!response.ok) throw new ApiError('problem', response.status, said as Problem)
  return said as T
}

export const get = <T>(path: string, query?: CallOptions['query'], signal?: AbortSignal): Promise<T> =>
  call<T>('GET', path, { query, signal })

export const post = <T>(path: string, body?: unknown, options: CallOptions = {}): Promise<T> =>
  call<T>('POST', path, { ...options, body: body ?? {} })

/** Sends one file; fetch cannot tell progress, so this is the one place with XMLHttpRequest. */
export function upload(file: File, onProgress: (share: number) => void, signal?: AbortSignal): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', '/api/files')
    request.responseType = 'json'
    request.timeout = 300_000
    request.setRequestHeader('Accept', 'application/json')
    request.setRequestHeader('Accept-Language', hooks.language())
    request.setRequestHeader('Content-Type', file.type || 'application/octet-stream')
    request.setRequestHeader('X-File-Name', encodeURIComponent(file.name))
    const token = hooks.csrf()
    if (token) request.setRequestHeader('X-CSRF-Token', token)
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    request.onload = () => {
      if (request.status === 201) return resolve(request.response as Attachment)
      if (request.status === 401) hooks.signedOut()
      const said = (request.response ?? {}) as Partial<Problem>
      reject(new ApiError('problem', request.status, { type: 'about:blank', title: '', ...said, status: request.status }))
    }
    request.onerror = () => {
      hooks.reached(false)
      reject(new ApiError('offline', 0, null))
    }
    request.ontimeout = () => reject(new ApiError('timeout', 0, null))
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'))
    signal?.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file)
  })
}

/** A fresh key for Idempotency-Key; crypto.randomUUID needs a secure context, which an intranet may lack. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
