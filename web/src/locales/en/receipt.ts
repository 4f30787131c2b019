import type zh from '../zh-CN/receipt'

const texts: typeof zh = {
  title: 'Verify a receipt',
}
export default texts
