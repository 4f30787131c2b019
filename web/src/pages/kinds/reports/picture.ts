// A photograph from a phone, made small enough for a bad connection: at most 1,600 pixels a side, as JPEG.
// Drawing it anew also leaves behind where and when it was taken; the server does the same once more.
const side = 1600
const bytesMost = 4 * 1024 * 1024

export interface Photo {
  base64: string
  address: string
  bytes: number
}

const blobOf = (canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> =>
  new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality))

async function base64Of(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}

/** Null where the browser cannot read the file as a picture. */
export async function photoOf(file: File): Promise<Photo | null> {
  const image = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => null)
  if (!image) return null
  const scale = Math.min(1, side / Math.max(image.width, image.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(image.width * scale))
  canvas.height = Math.max(1, Math.round(image.height * scale))
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  image.close()
  let blob = await blobOf(canvas, 0.82)
  if (blob && blob.size > bytesMost) blob = await blobOf(canvas, 0.5)
  if (!blob || blob.size > bytesMost) return null
  return { base64: await base64Of(blob), address: URL.createObjectURL(blob), bytes: blob.size }
}
