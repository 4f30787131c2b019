// Where the links of a chain stand: one column a stage, from left to right; within a column in the order
// that crosses fewest lines, found by moving each link towards the middle of its neighbours a few times.
import type { Chain } from './chain'

export interface Placed {
  index: number
  column: number
  row: number
}

const SWEEPS = 6

export function placeLinks(chain: Chain): { columns: number[][]; placed: Placed[]; rows: number } {
  const levels = [...new Set(chain.links.map((link) => link.level))].sort((a, b) => a - b)
  const columns = levels.map((level) => chain.links.flatMap((link, index) => (link.level === level ? [index] : [])))
  const row = new Array<number>(chain.links.length).fill(0)
  const settle = (): void => columns.forEach((column) => column.forEach((index, at) => (row[index] = at - (column.length - 1) / 2)))
  settle()
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const order = sweep % 2 ? [...columns].reverse() : columns
    for (const column of order) {
      const wanted = new Map(column.map((index) => [index, middle(chain, index, row)]))
      column.sort((a, b) => wanted.get(a)! - wanted.get(b)!)
      column.forEach((index, at) => (row[index] = at - (column.length - 1) / 2))
    }
  }
  settle()
  const placed = columns.flatMap((column, at) => column.map((index, place) => ({ index, column: at, row: place })))
  return { columns, placed, rows: Math.max(1, ...columns.map((column) => column.length)) }
}

function middle(chain: Chain, index: number, row: number[]): number {
  const rows = chain.edges.flatMap((edge) =>
    edge.from === index ? [row[edge.to] ?? 0] : edge.to === index ? [row[edge.from] ?? 0] : [],
  )
  return rows.length ? rows.reduce((sum, one) => sum + one, 0) / rows.length : (row[index] ?? 0)
}
