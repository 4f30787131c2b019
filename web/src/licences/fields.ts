// A licence type's fields as columns, so that the registers' form controls serve them.
import type { Column } from '@/api/types'
import type { LicenceType } from './api'

export const columnsOf = (type: LicenceType): Column[] =>
  type.fields.map(
    (field) =>
      ({
        name: field.name, title: field.title, type: field.type, required: field.required && !field.filled, masked: false, computed: false,
        sortable: false, codes: field.codes, ref: null, bytesMax: field.bytesMax, min: null, max: null, group: null, hint: null,
      }) as unknown as Column,
  )
