// What is put on a drawing: a class for the colours of a step, a badge with words at its edge.
export interface Mark {
  node: string
  /** class of the shape: is-here, been, heat-3 … (drawing.css) */
  look: string
  /** words at the upper edge; always said by the list too */
  badge?: string
  /** class of the badge */
  tone?: string
}

/** What we use of diagram-js; its own types know no services. */
export interface Canvas {
  addMarker(id: string, look: string): void
  removeMarker(id: string, look: string): void
  zoom(to: number | 'fit-viewport', at?: 'auto' | null): number
  zoom(): number
  resized(): void
  scroll(by: { dx: number; dy: number }): void
  scrollToElement(id: string, padding?: number): void
  viewbox(to: { x: number; y: number; width: number; height: number }): void
  getRootElement(): { id: string }
}
export interface Overlays {
  add(id: string, kind: string, overlay: { position: Record<string, number>; html: HTMLElement }): string
  remove(filter: { type: string }): void
}
export interface Shape {
  id: string
  x?: number
  y?: number
  width?: number
  height?: number
  type: string
}
export interface Registry {
  get(id: string): Shape | undefined
  find(which: (one: Shape) => boolean): Shape | undefined
}

export interface Services {
  canvas: Canvas
  overlays: Overlays
  registry: Registry
}

/** Takes off what `before` put on, and puts `marks` and `flows` on. What is not drawn is passed over. */
export function putMarks(s: Services, before: [string, string][], marks: Mark[], flows: Iterable<string>): [string, string][] {
  for (const [id, look] of before) if (s.registry.get(id)) s.canvas.removeMarker(id, look)
  s.overlays.remove({ type: 'junma' })
  const on: [string, string][] = []
  for (const mark of marks) {
    const element = s.registry.get(mark.node)
    if (!element) continue
    s.canvas.addMarker(mark.node, mark.look)
    on.push([mark.node, mark.look])
    if (!mark.badge) continue
    const html = document.createElement('div')
    html.className = `mark-badge ${mark.tone ?? ''}`
    html.textContent = mark.badge
    s.overlays.add(mark.node, 'junma', { position: { top: -12, left: Math.min(8, (element.width ?? 100) / 8) }, html })
  }
  for (const id of flows) {
    if (!s.registry.get(id)) continue
    s.canvas.addMarker(id, 'taken')
    on.push([id, 'taken'])
  }
  return on
}
