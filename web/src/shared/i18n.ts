// Languages. Texts live in locales/<language>/<house>.ts and are loaded when a house is opened.
// Every text is addressed as <house>.<key>; `name` picks from the server's {zh, en}.
import { computed } from 'vue'
import { createI18n } from 'vue-i18n'
import type { Name } from '@/api/types'

export const languages = ['zh-CN', 'en'] as const
export type Language = (typeof languages)[number]
/** the name of a file in locales/<language>/ */
export type MessageSet = string

const files = import.meta.glob<{ default: Record<string, unknown> }>('../locales/*/*.ts')
const loaded = new Set<string>()
const storeKey = 'junma.language'

function firstLanguage(): Language {
  const kept = localStorage.getItem(storeKey)
  if (kept === 'zh-CN' || kept === 'en') return kept
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
}

/** Texts `one | many`, picked by the number `count` or else `n` that is put into them; where that is no number, the second. */
const oneOrMany = (count: number): number => (count === 1 ? 0 : 1)

export const i18n = createI18n({ legacy: false, locale: firstLanguage(), messages: {}, missingWarn: false, pluralRules: { en: oneOrMany, 'zh-CN': oneOrMany } })

export const language = computed<Language>(() => i18n.global.locale.value as Language)

export const hasMessages = (set: MessageSet): boolean => `../locales/zh-CN/${set}.ts` in files

/** Loads the texts of some houses in the language given (the present one unless told). */
export async function loadMessages(sets: MessageSet[], wanted: Language = language.value): Promise<void> {
  await Promise.all(
    sets.map(async (set) => {
      const path = `../locales/${wanted}/${set}.ts`
      if (loaded.has(path)) return
      const file = files[path]
      if (!file) throw new Error(`no texts: ${path}`)
      const messages = (await file()).default
      i18n.global.mergeLocaleMessage(wanted, { [set]: messages })
      loaded.add(path)
    }),
  )
}

/** Changes the language: loads what is already open in it, then switches and remembers. */
export async function setLanguage(wanted: Language): Promise<void> {
  const sets = new Set([...loaded].map((path) => path.replace(/^.*\/(\w+)\.ts$/, '$1')))
  await loadMessages([...sets], wanted)
  i18n.global.locale.value = wanted as never
  localStorage.setItem(storeKey, wanted)
  document.documentElement.lang = wanted
}

/** A text by its key, outside of components too. */
export function t(key: string, values: Record<string, unknown> = {}): string {
  return i18n.global.t(key, values)
}

/** English counts: `one | other` texts. */
export function tn(key: string, count: number, values: Record<string, unknown> = {}): string {
  return i18n.global.t(key, { ...values, n: values.n ?? count }, count)
}

/** The server's name in the reader's language. */
export function name(given: Name | string | null | undefined): string {
  if (!given) return ''
  if (typeof given === 'string') return given
  return language.value === 'en' ? given.en || given.zh : given.zh || given.en
}
