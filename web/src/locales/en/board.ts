export default {
  all: 'All: {name}',
  enter: 'New entry',
  states: 'States',
  none: 'Nothing here.',
  confirm: 'Confirm: {action}',
  done: 'Done: {action} · {label}',
  over: '{n} day overdue | {n} days overdue',
  dueToday: 'Due today',
  left: '{n} day left | {n} days left',
}
