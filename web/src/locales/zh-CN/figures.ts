export default {
  none: '没有记录。',
  asTable: '看数字',
  openOf: '{of} {value},看记录',
  asOf: '按发布时在册的情况列出;点开的是这条登记现在的样子。',
}
