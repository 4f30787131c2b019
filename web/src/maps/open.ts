// Opening a map: the library and its worker come only now. Null where the browser cannot draw one.
import type { Map as GlMap } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import type { Language } from '@/shared/i18n'
import type { MapInfo } from './api'
import { baseStyle } from './style'

function canDraw(): boolean {
  try {
    const canvas = document.createElement('canvas')
    return !!(canvas.getContext('webgl2') ?? canvas.getContext('webgl'))
  } catch {
    return false
  }
}

export async function openMap(box: HTMLElement, info: MapInfo, features: GeoJSON.Feature[], language: Language, t: (key: string) => string): Promise<GlMap | null> {
  if (!canDraw() || !info.box) return null
  const gl = await import('maplibre-gl')
  await import('maplibre-gl/dist/maplibre-gl.css')
  gl.setWorkerUrl(workerUrl)
  const [west, south, east, north] = info.box
  try {
    const map = new gl.Map({
      container: box,
      style: baseStyle(features, language, !!box.closest('[data-theme="dark"]')),
      bounds: [[west, south], [east, north]],
      maxBounds: [[west - 0.15, south - 0.15], [east + 0.15, north + 0.15]],
      minZoom: 9,
      maxZoom: 18,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      cooperativeGestures: false,
      locale: {
        'Map.Title': t('maps.map'),
        'NavigationControl.ZoomIn': t('maps.zoomIn'),
        'NavigationControl.ZoomOut': t('maps.zoomOut'),
        'GeolocateControl.FindMyLocation': t('maps.here'),
        'GeolocateControl.LocationNotAvailable': t('maps.noPlace'),
      },
    })
    map.touchZoomRotate.disableRotation()
    map.addControl(new gl.NavigationControl({ showCompass: false }), 'top-right')
    map.addControl(new gl.ScaleControl({ unit: 'metric' }), 'bottom-left')
    return map
  } catch {
    return null
  }
}
