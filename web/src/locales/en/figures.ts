import type zh from '../zh-CN/figures'

const texts: typeof zh = {
  none: 'No records.',
  asTable: 'As a table',
  openOf: '{of} {value}, open the records',
  asOf: 'Listed as they stood when this was published; a record opens as it is now.',
}

export default texts
