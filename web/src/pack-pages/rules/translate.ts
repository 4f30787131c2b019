// dmn-js speaks English; in Chinese its words come from locales/zh-CN/dmnwords.ts. A word that is not there
// stays as it is.
import { language } from '@/shared/i18n'
import words from '@/locales/zh-CN/dmnwords'

function translate(template: string, values: Record<string, string> = {}): string {
  const text = language.value === 'zh-CN' ? (words[template.trim()] ?? template) : template
  return text.replace(/\{\s*(\w+)\s*\}/g, (whole, key: string) => (key in values ? String(values[key]) : whole))
}

export const translateModule = { translate: ['value', translate] }
