// One case at the Desk: read, acted upon, and kept honest when somebody else changes it meanwhile.
// A refusal for a stale version (412) or state (409) reads the new state and leaves the typed text.
import { computed, ref, watch, type Ref } from 'vue'
import { api } from '@/api'
import { ApiError } from '@/api/client'
import type { Case, Id, VerbBody, VerbState } from '@/api/types'
import { explainShort } from '@/shared/explain'
import { formatTime } from '@/shared/format'
import { name, t } from '@/shared/i18n'
import { useLive } from '@/shared/live'
import { useLoad } from '@/shared/load'
import { toast } from '@/shared/toast'
import { dropKept } from '@/shared/kept'
import { asksNothing, deskVerbs } from './verbs'

export const keptKey = (id: Id, verb: string): string => `verb.${id}.${verb}`

export function useCase(id: Ref<Id | null>, done: (next: Case, verb: string) => void) {
  const read = useLoad((signal) => api.case(id.value!, signal))
  const item = computed(() => (read.value.value?.id === id.value ? read.value.value : null))
  const verbs = computed(() => (item.value ? deskVerbs(item.value.verbs) : []))
  const panel = ref('')
  const given = ref('')
  const busy = ref(false)
  const fault = ref('')
  const why = ref('')
  const stale = ref('')
  const news = ref(false)
  let ownAt = 0
  let moved = false // by a job or a timer, while our own verb was under way

  function reset(): void {
    panel.value = given.value = fault.value = why.value = stale.value = ''
    news.value = false
  }

  watch(
    id,
    (wanted) => {
      reset()
      read.value.value = null
      if (wanted) void read.load()
    },
    { immediate: true },
  )

  const find = (verb: string): VerbState | undefined => verbs.value.find((state) => state.verb === verb)

  /** Opens the verb's panel, does it at once when it asks nothing, or says why it is not allowed. */
  function choose(verb: string, text = ''): boolean {
    const state = find(verb)
    if (!state || busy.value) return false
    fault.value = why.value = ''
    if (!state.allowed) {
      why.value = t('desk.verb.not', { verb: name(state.name), reason: name(state.reason) })
      return true
    }
    given.value = text
    if (asksNothing(state)) void act(state, {})
    else panel.value = verb
    return true
  }

  async function act(state: VerbState, body: VerbBody): Promise<void> {
    const before = item.value
    if (!before) return
    busy.value = true
    fault.value = ''
    ownAt = Date.now()
    try {
      const after = await api.act(before.id, state.verb, { ...body, taskId: state.taskId ?? undefined }, before.version)
      dropKept(keptKey(before.id, state.verb))
      toast(t('desk.verb.done', { verb: name(state.name), number: after.number }))
      if (id.value === before.id) {
        reset()
        read.value.value = after
      }
      done(after, state.verb)
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      await refused(cause)
    } finally {
      busy.value = false
    }
    if (moved) await follow()
  }

  async function refused(error: ApiError): Promise<void> {
    fault.value = error.fields.map((field) => field.message).join(' ') || explainShort(error)
    if (error.status !== 412 && error.status !== 409) {
      if (!panel.value) toast(fault.value, 'fault')
      return
    }
    await read.load()
    const last = item.value?.timeline.at(-1)
    stale.value = last
      ? t('desk.stale.by', { who: last.actor?.name ?? '', what: name(last.title), time: formatTime(last.at) })
      : t('desk.stale.some')
    if (error.status === 412) fault.value = ''
    if (panel.value && !find(panel.value)?.allowed) {
      why.value = t('desk.verb.not', { verb: name(find(panel.value)?.name), reason: name(find(panel.value)?.reason) })
    }
  }

  useLive((change) => {
    if (change.caseId !== id.value) return
    if (change.verb === 'system') {
      moved = true
      if (!busy.value) void follow()
    } else if (!busy.value && Date.now() - ownAt >= 8000) news.value = true
  })

  /** What a job or a timer moved is nobody's echo: it is shown at once, unless something is being typed. */
  async function follow(): Promise<void> {
    moved = false
    if (panel.value) news.value = true
    else await refresh()
  }

  async function refresh(): Promise<void> {
    await read.load()
    news.value = false
  }

  return { read, item, verbs, panel, given, busy, fault, why, stale, news, find, choose, act, refresh }
}

export type OpenCase = ReturnType<typeof useCase>
