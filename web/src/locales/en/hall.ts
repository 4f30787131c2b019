import type zh from '../zh-CN/hall'

const texts: typeof zh = {
  title: '',
}
export default texts
