// What the server says of an industry chain, and the words for it.
import { get } from '@/api/client'
import type { SchemaChainLink, SchemaChainPair, SchemaIndustryChain } from '@/api/openapi'
import { formatMoney, formatNumber } from '@/shared/format'
import { language, t } from '@/shared/i18n'

export type Verdict = 'strong' | 'plain' | 'weak' | 'missing' | 'extend' | 'empty'
export type Chain = SchemaIndustryChain
export type Link = SchemaChainLink
export type Pair = SchemaChainPair

/** The members of a page of this kind that the face needs. */
export interface ChainMembers {
  links: { register: string }
  placements: { register: string; link: string }
  supplies: { register: string; link: string }
  candidates?: { register: string; link: string }
}

export const loadChain = (page: string, chain: string | undefined, signal?: AbortSignal): Promise<Chain> =>
  get<Chain>(`/api/pages/${page}/chain`, { chain }, signal)

/** Shortened where the language has no unit of its own for it: an amount must fit beside others on a phone. */
export function money(fen: number): string {
  const [unit, most] = language.value === 'en' ? [1e8, Infinity] : [1e6, 1e8] // a million; 万, from 100万 on as everywhere
  const size = Math.abs(fen)
  return size >= unit && size < most ? t('chain.short', { n: formatNumber(Math.round(fen / (unit / 100)) / 100) }) : formatMoney(fen / 100)
}

/** Of what is bought, how much is bought here; null where nothing is on record. */
export const localShare = (link: { bought: number; outside: number }): number | null =>
  link.bought ? Math.round((1000 * (link.bought - link.outside)) / link.bought) / 10 : null

export const percent = (value: number | null): string => (value === null ? t('shared.none') : `${formatNumber(value)}%`)

/** Why the link is called so, in one sentence. */
export function why(link: Link, rules: Chain['rules']): string {
  const share = link.bought ? Math.round((100 * link.outside) / link.bought) : 0
  const facts = { ...rules, n: link.enterprises, share, local: 100 - share, limit: rules.local, feeds: link.feeds, fedBy: link.fedBy, buyers: link.buyers }
  const verdict = link.verdict as Verdict
  if (verdict === 'missing') return t(link.bought ? 'chain.why.missingBought' : 'chain.why.missing', facts)
  if (verdict === 'plain' && !link.bought) return t('chain.why.unknown', facts)
  return t(`chain.why.${verdict}`, facts)
}

/** Neighbours on the graph, by index. */
export function around(chain: Chain, at: number): { before: number[]; after: number[] } {
  return {
    before: chain.edges.filter((edge) => edge.to === at).map((edge) => edge.from),
    after: chain.edges.filter((edge) => edge.from === at).map((edge) => edge.to),
  }
}
