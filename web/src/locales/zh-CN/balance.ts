export default {
  none: '还没有供需登记。',
  how: '各处“供给 / 需求”;一处有余,不抵另一处不足。最缺的排在前面。',
  asOf: '截至{on}。',
  missing: '还缺{n}',
  place: '社区',
  table: '各社区供需',
  level: { full: '满足', near: '还缺{n}', short: '还缺{n}' },
}
