// A caller's request while it is typed: kept in this tab, checked by the form, sent with a key of its own.
import { ref, shallowRef, watch } from 'vue'
import { api } from '@/api'
import { ApiError, newKey } from '@/api/client'
import type { CaseCreated, Enterprise, FormField, Kind, NewCase } from '@/api/types'
import { explainShort } from '@/shared/explain'
import { useFiles } from '@/shared/files'
import { answerOf, firstLook, type Faults, type FormData } from '@/shared/form'
import { t } from '@/shared/i18n'
import { dropKept, keep, kept } from '@/shared/kept'
import type { Choice } from './PickList.vue'

interface Kept {
  data: FormData
  enterprise: Choice<Enterprise> | null
  channel: string
  key: string
}

function allFields(components: FormField[]): FormField[] {
  return components.flatMap((field) => (field.type === 'group' ? allFields(field.components ?? []) : [field]))
}

export function useIntake(kind: Kind) {
  const store = `intake.${kind.kind}`
  const fields = allFields(kind.form.components)
  const fileKey = fields.find((field) => field.type === 'filepicker')?.key
  const defaults = (): FormData =>
    Object.fromEntries(fields.flatMap((field) => (field.key && field.defaultValue !== undefined ? [[field.key, field.defaultValue]] : [])))

  const before = kept<Kept>(store)
  const data = ref<FormData>(before?.data ?? defaults())
  const enterprise = shallowRef<Choice<Enterprise> | null>(before?.enterprise ?? null)
  const channel = ref(before?.channel ?? 'phone')
  const faults = ref<Faults>({})
  const fault = ref('')
  const busy = ref(false)
  const made = shallowRef<CaseCreated | null>(null)
  const files = useFiles()
  let key = before?.key ?? newKey()

  watch([data, enterprise, channel], () => {
    if (!made.value) keep(store, { data: data.value, enterprise: enterprise.value, channel: channel.value, key })
  })

  function change(next: FormData): void {
    const left = { ...faults.value }
    for (const name of Object.keys(left)) if (data.value[name] !== next[name]) delete left[name]
    faults.value = left
    data.value = next
  }

  function check(): boolean {
    const found = firstLook(kind.form.components, data.value)
    if (fileKey) delete found[fileKey]
    if (!enterprise.value) found.enterprise = t('desk.intake.needEnterprise')
    if (files.pending.value) found[fileKey ?? 'files'] = t('desk.panel.filesPending', { n: files.pending.value })
    faults.value = found
    return !Object.keys(found).length
  }

  function letter(): NewCase {
    const answer = answerOf(kind.form, data.value)
    if (fileKey) {
      delete answer[fileKey]
      if (files.ids.value.length) answer[fileKey] = [...files.ids.value]
    }
    const text = (name: string): string | undefined => (answer[name] ? String(answer[name]) : undefined)
    return {
      kind: kind.kind,
      data: answer,
      attachments: [...files.ids.value],
      channel: channel.value,
      onBehalf: { enterpriseId: enterprise.value!.value.id, contactName: text('contact_name'), contactPhone: text('contact_phone') },
    }
  }

  async function send(): Promise<boolean> {
    fault.value = ''
    if (!check()) return false
    busy.value = true
    try {
      made.value = await api.createCase(letter(), key)
      dropKept(store)
      return true
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      refused(cause)
      return false
    } finally {
      busy.value = false
    }
  }

  function refused(error: ApiError): void {
    const known = new Set(fields.map((field) => field.key))
    const at: Faults = {}
    const rest: string[] = []
    for (const { field, message } of error.fields) {
      const name = field.replace(/^\/?data[./]/, '').replace(/^onBehalf\.enterpriseId$/, 'enterprise')
      if (known.has(name) || name === 'enterprise') at[name] = message
      else rest.push(message)
    }
    faults.value = at
    fault.value = rest.join(' ') || (Object.keys(at).length ? t('desk.intake.mend', { n: Object.keys(at).length }) : explainShort(error))
    if (error.status === 409) key = newKey()
  }

  /** The next caller: everything empty but the way it came. */
  function again(): void {
    made.value = null
    data.value = defaults()
    enterprise.value = null
    faults.value = {}
    fault.value = ''
    files.clear()
    key = newKey()
    dropKept(store)
  }

  return { data, enterprise, channel, faults, fault, busy, made, files, fileKey, change, send, again }
}
