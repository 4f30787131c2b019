export default {
  title: '页面',
  systems: '系统',
  open: '公开信息',
  none: '没有您可以查看的页面。',
  unknown: '这个版本的界面还不认识“{kind}”页面,请刷新后再试。',
  whole: '筛选和导出',
  rule: '判定表',
}
