// After a change of page: the title, the focus on the page's heading, and a word to screen readers.
// Pages with a title of their own (a case's number) call `setTitle` once they know it.
import { nextTick } from 'vue'
import { name, t } from './i18n'
import { zone } from './zone'

export function setTitle(text: string): void {
  document.title = [text, name(zone.value?.name)].filter(Boolean).join(' · ')
}

let first = true

export async function announce(key: string | undefined): Promise<void> {
  const title = key ? t(key) : t('shared.house.hall')
  setTitle(title)
  await nextTick()
  if (first) {
    first = false
    return
  }
  const say = document.getElementById('route-say')
  if (say) say.textContent = title
  const heading = document.querySelector<HTMLElement>('#main h1') ?? document.getElementById('main')
  if (!heading) return
  heading.tabIndex = -1
  heading.focus({ preventScroll: true })
}
