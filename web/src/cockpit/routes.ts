import type { RouteRecordRaw } from 'vue-router'

export const cockpitRoutes: RouteRecordRaw[] = []
