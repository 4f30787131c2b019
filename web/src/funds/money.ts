// Money of funds: the server counts fen, people read yuan.
import { formatMoney, formatNumber } from '@/shared/format'
import { language } from '@/shared/i18n'

/** 1.2亿元, 350万元, 11万元, 0元; less than 10,000 yuan to the fen; in English always ¥ */
export function short(fen: number): string {
  const yuan = fen / 100
  const size = Math.abs(yuan)
  if (language.value !== 'en' && (!size || (size >= 1e4 && size < 1e6))) return size ? `${formatNumber(Math.round(yuan / 100) / 100)}万元` : '0元'
  return formatMoney(yuan)
}
/** 12,100.00: exact, for tables and what is going to be paid */
export const exact = (fen: number): string => formatNumber(fen / 100, 2)

/** What was typed as fen: "1,200.5", "12万", "0.3亿"; null for what is no amount. */
export function fenOf(text: string): number | null {
  const found = /^(\d+)(?:\.(\d{1,6}))?(万|亿)?元?$/.exec(text.replace(/[,,\s¥]/g, ''))
  if (!found) return null
  const digits = { 万: 6, 亿: 10 }[found[3] ?? ''] ?? 2
  const fraction = found[2] ?? ''
  if (fraction.length > digits) return null
  const fen = Number(found[1] + fraction.padEnd(digits, '0'))
  return Number.isSafeInteger(fen) && fen > 0 ? fen : null
}
