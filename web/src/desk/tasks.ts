// My tasks, most dangerous first. What others change is counted and shown when one asks for it or has
// been idle for a while; what one does oneself is shown at once. The list never moves under the hand.
import { computed, onBeforeUnmount, onMounted, ref, shallowRef, type Ref } from 'vue'
import { api } from '@/api'
import { ApiError } from '@/api/client'
import type { Colour, Id, TaskItem, TaskPage } from '@/api/types'
import { useLive } from '@/shared/live'
import { useLoad } from '@/shared/load'

export const dangers = ['broken', 'red', 'amber', 'green', 'paused'] as const
export type Danger = (typeof dangers)[number]

export interface TaskFilter {
  scope: string
  colour: string
  q: string
}

const pageSize = 50
/** what is read again at most when the list is refreshed; further ones are asked for as one goes down */
const mostAgain = 200
const idleMs = 20_000
const ownMs = 8000
const freshMs = 120_000

/** The state shown in the row: of the promise that comes first, of the task or of its case. */
export const colourOf = (item: TaskItem): Colour =>
  item.state === 'suspended' || item.case.suspended ? 'paused' : (item.promise?.colour ?? item.case.colour)

/** The server's order is by deadline; within a page the more dangerous come first, paused ones last. */
function inOrder(items: TaskItem[]): TaskItem[] {
  const place = (item: TaskItem): number => {
    const at = dangers.indexOf(colourOf(item) as Danger)
    return at < 0 ? dangers.length : at
  }
  return [...items].sort((a, b) => place(a) - place(b))
}

export function useTasks(filter: Ref<TaskFilter>) {
  const items = shallowRef<TaskItem[]>([])
  const next = ref<string | null>(null)
  const more = ref(false)
  const others = ref(new Set<Id>())
  const own = new Map<Id, number>()
  let shownAt = 0
  let movedAt = Date.now()

  const query = (limit: number, after?: string) => ({ ...filter.value, limit, after })

  const read = useLoad<TaskPage>(async (signal) => {
    const wanted = Math.min(mostAgain, items.value.length)
    const page = await api.tasks(query(pageSize), signal)
    const found = inOrder(page.items)
    let after = page.next
    while (after && found.length < wanted) {
      const more = await api.tasks(query(pageSize, after), signal)
      found.push(...inOrder(more.items))
      after = more.next
    }
    items.value = found
    next.value = after
    others.value = new Set()
    shownAt = Date.now()
    return page
  })

  async function loadMore(): Promise<ApiError | null> {
    if (!next.value || more.value) return null
    more.value = true
    try {
      const page = await api.tasks(query(pageSize, next.value))
      const have = new Set(items.value.map((item) => item.taskId))
      items.value = [...items.value, ...inOrder(page.items.filter((item) => !have.has(item.taskId)))]
      next.value = page.next
      return null
    } catch (cause) {
      if (cause instanceof ApiError) return cause
      throw cause
    } finally {
      more.value = false
    }
  }

  /** What I do myself is no news to me. */
  function noteOwn(id: Id): void {
    own.set(id, Date.now())
  }

  useLive(
    (change) => {
      if (Date.now() - (own.get(change.caseId) ?? 0) < ownMs) return
      others.value = new Set([...others.value, change.caseId])
    },
    () => void read.load(),
  )

  const moved = (): void => void (movedAt = Date.now())
  const events = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchstart'] as const

  /** Nobody's hand is on it: show what is new, and every two minutes what time has done. */
  function rest(): void {
    if (document.visibilityState !== 'visible' || Date.now() - movedAt < idleMs) return
    if (document.querySelector('dialog[open], form[data-writing]')) return
    if (others.value.size || Date.now() - shownAt > freshMs) void read.load()
  }
  let timer: ReturnType<typeof setInterval> | undefined
  onMounted(() => {
    events.forEach((name) => document.addEventListener(name, moved, { passive: true }))
    timer = setInterval(rest, 5000)
  })
  onBeforeUnmount(() => {
    events.forEach((name) => document.removeEventListener(name, moved))
    clearInterval(timer)
  })

  return {
    items,
    next,
    more,
    loadMore,
    read,
    noteOwn,
    news: computed(() => others.value.size),
    counts: computed(() => read.value.value?.counts ?? null),
    total: computed(() => read.value.value?.total ?? 0),
  }
}
