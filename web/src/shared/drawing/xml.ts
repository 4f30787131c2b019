// A drawing's XML made ready to be shown: names in the reader's language, places where it has none.
import type { Language } from '@/shared/i18n'

const BPMN = 'http://www.omg.org/spec/BPMN/20100524/MODEL'
const DI = 'http://www.omg.org/spec/BPMN/20100524/DI'
const OURS = 'urn:junma:bpmn'

/** Room for a longer name: a label drawn for two Chinese characters would break an English word apart. */
function widen(label: Element, name: string, middle: boolean): void {
  const bounds = label.firstElementChild
  const width = Number(bounds?.getAttribute('width') ?? 0)
  const wanted = Math.min(96, Math.ceil(name.length * 7) + 10)
  if (!bounds || wanted <= width) return
  bounds.setAttribute('width', String(wanted))
  if (middle) bounds.setAttribute('x', String(Number(bounds.getAttribute('x')) - (wanted - width) / 2))
}

/** Puts junma:nameEn in place of the name. For showing only: what is edited keeps both. */
export function inLanguage(xml: string, language: Language): string {
  if (language !== 'en') return xml
  const doc = new DOMParser().parseFromString(xml, 'application/xml')
  if (doc.querySelector('parsererror')) return xml
  const changed = new Map<string, string>()
  for (const element of doc.getElementsByTagName('*')) {
    const english = element.getAttributeNS(OURS, 'nameEn')
    if (!english) continue
    element.setAttribute('name', english)
    changed.set(element.getAttribute('id') ?? '', english)
  }
  for (const label of doc.getElementsByTagNameNS(DI, 'BPMNLabel')) {
    const shape = label.parentElement
    widen(label, changed.get(shape?.getAttribute('bpmnElement') ?? '') ?? '', shape?.localName === 'BPMNShape')
  }
  return new XMLSerializer().serializeToString(doc)
}

/** True when the file says where its steps stand. */
export function hasPlaces(xml: string): boolean {
  const doc = new DOMParser().parseFromString(xml, 'application/xml')
  return doc.getElementsByTagNameNS(DI, 'BPMNShape').length > 0 || !doc.getElementsByTagNameNS(BPMN, 'process').length
}

/** Gives places to the steps of a file that has none. */
export async function withPlaces(xml: string): Promise<{ xml: string; laid: boolean }> {
  if (hasPlaces(xml)) return { xml, laid: false }
  const { layoutProcess } = await import('bpmn-auto-layout')
  return { xml: await layoutProcess(xml), laid: true }
}
