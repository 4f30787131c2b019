// Turns an ApiError into two sentences for a person: what is wrong, and what to do now.
import type { ApiError } from '@/api/client'
import { t } from './i18n'

export interface Explained {
  title: string
  advice: string
}

export function explain(error: ApiError): Explained {
  if (error.failure !== 'problem') {
    return { title: t(`shared.error.${error.failure}`), advice: t(`shared.error.${error.failure}Advice`) }
  }
  const known = [401, 403, 404, 409, 412, 413, 429, 503].includes(error.status)
  const group = known ? String(error.status) : error.status >= 500 ? '500' : '400'
  const said = error.problem?.type === 'about:blank' ? null : error.problem // of something before our server: a bare "Bad Gateway"
  const title = said?.detail || said?.title || t(`shared.error.s${group}`)
  return { title, advice: t(`shared.error.s${group}Advice`) }
}

/** One line, for toasts. */
export function explainShort(error: ApiError): string {
  const { title, advice } = explain(error)
  return `${title}${/[。.!?！？]$/.test(title) ? '' : t('shared.stop')}${advice}`
}
