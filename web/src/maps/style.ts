// How the base map looks: quiet, so that what stands on it is seen. No sprite and no glyph server: letters
// of every script are drawn from the reader's own fonts, since the style names no place to fetch them from.
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl'
import type { Language } from '@/shared/i18n'

export const fonts = ['Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'sans-serif']

const land = { paper: '#f4f2ec', zone: '#faf9f5', built: '#eceae2', green: '#dfe9d8', water: '#cfdfe8', district: '#a9a294' }
const way = { main: '#ffffff', street: '#ffffff', edge: '#d3cec0', path: '#a8b79c', rail: '#b9b4a8' }
const night = { paper: '#12151a', zone: '#171b21', built: '#1d222a', green: '#1c2a20', water: '#152733', district: '#5a616d' }
const nightWay = { main: '#39404c', street: '#2c323c', edge: '#12151a', path: '#35463a', rail: '#3a3f48' }

const kind = (...kinds: string[]) => ['match', ['get', 'kind'], kinds, true, false] as unknown as boolean
const wide = (least: number, most: number) => ['interpolate', ['exponential', 1.6], ['zoom'], 11, least, 17, most] as unknown as number
const called = (language: Language) => ['get', language === 'en' ? 'en' : 'zh', ['get', 'name']]

export function baseStyle(features: GeoJSON.Feature[], language: Language, dark: boolean): StyleSpecification {
  const [ground, line] = dark ? [night, nightWay] : [land, way]
  const ink = dark ? '#c1c4ca' : '#4a505c'
  const fill = (id: string, colour: string): LayerSpecification => ({
    id, type: 'fill', source: 'base', filter: ['all', kind(id), ['==', ['geometry-type'], 'Polygon']], paint: { 'fill-color': colour },
  })
  const drawn = (id: string, kinds: string[], colour: string, width: number, more = {}): LayerSpecification => ({
    id, type: 'line', source: 'base', filter: kind(...kinds), layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': colour, 'line-width': width, ...more },
  })
  const text = (id: string, filter: unknown, layout: object, paint: object): LayerSpecification =>
    ({ id, type: 'symbol', source: 'base', filter: ['all', ['has', 'name'], filter], layout: { 'text-field': called(language), 'text-font': fonts, ...layout },
      paint: { 'text-color': ink, 'text-halo-color': ground.zone, 'text-halo-width': 1.5, ...paint } }) as unknown as LayerSpecification
  return {
    version: 8,
    sources: { base: { type: 'geojson', data: { type: 'FeatureCollection', features } } },
    layers: [
      { id: 'paper', type: 'background', paint: { 'background-color': ground.paper } },
      fill('zone', ground.zone),
      fill('built', ground.built),
      fill('green', ground.green),
      fill('water', ground.water),
      drawn('street-edge', ['street'], line.edge, wide(0.8, 11)),
      drawn('main-edge', ['main'], line.edge, wide(2.6, 20)),
      drawn('street', ['street'], line.street, wide(0.4, 9)),
      drawn('main', ['main'], line.main, wide(1.6, 17)),
      drawn('path', ['path'], line.path, wide(0.8, 3), { 'line-dasharray': [2, 2] }),
      drawn('rail', ['rail'], line.rail, wide(1.2, 3), { 'line-dasharray': [4, 2] }),
      drawn('district', ['district'], ground.district, 1, { 'line-dasharray': [3, 3], 'line-opacity': 0.7 }),
      text('way-names', kind('main'), { 'symbol-placement': 'line', 'text-size': 12, 'symbol-spacing': 400 }, {}),
      text('area-names', kind('water', 'green', 'built', 'district', 'label'), { 'text-size': 13 }, { 'text-color': dark ? '#989da7' : '#666c78' }),
    ],
  }
}
