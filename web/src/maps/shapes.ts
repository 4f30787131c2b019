// What stands for a kind of thing on a map: a shape and a colour together, so that neither is needed alone.
// The same outline is drawn by the map (on a canvas) and by the legend (as SVG).
export interface Sign {
  shape: number
  colour: string
}

/** colours that are told apart on paper and water, and by those who see no red or green */
export const colours = ['#0f6b66', '#b45309', '#5b4fae', '#a02c5a', '#1f5fa8', '#5a6b12', '#7a3b12', '#3d4450']

const around = (corners: number, turn: number, inner = 1): [number, number][] =>
  Array.from({ length: inner === 1 ? corners : corners * 2 }, (_, i) => {
    const step = inner === 1 ? corners : corners * 2
    const r = inner === 1 || i % 2 === 0 ? 1 : inner
    const angle = turn + (i * 2 * Math.PI) / step
    return [r * Math.sin(angle), -r * Math.cos(angle)]
  })

/** Outlines within the circle of radius 1; the first is that circle. */
const outlines: ([number, number][] | null)[] = [
  null,
  around(4, Math.PI / 4),
  around(3, 0),
  around(4, 0),
  around(5, 0, 0.5),
  around(6, 0),
  around(3, Math.PI),
  around(4, Math.PI / 4, 0.42),
]

export const signOf = (index: number): Sign => ({
  shape: index % outlines.length,
  colour: colours[(index + Math.floor(index / colours.length)) % colours.length]!,
})

export const signName = (sign: Sign): string => `sign-${sign.shape}-${sign.colour.slice(1)}`

/** As an SVG path in a box of 24. */
export function signPath(sign: Sign): string {
  const outline = outlines[sign.shape]
  if (!outline) return 'M12 2.5a9.5 9.5 0 1 0 0 19a9.5 9.5 0 1 0 0-19z'
  return `M${outline.map(([x, y]) => `${(12 + x * 10.5).toFixed(1)} ${(12 + y * 10.5).toFixed(1)}`).join('L')}z`
}

/** As a picture for the map: filled, with a light rim so that it stands out from anything. */
export function signImage(sign: Sign, ratio: number): ImageData | null {
  const size = 24 * ratio
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size
  const pen = canvas.getContext('2d')
  if (!pen) return null
  pen.scale(ratio, ratio)
  const path = new Path2D(signPath(sign))
  pen.lineJoin = 'round'
  pen.lineWidth = 3
  pen.strokeStyle = '#ffffff'
  pen.stroke(path)
  pen.fillStyle = sign.colour
  pen.fill(path)
  return pen.getImageData(0, 0, size, size)
}
