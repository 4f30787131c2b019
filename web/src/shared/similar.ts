// Cases with like words, read beside a page: a help, so a failure to read them shows as none.
import { onMounted, shallowRef, type ShallowRef } from 'vue'
import { api } from '@/api'
import { ApiError } from '@/api/client'
import type { Id, SimilarCase } from '@/api/types'

export function useSimilar(id: Id, most = 3): ShallowRef<SimilarCase[]> {
  const found = shallowRef<SimilarCase[]>([])
  onMounted(async () => {
    try {
      found.value = (await api.similar(id)).items.slice(0, most)
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
    }
  })
  return found
}
