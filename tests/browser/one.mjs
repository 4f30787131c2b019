// A worker of main.mjs: one Chromium, which runs the spec files that it is sent, {file, only}, against $JUNMA_BASE,
// and says line by line how they went.
import { launch, Warm } from './warm.mjs'
import { base, runSpecs } from './lib.mjs'

const browser = await launch()
const warm = new Warm(browser, base)

process.on('message', async ({ file, only }) => {
  const say = (line) => process.send({ line })
  console.log = (...parts) => say(parts.join(' '))
  process.send({ done: await runSpecs(file, only, warm, say) })
})
process.on('disconnect', async () => {
  await browser.close()
  process.exit()
})
process.send({ ready: true })
