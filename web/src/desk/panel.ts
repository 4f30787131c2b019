// What a verb's panel holds: its inputs, kept while one types, checked before they are sent.
import { computed, reactive, ref, watch } from 'vue'
import type { Case, Unit, VerbBody, VerbState } from '@/api/types'
import { useFiles } from '@/shared/files'
import { t } from '@/shared/i18n'
import { keep, kept } from '@/shared/kept'
import { keptKey } from './case'
import type { Choice } from './PickList.vue'
import { takes } from './verbs'

export interface Target {
  number: string
}

interface Typed {
  text: string
  unit: Choice<Unit> | null
  assignee: string
  topic: string
  days: string
  target: Choice<Target> | null
  shown: boolean
}

/** A template's gap that nobody has filled in yet: 〔日期〕 */
const gap = /〔[^〔〕]*〕/

export function usePanel(item: Case, state: VerbState, given: string) {
  const key = keptKey(item.id, state.verb)
  const typed = reactive<Typed>({
    text: '',
    unit: null,
    assignee: '',
    topic: item.topic,
    days: '',
    target: null,
    shown: false,
    ...kept<Partial<Typed>>(key),
  })
  const back = !!typed.text
  if (given) typed.text = typed.text ? `${typed.text}\n${given}` : given
  const files = useFiles()
  const faults = ref<Record<string, string>>({})
  watch(typed, () => keep(key, typed))

  const wants = (input: string): boolean => takes(state, input)
  const must = (input: string): boolean => state.needs.includes(input as never)
  const length = computed(() => [...typed.text].length)

  function check(): boolean {
    const found: Record<string, string> = {}
    const hole = gap.exec(typed.text)?.[0]
    if (must('unit') && !typed.unit) found.unit = t('desk.panel.needUnit')
    if (must('days') && !(Number(typed.days) >= 1 && Number.isInteger(Number(typed.days)))) found.days = t('desk.panel.needDays')
    if (must('target') && !typed.target) found.target = t('desk.panel.needTarget')
    if (must('text') && !typed.text.trim()) found.text = t('desk.panel.needText')
    else if (hole) found.text = t('desk.panel.gap', { gap: hole })
    if (files.pending.value) found.files = t('desk.panel.filesPending', { n: files.pending.value })
    faults.value = found
    return !Object.keys(found).length
  }

  function body(): VerbBody {
    const out: VerbBody = {}
    if (wants('text') && typed.text.trim()) out.text = typed.text.trim()
    if (wants('unit') && typed.unit) out.unit = typed.unit.key
    if (wants('assignee') && typed.assignee) out.assignee = typed.assignee
    if (wants('topic') && typed.topic && typed.topic !== item.topic) out.topic = typed.topic
    if (wants('days')) out.days = Number(typed.days)
    if (wants('target') && typed.target) out.target = typed.target.value.number
    if (wants('public')) out.public = typed.shown
    if (files.ids.value.length) out.attachments = [...files.ids.value]
    return out
  }

  return { typed, files, faults, wants, must, length, check, body, back }
}
