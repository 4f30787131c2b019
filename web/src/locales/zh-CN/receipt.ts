export default {
  title: '验证回执',
}
