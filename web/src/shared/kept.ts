// What is being typed at the Desk, kept in this tab until it is sent: it survives the sign-in page, a
// reload and a walk to another case, and is gone with the tab. One text a key, apart for each account.
import { account } from './session'

const full = (key: string): string => `junma.kept.${account.value?.id ?? '0'}.${key}`

export function keep(key: string, value: unknown): void {
  try {
    sessionStorage.setItem(full(key), JSON.stringify(value))
  } catch {
    // a full or forbidden store must not stop the writer
  }
}

export function kept<T>(key: string): T | null {
  try {
    const text = sessionStorage.getItem(full(key))
    return text ? (JSON.parse(text) as T) : null
  } catch {
    return null
  }
}

export function dropKept(key: string): void {
  sessionStorage.removeItem(full(key))
}
