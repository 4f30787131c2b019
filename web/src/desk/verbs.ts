// The verbs at the Desk: their letters, their order in the bar, and which of them asks for nothing.
import type { VerbState } from '@/api/types'

/** Order in the bar; the first allowed of the first thirteen is the main button. */
const order = [
  'sign', 'give_back', 'opinion', 'check', 'decide', 'deliver', 'send_back', 'dispatch', 'reply', 'approve', 'resume', 'report', 'accept',
  'refuse', 'reject', 'read', 'take_back', 'transfer', 'return', 'suspend', 'extend', 'note',
  'delegate', 'countersign', 'add_signer', 'remove_signer', 'copy', 'merge', 'supervise', 'urge', 'publish', 'reopen', 'undo', 'jump', 'withdraw',
]
const mains = 13
/** What stands in the bar itself; the rest opens under “more”. */
const front = new Set(order.slice(0, order.indexOf('delegate')))
/** Worth telling why not; of the others one hears only when they are possible. */
const explained = new Set(['sign', 'check', 'decide', 'deliver', 'dispatch', 'reply', 'transfer', 'return', 'suspend', 'resume', 'extend', 'delegate', 'countersign', 'add_signer', 'supervise', 'urge', 'publish', 'reopen', 'merge'])

export interface Bar {
  front: VerbState[]
  more: VerbState[]
  refused: VerbState[]
}

/** At most `most` buttons in front; what does not fit joins the rest. */
export function barOf(verbs: VerbState[], most = 6): Bar {
  const allowed = verbs.filter((verb) => verb.allowed)
  const first = allowed.filter((verb) => front.has(verb.verb)).slice(0, most)
  return {
    front: first,
    more: allowed.filter((verb) => !first.includes(verb)),
    refused: verbs.filter((verb) => !verb.allowed && explained.has(verb.verb)),
  }
}

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
  delegate: 'w',
  countersign: 'h',
  opinion: 'y',
  add_signer: 'i',
  give_back: 'v',
  send_back: 'q',
  take_back: 'z',
  copy: 'l',
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
