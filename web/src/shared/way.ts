// The way of a case in words: how long it stayed, which of several visits, who had it.
import type { CaseWay, WayStep } from '@/api/types'
import { formatMinutes } from './format'
import { name, t, tn } from './i18n'
import { zone } from './zone'

/** Office minutes of one working day, from the zone's hours: 08:30-12:00 … */
export function dayMinutes(): number {
  let sum = 0
  for (const span of zone.value?.hours ?? []) {
    const [h1 = 0, m1 = 0, h2 = 0, m2 = 0] = span.split(/[-:]/).map(Number)
    sum += h2 * 60 + m2 - h1 * 60 - m1
  }
  return sum > 0 ? sum : 480
}

/** 2个工作日3小时; under a day in hours and minutes. */
export function formatWorked(minutes: number): string {
  const day = dayMinutes()
  if (minutes < 1) return t('shared.way.short')
  if (minutes < day) return formatMinutes(minutes)
  let days = Math.floor(minutes / day)
  let hours = Math.round((minutes % day) / 60)
  if (hours * 60 >= day) {
    days++
    hours = 0
  }
  return hours ? t('shared.way.daysHours', { days, hours }) : tn('shared.way.days', days)
}

/** The same, as short as it can be said, for a mark on the drawing: 3.5天 / 2小时. */
export function formatWorkedShort(minutes: number): string {
  const day = dayMinutes()
  if (minutes < 60) return t('shared.way.min', { n: Math.max(0, Math.round(minutes)) })
  const value = minutes < day ? minutes / 60 : minutes / day
  const n = value < 10 ? Math.round(value * 10) / 10 : Math.round(value)
  return t(minutes < day ? 'shared.way.h' : 'shared.way.d', { n })
}

/** Steps at which somebody had something to do, or something was waited for; and where it ended. */
export function stays(way: CaseWay): WayStep[] {
  return way.steps.filter((step) => step.how !== 'passed')
}

export function who(step: WayStep): string {
  return [name(step.unit?.name), step.person ?? ''].filter(Boolean).join(' · ')
}

/** How often each step was visited and how long in all; where it is now; which flows were taken. */
export function summary(way: CaseWay) {
  const nodes = new Map<string, { times: number; minutes: number; here: boolean; waited: boolean }>()
  const flows = new Set<string>()
  const at = (node: string) => {
    let found = nodes.get(node)
    if (!found) nodes.set(node, (found = { times: 0, minutes: 0, here: false, waited: false }))
    return found
  }
  for (const step of way.steps) {
    for (const item of step.passed) {
      if (item.flow) flows.add(item.flow)
      if (item.node !== step.node) at(item.node).times++
    }
    const own = at(step.node)
    own.times++
    own.minutes += step.minutes ?? 0
    own.waited ||= step.how !== 'passed'
    own.here ||= step.how === 'here'
  }
  return { nodes, flows }
}
