export default {
  none: 'No organisation or item is on record yet.',
  groups: 'Programmes',
  before: 'The month before',
  after: 'The month after',
  said: 'done, {done} of {cells}',
  overdue: '{n} overdue',
  row: 'Organisation',
  period: { once: 'once', monthly: 'monthly', quarterly: 'quarterly', yearly: 'yearly' },
  state: { done: 'done', due: 'to be done', overdue: 'overdue' },
  short: { due: 'due', overdue: 'overdue', done: '' },
  save: 'Enter',
  saved: 'Entered: {row} · {item}',
}
