// An order's clock in words.
import type { Order } from '@/api/types'
import { formatRemaining } from '@/shared/format'

export const orderLeft = (one: Order): string => formatRemaining(one.remaining, 'working_days', one.dueAt.slice(0, 10))
