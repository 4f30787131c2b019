export default {
  month: '月份',
  first: '先保存,再换月份。',
  missing: '{n}个未填',
  odd: '与上月相差{n}倍以上,请核对',
  total: '合计',
  save: '保存',
  saveN: '保存{n}行',
  saved: '已保存{n}行。',
}
