// A trial of the drawing as it stands: acts go to the server with the state of the act before; what has
// been gone over is gathered here, for the drawing and the log.
import { computed, ref, shallowRef } from 'vue'
import { api } from '@/api'
import { ApiError } from '@/api/client'
import type { ProcedureTrial, TrialEvent, TryBody } from '@/api/types'
import type { Mark } from '@/shared/drawing/marks'
import { t } from '@/shared/i18n'

export function useTrial(xml: () => string, kind: () => string) {
  const now = shallowRef<ProcedureTrial | null>(null)
  const log = shallowRef<TrialEvent[]>([])
  const past = shallowRef<{ now: ProcedureTrial | null; log: TrialEvent[] }[]>([])
  const error = shallowRef<ApiError | null>(null)
  const busy = ref(false)

  async function act(body: Omit<TryBody, 'xml' | 'kind' | 'state'>): Promise<void> {
    busy.value = true
    error.value = null
    try {
      const fresh = body.do === 'start'
      const said = await api.tryProcedure({ xml: xml(), kind: kind() || undefined, state: fresh ? undefined : now.value?.state, ...body })
      past.value = fresh ? [] : [...past.value.slice(-49), { now: now.value, log: log.value }]
      log.value = fresh ? said.events : [...log.value, ...said.events]
      now.value = said
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      error.value = cause
    } finally {
      busy.value = false
    }
  }

  function back(): void {
    const last = past.value.at(-1)
    if (!last) return
    past.value = past.value.slice(0, -1)
    now.value = last.now
    log.value = last.log
    error.value = null
  }

  const flows = computed(() => new Set(log.value.filter((one) => one.what === 'entered' && one.text).map((one) => one.text!)))
  const marks = computed<Mark[]>(() => {
    const times = new Map<string, number>()
    for (const one of log.value) if (one.what === 'entered' && one.node) times.set(one.node, (times.get(one.node) ?? 0) + 1)
    const parents = new Set(now.value?.waiting.map((one) => one.parent))
    const here = new Map<string, number>()
    for (const one of now.value?.waiting ?? []) if (one.node && !parents.has(one.token)) here.set(one.node, (here.get(one.node) ?? 0) + 1)
    const marks: Mark[] = []
    for (const [node, n] of times) {
      if (here.has(node)) continue
      marks.push({ node, look: 'been', badge: n > 1 ? t('procedures.try.times', { n }) : '' })
    }
    for (const [node, n] of here) marks.push({ node, look: 'is-here', tone: 'here', badge: n > 1 ? `▶ ${n}` : '▶' })
    return marks
  })
  return { now, log, past, error, busy, act, back, flows, marks }
}
export type Trial = ReturnType<typeof useTrial>
