export default {
  find: '按名称查找',
  light: '灯',
  all: '全部',
  count: '{n}个',
  none: '没有可以画的记录。',
  planned: '计划{day}',
  comma: ',',
  plan: '计划',
  done: '实际',
}
