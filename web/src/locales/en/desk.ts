import type zh from '../zh-CN/desk'

const texts: typeof zh = {}
export default texts
