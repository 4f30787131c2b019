// How many notices are unread: asked once for the page's frame, again when the server says that there are new ones.
import { onMounted, readonly, ref, watch } from 'vue'
import { api } from '@/api'
import type { Id } from '@/api/types'
import { useTold } from './live'
import { account } from './session'

const count = ref(0)
export const unread = readonly(count)

/** What a reading of the list has said. */
export function setUnread(n: number): void {
  count.value = n
}

async function ask(): Promise<void> {
  if (!account.value) return setUnread(0)
  try {
    setUnread((await api.notices({ limit: 1 })).unread)
  } catch {
    // the page itself says when the server is away; the number stays as it was
  }
}

/** Marks one as read. The number follows also when its reader has left the list meanwhile, for what it is about. */
export async function readNotice(id: Id): Promise<void> {
  await api.readNotice(id)
  await ask()
}

/** For the frame: keeps the number true while it is shown. */
export function useUnread(): void {
  onMounted(() => void ask())
  watch(account, () => void ask())
  useTold(() => void ask())
}
