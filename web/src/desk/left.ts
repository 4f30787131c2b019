// What is left, short enough for a column: 剩2天, 超3天, 剩1:30. The row's full words stand in the case.
import type { TaskItem } from '@/api/types'
import { today } from '@/shared/format'
import { t, tn } from '@/shared/i18n'
import { colourOf } from './tasks'

export function leftShort(item: TaskItem): string {
  const promise = item.promise
  const left = promise?.remaining ?? item.case.remaining
  if (!left || ['none', 'met', 'met_late'].includes(colourOf(item))) return ''
  const hours = promise?.unit === 'working_hours'
  const late = left.minutes < 0
  if (hours || left.days === 0) {
    if (!hours && !late && (promise?.dueOn ?? item.case.dueOn) === today()) return t('desk.left.today')
    const size = Math.abs(left.minutes)
    const time = `${Math.floor(size / 60)}:${String(size % 60).padStart(2, '0')}`
    return t(late ? 'desk.left.overTime' : 'desk.left.time', { time })
  }
  return tn(late ? 'desk.left.overDays' : 'desk.left.days', Math.abs(left.days))
}
