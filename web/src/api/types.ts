// The shapes that go over the HTTP interface. They say what the server's OpenAPI document says;
// `npm run types` writes openapi.ts from it, and tests/browser compares the two. Nothing else in
// the face declares a shape of the server.

export type Id = string
/** RFC 3339 with offset, e.g. 2026-11-23T09:30:00+08:00 */
export type Instant = string
/** 2026-11-23 */
export type LocalDate = string

export interface Name {
  zh: string
  en: string
}

export interface Page<T> {
  items: T[]
  next: string | null
  total?: number
}

export interface FieldFault {
  field: string
  message: string
}

export interface Problem {
  type: string
  title: string
  status: number
  detail?: string
  code?: string
  requestId?: string
  /** the one field that is wrong, where there is one */
  field?: string
  errors?: FieldFault[]
}

export type House = 'hall' | 'desk' | 'cockpit'

export interface Account {
  id: Id
  login: string
  name: string
  role: string
  roleName: Name
  unit: string | null
  unitName: Name | null
  enterprise: { id: Id; name: string; creditCode: string } | null
  houses: House[]
  permissions: string[]
}

export interface Session {
  account: Account
  csrf: string
  expiresAt: Instant
}

export interface DemoAccount {
  login: string
  name: string
  role: string
  roleName?: Name
  unitName?: Name | null
}

export interface Zone {
  zone: string
  name: Name
  synthetic: boolean
  languages: string[]
  timezone: string
  hours: string[]
  kinds: { kind: string; name: Name }[]
  journal: { origin: string; vkey: string; profile: string }
  packVersion: string
  version: string
  /** the server's clock */
  now?: Instant
  demoAccounts?: DemoAccount[]
}

export interface Topic {
  code: string
  name: Name
  group: Name
  examples?: { zh?: string[]; en?: string[] }
  keywords?: string[]
}

/** A field of a form-js schema, with our own properties (why, prefill, title_en …). */
export interface FormField {
  type: string
  key?: string
  id?: string
  label?: string
  description?: string
  text?: string
  content?: string
  defaultValue?: unknown
  values?: FormOption[]
  valuesKey?: string
  subtype?: string
  components?: FormField[]
  conditional?: { hide?: string }
  validate?: FormRules
  properties?: Record<string, string>
  disabled?: boolean
  readonly?: boolean
  multiple?: boolean
  accept?: string
  appearance?: { prefixAdorner?: string; suffixAdorner?: string }
  [other: string]: unknown
}

export interface FormOption {
  value: string
  label: string
  [other: string]: unknown
}

export interface FormRules {
  required?: boolean
  minLength?: number
  maxLength?: number
  min?: number
  max?: number
  pattern?: string
  patternErrorMessage?: string
  validationType?: string
  [other: string]: unknown
}

export interface FormSchema {
  type?: string
  id?: string
  schemaVersion?: number
  components: FormField[]
  [other: string]: unknown
}

export type TimeUnit = 'working_days' | 'working_hours' | 'calendar_days'

export interface Kind {
  kind: string
  name: Name
  form: FormSchema
  topics: Topic[]
  rating: { levels: number; badAtMost: number }
  channels: string[]
  verbs: { verb: string; name: Name }[]
  steps: { node: string; name: Name }[]
  promises: { code: string; name: Name; unit: TimeUnit; law: Name }[]
}

export interface Unit {
  code: string
  name: Name
  kind: string
  phone: string
}

export type DayKind = 'working' | 'weekend' | 'holiday' | 'makeup'

export interface CalendarYear {
  year: number
  days: { date: LocalDate; kind: DayKind; name: Name | null }[]
  provisional: boolean
}

export interface Knowledge {
  id: Id
  title: string
  question: string
  answer: string
  topic: string
  topicName?: Name
  unit?: UnitRef | null
  publishedOn: LocalDate
}

export type Colour = 'green' | 'amber' | 'red' | 'broken' | 'paused' | 'met' | 'met_late' | 'none'

export interface Remaining {
  /** working days left, negative when late */
  days: number
  /** office minutes left, negative when late */
  minutes: number
}

export interface Promised {
  id: Id
  code: string
  name: Name
  scope: 'case' | 'task'
  taskId: Id | null
  unit: TimeUnit
  amount: number
  startedAt: Instant
  dueAt: Instant
  dueOn: LocalDate
  state: 'running' | 'paused' | 'met' | 'met_late' | 'void'
  colour: Colour
  amberAt: Instant | null
  redAt: Instant | null
  endedAt?: Instant | null
  remaining: Remaining
  extendedBy: number
  provisional: boolean
  law: Name | null
}

export type CaseStatus = 'open' | 'replied' | 'closed' | 'withdrawn' | 'merged'

export interface UnitRef {
  code: string
  name: Name
  phone?: string
}

export interface StepRef {
  node: string
  name: Name
}

export interface PersonRef {
  id?: Id
  name: string
  unit?: string | null
}

