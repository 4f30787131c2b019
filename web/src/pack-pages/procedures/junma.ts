// Our attributes on BPMN elements (src/bpmn/README.md), for bpmn-js to read, keep and write.
const text = (name: string) => ({ name, isAttr: true, type: 'String' })

/** What each handler of a service task takes, and whether it is FEEL (src/bpmn/services.def). */
export const handlers: Record<string, [key: string, kind: 'text' | 'feel'][]> = {
  http: [
    ['connector', 'text'],
    ['method', 'text'],
    ['path', 'feel'],
    ['query', 'feel'],
    ['body', 'feel'],
    ['timeout', 'text'],
    ['errors', 'text'],
    ['retries', 'text'],
    ['backoff', 'text'],
  ],
  record: [
    ['register', 'text'],
    ['key', 'feel'],
    ['values', 'feel'],
    ['reason', 'feel'],
    ['ifVersion', 'feel'],
    ['retries', 'text'],
    ['backoff', 'text'],
  ],
  message: [
    ['message', 'text'],
    ['to', 'feel'],
    ['correlation', 'feel'],
    ['payload', 'feel'],
    ['retries', 'text'],
    ['backoff', 'text'],
  ],
}

export const junmaModdle = {
  name: 'Junma',
  uri: 'urn:junma:bpmn',
  prefix: 'junma',
  xml: { tagAlias: 'lowerCase' },
  types: [
    { name: 'Named', extends: ['bpmn:BaseElement'], properties: [text('nameEn')] },
    { name: 'CaseProcess', extends: ['bpmn:Process'], properties: [text('kind')] },
    {
      name: 'HumanStep',
      extends: ['bpmn:UserTask'],
      properties: ['role', 'form', 'promise', 'verbs', 'unit', 'assignee', 'signers', 'signerRoles', 'signerUnits', 'signerPromise', 'share', 'takeBack', 'outcomes'].map(text),
    },
    { name: 'Served', extends: ['bpmn:ServiceTask', 'bpmn:SendTask'], properties: ['handler', ...new Set(Object.values(handlers).flat().map(([key]) => key))].map(text) },
    { name: 'Decided', extends: ['bpmn:BusinessRuleTask'], properties: ['decision', 'resultVariable'].map(text) },
    { name: 'Scripted', extends: ['bpmn:ScriptTask'], properties: [text('resultVariable')] },
    { name: 'Timed', extends: ['bpmn:TimerEventDefinition'], properties: [text('calendar')] },
    { name: 'Many', extends: ['bpmn:MultiInstanceLoopCharacteristics'], properties: ['collection', 'item', 'resultItem', 'resultList'].map(text) },
  ],
}

/** A business object of bpmn-js, as far as we touch it. */
export interface Bo {
  $type: string
  id: string
  $attrs: Record<string, string>
  $parent?: Bo
  get(name: string): unknown
  [other: string]: unknown
}
export interface BpmnElement {
  id: string
  type: string
  businessObject: Bo
  parent?: BpmnElement
  labelTarget?: BpmnElement
  width?: number
}

export const is = (bo: Bo | undefined | null, type: string): boolean => {
  const check = (bo as { $instanceOf?: (type: string) => boolean } | undefined)?.$instanceOf
  return !!bo && !!check && check.call(bo, type)
}
