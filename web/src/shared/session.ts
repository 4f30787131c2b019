// Who is signed in. The cookie is the server's; here stand the account and the CSRF token. Without a connection
// the person whose day is kept on this device is taken for signed in until the server can be asked (shared/away.ts):
// only pages that keep something show anything then. A session that ran out does not close such a page (`staying`):
// what is written there waits, and goes out after the next sign-in.
import { computed, readonly, ref, shallowRef } from 'vue'
import { api } from '@/api'
import { ApiError } from '@/api/client'
import type { Account, House, Session } from '@/api/types'
import { awayAccount, awayReached, dropAway, dropPages } from './away'
import { whenBack } from './connection'

const session = shallowRef<Session | null>(null)
let asked: Promise<void> | null = null
/** the account is what this device remembers; the server was not asked */
let assumed = false
/** signed out without a connection: the server is told first of all */
const leaving = 'junma.leaving'

const ranOut = ref(false)
/** the server no longer knows the session, and the page stays all the same */
export const expired = readonly(ranOut)
let staying = 0

export const account = computed<Account | null>(() => session.value?.account ?? null)
export const csrf = (): string | null => session.value?.csrf ?? null

export function can(permission: string): boolean {
  return account.value?.permissions.includes(permission) ?? false
}

async function ask(): Promise<void> {
  const found = await api.session(awayAccount() ? 6000 : undefined)
  if (localStorage.getItem(leaving) === found.account.id) {
    session.value = found
    await api.signOut()
    session.value = null
  } else {
    awayReached(found.account)
    session.value = found
  }
  localStorage.removeItem(leaving)
  assumed = ranOut.value = false
}

function assume(): boolean {
  const who = localStorage.getItem(leaving) ? null : awayAccount()
  if (!who) return false
  session.value = { account: who, csrf: '', expiresAt: '' }
  return (assumed = true)
}

/** Asks the server once who we are; a network failure counts as unknown and is asked again. */
export function restoreSession(): Promise<void> {
  asked ??= ask().catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 401) {
      localStorage.removeItem(leaving)
      forgetSession()
      return
    }
    asked = null
    if (!session.value) assume()
  })
  return asked
}

/** While a page that keeps its things on the device is open; returns what ends that. */
export function stay(): () => void {
  staying++
  return () => void staying--
}

/** Who the server says we are, asked if it was only assumed; null when it cannot be asked or knows nobody. */
export async function sureAccount(): Promise<Account | null> {
  if (assumed) asked = null
  await restoreSession()
  return assumed ? null : account.value
}

whenBack(() => void (assumed && sureAccount()))

export async function signIn(login: string, password: string): Promise<Account> {
  session.value = await api.signIn(login, password)
  asked = Promise.resolve()
  assumed = ranOut.value = false
  localStorage.removeItem(leaving)
  awayReached(session.value.account)
  return session.value.account
}

/** Also without a connection: then nothing of the person is left here, and the server is told on return. */
export async function signOut(): Promise<void> {
  const who = account.value?.id
  try {
    await api.signOut()
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause
    if (cause.passing && who) localStorage.setItem(leaving, who)
    asked = null
  } finally {
    session.value = null
    assumed = ranOut.value = false
    dropAway()
    await dropPages()
  }
}

/** The server no longer knows us. True: the page stays as it is. */
export function forgetSession(): boolean {
  session.value = null
  assumed = false
  return (ranOut.value = staying > 0 && assume())
}

export function homeOf(house: House): string {
  return house === 'hall' ? '/' : `/${house}`
}

/** Where an account begins its day: staff at the Desk, leaders at the Cockpit, others in the Hall. */
export function firstHouse(who: Account): string {
  const order: House[] = ['desk', 'cockpit', 'pack', 'hall']
  return homeOf(order.find((house) => who.houses.includes(house)) ?? 'hall')
}
