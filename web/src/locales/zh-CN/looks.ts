export default {
  none: '还没有人看过。',
  what: { look: '看了一条', list: '看了列表,{n}条', refused: '试图查看,被拒绝', reveal: '看了遮盖的内容' },
}
