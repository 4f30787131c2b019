// What can be said about an element, as a table: which field, of which kind, where it is kept. The panel
// draws it; a change goes through bpmn-js's commands, so that it can be undone.
import { handlers, is, type Bo, type BpmnElement } from './junma'

export type FieldKind = 'text' | 'long' | 'feel' | 'check' | 'role' | 'form' | 'verbs' | 'promises' | 'decision' | 'choice' | 'unit'

export interface Field {
  /** text key below procedures.field, and the field's name in the page */
  key: string
  kind: FieldKind
  group: 'general' | 'step' | 'flow' | 'event' | 'loop' | 'other'
  choices?: string[]
  get(): string
  set(value: string, tools: Tools): void
  /** a word to show in place of the text key: attributes that have none */
  label?: string
}

export interface Tools {
  modeling: {
    updateProperties(element: BpmnElement, properties: Record<string, unknown>): void
    updateModdleProperties(element: BpmnElement, moddle: Bo, properties: Record<string, unknown>): void
  }
  moddle: { create(type: string, properties?: Record<string, unknown>): Bo; ids?: { nextPrefixed(prefix: string): string } }
  root(): Bo
}

const str = (value: unknown): string => (value === undefined || value === null ? '' : String(value))
const orNone = (value: string): string | undefined => value || undefined

/** An attribute of the element itself. */
function own(element: BpmnElement, group: Field['group'], key: string, kind: FieldKind, attribute = `junma:${key}`): Field {
  return {
    key,
    kind,
    group,
    get: () => str(element.businessObject.get(attribute)),
    set: (value, { modeling }) => modeling.updateProperties(element, { [attribute]: orNone(value) }),
  }
}

/** An attribute of an element within: an event's definition, a loop. */
function inner(element: BpmnElement, moddle: Bo, group: Field['group'], key: string, kind: FieldKind, attribute = `junma:${key}`): Field {
  return {
    key,
    kind,
    group,
    get: () => str(moddle.get(attribute)),
    set: (value, { modeling }) => modeling.updateModdleProperties(element, moddle, { [attribute]: orNone(value) }),
  }
}

/** An expression that stands in a child element. */
function expression(element: BpmnElement, moddle: Bo, group: Field['group'], key: string, property: string): Field {
  return {
    key,
    kind: 'feel',
    group,
    get: () => str((moddle.get(property) as Bo | undefined)?.get('body')),
    set(value, { modeling, moddle: make }) {
      const body = value ? make.create('bpmn:FormalExpression', { body: value }) : undefined
      if (body) body.$parent = moddle
      modeling.updateModdleProperties(element, moddle, { [property]: body })
    },
  }
}

function documentation(element: BpmnElement): Field {
  return {
    key: 'documentation',
    kind: 'long',
    group: 'general',
    get: () => str((element.businessObject.get('documentation') as Bo[] | undefined)?.[0]?.get('text')),
    set(value, { modeling, moddle }) {
      const text = value ? moddle.create('bpmn:Documentation', { text: value }) : null
      if (text) text.$parent = element.businessObject
      modeling.updateProperties(element, { documentation: text ? [text] : [] })
    },
  }
}

function timer(element: BpmnElement, definition: Bo): Field[] {
  const forms = ['timeDuration', 'timeDate', 'timeCycle']
  const now = () => forms.find((form) => definition.get(form)) ?? 'timeDuration'
  const body = () => str((definition.get(now()) as Bo | undefined)?.get('body'))
  const put = (form: string, value: string, { modeling, moddle }: Tools) => {
    const made = moddle.create('bpmn:FormalExpression', { body: value })
    made.$parent = definition
    modeling.updateModdleProperties(element, definition, { timeDuration: undefined, timeDate: undefined, timeCycle: undefined, [form]: made })
  }
  return [
    { key: 'timerForm', kind: 'choice', group: 'event', choices: forms, get: now, set: (value, tools) => put(value, body(), tools) },
    { key: 'timerText', kind: 'text', group: 'event', get: body, set: (value, tools) => put(now(), value, tools) },
    {
      ...inner(element, definition, 'event', 'calendar', 'choice'),
      choices: ['natural', 'working'],
      get: () => str(definition.get('junma:calendar')) || 'natural',
      set: (value, { modeling }) =>
        modeling.updateModdleProperties(element, definition, { 'junma:calendar': value === 'working' ? value : undefined }),
    },
  ]
}

const references: Record<string, { property: string; type: string; name: string }> = {
  'bpmn:MessageEventDefinition': { property: 'messageRef', type: 'bpmn:Message', name: 'name' },
  'bpmn:SignalEventDefinition': { property: 'signalRef', type: 'bpmn:Signal', name: 'name' },
  'bpmn:ErrorEventDefinition': { property: 'errorRef', type: 'bpmn:Error', name: 'errorCode' },
  'bpmn:EscalationEventDefinition': { property: 'escalationRef', type: 'bpmn:Escalation', name: 'escalationCode' },
}

