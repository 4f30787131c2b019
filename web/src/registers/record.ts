// What a record's values are called, how they are shown and how they are entered. The register's
// definition comes from the server; nothing here knows a particular register.
import { api } from '@/api'
import { ApiError } from '@/api/client'
import type { Code, Column, Rec, Register } from '@/api/types'
import { formatDate, formatMoment, formatMoney, formatNumber } from '@/shared/format'
import { name, t } from '@/shared/i18n'

export type Value = unknown
export type Values = Record<string, Value>

export interface Condition {
  column: string
  compare: string
  value: string
}

const registers = new Map<string, Promise<Register>>()
const tables = new Map<string, Promise<Code[]>>()

/** A definition, read once. */
export function loadRegister(code: string): Promise<Register> {
  let found = registers.get(code)
  if (!found) {
    found = api.register(code)
    registers.set(code, found)
    found.catch(() => registers.delete(code))
  }
  return found
}

export function loadCodes(table: string): Promise<Code[]> {
  let found = tables.get(table)
  if (!found) {
    found = api.codes(table).then((page) => page.items)
    tables.set(table, found)
    found.catch(() => tables.delete(table))
  }
  return found
}

/** Codes as a page kept them, for the time without a connection; what was read from the server stays. */
export function giveCodes(kept: Record<string, Code[]>): void {
  for (const [table, items] of Object.entries(kept)) if (!tables.has(table)) tables.set(table, Promise.resolve(items))
}

export const columnOf = (register: Register, code: string): Column | undefined =>
  register.columns.find((column) => column.name === code)

const isNothing = (value: Value): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)

/** A whole number that its definition keeps within four digits is a year: it is written without a separator. */
const isYear = (column: Column): boolean => (column.min ?? 0) >= 1000 && (column.max ?? 10_000) < 10_000

/** A value as text for reading; the dash for nothing. */
export function show(column: Column, record: Pick<Rec, 'data' | 'names'>): string {
  const value = (record.data as Values)[column.name]
  const called = (record.names as Record<string, { zh: string; en: string }>)[column.name]
  if (isNothing(value)) return t('shared.none')
  if (called) return name(called)
  switch (column.type) {
    case 'money':
      return formatMoney(Number(value) / 100)
    case 'int':
      return isYear(column) ? String(value) : formatNumber(Number(value))
    case 'real':
      return formatNumber(Number(value))
    case 'bool':
      return value ? t('registers.yes') : t('registers.no')
    case 'date':
      return formatDate(String(value))
    case 'instant':
      return formatMoment(String(value))
    case 'point': {
      const point = value as { lon: number; lat: number }
      return `${point.lon.toFixed(5)}, ${point.lat.toFixed(5)}`
    }
    case 'shape':
      return t(`registers.shape.${(value as { type: string }).type}`)
    case 'files':
      return t('registers.files', { n: (value as unknown[]).length })
    default:
      return String(value)
  }
}

/** Ids of the files in a column. */
export const filesOf = (column: Column, record: Pick<Rec, 'data'>): string[] =>
  ((record.data as Values)[column.name] as string[] | null) ?? []

export const isNumber = (column: Column): boolean => ['int', 'real', 'money'].includes(column.type)

/** As the form's control holds it. */
export function toInput(column: Column, value: Value): string {
  if (isNothing(value)) return ''
  if (column.type === 'money') return String(Number(value) / 100)
  if (column.type === 'instant') return String(value).slice(0, 16)
  if (column.type === 'point') return `${(value as { lon: number }).lon}, ${(value as { lat: number }).lat}`
  if (column.type === 'shape') return JSON.stringify(value)
  if (column.type === 'bool') return value ? 'true' : 'false'
  return String(value)
}

/** Yuan as typed to whole fen; null when it is no amount. By the digits, so that nothing is rounded. */
export function toFen(text: string): number | null {
  const match = /^(-?)(\d{1,13})(?:\.(\d{1,2}))?$/.exec(text.replaceAll(',', '').trim())
  if (!match) return null
  const fen = Number(match[2]) * 100 + Number((match[3] ?? '').padEnd(2, '0'))
  return match[1] ? -fen : fen
}

/** What the control holds as the value to send; undefined where it cannot be one. */
export function fromInput(column: Column, text: string): Value | undefined {
  const plain = text.trim()
  if (!plain) return null
  switch (column.type) {
    case 'int':
      return /^-?\d+$/.test(plain) ? Number(plain) : undefined
    case 'real':
      return Number.isFinite(Number(plain)) ? Number(plain) : undefined
    case 'money':
      return toFen(plain) ?? undefined
    case 'bool':
      return plain === 'true'
    case 'instant':
      return `${plain}:00+08:00`
    case 'point': {
      const [lon, lat, more] = plain.split(/[,，\s]+/).map(Number)
      const good = more === undefined && Number.isFinite(lon) && Number.isFinite(lat)
      return good ? { lon, lat } : undefined
    }
    case 'shape':
      try {
        return JSON.parse(plain) as Value
      } catch {
        return undefined
      }
    default:
      return plain
  }
}

/** The columns in the parts of the form, in order; without a group first. */
export function parts(register: Register): { title: string; columns: Column[] }[] {
  const found: { title: string; columns: Column[] }[] = []
  for (const column of register.columns) {
    const title = name(column.group)
    let part = found.find((one) => one.title === title)
    if (!part) found.push((part = { title, columns: [] }))
    part.columns.push(column)
  }
  return found
}

/** Columns that a list shows when nobody chose: label and key first, at most seven. */
export function usualColumns(register: Register): string[] {
  const first = [register.label, register.key].filter((code): code is string => !!code)
  const rest = register.columns
    .filter((column) => !first.includes(column.name) && !['shape', 'files', 'point'].includes(column.type) && !column.masked)
    .map((column) => column.name)
  return [...first, ...rest].slice(0, 7)
}

/** Faults of a refused change by column. */
export function faultsOf(cause: unknown): Record<string, string> {
  if (!(cause instanceof ApiError)) throw cause
  return Object.fromEntries(cause.fields.map((fault) => [fault.field, fault.message]))
}
