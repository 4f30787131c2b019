// The zone's own base map, and places given in other systems.
import { get } from '@/api/client'
import type { Name } from '@/api/types'

export interface MapInfo {
  note: Name | null
  box: [number, number, number, number] | null
  metresAMinute: number
  files: { path: string; sha256: string }[]
}
export interface LonLat {
  lon: number
  lat: number
}
/** west, south, east, north in degrees */
export type Box = [number, number, number, number]
export type Datum = 'wgs84' | 'cgcs2000' | 'gcj02' | 'bd09'

export const maps = {
  info: () => get<MapInfo>('/api/map'),
  file: (path: string) => get<GeoJSON.FeatureCollection>('/api/map/file', { path }),
  /** a place in WGS 84, and by how many metres the systems differ there */
  place: (from: Datum, at: LonLat) => get<LonLat & { moved: number }>('/api/map/place', { from, lon: at.lon, lat: at.lat }),
}

let base: Promise<{ info: MapInfo; features: GeoJSON.Feature[] }> | null = null

/** The base map, read once. */
export function loadBase(): Promise<{ info: MapInfo; features: GeoJSON.Feature[] }> {
  base ??= maps
    .info()
    .then(async (info) => {
      const files = await Promise.all(info.files.map((file) => maps.file(file.path)))
      return { info, features: files.flatMap((file) => file.features) }
    })
    .catch((cause) => {
      base = null
      throw cause
    })
  return base
}
