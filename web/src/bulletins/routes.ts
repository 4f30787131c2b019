import type { RouteRecordRaw } from 'vue-router'

export const bulletinRoutes: RouteRecordRaw[] = [
  {
    path: '/desk/bulletins',
    name: 'desk-bulletins',
    component: () => import('./BulletinsPage.vue'),
    meta: { house: 'desk', title: 'bulletins.title', menu: 'desk.bulletins', permission: 'figure.read', texts: ['bulletins', 'figures'] },
  },
  {
    path: '/desk/bulletins/:name',
    name: 'desk-bulletin',
    component: () => import('./BulletinPage.vue'),
    meta: { house: 'desk', title: 'bulletins.title', texts: ['bulletins', 'figures', 'cockpit'] },
  },
  {
    path: '/bulletins',
    name: 'issues',
    component: () => import('./IssuesPage.vue'),
    meta: { house: 'hall', title: 'bulletins.published', texts: ['bulletins', 'figures'] },
  },
  {
    path: '/bulletins/:issue',
    name: 'issue',
    component: () => import('./IssuePage.vue'),
    meta: { house: 'hall', title: 'bulletins.published', texts: ['bulletins', 'figures', 'cockpit'] },
  },
]
