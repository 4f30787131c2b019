import type { RouteRecordRaw } from 'vue-router'

export const registerRoutes: RouteRecordRaw[] = [
  {
    path: '/desk/registers',
    name: 'desk-registers',
    component: () => import('./RegistersPage.vue'),
    meta: { house: 'desk', title: 'registers.title', menu: 'desk.registers', texts: ['registers'] },
  },
  {
    path: '/desk/registers/:register',
    name: 'desk-records',
    component: () => import('./RecordsPage.vue'),
    meta: { house: 'desk', title: 'registers.title', texts: ['registers'] },
  },
  {
    path: '/desk/registers/:register/new',
    name: 'desk-record-new',
    component: () => import('./RecordPage.vue'),
    meta: { house: 'desk', title: 'registers.new', texts: ['registers'] },
  },
  {
    path: '/desk/registers/:register/:id',
    name: 'desk-record',
    component: () => import('./RecordPage.vue'),
    meta: { house: 'desk', title: 'registers.record', texts: ['registers'] },
  },
]
