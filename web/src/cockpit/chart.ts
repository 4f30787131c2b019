// ECharts, only the parts we draw with; loaded when a chart is shown. Colours come from our tokens, so
// that light and dark are one drawing; series differ by pattern and mark, not by colour only.
import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use, type ECharts } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([BarChart, LineChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, CanvasRenderer])

export interface Series {
  name: string
  /** bar: counts on the left; line: per cent on the right */
  kind: 'bar' | 'line'
  values: (number | null)[]
}

export function makeChart(box: HTMLElement): ECharts {
  return init(box, undefined, { renderer: 'canvas' })
}

function tokens(): (name: string) => string {
  const style = getComputedStyle(document.documentElement)
  return (name) => style.getPropertyValue(`--${name}`).trim()
}

const symbols = ['circle', 'rect', 'triangle']

export function drawTrend(chart: ECharts, months: string[], series: Series[]): void {
  const token = tokens()
  const lineColours = [token('ink'), token('amber')]
  const size = Math.round(parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.8125)
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const text = { color: token('ink-2'), fontSize: size, fontFamily: getComputedStyle(document.body).fontFamily }
  const axis = { axisLine: { lineStyle: { color: token('line-2') } }, axisTick: { show: false }, axisLabel: text }
  const low = Math.min(100, ...series.filter((one) => one.kind === 'line').flatMap((one) => one.values.filter((value) => value !== null)))
  let line = 0
  chart.setOption(
    {
      animation: !still,
      animationDuration: 120,
      // What it shows is said by the label of its box and by the table below; the library's own sentence would take their place.
      aria: { enabled: true, label: { enabled: false }, decal: { show: true, decals: [{ symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4, color: token('paper') }] } },
      textStyle: text,
      legend: { top: 0, left: 0, textStyle: text, itemWidth: size * 1.6, itemHeight: size * 0.8, inactiveColor: token('ink-3') },
      grid: { left: 4, right: 4, top: size * 2.8, bottom: 2, containLabel: true },
      tooltip: { trigger: 'axis', renderMode: 'richText', backgroundColor: token('sheet'), borderColor: token('line-2'), textStyle: { ...text, color: token('ink') } },
      xAxis: { type: 'category', data: months, ...axis },
      yAxis: [
        { type: 'value', minInterval: 1, splitLine: { lineStyle: { color: token('line') } }, axisLabel: text },
        { type: 'value', min: Math.max(0, Math.floor((low - 5) / 10) * 10), max: 100, splitLine: { show: false }, axisLabel: { ...text, formatter: '{value}%' } },
      ],
      series: series.map((one) => {
        if (one.kind === 'bar') return { name: one.name, type: 'bar', data: one.values, barMaxWidth: size * 2.4, itemStyle: { color: token('teal') } }
        const colour = lineColours[line % lineColours.length]
        const shape = symbols[line++ % symbols.length]
        return {
          name: one.name,
          type: 'line',
          yAxisIndex: 1,
          data: one.values,
          connectNulls: false,
          symbol: shape,
          symbolSize: size * 0.6,
          lineStyle: { color: colour, width: 2, type: line === 1 ? 'solid' : 'dashed' },
          itemStyle: { color: colour, decal: { symbol: 'none' } },
        }
      }),
    },
    { notMerge: true },
  )
}
