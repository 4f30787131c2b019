export default {
  none: '还没有登记组织或事项。',
  groups: '活动',
  before: '上一个月',
  after: '下一个月',
  said: '已完成{done}项,共{cells}项',
  overdue: '逾期{n}项',
  row: '组织',
  period: { once: '一次', monthly: '每月', quarterly: '每季度', yearly: '每年' },
  state: { done: '已完成', due: '待完成', overdue: '逾期未完成' },
  short: { due: '待做', overdue: '逾期', done: '' },
  save: '登记',
  saved: '已登记:{row} · {item}',
}
