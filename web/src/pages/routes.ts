import type { RouteRecordRaw } from 'vue-router'
import type { House } from '@/api/types'

const page = (path: string, name: string, house: House): RouteRecordRaw => ({
  path,
  name,
  component: () => import('./PageHost.vue'),
  meta: { house, title: 'pages.title', texts: ['pages', 'registers', ...(house === 'cockpit' ? ['figures'] : [])] },
})

export const pageRoutes: RouteRecordRaw[] = [
  {
    path: '/desk/systems',
    name: 'desk-systems',
    component: () => import('./SystemsPage.vue'),
    meta: { house: 'desk', title: 'pages.systems', menu: 'desk.systems', texts: ['pages'] },
  },
  {
    path: '/p',
    name: 'hall-pages',
    component: () => import('./SystemsPage.vue'),
    meta: { house: 'hall', title: 'pages.open', texts: ['pages'] },
  },
  page('/desk/p/:page', 'desk-page', 'desk'),
  page('/p/:page', 'hall-page', 'hall'),
  page('/cockpit/p/:page', 'cockpit-page', 'cockpit'),
]
