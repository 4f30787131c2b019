// A page's program that cannot be read: either the server is out of reach, or it runs a newer Junma and the files of
// the one in this tab are gone. In the second case the page is opened anew, with the new program.
import { noteReached } from '@/shared/connection'

const tried = 'junma.renewed' // for whom the first attempt did not help, a second would not either

export async function renew(to: string): Promise<void> {
  const reached = await fetch('/healthz', { cache: 'no-store' }).then(
    (answer) => answer.ok,
    () => false,
  )
  if (!reached) return noteReached(false)
  if (sessionStorage.getItem(tried) === to) return
  sessionStorage.setItem(tried, to)
  location.assign(to)
}

export const renewed = (): void => sessionStorage.removeItem(tried)
