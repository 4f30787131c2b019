import { createApp } from 'vue'
import { configureClient } from '@/api/client'
import App from '@/App.vue'
import { router } from '@/router'
import { noteReached } from '@/shared/connection'
import { i18n, language, languages, loadMessages, setLanguage } from '@/shared/i18n'
import { csrf, forgetSession } from '@/shared/session'
import { loadZone } from '@/shared/zone'
import '@/shared/style/tokens.css'
import '@/shared/style/base.css'

configureClient({
  csrf,
  language: () => language.value,
  reached: noteReached,
  signedOut: () => {
    if (forgetSession()) return
    const here = router.currentRoute.value
    const house = here.meta.house ?? 'hall'
    if (house !== 'hall') void router.push({ name: 'login', query: { next: here.fullPath, again: '1' } })
  },
})

document.documentElement.lang = language.value
void start()

async function start(): Promise<void> {
  const [zone] = await Promise.all([loadZone().catch(() => null), loadMessages(['shared'])])
  const spoken = languages.filter((one) => zone?.languages.includes(one))
  if (spoken[0] && !spoken.includes(language.value)) await setLanguage(spoken[0])
  createApp(App).use(i18n).use(router).mount('#app')
}
