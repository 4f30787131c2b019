// The camera, where the browser itself can read codes (BarcodeDetector); elsewhere one types or pastes.
interface Detector {
  detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]>
}
type DetectorMaker = new (options: { formats: string[] }) => Detector
const maker = (): DetectorMaker | undefined => (window as unknown as { BarcodeDetector?: DetectorMaker }).BarcodeDetector

export const canScan = (): boolean => !!maker() && !!navigator.mediaDevices?.getUserMedia

/** Looks until something is found; gives the way to stop. */
export async function scan(element: () => HTMLVideoElement | null, found: (text: string) => void): Promise<() => void> {
  const Maker = maker()
  if (!Maker) throw new Error('no detector')
  const detector = new Maker({ formats: ['qr_code'] })
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  let going = true
  const stop = (): void => {
    going = false
    stream.getTracks().forEach((track) => track.stop())
  }
  const video = element()
  if (!video) {
    stop()
    throw new Error('no place for the picture')
  }
  video.srcObject = stream
  await video.play()
  const look = async (): Promise<void> => {
    if (!going) return
    const seen = await detector.detect(video).catch(() => [])
    if (!going) return
    if (seen[0]?.rawValue) return found(seen[0].rawValue)
    setTimeout(() => void look(), 200)
  }
  void look()
  return stop
}
