import type zh from '../zh-CN/receipt'

const texts: typeof zh = {
  title: '',
}
export default texts
