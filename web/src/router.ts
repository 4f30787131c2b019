// All addresses. A house keeps its own routes (desk/routes.ts, cockpit/routes.ts); here they are joined and
// guarded: texts are loaded first, then the session is known, then who may enter is decided.
import { createRouter, createWebHistory, START_LOCATION, type RouteRecordRaw } from 'vue-router'
import type { House } from '@/api/types'
import { bulletinRoutes } from '@/bulletins/routes'
import { cockpitRoutes } from '@/cockpit/routes'
import { deskRoutes } from '@/desk/routes'
import { fundRoutes } from '@/funds/routes'
import { hallRoutes } from '@/hall/routes'
import { licenceRoutes } from '@/licences/routes'
import { packRoutes } from '@/pack-pages/routes'
import { pageRoutes } from '@/pages/routes'
import { policyRoutes } from '@/policies/routes'
import { registerRoutes } from '@/registers/routes'
import { serviceRoutes } from '@/services/routes'
import { announce } from '@/shared/announce'
import { loadMessages, type MessageSet } from '@/shared/i18n'
import { account, restoreSession } from '@/shared/session'
import { renew, renewed } from '@/shared/renew'

declare module 'vue-router' {
  interface RouteMeta {
    house?: House
    /** text sets the page needs besides `shared` and its house's */
    texts?: MessageSet[]
    /** text key of the page's title */
    title?: string
    /** must one be signed in? Desk and Cockpit: always */
    private?: boolean
    /** text key of its link in the house's head */
    menu?: string
    /** permission without which the link is not offered */
    permission?: string
  }
}

const common: RouteRecordRaw[] = [
  {
    path: '/login',
    name: 'login',
    component: () => import('@/shared/LoginPage.vue'),
    meta: { title: 'shared.login.title' },
  },
  {
    path: '/login/password',
    name: 'password',
    component: () => import('@/shared/PasswordPage.vue'),
    meta: { title: 'shared.password.title', private: true },
  },
  {
    path: '/receipt',
    name: 'receipt',
    component: () => import('@/receipt/ReceiptPage.vue'),
    meta: { title: 'receipt.title', texts: ['receipt'] },
  },
  {
    path: '/:rest(.*)*',
    name: 'nowhere',
    component: () => import('@/shared/NowherePage.vue'),
    meta: { title: 'shared.nowhere.title' },
  },
  { // after `nowhere`: no address leads here, only the guard below
    path: '/:closed(.*)*',
    name: 'closed',
    component: () => import('@/shared/ClosedPage.vue'),
    meta: { title: 'shared.closed.title' },
  },
]

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    ...hallRoutes,
    ...serviceRoutes,
    ...deskRoutes,
    ...licenceRoutes,
    ...pageRoutes, ...policyRoutes,
    ...registerRoutes,
    ...fundRoutes,
    ...cockpitRoutes,
    ...bulletinRoutes,
    ...packRoutes,
    ...common,
  ],
  scrollBehavior: (to, _from, saved) => saved ?? (to.hash ? { el: to.hash } : { top: 0 }),
})

// A page's program and texts may take a while to come: base.css then shows a line at the top that says so.
const going = (so: boolean) => document.documentElement.toggleAttribute('data-going', so)

router.beforeEach(async (to) => {
  going(true)
  const house = to.meta.house ?? 'hall'
  const texts = new Set<MessageSet>(['shared', house, ...(to.meta.texts ?? [])])
  await Promise.all([loadMessages([...texts]), restoreSession()])
  const closed = to.meta.private || house !== 'hall'
  if (closed && !account.value) return { name: 'login', query: { next: to.fullPath } }
  if (house !== 'hall' && !account.value?.houses.includes(house)) return { name: 'closed', params: { closed: to.path.slice(1).split('/') } }
  return true
})

router.onError((_cause, to) => {
  going(false)
  void renew(to.fullPath)
})
router.afterEach((to, from, failure) => {
  going(false)
  if (!failure) renewed()
  if (!failure && (from === START_LOCATION || to.path !== from.path)) void announce(to.meta.title)
})
