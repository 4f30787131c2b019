import type { RouteRecordRaw } from 'vue-router'

export const packRoutes: RouteRecordRaw[] = [
  { path: '/pack', redirect: { name: 'pack-rules' } },
  {
    path: '/pack/accounts',
    name: 'pack-accounts',
    component: () => import('./AccountsPage.vue'),
    meta: { house: 'pack', title: 'pack.accounts.title', menu: 'pack.accounts.menu', permission: 'account.manage' },
  },
  {
    path: '/pack/rules',
    name: 'pack-rules',
    component: () => import('./rules/RulesPage.vue'),
    meta: { house: 'pack', title: 'rules.title', menu: 'pack.rules', permission: 'pack.read', texts: ['rules'] },
  },
  {
    path: '/pack/rules/file',
    name: 'pack-rule',
    component: () => import('./rules/RulePage.vue'),
    meta: { house: 'pack', title: 'rules.title', permission: 'pack.read', texts: ['rules'] },
  },
  {
    path: '/pack/procedures',
    name: 'pack-procedures',
    component: () => import('./procedures/ProceduresPage.vue'),
    meta: { house: 'pack', title: 'procedures.title', menu: 'pack.procedures', permission: 'pack.read', texts: ['procedures'] },
  },
  {
    path: '/pack/procedures/file',
    name: 'pack-procedure',
    component: () => import('./procedures/ProcedurePage.vue'),
    meta: { house: 'pack', title: 'procedures.title', permission: 'pack.read', texts: ['procedures', 'rules'] },
  },
  {
    path: '/pack/incidents',
    name: 'pack-incidents',
    component: () => import('./operations/IncidentsPage.vue'),
    meta: { house: 'pack', title: 'operations.incidents.title', menu: 'pack.incidents', permission: 'job.manage', texts: ['operations'] },
  },
  {
    path: '/pack/keys',
    name: 'pack-keys',
    component: () => import('./KeysPage.vue'),
    meta: { house: 'pack', title: 'pack.keys.title', menu: 'pack.keys.menu', permission: 'account.manage' },
  },
  {
    path: '/pack/purge',
    name: 'pack-purge',
    component: () => import('./operations/PurgePage.vue'),
    meta: { house: 'pack', title: 'operations.purge.title', menu: 'pack.purge', permission: 'case.purge', texts: ['operations'] },
  },
  {
    path: '/pack/versions',
    name: 'pack-versions',
    component: () => import('./rules/VersionsPage.vue'),
    meta: { house: 'pack', title: 'rules.versions.title', menu: 'pack.versions', permission: 'pack.read', texts: ['rules'] },
  },
]
