// Hashing and signatures for browsers and pages without WebCrypto's own (an intranet without HTTPS,
// older browsers). Loaded only then.
import { ed25519 } from '@noble/curves/ed25519'
import { sha256 } from '@noble/hashes/sha2'
import type { Fallback } from './verify'

const fallback: Fallback = {
  sha256,
  ed25519Verify: (signature, message, key) => {
    try {
      return ed25519.verify(signature, message, key, { zip215: false })
    } catch {
      return false
    }
  },
}

export default fallback
