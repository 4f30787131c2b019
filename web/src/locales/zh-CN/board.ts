export default {
  all: '全部{name}',
  enter: '新登记',
  states: '状态',
  none: '这里没有。',
  confirm: '确认:{action}',
  done: '已办:{action} · {label}',
  over: '逾期{n}天',
  dueToday: '今天到期',
  left: '还有{n}天',
}
