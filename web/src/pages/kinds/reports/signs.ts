// How a report stands, told by shape and colour together.
import type { Sign } from '@/maps/shapes'

export const signs: Record<'open' | 'closed', Sign> = { open: { shape: 3, colour: '#b45309' }, closed: { shape: 0, colour: '#3d4450' } }
