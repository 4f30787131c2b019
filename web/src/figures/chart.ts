// A figure by one dimension as bars or a line, in our tokens' colours. Long names lie beside their bars.
import { makeChart } from '@/cockpit/chart'
import type { ECharts } from 'echarts/core'

export { makeChart }

export interface Point {
  key: string
  label: string
  value: number | null
}

export function draw(chart: ECharts, points: Point[], drawing: 'bars' | 'line', target: number | null): void {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  const size = Math.round(parseFloat(style.fontSize) * 0.8125)
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const text = { color: token('ink-2'), fontSize: size, fontFamily: getComputedStyle(document.body).fontFamily }
  const lying = drawing === 'bars'
  const names = { type: 'category', data: points.map((point) => point.label), inverse: lying, axisLine: { lineStyle: { color: token('line-2') } }, axisTick: { show: false }, axisLabel: { ...text, width: size * 12, overflow: 'truncate' } }
  const values = { type: 'value', splitLine: { lineStyle: { color: token('line') } }, axisLabel: lying ? { show: false } : text, scale: !lying }
  const mark = target === null ? undefined : { symbol: 'none', silent: true, label: { show: false }, lineStyle: { color: token('amber'), type: 'dashed' }, data: [lying ? { xAxis: target } : { yAxis: target }] }
  const data = points.map((point) => point.value)
  chart.setOption(
    {
      animation: !still,
      animationDuration: 120,
      textStyle: text,
      grid: { left: 4, right: size * 4, top: size, bottom: 2, containLabel: true },
      tooltip: { trigger: 'axis', renderMode: 'richText', backgroundColor: token('sheet'), borderColor: token('line-2'), textStyle: { ...text, color: token('ink') } },
      xAxis: lying ? values : names,
      yAxis: lying ? names : values,
      series: [
        lying
          ? { type: 'bar', data, barMaxWidth: size * 1.4, itemStyle: { color: token('teal') }, label: { show: true, position: 'right', ...text, color: token('ink') }, markLine: mark }
          : { type: 'line', data, connectNulls: false, symbol: 'circle', symbolSize: size * 0.55, lineStyle: { color: token('teal'), width: 2 }, itemStyle: { color: token('teal') }, label: { show: chart.getWidth() / Math.max(1, points.length) > size * 3.5, position: 'top', ...text }, markLine: mark },
      ],
    },
    { notMerge: true },
  )
}
