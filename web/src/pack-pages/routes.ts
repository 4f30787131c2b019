import type { RouteRecordRaw } from 'vue-router'

export const packRoutes: RouteRecordRaw[] = [
  { path: '/pack', redirect: { name: 'pack-accounts' } },
  {
    path: '/pack/accounts',
    name: 'pack-accounts',
    component: () => import('./AccountsPage.vue'),
    meta: { house: 'pack', title: 'pack.accounts.title', menu: 'pack.accounts.menu', permission: 'account.manage' },
  },
]
