// A drawing's XML made ready to be shown: names in the reader's language, places where it has none.
import type { Language } from '@/shared/i18n'

const BPMN = 'http://www.omg.org/spec/BPMN/20100524/MODEL'
const DI = 'http://www.omg.org/spec/BPMN/20100524/DI'
const OURS = 'urn:junma:bpmn'

/** Puts junma:nameEn in place of the name. For showing only: what is edited keeps both. */
export function inLanguage(xml: string, language: Language): string {
  if (language !== 'en') return xml
  const doc = new DOMParser().parseFromString(xml, 'application/xml')
  if (doc.querySelector('parsererror')) return xml
  for (const element of doc.getElementsByTagName('*')) {
    const english = element.getAttributeNS(OURS, 'nameEn')
    if (english) element.setAttribute('name', english)
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
