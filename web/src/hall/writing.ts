// Writing a request: its data, its draft, its sending. The page shows; this decides.
import { computed, ref, shallowRef, watch } from 'vue'
import { api } from '@/api'
import { ApiError, newKey } from '@/api/client'
import type { CaseCreated, FormField, Kind, NewCase } from '@/api/types'
import { explainShort } from '@/shared/explain'
import { useFiles } from '@/shared/files'
import { answerOf, fieldsOf, firstLook, property, thoughtsOf, type Faults, type FormData } from '@/shared/form'
import { t } from '@/shared/i18n'
import { account } from '@/shared/session'
import { dropDraft, loadDraft, openOutbox, post, saveDraft, type Draft } from './drafts'

export type Stage = 'writing' | 'sending' | 'sent' | 'queued'

/** What is known already: from the form's own defaults, the account, and the address. */
function known(fields: FormField[], given: FormData): FormData {
  const who = account.value
  const sources: Record<string, string | undefined> = {
    'account.name': who?.name,
    'enterprise.name': who?.enterprise?.name,
    'enterprise.credit_code': who?.enterprise?.creditCode,
  }
  const byKey: Record<string, string> = {
    contact_name: 'account.name',
    enterprise_name: 'enterprise.name',
    credit_code: 'enterprise.credit_code',
  }
  const data: FormData = {}
  for (const field of fields) {
    const key = field.key
    if (!key) continue
    const source = property(field, 'prefill') || byKey[key]
    const value = given[key] ?? (source ? sources[source] : undefined) ?? field.defaultValue
    if (value !== undefined && value !== '') data[key] = value
  }
  return data
}

/** Every field with a value, hidden ones too. */
function allFields(components: FormField[]): FormField[] {
  return components.flatMap((field) => (field.type === 'group' ? allFields(field.components ?? []) : [field]))
}

export function useWriting(kind: Kind, given: FormData, wantDraft: boolean) {
  const owner = account.value?.id ?? '0' // kept when the session ends meanwhile
  const all = allFields(kind.form.components)
  const fileKey = all.find((field) => field.type === 'filepicker')?.key
  const data = ref<FormData>(known(all, given))
  const faults = ref<Faults>({})
  const fault = ref('')
  const stage = ref<Stage>('writing')
  const made = shallowRef<CaseCreated | null>(null)
  const savedAt = ref('')
  const offered = shallowRef<Draft | null>(null)
  const picker = useFiles()
  const thoughts = computed(() => thoughtsOf(kind.form))
  let key = newKey()
  let timer: ReturnType<typeof setTimeout> | undefined

  const found = loadDraft(owner, kind.kind)
  if (found && wantDraft) take(found)
  else if (found) offered.value = found

  function take(draft: Draft): void {
    data.value = draft.data
    key = draft.key
    picker.clear()
    picker.restore(draft.files)
    savedAt.value = draft.at
    offered.value = null
  }

  function refuseDraft(): void {
    dropDraft(owner, kind.kind)
    offered.value = null
  }

  function save(): void {
    clearTimeout(timer)
    if (stage.value !== 'writing') return
    const at = new Date().toISOString()
    if (saveDraft(owner, kind.kind, { data: data.value, files: picker.kept(), key, at })) savedAt.value = at
  }

  watch([data, picker.ids], () => {
    offered.value = null
    clearTimeout(timer)
    timer = setTimeout(save, 500)
  })

  function change(next: FormData): void {
    const old = data.value
    data.value = next
    const left = { ...faults.value }
    for (const name of Object.keys(left)) if (old[name] !== next[name]) delete left[name]
    faults.value = left
  }

  function check(components: FormField[]): boolean {
    faults.value = firstLook(components.filter((field) => field.type !== 'filepicker'), data.value)
    if (picker.pending.value && fileKey && fieldsOf(components, data.value).some((field) => field.key === fileKey)) {
      faults.value = { ...faults.value, [fileKey]: t('hall.new.filesPending', { n: picker.pending.value }) }
    }
    return !Object.keys(faults.value).length
  }

  function letter(): NewCase {
    const answer = answerOf(kind.form, data.value)
    if (fileKey) {
      delete answer[fileKey]
      if (picker.ids.value.length) answer[fileKey] = picker.ids.value
    }
    return { kind: kind.kind, data: answer, attachments: [...picker.ids.value], channel: 'web' }
  }

  async function send(): Promise<void> {
    fault.value = ''
    clearTimeout(timer)
    stage.value = 'sending'
    const body = letter()
    try {
      made.value = await api.createCase(body, key)
      dropDraft(owner, kind.kind)
      stage.value = 'sent'
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      stage.value = 'writing'
      refused(cause, body)
    }
  }

  /**
   * Out of reach, or no answer in time: into the outbox, to be sent again under the same key. Refused: the
   * faults go to their fields. The key used for other words: it may have arrived before, which is said.
   */
  function refused(error: ApiError, body: NewCase): void {
    if (error.failure !== 'problem') {
      openOutbox()
      const title = String(data.value.title ?? '')
      if (post({ key, title, body, at: new Date().toISOString(), fault: '' })) {
        dropDraft(owner, kind.kind)
        stage.value = 'queued'
        return
      }
    }
    if (error.status === 409) {
      key = newKey()
      fault.value = t('hall.new.twice')
      return save()
    }
    const known = new Set(all.map((field) => field.key))
    const at: Faults = {}
    for (const item of error.fields) at[item.field.replace(/^\/?data[./]/, '')] = item.message
    faults.value = at
    const elsewhere = Object.entries(at).filter(([name]) => !known.has(name) && !name.includes('['))
    fault.value = elsewhere.length
      ? elsewhere.map(([, text]) => text).join(' ')
      : Object.keys(at).length
        ? t('hall.new.mend', { n: Object.keys(at).length })
        : explainShort(error)
    save()
  }

  return {
    data,
    faults,
    fault,
    stage,
    made,
    savedAt,
    offered,
    picker,
    thoughts,
    fileKey,
    take,
    refuseDraft,
    change,
    check,
    send,
    save,
    key: () => key,
  }
}

export type Writing = ReturnType<typeof useWriting>
