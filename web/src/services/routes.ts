import type { RouteRecordRaw } from 'vue-router'

export const serviceRoutes: RouteRecordRaw[] = [
  {
    path: '/services',
    name: 'services',
    component: () => import('./ServicesPage.vue'),
    meta: { house: 'hall', title: 'services.title', texts: ['services'] },
  },
  {
    path: '/services/apply',
    name: 'service-apply',
    component: () => import('./ApplyPage.vue'),
    beforeEnter: (to) => (to.query.items || to.query.bundle ? true : { name: 'services' }), // nothing was chosen
    meta: { house: 'hall', title: 'services.apply.title', texts: ['services'], private: true },
  },
  {
    path: '/services/:code',
    name: 'service',
    component: () => import('./GuidePage.vue'),
    meta: { house: 'hall', title: 'services.title', texts: ['services'] },
  },
  {
    path: '/mine',
    name: 'mine',
    component: () => import('./MinePage.vue'),
    meta: { house: 'hall', title: 'services.mine.title', texts: ['services', 'policies'], private: true },
  },
]
