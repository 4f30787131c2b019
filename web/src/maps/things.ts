// The layers that stand on the base map: lines and areas, signs, what was picked, and a pin.
import type { LayerSpecification } from 'maplibre-gl'
import { fonts } from './style'

export const touchable = ['signs', 'clusters', 'lines', 'areas']

export function thingLayers(): LayerSpecification[] {
  const alone = ['!', ['has', 'point_count']] as unknown as boolean
  return [
    { id: 'areas', type: 'fill', source: 'shapes', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': ['get', 'colour'], 'fill-opacity': 0.25 } },
    { id: 'picked-line', type: 'line', source: 'shapes', filter: ['==', ['get', 'id'], ''], paint: { 'line-color': '#1d2129', 'line-width': 9, 'line-opacity': 0.35 } },
    { id: 'lines', type: 'line', source: 'shapes', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': ['get', 'colour'], 'line-width': 4 } },
    { id: 'picked', type: 'circle', source: 'points', filter: ['==', ['get', 'id'], ''], paint: { 'circle-radius': 18, 'circle-color': '#1d2129', 'circle-opacity': 0.18, 'circle-stroke-color': '#1d2129', 'circle-stroke-width': 2 } },
    {
      id: 'clusters', type: 'circle', source: 'points', filter: ['has', 'point_count'],
      paint: { 'circle-color': '#ffffff', 'circle-radius': ['step', ['get', 'point_count'], 14, 20, 18, 100, 23], 'circle-stroke-color': '#0f6b66', 'circle-stroke-width': 2.5 },
    },
    {
      id: 'counts', type: 'symbol', source: 'points', filter: ['has', 'point_count'],
      layout: { 'text-field': ['get', 'point_count_abbreviated'], 'text-font': fonts, 'text-size': 13, 'text-allow-overlap': true }, paint: { 'text-color': '#0a504c' },
    },
    { id: 'signs', type: 'symbol', source: 'points', filter: alone, layout: { 'icon-image': ['get', 'icon'], 'icon-size': 0.85, 'icon-allow-overlap': true } },
    {
      id: 'labels', type: 'symbol', source: 'points', filter: alone, minzoom: 14.2,
      layout: { 'text-field': ['get', 'label'], 'text-font': fonts, 'text-size': 12, 'text-offset': [0, 1.1], 'text-anchor': 'top', 'text-optional': true },
      paint: { 'text-color': '#1d2129', 'text-halo-color': '#ffffff', 'text-halo-width': 1.5 },
    },
    { id: 'pin', type: 'circle', source: 'pin', paint: { 'circle-radius': 9, 'circle-color': '#b3261e', 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 3 } },
  ]
}
