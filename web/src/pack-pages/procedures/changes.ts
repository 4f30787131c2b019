// What differs between two drawings of a procedure, in words and by element: parts are told apart by
// their ids. Places on the paper are no difference.
import { language, t } from '@/shared/i18n'

export interface ProcedureChange {
  kind: 'added' | 'removed' | 'changed'
  element: string
  what: string
}

interface Part {
  id: string
  type: string
  name: string
  said: Map<string, string>
}

const quiet = new Set(['incoming', 'outgoing', 'flowNodeRef', 'extensionElements'])
const OURS = 'urn:junma:bpmn'
/** What the standard says when nothing is said: a program that leaves it out changes nothing. */
const usual = new Set([
  'cancelActivity=true',
  'isInterrupting=true',
  'isSequential=false',
  'isForCompensation=false',
  'isExecutable=false',
  'isClosed=false',
  'triggeredByEvent=false',
  'parallelMultiple=false',
  'instantiate=false',
  'startQuantity=1',
  'completionQuantity=1',
  'gatewayDirection=Unspecified',
  'eventGatewayType=Exclusive',
  'calendar=natural',
])
/** Words with blanks between; said one by one. */
const lists = new Set(['verbs', 'promise'])

function nameOf(node: Element): string {
  const english = node.getAttributeNS(OURS, 'nameEn')
  return (language.value === 'en' && english) || node.getAttribute('name') || node.getAttribute('id') || ''
}

/** Attributes and texts of a part and of what stands in it without an id of its own. */
function say(node: Element, into: Map<string, string>, prefix: string): void {
  for (const attribute of node.attributes) {
    if (attribute.name === 'id' || attribute.name.startsWith('xmlns') || attribute.localName === 'type') continue
    if (usual.has(`${attribute.localName}=${attribute.value}`)) continue
    into.set(prefix + attribute.localName, attribute.value)
  }
  for (const child of node.children) {
    if (quiet.has(child.localName)) continue
    const definition = child.localName.endsWith('EventDefinition') || child.localName.endsWith('LoopCharacteristics')
    if (child.getAttribute('id') && !definition) continue
    if (definition || child.children.length) say(child, into, '')
    else into.set(prefix + child.localName, (child.textContent ?? '').trim())
  }
}

function partsOf(xml: string): Map<string, Part> {
  const doc = new DOMParser().parseFromString(xml, 'application/xml')
  const parts = new Map<string, Part>()
  const walk = (node: Element): void => {
    for (const child of node.children) {
      if (child.namespaceURI?.includes('/DI') || child.localName === 'BPMNDiagram') continue
      const id = child.getAttribute('id')
      const inside = child.localName.endsWith('EventDefinition') || child.localName.endsWith('LoopCharacteristics')
      if (id && !inside) {
        const said = new Map<string, string>()
        say(child, said, '')
        parts.set(id, { id, type: child.localName, name: nameOf(child), said })
      }
      walk(child)
    }
  }
  if (doc.documentElement && !doc.querySelector('parsererror')) walk(doc.documentElement)
  return parts
}

function typeName(type: string): string {
  const key = `procedures.type.${type}`
  const text = t(key)
  return text === key ? type : text
}

function fieldName(name: string): string {
  const key = `procedures.field.${name}`
  const text = t(key)
  return text === key ? name : text
}

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 58)}…` : text)

function called(part: Part, all: Map<string, Part>): string {
  if (part.type !== 'sequenceFlow') return t('procedures.diff.named', { type: typeName(part.type), name: part.name })
  const end = (id: string | undefined) => all.get(id ?? '')?.name ?? id ?? ''
  return t('procedures.diff.flow', { from: end(part.said.get('sourceRef')), to: end(part.said.get('targetRef')) })
}

/** What was put to a list and what was taken from it. */
function listed(part: string, field: string, from: string, to: string, called: (code: string) => string): string {
  const was = from.split(/\s+/).filter(Boolean)
  const now = to.split(/\s+/).filter(Boolean)
  const join = (codes: string[]): string => codes.map(called).join(t('shared.form.comma'))
  const plus = now.filter((code) => !was.includes(code))
  const minus = was.filter((code) => !now.includes(code))
  const said = [
    plus.length ? t('procedures.diff.plus', { list: join(plus) }) : '',
    minus.length ? t('procedures.diff.minus', { list: join(minus) }) : '',
    plus.length || minus.length ? '' : t('procedures.diff.order'),
  ]
  return t('procedures.diff.list', { part, field: fieldName(field), said: said.filter(Boolean).join(t('shared.form.comma')) })
}

/** named: what a code of a verb or a promise is called. */
export function compareProcedures(before: string, after: string, named: (code: string) => string = (code) => code): ProcedureChange[] {
  const old = partsOf(before)
  const now = partsOf(after)
  const found: ProcedureChange[] = []
  for (const part of now.values()) {
    const was = old.get(part.id)
    if (!was) {
      found.push({ kind: 'added', element: part.id, what: t('procedures.diff.added', { part: called(part, now) }) })
      continue
    }
    if (was.type !== part.type) {
      found.push({ kind: 'changed', element: part.id, what: t('procedures.diff.type', { part: called(part, now), from: typeName(was.type), to: typeName(part.type) }) })
    }
    for (const field of new Set([...was.said.keys(), ...part.said.keys()])) {
      const from = was.said.get(field) ?? ''
      const to = part.said.get(field) ?? ''
      if (from === to) continue
      const key = !from ? 'set' : !to ? 'unset' : 'field'
      found.push({
        kind: 'changed',
        element: part.id,
        what: lists.has(field)
          ? listed(called(part, now), field, from, to, named)
          : t(`procedures.diff.${key}`, { part: called(part, now), field: fieldName(field), from: short(from), to: short(to) }),
      })
    }
  }
  for (const part of old.values()) {
    if (!now.has(part.id)) found.push({ kind: 'removed', element: part.id, what: t('procedures.diff.removed', { part: called(part, old) }) })
  }
  return found
}
