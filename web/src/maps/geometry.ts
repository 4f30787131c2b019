// A line or an area as its corners, in the order in which one walks along them; the ring of an area is not
// closed here. What a form keeps is GeoJSON as text; shapes with holes or several parts are left as they are.
export type Corner = [number, number]
export type Drawn = 'line' | 'area'
export interface Outline {
  kind: Drawn
  corners: Corner[]
}

export const least = (kind: Drawn): number => (kind === 'area' ? 3 : 2)

const isCorner = (at: unknown): at is Corner => Array.isArray(at) && at.length >= 2 && at.every((part) => typeof part === 'number' && Number.isFinite(part))

/** Null where the text is no single line or area without holes. */
export function outlineOf(text: string): Outline | null {
  let shape: unknown
  try {
    shape = JSON.parse(text)
  } catch {
    return null
  }
  const { type, coordinates } = (shape ?? {}) as { type?: string; coordinates?: unknown }
  if (!Array.isArray(coordinates)) return null
  const ring: unknown = type === 'Polygon' ? (coordinates.length === 1 ? coordinates[0] : null) : type === 'LineString' ? coordinates : null
  if (!Array.isArray(ring) || !ring.every(isCorner)) return null
  const corners = ring.map((at): Corner => [at[0]!, at[1]!])
  if (type === 'LineString') return corners.length < 2 ? null : { kind: 'line', corners }
  return corners.length < 4 ? null : { kind: 'area', corners: corners.slice(0, -1) }
}

/** Null while there are too few corners. */
export function geometryOf({ kind, corners }: Outline): GeoJSON.LineString | GeoJSON.Polygon | null {
  if (corners.length < least(kind)) return null
  return kind === 'area' ? { type: 'Polygon', coordinates: [[...corners, corners[0]!]] } : { type: 'LineString', coordinates: corners }
}

const rounded = (at: Corner): Corner => [Number(at[0].toFixed(6)), Number(at[1].toFixed(6))]

export const moved = (corners: Corner[], index: number, to: Corner): Corner[] => corners.map((at, i) => (i === index ? rounded(to) : at))
/** The new corner stands at `index`; what stood there comes after it. */
export const inserted = (corners: Corner[], index: number, at: Corner): Corner[] => [...corners.slice(0, index), rounded(at), ...corners.slice(index)]
export const removed = (corners: Corner[], index: number): Corner[] => corners.filter((_, i) => i !== index)

/** The middle of each side, with the place at which a corner put there would stand. */
export function middles({ kind, corners }: Outline): { index: number; at: Corner }[] {
  const sides = kind === 'area' && corners.length > 2 ? corners.length : corners.length - 1
  return Array.from({ length: Math.max(0, sides) }, (_, i) => {
    const a = corners[i]!
    const b = corners[(i + 1) % corners.length]!
    return { index: i + 1, at: rounded([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]) }
  })
}
