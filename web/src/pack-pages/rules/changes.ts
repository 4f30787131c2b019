// What a draft changes in the tables of a DMN file, in words: columns, rules, cells. Rules and cells are
// told apart by their ids, so that a rule that moved is not a rule removed and another added.
import { t } from '@/shared/i18n'

export interface TableChange {
  decision: string
  kind: 'added' | 'removed' | 'changed'
  what: string
  /** id of the element in the new file, to jump to */
  element?: string
}

interface Rule {
  id: string
  label: string
  cells: { id: string; text: string }[]
}
interface Table {
  name: string
  policy: string
  columns: { id: string; label: string }[]
  rules: Rule[]
  literal: string
}

const children = (node: Element | null | undefined, name: string): Element[] =>
  node ? Array.from(node.children).filter((child) => child.localName === name) : []
const child = (node: Element | null | undefined, name: string): Element | undefined => children(node, name)[0]
const textOf = (node: Element | undefined): string => (child(node, 'text')?.textContent ?? '').trim()
const idOf = (node: Element): string => node.getAttribute('id') ?? ''

function readTable(decision: Element): Table {
  const table = child(decision, 'decisionTable')
  const inputs = children(table, 'input').map((one) => ({
    id: idOf(one),
    label: one.getAttribute('label') || textOf(child(one, 'inputExpression')),
  }))
  const outputs = children(table, 'output').map((one) => ({
    id: idOf(one),
    label: one.getAttribute('label') || one.getAttribute('name') || '',
  }))
  const rules = children(table, 'rule').map((one) => ({
    id: idOf(one),
    label: children(one, 'annotationEntry').map(textOf).join(' ').trim() || (child(one, 'description')?.textContent ?? '').trim(),
    cells: [...children(one, 'inputEntry'), ...children(one, 'outputEntry')].map((cell) => ({ id: idOf(cell), text: textOf(cell) })),
  }))
  return {
    name: decision.getAttribute('name') ?? idOf(decision),
    policy: `${table?.getAttribute('hitPolicy') ?? 'UNIQUE'} ${table?.getAttribute('aggregation') ?? ''}`.trim(),
    columns: [...inputs, ...outputs],
    rules,
    literal: textOf(child(decision, 'literalExpression')),
  }
}

export function readTables(xml: string): Map<string, Table> {
  const root = new DOMParser().parseFromString(xml, 'text/xml').documentElement
  return new Map(children(root, 'decision').map((one) => [idOf(one), readTable(one)]))
}

const show = (text: string): string => text || '-'
const ruleName = (rule: Rule, index: number): string =>
  rule.label ? t('rules.diff.ruleNamed', { n: index + 1, label: rule.label }) : t('rules.diff.rule', { n: index + 1 })

function compareRules(before: Table, after: Table, say: (kind: TableChange['kind'], what: string, element?: string) => void): void {
  const old = new Map(before.rules.map((rule, index) => [rule.id, { rule, index }]))
  const columnAt = new Map(before.columns.map((column, index) => [column.id, index]))
  after.rules.forEach((rule, index) => {
    const was = old.get(rule.id)
    old.delete(rule.id)
    if (!was) {
      const cells = rule.cells.map((cell, c) => `${after.columns[c]?.label ?? ''}=${show(cell.text)}`).filter((cell) => !cell.endsWith('=-'))
      return say('added', t('rules.diff.ruleAdded', { rule: ruleName(rule, index), cells: cells.join(t('rules.comma')) }), rule.id)
    }
    rule.cells.forEach((cell, c) => {
      const column = after.columns[c]
      const at = column ? columnAt.get(column.id) : undefined
      if (at === undefined) return
      const former = was.rule.cells[at]?.text ?? ''
      if (former === cell.text) return
      say('changed', t('rules.diff.cell', { rule: ruleName(rule, index), column: column!.label, from: show(former), to: show(cell.text) }), cell.id)
    })
    if (was.rule.label !== rule.label) say('changed', t('rules.diff.label', { n: index + 1, from: show(was.rule.label), to: show(rule.label) }), rule.id)
  })
  old.forEach(({ rule, index }) => say('removed', t('rules.diff.ruleRemoved', { rule: ruleName(rule, index) })))
  const kept = (rules: Rule[], other: Rule[]): string => rules.filter((rule) => other.some((one) => one.id === rule.id)).map((rule) => rule.id).join()
  if (kept(before.rules, after.rules) !== kept(after.rules, before.rules)) say('changed', t('rules.diff.order'))
}

function compareTable(before: Table, after: Table, say: (kind: TableChange['kind'], what: string, element?: string) => void): void {
  if (before.name !== after.name) say('changed', t('rules.diff.renamed', { from: before.name, to: after.name }))
  if (before.policy !== after.policy) say('changed', t('rules.diff.policy', { from: before.policy, to: after.policy }))
  if (before.literal !== after.literal) say('changed', t('rules.diff.literal', { from: show(before.literal), to: show(after.literal) }))
  for (const column of after.columns) {
    const was = before.columns.find((one) => one.id === column.id)
    if (!was) say('added', t('rules.diff.columnAdded', { column: column.label }), column.id)
    else if (was.label !== column.label) say('changed', t('rules.diff.columnRenamed', { from: was.label, to: column.label }), column.id)
  }
  for (const column of before.columns)
    if (!after.columns.some((one) => one.id === column.id)) say('removed', t('rules.diff.columnRemoved', { column: column.label }))
  compareRules(before, after, say)
}

export function compareFiles(before: string, after: string): TableChange[] {
  const old = readTables(before)
  const now = readTables(after)
  const found: TableChange[] = []
  for (const [id, table] of now) {
    const was = old.get(id)
    if (was) compareTable(was, table, (kind, what, element) => found.push({ decision: table.name, kind, what, element }))
    else found.push({ decision: table.name, kind: 'added', what: t('rules.diff.decisionAdded', { name: table.name }), element: id })
  }
  for (const [id, table] of old)
    if (!now.has(id)) found.push({ decision: table.name, kind: 'removed', what: t('rules.diff.decisionRemoved', { name: table.name }) })
  return found
}
