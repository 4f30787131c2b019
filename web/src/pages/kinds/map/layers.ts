// The layers of a map page: records read as the reader may see them, a sign for each value of the column
// that tells them apart.
import { api } from '@/api'
import type { Rec, Register } from '@/api/types'
import type { Box, LonLat } from '@/maps/api'
import type { LegendItem } from '@/maps/MapLegend.vue'
import type { Thing } from '@/maps/MapView.vue'
import { signOf } from '@/maps/shapes'
import { columnOf, filesOf, loadCodes, loadRegister, show, type Values } from '@/registers/record'
import { name, t } from '@/shared/i18n'
import type { PageDefinition } from '../../pages'

export interface Layer {
  register: string
  list?: string
  name: { zh: string; en: string }
  place: string
  shape?: string
  colour?: string
  show?: string[]
  off?: boolean
  /** more records than this are asked for by what the map shows */
  box_above?: number
}
export interface RecordThing extends Thing {
  register: string
  record: string
  value: string
  kind: string
  facts: { title: string; text: string }[]
  /** files of the columns of files that the layer shows */
  pictures: string[]
}
/** Which sign a code table begins with: layers that tell their things apart by the same table share signs. */
export interface SignBook {
  first: Map<string, number>
  next: number
}
export interface LoadedLayer {
  name: string
  legend: Omit<LegendItem, 'on'>[]
  things: RecordThing[]
  cut: boolean
  /** how many there are in all when only those in the map's box were read; null: all were */
  boxedOf: number | null
  /** so many that they are to be read by box as soon as there is one */
  many: boolean
}

const pageSize = 500
const most = 5000
const boxAbove = 2000

export const layersOf = (page: PageDefinition): Layer[] => (page.members as { layers: Layer[] }).layers

interface Found {
  items: Rec[]
  cut: boolean
  boxedOf: number | null
  many: boolean
}

const boxText = (box: Box): string => box.map((part) => part.toFixed(5)).join(',')

async function pagesOf(layer: Layer, box: Box | null, signal: AbortSignal, first?: Awaited<ReturnType<typeof api.records>>): Promise<{ items: Rec[]; cut: boolean }> {
  const items: Rec[] = first ? [...first.items] : []
  let after = first?.next
  while ((!first && !items.length && after === undefined) || (after && items.length < most)) {
    const page = await api.records(layer.register, { list: layer.list, limit: pageSize, after: after ?? undefined, box: box ? boxText(box) : undefined }, signal)
    items.push(...page.items)
    after = page.next ?? null
  }
  return { items, cut: !!after }
}

/** A layer of few records is read whole; one of many, what the map shows. Without a map: from the start. */
async function everything(layer: Layer, box: Box | null, waitsForMap: boolean, signal: AbortSignal): Promise<Found> {
  const enough = layer.box_above ?? boxAbove
  const first = await api.records(layer.register, { list: layer.list, limit: Math.min(pageSize, enough) }, signal)
  const many = !!first.next && (first.totalMore || (first.total ?? 0) > enough)
  if (many && box) return { ...(await pagesOf(layer, box, signal)), boxedOf: first.total ?? null, many }
  if (many && waitsForMap) return { items: first.items, cut: false, boxedOf: null, many }
  return { ...(await pagesOf(layer, null, signal, first)), boxedOf: null, many }
}

function facts(layer: Layer, register: Register, record: Rec): RecordThing['facts'] {
  return (layer.show ?? []).flatMap((code) => {
    const column = columnOf(register, code)
    const value = (record.data as Values)[code]
    return column && column.type !== 'files' && value !== null && value !== undefined && value !== '' ? [{ title: name(column.title), text: show(column, record) }] : []
  })
}

const pictures = (layer: Layer, register: Register, record: Rec): string[] =>
  (layer.show ?? []).flatMap((code) => {
    const column = columnOf(register, code)
    return column?.type === 'files' ? filesOf(column, record) : []
  })

export async function loadLayer(layer: Layer, signs: SignBook, at: { box: Box | null; waitsForMap: boolean }, signal: AbortSignal): Promise<LoadedLayer> {
  const register = await loadRegister(layer.register)
  const column = layer.colour ? columnOf(register, layer.colour) : undefined
  const codes = column?.codes ? await loadCodes(column.codes) : []
  const { items, cut, boxedOf, many } = await everything(layer, at.box, at.waitsForMap, signal)
  const valueOf = (record: Rec): string => (column ? String((record.data as Values)[column.name] ?? '') : '')
  const counts = new Map<string, number>()
  const placed = items.filter((record) => {
    const data = record.data as Values
    return data[layer.place] || (layer.shape && data[layer.shape])
  })
  for (const record of placed) counts.set(valueOf(record), (counts.get(valueOf(record)) ?? 0) + 1)
  // A sign belongs to the code's place in its table, so that it stays when others come or go.
  const order = [...codes.map((code) => code.code), '']
  const book = column?.codes ?? `layer ${signs.next}`
  if (!signs.first.has(book)) {
    signs.first.set(book, signs.next)
    signs.next += column ? codes.length : 1
  }
  const first = signs.first.get(book)!
  const legend = order
    .filter((code) => counts.has(code))
    .map((code) => ({
      key: code,
      text: code ? name(codes.find((one) => one.code === code)!.name) : column ? t('shared.none') : name(layer.name),
      sign: signOf(first + (column ? order.indexOf(code) : 0)),
      count: counts.get(code)!,
    }))
  const things = placed.map((record) => ({
    id: `${layer.register}/${record.id}`,
    register: layer.register,
    record: record.id,
    label: record.label,
    value: valueOf(record),
    kind: legend.find((item) => item.key === valueOf(record))!.text,
    sign: legend.find((item) => item.key === valueOf(record))!.sign,
    place: ((record.data as Values)[layer.place] as LonLat | null) ?? null,
    shape: layer.shape ? ((record.data as Values)[layer.shape] as GeoJSON.Geometry | null) : null,
    facts: facts(layer, register, record),
    pictures: pictures(layer, register, record),
  }))
  return { name: name(layer.name), legend, things, cut, boxedOf, many }
}
