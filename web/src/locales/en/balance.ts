export default {
  none: 'No supply and demand on record yet.',
  how: 'What there is / what is needed, by place; a surplus here fills no gap there. The shortest come first.',
  asOf: 'As of {on}.',
  missing: '{n} missing',
  place: 'Neighbourhood',
  table: 'Supply and demand by neighbourhood',
  level: { full: 'met', near: '{n} missing', short: '{n} missing' },
}
