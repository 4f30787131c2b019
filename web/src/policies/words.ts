// Amounts, facts and conditions of policies in words.
import { formatNumber } from '@/shared/format'
import { name, t } from '@/shared/i18n'
import type { Condition, Fact } from './api'

/** ¥200,000.00: a benefit is always written out in full. */
export function money(fen: number): string {
  return `¥${formatNumber(fen / 100, 2)}`
}

function plain(value: unknown, asMoney = false): string {
  if (value === null || value === undefined) return t('policies.unknown')
  if (typeof value === 'boolean') return t(value ? 'policies.yes' : 'policies.no')
  if (typeof value === 'number') return asMoney ? money(Math.round(value * 100)) : formatNumber(value)
  return String(value)
}

export function factValue(fact: Fact): string {
  if (fact.value !== 'none' && fact.shown) return name(fact.shown)
  return fact.value === 'none' ? t('policies.nothing') : plain(fact.value, fact.money)
}

const signs: [RegExp, string][] = [
  [/^>=\s*(.+)$/, 'policies.atLeast'],
  [/^>\s*(.+)$/, 'policies.above'],
  [/^<=\s*(.+)$/, 'policies.atMost'],
  [/^<\s*(.+)$/, 'policies.below'],
]

/** A name for a code that stands in quotes, where some fact shows it. */
function word(text: string, facts: Fact[]): string {
  const code = text.replace(/^"|"$/g, '')
  const known = facts.find((fact) => fact.codes?.[code])
  if (known?.codes) return name(known.codes[code])
  const parameter = facts.find((fact) => fact.input === text)
  if (parameter && parameter.value !== null) return plain(parameter.value)
  const number = Number(code)
  if (code !== '' && !Number.isNaN(number)) return formatNumber(number)
  if (code === 'true' || code === 'false') return t(code === 'true' ? 'policies.yes' : 'policies.no')
  return code
}

/** The test of a cell as a person would say it; what is too much of a formula stays as it is. */
export function testWords(test: string, facts: Fact[] = []): string {
  for (const [sign, key] of signs) {
    const found = sign.exec(test)
    if (found?.[1]) return t(key, { value: word(found[1].trim(), facts) })
  }
  if (/^("[^"]*"\s*,?\s*)+$/.test(test)) {
    const all = [...test.matchAll(/"([^"]*)"/g)].map((match) => word(match[0], facts))
    return t('policies.is', { value: all.join(t('policies.or')) })
  }
  if (test === 'true' || test === 'false') return t('policies.is', { value: word(test, facts) })
  return test
}

export function conditionValue(condition: Condition, facts: Fact[] = []): string {
  if (typeof condition.value === 'string') return condition.value === 'none' ? t('policies.nothing') : word(condition.value, facts)
  return plain(condition.value)
}

export function gapWords(gap: string): string {
  const days = /^P(\d+)D$/.exec(gap)
  if (days) return t('policies.gapDays', { n: days[1] })
  return t('policies.gap', { value: formatNumber(Number(gap)) })
}