/** A message, signal, error or escalation by its name: the one that is there, or a new one. */
function reference(element: BpmnElement, holder: Bo, as: { property: string; type: string; name: string }): Field {
  return {
    key: as.property,
    kind: 'text',
    group: 'event',
    get: () => str((holder.get(as.property) as Bo | undefined)?.get(as.name)),
    set(value, tools) {
      const root = tools.root()
      const all = root.get('rootElements') as Bo[]
      let found = all.find((one) => one.$type === as.type && one.get(as.name) === value)
      if (value && !found) {
        const id = `${as.type.slice(5)}_${Date.now().toString(36)}`
        found = tools.moddle.create(as.type, { id, name: value, [as.name]: value })
        found.$parent = root
        all.push(found)
      }
      tools.modeling.updateModdleProperties(element, holder, { [as.property]: value ? found : undefined })
    },
  }
}

function ofEvent(element: BpmnElement): Field[] {
  const definitions = (element.businessObject.get('eventDefinitions') as Bo[] | undefined) ?? []
  return definitions.flatMap((one) => {
    if (is(one, 'bpmn:TimerEventDefinition')) return timer(element, one)
    if (is(one, 'bpmn:ConditionalEventDefinition')) return [expression(element, one, 'event', 'condition', 'condition')]
    const as = references[one.$type]
    return as ? [reference(element, one, as)] : []
  })
}

function ofLoop(element: BpmnElement): Field[] {
  const loop = element.businessObject.get('loopCharacteristics') as Bo | undefined
  if (!loop) return []
  if (is(loop, 'bpmn:StandardLoopCharacteristics')) return [expression(element, loop, 'loop', 'loopCondition', 'loopCondition')]
  return [
    inner(element, loop, 'loop', 'collection', 'feel'),
    inner(element, loop, 'loop', 'item', 'text'),
    expression(element, loop, 'loop', 'cardinality', 'loopCardinality'),
    expression(element, loop, 'loop', 'completion', 'completionCondition'),
    inner(element, loop, 'loop', 'resultItem', 'text'),
    inner(element, loop, 'loop', 'resultList', 'text'),
  ]
}

function ofFlow(element: BpmnElement): Field[] {
  const flow = element.businessObject
  const source = flow.get('sourceRef') as Bo | undefined
  const usual: Field = {
    key: 'usual',
    kind: 'check',
    group: 'flow',
    get: () => (source?.get('default') === flow ? 'true' : ''),
    set: (value, { modeling }) => source && modeling.updateModdleProperties(element, source, { default: value ? flow : undefined }),
  }
  const forks = ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway', 'bpmn:ComplexGateway', 'bpmn:Activity'].some((type) => is(source, type))
  return forks ? [expression(element, flow, 'flow', 'condition', 'conditionExpression'), usual] : []
}

function ofService(element: BpmnElement): Field[] {
  const handler = own(element, 'step', 'handler', 'choice')
  const takes = handlers[handler.get()] ?? []
  return [{ ...handler, choices: ['', ...Object.keys(handlers)] }, ...takes.map(([key, kind]) => own(element, 'step', key, kind))]
}

/** Attributes of ours that the table does not know are shown under their own names, not hidden. */
function others(element: BpmnElement): Field[] {
  const names = Object.keys(element.businessObject.$attrs ?? {}).filter((name) => name.startsWith('junma:'))
  return names.map((name) => ({ ...own(element, 'other', name, 'text', name), label: name.slice(6) }))
}

const byType: [string, (element: BpmnElement) => Field[]][] = [
  ['bpmn:Process', (element) => [own(element, 'general', 'kind', 'text')]],
  [
    'bpmn:UserTask',
    (element) => [
      own(element, 'step', 'role', 'role'),
      own(element, 'step', 'unit', 'feel'),
      own(element, 'step', 'assignee', 'feel'),
      own(element, 'step', 'form', 'form'),
      own(element, 'step', 'promise', 'promises'),
      own(element, 'step', 'verbs', 'verbs'),
      { ...own(element, 'step', 'signers', 'choice'), choices: ['', 'parallel', 'sequential'] },
    ],
  ],
  ['bpmn:BusinessRuleTask', (element) => [own(element, 'step', 'decision', 'decision'), own(element, 'step', 'resultVariable', 'text')]],
  ['bpmn:ScriptTask', (element) => [own(element, 'step', 'script', 'feel', 'script'), own(element, 'step', 'resultVariable', 'text')]],
  ['bpmn:ServiceTask', ofService],
  ['bpmn:SendTask', ofService],
  ['bpmn:ReceiveTask', (element) => [reference(element, element.businessObject, references['bpmn:MessageEventDefinition']!)]],
  ['bpmn:SendTask', (element) => [reference(element, element.businessObject, references['bpmn:MessageEventDefinition']!)]],
  ['bpmn:SequenceFlow', ofFlow],
  ['bpmn:Event', ofEvent],
  ['bpmn:Activity', ofLoop],
]

export function fieldsOf(element: BpmnElement): Field[] {
  const bo = element.businessObject
  const general = is(bo, 'bpmn:TextAnnotation')
    ? [own(element, 'general', 'annotation', 'long', 'text')]
    : [own(element, 'general', 'name', 'text', 'name'), own(element, 'general', 'nameEn', 'text')]
  const found = byType.filter(([type]) => is(bo, type)).flatMap(([, make]) => make(element))
  const tail = is(bo, 'bpmn:FlowElement') || is(bo, 'bpmn:Process') ? [documentation(element)] : []
  return [...general, ...found, ...others(element), ...tail]
}
