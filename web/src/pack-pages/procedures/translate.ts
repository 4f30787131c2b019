// bpmn-js speaks English; in Chinese its words come from locales/zh-CN/bpmnwords.ts. A word that is not
// there stays as it is.
import words from '@/locales/zh-CN/bpmnwords'
import { language } from '@/shared/i18n'

function translate(template: string, values: Record<string, string> = {}): string {
  const text = language.value === 'zh-CN' ? (words[template.trim()] ?? template) : template
  return text.replace(/\{\s*(\w+)\s*\}/g, (whole, key: string) => (key in values ? String(values[key]) : whole))
}

export const translateModule = { translate: ['value', translate] }
