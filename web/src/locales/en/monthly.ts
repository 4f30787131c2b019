export default {
  month: 'Month',
  first: 'Save before changing the month.',
  missing: '{n} not yet given',
  odd: 'more than {n} times away from last month: please look again',
  total: 'Total',
  save: 'Save',
  saveN: 'Save {n} line | Save {n} lines',
  saved: '{n} line saved. | {n} lines saved.',
}
