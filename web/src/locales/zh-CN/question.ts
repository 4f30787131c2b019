export default {
  all: '要回答的问题',
  whole: '诉求总览',
  heat: '卡在哪一步',
  orders: '督办单',
  bulletins: '通报',
  rotate: '轮播',
  stop: '停止轮播',
  page: '去处理:{page}',
  safe: '目前没有。',
  more: '另有{n}项,点数字看全部。',
}
