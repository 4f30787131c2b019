// What may be chosen for an input, as far as the kind of case says it: topics, channels, a form's lists.
import type { FormField, Kind, Name, PackMember } from '@/api/types'
import { t } from '@/shared/i18n'

export interface Choice {
  value: string
  label: Name | string
}

function fieldOf(fields: FormField[] | undefined, key: string): FormField | undefined {
  for (const field of fields ?? []) {
    if (field.key === key) return field
    const below = fieldOf(field.components, key)
    if (below) return below
  }
  return undefined
}

export function inputChoices(member: PackMember, kind: Kind | null): Choice[] {
  if (member.type === 'boolean')
    return [
      { value: 'true', label: t('rules.try.yes') },
      { value: 'false', label: t('rules.try.no') },
    ]
  if (!kind) return []
  if (member.name === 'topic') return kind.topics.map((topic) => ({ value: topic.code, label: topic.name }))
  if (member.name === 'channel') return kind.channels.map((channel) => ({ value: channel, label: t(`rules.word.${channel}`) }))
  if (member.name === 'difficulty') return ['simple', 'ordinary', 'complex'].map((word) => ({ value: word, label: t(`rules.word.${word}`) }))
  const form = kind.form as { components?: FormField[] }
  const values = fieldOf(form.components, member.name)?.values
  return (values ?? []).map((one) => ({ value: String(one.value), label: String(one.label) }))
}
