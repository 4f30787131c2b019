// What this browser keeps, as JSON. It may be full or forbidden, and what stands there may be anybody's: reading
// then finds nothing, writing says so, and whoever asked goes on without it.
export function readLocal<T>(key: string): T | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') as T | null
  } catch {
    return null
  }
}

export function writeLocal(key: string, value: unknown): boolean {
  try {
    localStorage.setItem(key, JSON.stringify(value))
    return true
  } catch {
    return false
  }
}
