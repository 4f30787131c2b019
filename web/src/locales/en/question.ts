import type zh from '../zh-CN/question'

const texts: typeof zh = {
  all: 'Questions',
  whole: 'All about requests',
  heat: 'Where cases wait',
  orders: 'Orders of supervision',
  bulletins: 'Bulletins',
  rotate: 'Rotate',
  stop: 'Stop rotating',
  page: 'Go to {page}',
  safe: 'None at present.',
  more: '{n} more: press the number to see all.',
}

export default texts
