// Light or dark for the Cockpit: dark on the wall by default, remembered for this browser.
import { ref, watch } from 'vue'

export type Theme = 'light' | 'dark'
const key = 'junma.cockpit.theme'

export const cockpitTheme = ref<Theme>(localStorage.getItem(key) === 'light' ? 'light' : 'dark')

watch(cockpitTheme, (theme) => localStorage.setItem(key, theme))
