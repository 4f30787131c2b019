// The figures that the page shows. Each answer is kept by what was asked, so that a part that asks the
// same again gets it at once; `again` reads everything anew while the old numbers stay in place.
import { computed, reactive, ref, shallowRef, type Ref } from 'vue'
import { api } from '@/api'
import { ApiError } from '@/api/client'
import type { FigureInfo, FigureValue } from '@/api/types'
import { moveMonth } from './period'

export interface Filter {
  from: string
  to: string
  unit: string
  topic: string
}

export interface Ask {
  name: string
  by?: string
  /** another span than the page's */
  from?: string
  to?: string
  /** may come after everything else: the small lines */
  later?: boolean
}

export interface Cell {
  value: FigureValue | null
  error: ApiError | null
}

const together = 4

/** What is counted now, whatever the month in which it came in. */
export const present = new Set(['overdue_open', 'requests_open', 'open_by_age'])

export function useFigures(filter: Ref<Filter>) {
  const infos = shallowRef<FigureInfo[]>([])
  const cells = reactive(new Map<string, Cell>())
  const asks = new Map<string, Ask>()
  const busy = ref(0)
  const at = ref('')
  const failed = computed(() => [...cells.values()].find((cell) => cell.error && !cell.value)?.error ?? null)

  const info = (name: string): FigureInfo | undefined => infos.value.find((one) => one.name === name)

  function queryOf(ask: Ask): Record<string, string | undefined> {
    const { unit, topic } = filter.value
    const span = present.has(ask.name) && !ask.from ? {} : { from: ask.from ?? filter.value.from, to: ask.to ?? filter.value.to }
    return { by: ask.by, ...span, unit: unit || undefined, topic: topic || undefined }
  }

  const keyOf = (ask: Ask): string => JSON.stringify([ask.name, queryOf(ask)])

  // A few questions at a time, in the order in which they were asked, the small lines last: the numbers
  // come first, and the browser keeps connections free for what the reader does meanwhile.
  const waiting: { key: string; ask: Ask; done: () => void }[] = []
  let running = 0

  function pump(): void {
    while (running < together && waiting.length) {
      const at = waiting.findIndex((one) => !one.ask.later)
      const [next] = waiting.splice(Math.max(0, at), 1)
      running++
      void read(next!.key, next!.ask).finally(() => {
        running--
        next!.done()
        pump()
      })
    }
  }

  function queue(key: string, ask: Ask): Promise<void> {
    return new Promise((done) => {
      waiting.push({ key, ask, done })
      queueMicrotask(pump)
    })
  }

  async function read(key: string, ask: Ask): Promise<void> {
    busy.value++
    try {
      const value = await api.figure(ask.name, queryOf(ask))
      cells.set(key, { value, error: null })
      if (value.at > at.value) at.value = value.at
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      cells.set(key, { value: cells.get(key)?.value ?? null, error: cause })
    } finally {
      busy.value--
    }
  }

  /** The answer as far as it is known; asks for it when it is not. */
  function get(ask: Ask): Cell | null {
    const key = keyOf(ask)
    const asked = asks.get(key)
    if (asked?.later && !ask.later) asked.later = false
    if (!asked) {
      asks.set(key, ask)
      if (!cells.has(key)) void queue(key, ask)
    }
    return cells.get(key) ?? null
  }

  /** After a change of filter the old questions are of no use. */
  function forget(): void {
    waiting.splice(0).forEach((one) => one.done())
    asks.clear()
    cells.clear()
  }

  async function again(): Promise<void> {
    if (!waiting.length) await Promise.all([...asks].map(([key, ask]) => queue(key, ask)))
  }

  async function loadInfos(): Promise<void> {
    infos.value = (await api.figures()).items
  }

  /** The last twelve months up to the end of the page's span, for the small lines. */
  const year = computed(() => ({ from: moveMonth(filter.value.to, -11), to: filter.value.to }))

  return { infos, info, get, forget, again, loadInfos, busy, at, failed, year, queryOf }
}

export type Figures = ReturnType<typeof useFigures>

/** What a number stands for: opens the drawer with its records. */
export interface Opened extends Ask {
  key?: string
  label?: string
}
