// What the properties may choose from: read from the pack as the draft sees it.
import { api } from '@/api'
import type { Id, Name, VerbRef } from '@/api/types'
import { name } from '@/shared/i18n'
import { loadKind } from '@/shared/zone'

export interface Choice {
  code: string
  name: Name | string
}
export interface Words {
  roles: Choice[]
  forms: Choice[]
  promises: Choice[]
  decisions: Choice[]
  units: Choice[]
  verbs: VerbRef[]
}

/** What a code of a verb or a promise is called. */
export function namer(words: Words | null): (code: string) => string {
  return (code) =>
    name(words?.verbs.find((one) => one.verb === code)?.name) || name(words?.promises.find((one) => one.code === code)?.name) || code
}

interface Coded {
  code: string
  name: Name
  scope?: string
}

async function json<T>(path: string, draft: Id | null): Promise<T | null> {
  try {
    return JSON.parse(await api.packFile(path, { draft })) as T
  } catch {
    return null // the check says what is wrong with that file
  }
}

export async function loadWords(path: string, kind: string, draft: Id | null): Promise<Words> {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const [roles, units, promises, files, decisions, known] = await Promise.all([
    json<{ roles: Coded[] }>('roles.json', draft),
    json<{ units: Coded[] }>('units.json', draft),
    json<{ promises: Coded[] }>(`${folder}promises.json`, draft),
    api.packFiles({ draft }),
    api.packRules({ draft }),
    kind ? loadKind(kind) : null,
  ])
  return {
    roles: roles?.roles ?? [],
    units: units?.units ?? [],
    promises: (promises?.promises ?? []).filter((one) => one.scope === 'task'),
    forms: files.items
      .filter((file) => file.path.endsWith('.form.json'))
      .map((file) => ({ code: file.path.startsWith(folder) ? file.path.slice(folder.length) : file.path, name: file.path })),
    decisions: decisions.items
      .filter((file) => file.path.startsWith(folder))
      .flatMap((file) => file.decisions.map((one) => ({ code: one.id, name: one.name }))),
    verbs: known?.verbs ?? [],
  }
}
