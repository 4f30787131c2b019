// Corners that can be taken hold of: by mouse or finger, dragged; a small one in the middle of each side
// makes a new corner where it is dropped. By keyboard the same is done in the list beside (VertexList.vue).
import type { ExpressionSpecification, GeoJSONSource, Map as GlMap, MapMouseEvent, MapTouchEvent } from 'maplibre-gl'
import { middles, type Corner, type Outline } from './geometry'

export interface HandleEvents {
  move: (index: number, to: Corner) => void
  insert: (index: number, at: Corner) => void
  select: (index: number) => void
}
export interface Handles {
  show: (outline: Outline | null, selected: number) => void
  /** is there a handle under this place of the map? */
  hit: (at: { lon: number; lat: number }) => boolean
}

const reach = 14 // pixels around a corner that still take hold of it: a finger is no mouse

function addLayers(map: GlMap): void {
  map.addSource('handles', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
  const chosen: ExpressionSpecification = ['==', ['get', 'chosen'], true]
  map.addLayer({
    id: 'handles', type: 'circle', source: 'handles',
    paint: {
      'circle-radius': ['case', ['==', ['get', 'middle'], true], 5, 8],
      'circle-color': ['case', chosen, '#b3261e', '#ffffff'],
      'circle-stroke-color': ['case', chosen, '#ffffff', '#0f6b66'],
      'circle-stroke-width': 2.5,
    },
  })
}

/** The nearest handle within reach; corners before middles. */
function under(map: GlMap, x: number, y: number): { index: number; middle: boolean } | null {
  const found = map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers: ['handles'] })
  const way = (feature: (typeof found)[number]): number => {
    const at = map.project((feature.geometry as GeoJSON.Point).coordinates as Corner)
    return Math.hypot(at.x - x, at.y - y) + (feature.properties.middle ? reach / 2 : 0)
  }
  const first = found.sort((a, b) => way(a) - way(b))[0]
  return first ? { index: Number(first.properties.index), middle: !!first.properties.middle } : null
}

export function attachHandles(map: GlMap, events: HandleEvents): Handles {
  let held = -1
  addLayers(map)

  function drag(event: MapMouseEvent | MapTouchEvent): void {
    if (held < 0) return
    event.preventDefault()
    events.move(held, [event.lngLat.lng, event.lngLat.lat])
  }
  function drop(): void {
    held = -1
  }
  function take(event: MapMouseEvent | MapTouchEvent): void {
    if ('points' in event && event.points.length !== 1) return
    const found = under(map, event.point.x, event.point.y)
    if (!found) return
    event.preventDefault() // else the map itself would move
    held = found.index
    if (found.middle) events.insert(held, [event.lngLat.lng, event.lngLat.lat])
    events.select(held)
  }
  map.on('mousedown', take)
  map.on('touchstart', take)
  map.on('mousemove', drag)
  map.on('touchmove', drag)
  map.on('mouseup', drop)
  map.on('touchend', drop)
  map.on('touchcancel', drop)

  return {
    show(outline, selected) {
      const point = (at: Corner, properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature => ({ type: 'Feature', properties, geometry: { type: 'Point', coordinates: at } })
      const features = outline
        ? [...middles(outline).map(({ index, at }) => point(at, { index, middle: true })), ...outline.corners.map((at, index) => point(at, { index, chosen: index === selected }))]
        : []
      ;(map.getSource('handles') as GeoJSONSource | undefined)?.setData({ type: 'FeatureCollection', features })
    },
    hit(at) {
      const { x, y } = map.project([at.lon, at.lat])
      return !!under(map, x, y)
    },
  }
}
