// Applying for items: one form out of theirs, the papers that the answers make needed, a draft, sending.
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { ApiError, newKey } from '@/api/client'
import type { CaseCreated, FormField, FormSchema } from '@/api/types'
import { explainShort } from '@/shared/explain'
import { useFiles, type Files } from '@/shared/files'
import { answerOf, firstLook, thoughtsOf, type Faults, type FormData } from '@/shared/form'
import { t } from '@/shared/i18n'
import { account } from '@/shared/session'
import { dropKept, keepHere, keepThere, loadKept, type Kept } from './kept'
import { services, type Asked, type Paper, type ServicePlan } from './api'

/** The items' forms as one: a key that several ask for is asked once, where it comes first. */
export function oneForm(forms: FormSchema[]): FormSchema {
  const seen = new Set<string>()
  const keep = (fields: FormField[]): FormField[] =>
    fields.flatMap((field) => {
      if (field.type === 'group') {
        const inner = keep(field.components ?? [])
        return inner.length ? [{ ...field, components: inner }] : []
      }
      if (field.key && seen.has(field.key)) return []
      if (field.key) seen.add(field.key)
      return [field]
    })
  return { ...forms[0]!, components: forms.flatMap((form) => keep(form.components)) }
}

const all = (fields: FormField[]): FormField[] => fields.flatMap((field) => (field.type === 'group' ? all(field.components ?? []) : [field]))

export function useApplying(asked: Asked) {
  const owner = account.value?.id ?? '0'
  const name = `service.${asked.bundle ?? asked.items?.join('+') ?? ''}`
  const plan = shallowRef<ServicePlan | null>(null)
  const form = shallowRef<FormSchema | null>(null)
  const data = ref<FormData>({})
  const faults = ref<Faults>({})
  const fault = ref('')
  const failed = shallowRef<ApiError | null>(null)
  const sending = ref(false)
  const made = shallowRef<CaseCreated | null>(null)
  const savedAt = ref('')
  const agreed = reactive<Record<string, boolean>>({})
  const boxes = new Map<string, Files>()
  let key = newKey()
  let timer: ReturnType<typeof setTimeout> | undefined
  let later: ReturnType<typeof setTimeout> | undefined

  const thoughts = computed(() => (form.value ? thoughtsOf(form.value) : []))
  const papers = computed(() => plan.value?.materials.filter((one) => one.need === 'needed') ?? [])

  function filesOf(material: string): Files {
    let found = boxes.get(material)
    if (!found) {
      boxes.set(material, (found = useFiles(5)))
      watch(found.ids, save)
    }
    return found
  }

  /** Ticks are answers too: unticked means no, so that what depends on them is known. */
  const answers = (): FormData => {
    const out = form.value ? answerOf(form.value, data.value) : {}
    for (const field of form.value ? all(form.value.components) : []) if (field.type === 'checkbox' && field.key && !(field.key in out)) out[field.key] = false
    return out
  }

  async function ask(): Promise<void> {
    try {
      plan.value = await services.plan(asked, answers())
      failed.value = null
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      failed.value = cause
    }
  }

  async function begin(): Promise<void> {
    await ask()
    if (!plan.value || form.value) return
    const whole = oneForm(plan.value.forms)
    const fields = all(whole.components)
    const draft = await loadKept(owner, name)
    const known: FormData = {}
    for (const field of fields) {
      const value = plan.value.known[field.key ?? ''] ?? (field.key === 'contact_name' ? account.value?.name : undefined) ?? field.defaultValue
      if (field.key && value !== undefined && value !== '') known[field.key] = value
    }
    form.value = whole
    data.value = { ...known, ...draft?.data }
    if (draft) {
      key = draft.key
      savedAt.value = draft.at
      Object.assign(agreed, draft.agreed)
      for (const [material, files] of Object.entries(draft.papers)) filesOf(material).restore(files)
    }
    await ask()
  }

  function save(): void {
    clearTimeout(timer)
    if (made.value || !form.value) return
    const papers = Object.fromEntries([...boxes].map(([material, files]) => [material, files.kept()]))
    const kept: Kept = { data: data.value, papers, agreed: { ...agreed }, key, at: new Date().toISOString() }
    if (keepHere(owner, name, kept)) savedAt.value = kept.at
    clearTimeout(later)
    later = setTimeout(() => void (made.value || keepThere(name, kept)), 1000)
  }

  function change(next: FormData): void {
    const old = data.value
    data.value = next
    faults.value = Object.fromEntries(Object.entries(faults.value).filter(([at]) => old[at] === next[at]))
  }

  watch(agreed, () => save())
  watch(data, () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      save()
      void ask()
    }, 400)
  })

  function check(fields: FormField[]): boolean {
    faults.value = firstLook(fields, data.value)
    return !Object.keys(faults.value).length
  }

  function handed(): Paper[] {
    return papers.value.flatMap((one): Paper[] => {
      const files = filesOf(one.material)
      if (one.how === 'fetch' && agreed[one.material]) return [{ material: one.material, consent: true }]
      if (one.how === 'promise' && agreed[one.material]) return [{ material: one.material, promised: true }]
      return files.ids.value.length ? [{ material: one.material, files: [...files.ids.value] }] : []
    })
  }

  function checkPapers(): boolean {
    const found: Faults = {}
    const had = new Set(handed().map((one) => one.material))
    for (const one of papers.value) {
      if (filesOf(one.material).pending.value) found[`materials.${one.material}`] = t('services.pending')
      else if (one.required && !had.has(one.material) && !['cancelled', 'checked'].includes(one.how)) found[`materials.${one.material}`] = t(`services.need.${one.how}`)
    }
    faults.value = found
    return !Object.keys(found).length
  }

  async function send(): Promise<void> {
    fault.value = ''
    sending.value = true
    try {
      made.value = await services.apply(asked, answers(), handed(), key)
      clearTimeout(later)
      await dropKept(owner, name)
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      if (cause.status === 409) key = newKey()
      faults.value = Object.fromEntries(cause.fields.map((one) => [one.field.replace(/^\/?data[./]/, ''), one.message]))
      fault.value = cause.fields.length ? cause.fields.map((one) => one.message).join(' ') : explainShort(cause)
    } finally {
      sending.value = false
    }
  }

  return { plan, form, data, faults, fault, failed, sending, made, savedAt, agreed, thoughts, papers, filesOf, begin, change, check, checkPapers, send, save }
}
