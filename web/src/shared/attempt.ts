// What the server may refuse: done, and a refusal told at the foot of the page.
import type { Ref } from 'vue'
import { ApiError } from '@/api/client'
import { explainShort } from './explain'
import { toast } from './toast'

/** False: it was refused, and said so. `busy` holds `during` meanwhile, and false or '' afterwards. */
export async function attempt(work: () => Promise<unknown>, busy?: Ref<boolean>): Promise<boolean>
export async function attempt(work: () => Promise<unknown>, busy: Ref<string>, during: string): Promise<boolean>
export async function attempt(work: () => Promise<unknown>, busy?: Ref<boolean | string>, during: boolean | string = true): Promise<boolean> {
  if (busy) busy.value = during
  try {
    await work()
    return true
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause
    toast(explainShort(cause), 'fault')
    return false
  } finally {
    if (busy) busy.value = typeof during === 'string' ? '' : false
  }
}
