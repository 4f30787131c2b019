import type { RouteRecordRaw } from 'vue-router'

// Those with meta.menu stand in the Desk's head, in this order.
export const deskRoutes: RouteRecordRaw[] = [
  {
    path: '/desk',
    name: 'desk',
    component: () => import('./TasksPage.vue'),
    meta: { house: 'desk', title: 'desk.tasks.title', menu: 'desk.tasks.menu' },
  },
  {
    path: '/desk/cases',
    name: 'desk-cases',
    component: () => import('./SearchPage.vue'),
    meta: { house: 'desk', title: 'desk.search.title', menu: 'desk.search.menu', permission: 'case.search' },
  },
  {
    path: '/desk/cases/:id',
    name: 'desk-case',
    component: () => import('./CasePage.vue'),
    meta: { house: 'desk', title: 'desk.case.title' },
  },
  {
    path: '/desk/orders',
    name: 'desk-orders',
    component: () => import('./OrdersPage.vue'),
    meta: { house: 'desk', title: 'desk.orders.title', menu: 'desk.orders.menu' },
  },
  {
    path: '/desk/intake',
    name: 'desk-intake',
    component: () => import('./IntakePage.vue'),
    meta: { house: 'desk', title: 'desk.intake.title', menu: 'desk.intake.menu', permission: 'case.create.for' },
  },
  {
    path: '/desk/waits',
    name: 'desk-waits',
    component: () => import('./waits/WaitsPage.vue'),
    meta: { house: 'desk', title: 'desk.waits.title', menu: 'desk.waits.menu', permission: 'pack.read' },
  },
  {
    path: '/desk/notices',
    name: 'desk-notices',
    component: () => import('./NoticesPage.vue'),
    meta: { house: 'desk', title: 'shared.notice.title' },
  },
  {
    path: '/desk/import',
    name: 'desk-import',
    component: () => import('./ImportPage.vue'),
    meta: { house: 'desk', title: 'desk.import.title', menu: 'desk.import.menu', permission: 'case.import' },
  },
]
