// A number that was pressed: what to say of it, and how its records are asked for.
import type { Name } from '@/api/types'
import type { Asked } from './api'

export interface Opened {
  figure: string
  title: Name
  unit: Name
  note?: Name | null
  text: string
  label?: string
  query: Asked
  /** records, entries, licences or rows */
  open: string
  of: string | null
}
