export default {
  find: 'Find by name',
  light: 'Light',
  all: 'All',
  count: '{n} shown',
  none: 'There is nothing to draw.',
  planned: 'planned {day}',
  comma: ', ',
  plan: 'plan',
  done: 'done',
}
