import type zh from '../zh-CN/cockpit'

const texts: typeof zh = {}
export default texts
