// The verbs at the Desk: their letters, their order in the bar, and which of them asks for nothing.
import type { VerbState } from '@/api/types'

/** Order in the bar; the first allowed of the first five is the main button. */
const order = [
  'sign', 'dispatch', 'reply', 'approve', 'resume', 'refuse', 'transfer', 'return', 'suspend', 'extend',
  'note', 'merge', 'supervise', 'urge', 'publish', 'reopen', 'withdraw',
]
const mains = 5

export const letters: Record<string, string> = {
  sign: 's',
  dispatch: 'd',
  transfer: 't',
  return: 'b',
  reply: 'r',
  suspend: 'p',
  resume: 'c',
  extend: 'e',
  approve: 'a',
  refuse: 'f',
  urge: 'u',
  supervise: 'x',
  merge: 'm',
  note: 'n',
  publish: 'g',
  reopen: 'o',
}

export function deskVerbs(verbs: VerbState[]): VerbState[] {
  const place = (verb: string): number => order.indexOf(verb)
  return verbs.filter((verb) => place(verb.verb) >= 0).sort((a, b) => place(a.verb) - place(b.verb))
}

export function mainVerb(verbs: VerbState[]): string {
  return verbs.find((verb) => verb.allowed && order.indexOf(verb.verb) < mains)?.verb ?? ''
}

export const verbOfLetter = (key: string): string | undefined =>
  Object.keys(letters).find((verb) => letters[verb] === key)

export const asksNothing = (verb: VerbState): boolean => !verb.needs.length && !verb.optional?.length

export const takes = (verb: VerbState, input: string): boolean =>
  [...verb.needs, ...(verb.optional ?? [])].includes(input as never)
