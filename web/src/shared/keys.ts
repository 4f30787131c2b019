// Single keys of a page. They are silent while one types, while an input method composes, with a
// modifier held, and while a dialog is open: a letter then belongs to what has the focus.
import { onBeforeUnmount, onMounted } from 'vue'

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type)
}

/** Calls `pressed` with the key (event.key); it says whether it took it. */
export function useKeys(pressed: (key: string, event: KeyboardEvent) => boolean): void {
  function listen(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
    if (isTyping(event.target) || document.querySelector('dialog[open]')) return
    if (pressed(event.key, event)) event.preventDefault()
  }
  onMounted(() => document.addEventListener('keydown', listen))
  onBeforeUnmount(() => document.removeEventListener('keydown', listen))
}
