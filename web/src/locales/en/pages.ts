export default {
  title: 'Page',
  systems: 'Systems',
  open: 'Open to all',
  none: 'There are no pages for you to see.',
  unknown: 'This version of the interface does not know pages of kind "{kind}"; reload and try again.',
  whole: 'Filter and export',
  rule: 'The rule table',
}
