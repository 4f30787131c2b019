// What can be asked for: all kinds of case of the zone with their topics, as one searchable list.
import { computed, shallowRef } from 'vue'
import type { FormOption, Kind, Name, Topic } from '@/api/types'
import { language, name } from '@/shared/i18n'
import type { OptionSets } from '@/shared/form'
import { loadKind, loadZone } from '@/shared/zone'

export interface Thing {
  kind: string
  topic: Topic
}

const kinds = shallowRef<Kind[]>([])

export async function loadCatalog(): Promise<Kind[]> {
  const zone = await loadZone()
  const all = await Promise.all(zone.kinds.map((item) => loadKind(item.kind)))
  kinds.value = all.filter((kind) => !kind.catalogue) // items have pages of their own
  return kinds.value
}

export const things = computed<Thing[]>(() =>
  kinds.value.flatMap((kind) => kind.topics.map((topic) => ({ kind: kind.kind, topic }))),
)

/** Topics by their group, in the order of the pack. */
export const groups = computed(() => {
  const found = new Map<string, { title: string; things: Thing[] }>()
  for (const thing of things.value) {
    const title = name(thing.topic.group)
    if (!found.has(title)) found.set(title, { title, things: [] })
    found.get(title)!.things.push(thing)
  }
  return [...found.values()]
})

function textsOf(topic: Topic): string[] {
  return [topic.name.zh, topic.name.en, ...(topic.examples?.zh ?? []), ...(topic.examples?.en ?? []), ...(topic.keywords ?? [])]
}

/** Two neighbouring characters: Chinese has no spaces, so words are found by pairs. */
function pairs(text: string): string[] {
  const clean = [...text.toLowerCase().replace(/\s+/g, '')]
  return clean.length < 2 ? clean : clean.slice(1).map((char, at) => clean[at]! + char)
}

/** The topics that fit what was typed, the best first. */
export function findThings(typed: string, most = 5): Thing[] {
  const wanted = typed.trim().toLowerCase()
  if (!wanted) return []
  const parts = pairs(wanted)
  return things.value
    .map((thing) => {
      const text = textsOf(thing.topic).join('\n').toLowerCase()
      const whole = text.includes(wanted) ? 10 : 0
      return { thing, score: whole + parts.filter((part) => text.includes(part)).length / parts.length }
    })
    .filter((hit) => hit.score >= 0.5)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map((hit) => hit.thing)
}

/** An example question of a topic, in the reader's language where there is one. */
export function exampleOf(topic: Topic): string {
  const own = language.value === 'en' ? topic.examples?.en : topic.examples?.zh
  return own?.[0] ?? ''
}

export function topicOptions(kind: Kind): OptionSets {
  const option = (code: string, given: Name): FormOption => ({ value: code, label: given.zh, 'junma:label_en': given.en })
  return { topics: kind.topics.map((topic) => option(topic.code, topic.name)) }
}