export interface CaseSummary {
  id: Id
  number: string
  kind: string
  title: string
  topic: string
  topicName: Name
  status: CaseStatus
  step: StepRef | null
  unit: UnitRef | null
  assignee: PersonRef | null
  enterprise: { id: Id; name: string } | null
  urgency: 'normal' | 'urgent'
  channel: string
  createdAt: Instant
  updatedAt: Instant
  dueAt: Instant | null
  dueOn: LocalDate | null
  colour: Colour
  remaining: Remaining | null
  rating: number | null
  urged: number
  supervised: boolean
  reopened: number
  suspended?: boolean
  /** brought in by an import: no procedure runs */
  imported?: boolean
  version: number
}

export interface Task {
  id: Id
  node: string
  name: Name
  role: string
  unit: UnitRef | null
  assignee: PersonRef | null
  state: 'open' | 'suspended' | 'done' | 'cancelled'
  createdAt: Instant
  signedAt: Instant | null
  doneAt: Instant | null
}

export interface TimelineEvent {
  event: Id
  at: Instant
  actor: PersonRef | null
  verb: string
  title: Name
  text: string | null
  public: boolean
  data?: Record<string, unknown> | null
  index: number | null
}

export interface Attachment {
  id: Id
  name: string
  type: string
  bytes: number
  at?: Instant
  by?: string | null
  event?: Id | null
}

export type VerbInput = 'text' | 'unit' | 'assignee' | 'days' | 'rating' | 'target' | 'until' | 'public' | 'attachments'

export interface VerbState {
  verb: string
  name: Name
  allowed: boolean
  reason: Name | null
  taskId: Id | null
  needs: VerbInput[]
  optional?: VerbInput[]
  public?: boolean
}

export interface CaseLink {
  relation: 'merged_into' | 'merged_from' | 'duplicate'
  /** null when the reader may not open it */
  id: Id | null
  number: string
  title: string | null
  status?: CaseStatus
  dueAt?: Instant | null
}

export interface Case extends CaseSummary {
  text: string
  data: Record<string, unknown>
  contact: { name: string; phone: string; masked: boolean } | null
  place: string | null
  /** what the enterprise wrote with its rating */
  ratingText?: string | null
  /** where an imported case came from, and its number there */
  source?: string | null
  sourceNumber?: string | null
  tasks: Task[]
  promises: Promised[]
  answer: { text: string; at: Instant; by: string; unit: UnitRef | null } | null
  timeline: TimelineEvent[]
  attachments: Attachment[]
  verbs: VerbState[]
  links: CaseLink[]
  extension: { days: number; reason: string; askedBy: PersonRef; askedAt: Instant } | null
  next: Name | null
}

export interface ReceiptRef {
  event: Id
  leafHash: string
  /** null until the entry has its place in the tree, a moment later */
  index: number | null
  at: Instant
}

export interface CaseCreated {
  id: Id
  number: string
  title: string
  status: CaseStatus
  step: StepRef | null
  unit: UnitRef | null
  promises: Promised[]
  next: Name
  receipt: ReceiptRef
  similar: { id: Id; number: string; title: string }[]
}

export interface NewCase {
  kind: string
  data: Record<string, unknown>
  attachments: Id[]
  channel: string
  onBehalf?: { enterpriseId?: Id; contactName?: string; contactPhone?: string }
}

export interface VerbBody {
  taskId?: Id
  text?: string
  unit?: string
  assignee?: Id
  days?: number
  rating?: number
  target?: string
  until?: LocalDate
  public?: boolean
  attachments?: Id[]
}

export interface PromiseCount {
  promise: Promised
  events: { at: Instant; what: string; amount: number; dueAt: Instant | null; text: string | null }[]
  days: {
    date: LocalDate
    weekday: number
    kind: DayKind | 'start' | 'paused'
    name: Name | null
    counted: number
    total: number
    provisional: boolean
    start?: boolean
    paused?: boolean
  }[]
  hours: string[]
  law: Name | null
}

export interface TaskItem {
  taskId: Id
  step: StepRef
  state?: string
  signedAt: Instant | null
  promise: Promised | null
  case: CaseSummary
  verbs: string[]
}

export interface TaskPage extends Page<TaskItem> {
  counts: Record<'broken' | 'red' | 'amber' | 'green' | 'paused', number>
}

export interface Officer {
  id: Id
  name: string
  unit: string
}

export interface Template {
  code: string
  title: Name
  text: Name
}

export interface Enterprise {
  id: Id
  name: string
  creditCode: string
  data?: Record<string, unknown>
}

export interface LiveCase {
  caseId: Id
  number: string
  verb: string
  unit: string | null
  units: string[]
  step: string | null
}

export interface ImportResult {
  rows: number
  accepted: number
  faults: { row: number; column: string | null; message: string }[]
  batch: Id | null
}

export interface FigureInfo {
  name: string
  kind?: string
  title: Name
  unit: Name
  note?: Name | null
  good: 'up' | 'down' | ''
  target: number | null
  dimensions: string[]
  drawing: string
}

export interface FigureValue {
  name: string
  title: Name
  unit: Name
  value: number | null
  count: number
  by: string | null
  groups: { key: string; label: Name; value: number | null; count: number }[]
  previous: { value: number | null; from: string; to: string } | null
  at: Instant
}
