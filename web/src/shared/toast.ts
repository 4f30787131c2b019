// Short notices at the foot of the page, read out by screen readers.
import { reactive } from 'vue'

export interface Toast {
  id: number
  text: string
  kind: 'done' | 'fault'
  action?: { text: string; run: () => void }
}

export const toasts = reactive<Toast[]>([])
let last = 0

export function dropToast(id: number): void {
  const at = toasts.findIndex((toast) => toast.id === id)
  if (at >= 0) toasts.splice(at, 1)
}

export function toast(text: string, kind: Toast['kind'] = 'done', action?: Toast['action']): void {
  const id = ++last
  toasts.push({ id, text, kind, action })
  setTimeout(() => dropToast(id), kind === 'fault' ? 10_000 : 5000)
}
