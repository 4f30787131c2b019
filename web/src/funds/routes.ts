import type { RouteRecordRaw } from 'vue-router'

const meta = { house: 'desk', title: 'funds.title', texts: ['funds'] } as const

export const fundRoutes: RouteRecordRaw[] = [
  {
    path: '/desk/funds',
    name: 'desk-funds',
    component: () => import('./FundsPage.vue'),
    meta: { ...meta, texts: ['funds'], menu: 'desk.funds', permission: 'fund.read' },
  },
  {
    path: '/desk/funds/batches',
    name: 'desk-fund-batches',
    component: () => import('./BatchesPage.vue'),
    meta: { ...meta, texts: ['funds'], title: 'funds.batches', permission: 'fund.read' },
  },
  {
    path: '/desk/funds/batches/:id',
    name: 'desk-fund-batch',
    component: () => import('./BatchPage.vue'),
    meta: { ...meta, texts: ['funds'], title: 'funds.batch' },
  },
  {
    path: '/desk/funds/closings',
    name: 'desk-fund-closings',
    component: () => import('./ClosingsPage.vue'),
    meta: { ...meta, texts: ['funds'], title: 'funds.closings', permission: 'fund.read' },
  },
  {
    path: '/desk/funds/:fund',
    name: 'desk-fund',
    component: () => import('./FundPage.vue'),
    meta: { ...meta, texts: ['funds'], title: 'funds.fund' },
  },
]
