// Paper is white: while printing, the page wears its light colours.
import { onBeforeUnmount, onMounted } from 'vue'

export function usePrintLight(): void {
  const root = document.documentElement
  let before: string | null = null
  const light = (): void => {
    before = root.getAttribute('data-theme')
    root.setAttribute('data-theme', 'light')
  }
  const back = (): void => {
    if (before) root.setAttribute('data-theme', before)
  }
  onMounted(() => {
    window.addEventListener('beforeprint', light)
    window.addEventListener('afterprint', back)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('beforeprint', light)
    window.removeEventListener('afterprint', back)
  })
}
