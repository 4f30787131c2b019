// Why a case went where it went: its decisions, and the words in which a rule's grounds are told.
import { onMounted, shallowRef, type ShallowRef } from 'vue'
import { api } from '@/api'
import { ApiError } from '@/api/client'
import type { Decision, DecisionValue, Id } from '@/api/types'
import { formatNumber } from './format'
import { name, t } from './i18n'

/** Read beside a page: a help, so a failure to read them shows as none. */
export function useWhy(id: Id): ShallowRef<Decision[] | null> {
  const found = shallowRef<Decision[] | null>(null)
  onMounted(async () => {
    try {
      found.value = (await api.caseDecisions(id)).items
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      found.value = []
    }
  })
  return found
}

/** A value as a person reads it; long texts stand on the page already. */
export function shown(value: DecisionValue, most = 40): string {
  if (value.masked) return t('shared.why.masked')
  if (value.shown) return name(value.shown)
  return plain(value.value, most)
}

export function plain(value: unknown, most = 40): string {
  if (value === null || value === undefined) return t('shared.why.nothing')
  if (typeof value === 'boolean') return t(value ? 'shared.why.yes' : 'shared.why.no')
  if (typeof value === 'number') return formatNumber(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > most ? `${text.slice(0, most)}…` : text
}

export interface Ground {
  title: string
  value: string
  test: string
}

/** What the rules that matched asked for, each fact once, with the facts they met. */
export function grounds(decision: Decision): Ground[] {
  const found = new Map<string, Ground>()
  for (const test of decision.steps.flatMap((step) => step.rules).flatMap((rule) => rule.tests)) {
    const fact = decision.facts.find((one) => one.name === test.expression)
    const title = fact ? name(fact.title) : test.input
    found.set(`${test.expression} ${test.test}`, { title, value: fact ? shown(fact) : '', test: test.test })
  }
  return [...found.values()]
}
