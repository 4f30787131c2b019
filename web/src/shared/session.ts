// Who is signed in. The cookie is the server's; here stand the account and the CSRF token.
import { computed, shallowRef } from 'vue'
import { api } from '@/api'
import { ApiError } from '@/api/client'
import type { Account, House, Session } from '@/api/types'

const session = shallowRef<Session | null>(null)
let asked: Promise<void> | null = null

export const account = computed<Account | null>(() => session.value?.account ?? null)
export const csrf = (): string | null => session.value?.csrf ?? null

export function can(permission: string): boolean {
  return account.value?.permissions.includes(permission) ?? false
}

/** Asks the server once who we are; a network failure counts as unknown and is asked again. */
export function restoreSession(): Promise<void> {
  asked ??= api
    .session()
    .then((found) => void (session.value = found))
    .catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status === 401)) asked = null
    })
  return asked
}

export async function signIn(login: string, password: string): Promise<Account> {
  session.value = await api.signIn(login, password)
  asked = Promise.resolve()
  return session.value.account
}

export async function signOut(): Promise<void> {
  try {
    await api.signOut()
  } finally {
    session.value = null
  }
}

/** The server no longer knows us. */
export function forgetSession(): void {
  session.value = null
}

export function homeOf(house: House): string {
  return house === 'hall' ? '/' : `/${house}`
}

/** Where an account begins its day: staff at the Desk, leaders at the Cockpit, others in the Hall. */
export function firstHouse(who: Account): string {
  const order: House[] = ['desk', 'cockpit', 'pack', 'hall']
  return homeOf(order.find((house) => who.houses.includes(house)) ?? 'hall')
}
