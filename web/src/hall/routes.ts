import type { RouteRecordRaw } from 'vue-router'

export const hallRoutes: RouteRecordRaw[] = [
  { path: '/', alias: '/hall', name: 'home', component: () => import('./HomePage.vue'), meta: { house: 'hall', title: 'hall.home.title', texts: ['services'] } },
  {
    path: '/hall/new/:kind',
    name: 'new',
    component: () => import('./NewPage.vue'),
    meta: { house: 'hall', title: 'hall.new.title', private: true },
  },
  {
    path: '/hall/notices',
    name: 'notices',
    component: () => import('@/shared/NoticesPage.vue'),
    meta: { house: 'hall', title: 'shared.notice.title', private: true },
  },
  {
    path: '/hall/cases',
    name: 'cases',
    component: () => import('./CasesPage.vue'),
    meta: { house: 'hall', title: 'hall.cases.title', private: true },
  },
  {
    path: '/hall/cases/:id',
    name: 'case',
    component: () => import('./CasePage.vue'),
    meta: { house: 'hall', title: 'hall.case.title', private: true, texts: ['services'] },
  },
  {
    path: '/hall/cases/:id/promises/:promise',
    name: 'count',
    component: () => import('./CountPage.vue'),
    meta: { house: 'hall', title: 'shared.count.title', private: true },
  },
  {
    path: '/hall/knowledge',
    name: 'knowledge',
    component: () => import('./KnowledgePage.vue'),
    meta: { house: 'hall', title: 'hall.knowledge.title' },
  },
]
