export default {
  none: 'Nobody has looked yet.',
  what: { look: 'looked at a record', list: 'looked at a list of {n}', refused: 'tried to look and was refused', reveal: 'looked behind the mask' },
}
