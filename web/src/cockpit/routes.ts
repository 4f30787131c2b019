import type { RouteRecordRaw } from 'vue-router'

export const cockpitRoutes: RouteRecordRaw[] = [
  {
    path: '/cockpit',
    name: 'cockpit',
    component: () => import('./CockpitPage.vue'),
    meta: { house: 'cockpit', title: 'cockpit.title' },
  },
]
