// The keys of the task page, as one table read from top to bottom.
import { dangers } from './tasks'
import { verbOfLetter } from './verbs'

export interface DeskHand {
  move: (step: number) => void
  enter: () => boolean
  leave: () => boolean
  find: () => boolean
  colour: (colour: string) => boolean
  refresh: () => boolean
  help: () => boolean
  verb: (verb: string) => boolean
}

/** A button or link that has the focus keeps its own Enter. */
const holdsEnter = (): boolean => !!document.activeElement?.closest('a, button, summary, [role=combobox]')

export function deskKey(key: string, hand: DeskHand): boolean {
  if (key.startsWith('Arrow') && document.activeElement?.closest('.pane')) return false // scrolls what one reads
  if (key === 'j' || key === 'ArrowDown') return hand.move(1), true
  if (key === 'k' || key === 'ArrowUp') return hand.move(-1), true
  if (key === 'Enter') return !holdsEnter() && hand.enter()
  if (key === 'Escape') return hand.leave()
  if (key === '/') return hand.find()
  if (key === '?' || key === '?') return hand.help()
  if (key === '.') return hand.refresh()
  if (key === '0') return hand.colour('')
  if (/^[1-5]$/.test(key)) return hand.colour(dangers[Number(key) - 1]!)
  const verb = verbOfLetter(key)
  return verb ? hand.verb(verb) : false
}
