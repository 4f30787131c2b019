import type { RouteRecordRaw } from 'vue-router'

const texts = ['policies']

export const policyRoutes: RouteRecordRaw[] = [
  { path: '/hall/policies', name: 'policies', component: () => import('./LibraryPage.vue'), meta: { house: 'hall', title: 'policies.library.title', texts } },
  { path: '/hall/policies/:clause', name: 'policy', component: () => import('./GuidePage.vue'), meta: { house: 'hall', title: 'policies.library.title', texts } },
  { path: '/hall/benefits', name: 'benefits', redirect: { name: 'mine', hash: '#benefits' } },
  { path: '/hall/benefit-notices', name: 'benefit-notices', component: () => import('./NoticesPage.vue'), meta: { house: 'hall', title: 'policies.notices.title', texts } },
  { path: '/hall/benefit-notices/:id', name: 'benefit-notice', component: () => import('./NoticePage.vue'), meta: { house: 'hall', title: 'policies.notices.title', texts } },
  { path: '/desk/benefits', name: 'desk-benefits', component: () => import('./ListsPage.vue'), meta: { house: 'desk', title: 'policies.lists.title', menu: 'desk.benefits', texts } },
  { path: '/desk/benefits/:id', name: 'desk-benefit', component: () => import('./ListPage.vue'), meta: { house: 'desk', title: 'policies.lists.title', texts } },
  { path: '/desk/policies/:clause', name: 'desk-policy', component: () => import('./MatchPage.vue'), meta: { house: 'desk', title: 'policies.match.title', texts } },
  {
    path: '/pack/price',
    name: 'pack-price',
    component: () => import('./PricePage.vue'),
    meta: { house: 'pack', title: 'policies.price.title', menu: 'pack.price', permission: 'policy.price', texts },
  },
]
