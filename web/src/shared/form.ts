// What pages need to know of a form: its fields, labels in the reader's language, a first look at an
// answer before it is sent. The server checks again, with the whole rules.
import type { FormField, FormOption, FormSchema } from '@/api/types'
import { isHidden } from './condition'
import { formatDate, formatNumber } from './format'
import { language, t } from './i18n'

export type FormData = Record<string, unknown>
export type Faults = Record<string, string>
/** choices that the page supplies for `valuesKey` */
export type OptionSets = Record<string, FormOption[]>

const valueless = new Set(['text', 'spacer', 'separator', 'group'])

/** One of our own properties: "junma:why"; with an English twin "junma:why_en". */
export function property(field: FormField, name: string): string {
  const own = field.properties ?? {}
  return String(own[`junma:${name}`] ?? '')
}

function inLanguage(plain: string | undefined, english: string): string {
  return language.value === 'en' && english ? english : (plain ?? '')
}

export const labelOf = (field: FormField): string => inLanguage(field.label, property(field, 'label_en'))
export const whyOf = (field: FormField): string => inLanguage(property(field, 'why'), property(field, 'why_en'))
export const hintOf = (field: FormField): string =>
  inLanguage(field.description, property(field, 'description_en'))
export const textOf = (field: FormField): string => inLanguage(field.text ?? field.content, property(field, 'text_en'))

export function optionLabel(option: FormOption): string {
  const english = option['junma:label_en'] ?? option.label_en
  return language.value === 'en' && typeof english === 'string' ? english : option.label
}

export function optionsOf(field: FormField, sets: OptionSets): FormOption[] {
  if (field.values) return field.values
  return field.valuesKey ? (sets[field.valuesKey] ?? []) : []
}

/** All fields that carry a value, groups opened, hidden ones left out; lists stay one field. */
export function fieldsOf(components: FormField[], data: FormData): FormField[] {
  return components
    .filter((field) => !isHidden(field, data))
    .flatMap((field) => {
      if (field.type === 'group') return fieldsOf(field.components ?? [], data)
      return valueless.has(field.type) || !field.key ? [] : [field]
    })
}

/** The thoughts of a form: each top-level group is one; loose fields between them make one together. */
export function thoughtsOf(schema: FormSchema): FormField[][] {
  const out: FormField[][] = []
  let loose: FormField[] = []
  for (const field of schema.components) {
    if (field.type !== 'group') {
      loose.push(field)
      continue
    }
    if (loose.length) out.push(loose)
    loose = []
    out.push([field])
  }
  if (loose.length) out.push(loose)
  return out
}

export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || value === false || (Array.isArray(value) && !value.length)

function faultOf(field: FormField, value: unknown): string {
  const rules = field.validate ?? {}
  const label = labelOf(field)
  if (isEmpty(value)) return rules.required ? t('shared.form.required', { label }) : ''
  if (typeof value === 'string') {
    const length = [...value].length
    if (rules.minLength && length < rules.minLength) return t('shared.form.short', { label, n: rules.minLength })
    if (rules.maxLength && length > rules.maxLength) return t('shared.form.long', { label, n: rules.maxLength })
  }
  return ''
}

/** Faults that can be told at once: something missing, too short, too long. */
export function firstLook(components: FormField[], data: FormData): Faults {
  const faults: Faults = {}
  for (const field of fieldsOf(components, data)) {
    const fault = faultOf(field, data[field.key!])
    if (fault) faults[field.key!] = fault
  }
  return faults
}

/** What to send: no hidden fields, no empty ones, text trimmed. */
export function answerOf(schema: FormSchema, data: FormData): FormData {
  const out: FormData = {}
  for (const field of fieldsOf(schema.components, data)) {
    const value = data[field.key!]
    if (isEmpty(value) && value !== false) continue
    out[field.key!] = typeof value === 'string' ? value.trim() : value
  }
  return out
}

/** A stored value in words, for showing an answer again. */
export function valueText(field: FormField, value: unknown, sets: OptionSets): string {
  if (isEmpty(value) && value !== false) return ''
  if (typeof value === 'boolean') return t(value ? 'shared.form.yes' : 'shared.form.no')
  const options = optionsOf(field, sets)
  const one = (item: unknown): string => {
    const option = options.find((choice) => choice.value === item)
    return option ? optionLabel(option) : String(item)
  }
  if (Array.isArray(value)) return value.map(one).join(t('shared.form.comma'))
  if (field.type === 'number') return formatNumber(Number(value))
  if (field.type === 'datetime' && /^\d{4}-\d\d-\d\d$/.test(String(value))) return formatDate(String(value))
  return one(value)
}
