import type { RouteRecordRaw } from 'vue-router'

export const licenceRoutes: RouteRecordRaw[] = [
  // The wallet opens without a connection too, so it asks for a session by itself.
  {
    path: '/wallet',
    name: 'wallet',
    component: () => import('./WalletPage.vue'),
    meta: { house: 'hall', title: 'licences.wallet.title', texts: ['licences'] },
  },
  {
    path: '/wallet/:id',
    name: 'wallet-licence',
    component: () => import('./HeldPage.vue'),
    meta: { house: 'hall', title: 'licences.wallet.one', texts: ['licences'] },
  },
  {
    path: '/v/:code(.*)?',
    name: 'licence-verify',
    component: () => import('./VerifyPage.vue'),
    meta: { house: 'hall', title: 'licences.verify.title', texts: ['licences'] },
  },
  {
    path: '/desk/licences',
    name: 'desk-licences',
    component: () => import('./DeskListPage.vue'),
    meta: { house: 'desk', title: 'licences.desk.title', menu: 'desk.licences', permission: 'licence.read', texts: ['licences'] },
  },
  {
    path: '/desk/licences/new',
    name: 'desk-licence-new',
    component: () => import('./DeskIssuePage.vue'),
    meta: { house: 'desk', title: 'licences.desk.issue', texts: ['licences', 'registers'] },
  },
  {
    path: '/desk/licences/:id',
    name: 'desk-licence',
    component: () => import('./DeskLicencePage.vue'),
    meta: { house: 'desk', title: 'licences.desk.one', texts: ['licences', 'registers'] },
  },
]
