// A kind's topics as choices for forms and filters.
import type { FormOption, Kind } from '@/api/types'
import type { OptionSets } from './form'

export function topicOptions(kind: Kind): OptionSets {
  const topics: FormOption[] = kind.topics.map((topic) => ({
    value: topic.code,
    label: topic.name.zh,
    'junma:label_en': topic.name.en,
  }))
  return { topics }
}
