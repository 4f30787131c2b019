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

export interface Asked {
  unit: { code: string; title: string }
  person: { id: string; name: string } | null
  weight: number
}

interface Typed {
  text: string
  unit: Choice<Unit> | null
  assignee: string
  topic: string
  days: string
  target: Choice<Target> | null
  shown: boolean
  signers: Asked[]
  mode: string
  share: string
  position: string
  signer: string
  vote: string
  node: string
  straight: boolean
  reason: string
  outcome: string
  /** of a check: papers to be put right, and how */
  corrections: Record<string, string>
  /** of a grant: facts of the licences it gives, by type and field */
  licences: Record<string, Record<string, unknown>>
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
    signers: [],
    mode: 'all',
    share: '',
    position: 'after',
    signer: '',
    vote: '',
    node: '',
    straight: false,
    reason: '',
    outcome: '',
    corrections: {},
    licences: {},
    ...kept<Partial<Typed>>(key),
  })
  const back = !!typed.text
  const running = item.promises.filter((one) => one.state === 'running')
  /** Reasons of the law, each once though several limits list it. */
  const reasons =
    state.verb === 'suspend'
      ? [...new Map(running.flatMap((one) => one.reasons).map((one) => [one.code, one])).values()]
      : []
  if (!reasons.some((one) => one.code === typed.reason)) typed.reason = ''
  const node = item.tasks.find((one) => one.id === state.taskId)?.node ?? ''
  const byCalendar = running.some((one) => one.scope === 'case' && one.unit === 'calendar_days')
  if (given) typed.text = typed.text ? `${typed.text}\n${given}` : given
  const files = useFiles()
  const faults = ref<Record<string, string>>({})
  watch(typed, () => {
    keep(key, typed)
    if (Object.keys(faults.value).length) check() // a fault that has been mended goes at once
  })

  const wants = (input: string): boolean => takes(state, input)
  const must = (input: string): boolean => state.needs.includes(input as never)
  const length = computed(() => [...typed.text].length)

  function check(): boolean {
    const found: Record<string, string> = {}
    const hole = gap.exec(typed.text)?.[0]
    if (must('unit') && !typed.unit) found.unit = t('desk.panel.needUnit')
    if (wants('days') && (must('days') || typed.days) && !(Number(typed.days) >= 1 && Number.isInteger(Number(typed.days)))) found.days = t('desk.panel.needDays')
    if (must('assignee') && !typed.assignee) found.assignee = t('desk.panel.needAssignee')
    if (must('signers') && !typed.signers.length) found.signers = t('desk.panel.needSigners')
    if (must('signer') && !typed.signer) found.signer = t('desk.panel.needSigner')
    if (must('outcome') && !typed.outcome) found.outcome = t('services.outcome.need')
    if (must('outcome') && ['correct', 'refuse', 'deny'].includes(typed.outcome) && !typed.text.trim()) found.text = t('desk.panel.needWhy')
    if (typed.outcome === 'correct' && !(Object.keys(typed.corrections).length && Object.values(typed.corrections).every((note) => note.trim()))) found.materials = t('services.outcome.needPapers')
    if (must('vote') && !typed.vote) found.vote = t('desk.panel.needVote')
    if (must('vote') && typed.vote === 'disagree' && !typed.text.trim()) found.text = t('desk.panel.needWhy')
    if (reasons.length && !typed.reason) found.reason = t('desk.panel.needReason')
    if (wants('node') && !typed.node) found.node = t('desk.panel.needNode')
    if (wants('share') && typed.mode === 'vote' && typed.share && !(Number(typed.share) >= 1 && Number(typed.share) <= 100)) found.share = t('desk.panel.needShare')
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
    if (wants('outcome') && typed.outcome) out.outcome = typed.outcome
    if (typed.outcome === 'correct') out.materials = Object.entries(typed.corrections).map(([material, note]) => ({ material, note: note.trim() }))
    if (wants('outcome') && Object.keys(typed.licences).length) out.licences = typed.licences
    if (wants('unit') && typed.unit) out.unit = typed.unit.key
    if (wants('assignee') && typed.assignee) out.assignee = typed.assignee
    if (wants('topic') && typed.topic && typed.topic !== item.topic) out.topic = typed.topic
    if (wants('days') && typed.days) out.days = Number(typed.days)
    if (wants('signers'))
      out.signers = typed.signers.map((one) => ({
        unit: one.unit.code,
        ...(one.person ? { assignee: one.person.id } : {}),
        ...(wants('mode') && typed.mode === 'vote' && one.weight > 1 ? { weight: one.weight } : {}),
      }))
    if (wants('mode')) out.mode = typed.mode
    if (wants('mode') && typed.mode === 'vote' && typed.share) out.share = Number(typed.share)
    if (wants('position')) out.position = typed.position
    if (wants('signer')) out.signer = typed.signer
    if (wants('vote')) out.vote = typed.vote
    if (wants('node') && typed.node) out.node = typed.node
    if (wants('straight') && typed.straight) out.straight = true
    if (reasons.length) out.reason = typed.reason
    if (wants('target') && typed.target) out.target = typed.target.value.number
    if (wants('public')) out.public = typed.shown
    if (files.ids.value.length) out.attachments = [...files.ids.value]
    return out
  }

  return { node, typed, files, faults, reasons, byCalendar, wants, must, length, check, body, back }
}
