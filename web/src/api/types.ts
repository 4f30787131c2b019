// The shapes that go over the HTTP interface, under the names the face uses. They are taken from
// openapi.ts, which `npm run types` makes from the server's own document (openapi.json, printed by
// `junma openapi`; a browser test compares it with the server's). Only two things are said here: the
// fixed words where the document says "string" (`Narrow` refuses a member that the document does not
// have), and bodies the document leaves open (a form's schema, a page of a list).
import type * as S from './openapi'

/** A with the members of B in place of its own; B may name no member that A lacks. */
type Narrow<A, B extends { [K in keyof B]: K extends keyof A ? unknown : never }> = Omit<A, keyof B> & B

export type Id = string
/** RFC 3339 with offset, e.g. 2026-11-23T09:30:00+08:00 */
export type Instant = string
/** 2026-11-23 */
export type LocalDate = string
export type Name = S.SchemaName

export interface Page<T> {
  items: T[]
  next: string | null
  total?: number
  totalMore?: boolean
}

export type FieldFault = Narrow<S.SchemaFieldError, { field: string }>
export type Problem = Partial<Narrow<S.SchemaProblem, { errors?: FieldFault[] }>> & { title: string; status: number }

export type PageInfo = S.SchemaPageInfo
export type PageDefinition = Narrow<S.SchemaPageDefinition, { members: Record<string, unknown> }>

export type House = 'hall' | 'desk' | 'cockpit' | 'pack'
/** an account may have other houses too, which this face does not show */
export type Account = S.SchemaAccount
export type Session = S.SchemaSession
export type NewAccount = S.SchemaAccountCreate
export type DemoAccount = S.SchemaSampleAccount
export type Zone = S.SchemaZone

export type Topic = Narrow<S.SchemaTopic, { examples: { zh?: string[]; en?: string[] } }>

/** A field of a form-js schema; our own properties stand under `properties` as "junma:…". */
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
  validationType?: string
  [other: string]: unknown
}

export interface FormSchema {
  components: FormField[]
  [other: string]: unknown
}

export type TimeUnit = 'working_days' | 'working_hours' | 'calendar_days'
export type DayKind = 'working' | 'weekend' | 'holiday' | 'makeup'
export type Kind = Narrow<
  S.SchemaKind,
  { form: FormSchema; topics: Topic[]; promises: Narrow<S.SchemaPromiseRef, { unit: TimeUnit }>[] }
>
/** as listed; where a case names a unit, kind and phone may be missing (UnitRef) */
export type Unit = Narrow<S.SchemaUnit, { kind: string; phone: string }>
export type CalendarYear = Narrow<
  S.SchemaCalendarYear,
  { days: Narrow<S.SchemaCalendarDay, { kind: DayKind; name: Name | null }>[] }
>
export type DecisionValue = S.SchemaDecisionValue
export type Decision = S.SchemaDecision
export type Knowledge = S.SchemaKnowledge

export type Colour = 'green' | 'amber' | 'red' | 'broken' | 'paused' | 'met' | 'met_late' | 'none'
/** days: working days left; minutes: office minutes left; both negative when late */
export type Remaining = S.SchemaRemaining
export type Promised = Narrow<
  S.SchemaPromise,
  {
    scope: 'case' | 'task'
    unit: TimeUnit
    state: 'running' | 'paused' | 'met' | 'met_late' | 'void'
    colour: Colour
  }
>

export type CaseStatus = 'open' | 'replied' | 'closed' | 'withdrawn' | 'merged'
export type UnitRef = S.SchemaUnit
export type StepRef = S.SchemaStep
export type PersonRef = S.SchemaPerson
export type CaseSummary = Narrow<
  S.SchemaCaseSummary,
  { status: CaseStatus; urgency: 'normal' | 'urgent'; colour: Colour }
>
export type Task = Narrow<S.SchemaTask, { state: 'open' | 'suspended' | 'waiting' | 'done' | 'cancelled' }>
export type TimelineEvent = Narrow<S.SchemaTimelineEntry, { data: Record<string, unknown> | null }>
export type Attachment = S.SchemaAttachment
export type VerbInput =
  | 'text'
  | 'unit'
  | 'assignee'
  | 'days'
  | 'rating'
  | 'target'
  | 'public'
  | 'attachments'
  | 'signers'
  | 'mode'
  | 'share'
  | 'position'
  | 'signer'
  | 'vote'
  | 'node'
  | 'straight'
export type VerbState = Narrow<S.SchemaVerbOption, { needs: VerbInput[]; optional: VerbInput[] }>
/** id is null when the reader may not open the other case */
export type CaseLink = Narrow<
  S.SchemaCaseLink,
  { relation: 'merged_into' | 'merged_from' | 'duplicate'; status: CaseStatus }
>
export type Case = Narrow<
  S.SchemaCase,
  {
    status: CaseStatus
    urgency: 'normal' | 'urgent'
    colour: Colour
    data: Record<string, unknown>
    tasks: Task[]
    promises: Promised[]
    timeline: TimelineEvent[]
    verbs: VerbState[]
    links: CaseLink[]
    orders: Order[]
    copies: Copy[]
  }
>
/** index is null until the entry has its place in the tree, a moment later */
export type ReceiptRef = S.SchemaReceiptRef
export type CaseCreated = Narrow<S.SchemaCaseCreated, { status: CaseStatus; promises: Promised[] }>
export type NewCase = Narrow<
  S.SchemaCaseCreate,
  { data: Record<string, unknown>; attachments: Id[]; onBehalf?: Partial<S.SchemaOnBehalf> }
>
export type VerbBody = S.SchemaVerbInput
export type DryRun = S.SchemaDryRun
export type StepChoice = S.SchemaChoice
export type WouldEnd = S.SchemaEnds
/** of supervision */
export type Order = Narrow<S.SchemaOrder, { state: 'open' | 'reported' | 'done' | 'void'; colour: Colour }>
export type Copy = S.SchemaCopy
export type SimilarCase = Narrow<S.SchemaSimilarCase, { status: CaseStatus; colour: Colour; urgency: 'normal' | 'urgent' }>

export type PromiseCount = Narrow<
  S.SchemaPromiseCount,
  { promise: Promised; days: Narrow<S.SchemaCountDay, { kind: DayKind | 'start' | 'paused' }>[] }
>
export type TaskItem = Narrow<S.SchemaTaskItem, { promise: Promised | null; case: CaseSummary }>
export interface TaskPage extends Page<TaskItem> {
  counts: S.SchemaColourCounts
}
export type Officer = S.SchemaOfficer
export type Template = S.SchemaTemplate
export type Enterprise = S.SchemaEnterprise
export type ImportResult = Narrow<
  S.SchemaImportResult,
  { faults: Narrow<S.SchemaImportFault, { column: string | null }>[] }
>

export type Notice = S.SchemaNotice
export type NoticePage = S.SchemaNoticePage

/** What a server-sent event says; the case itself is to be fetched again. */
export interface LiveCase {
  caseId: Id
  number: string
  verb: string
  unit: string | null
  units: string[]
  step: string | null
}

export type FigureInfo = Narrow<S.SchemaFigureRef, { good: 'up' | 'down' | '' }>
export type FigureValue = S.SchemaFigure

export type WayHow = 'here' | 'done' | 'cancelled' | 'moved' | 'passed'
export type WayStep = Narrow<S.SchemaWayStep, { how: WayHow }>
export type CaseWay = Narrow<S.SchemaCaseWay, { steps: WayStep[] }>
export type Procedure = S.SchemaProcedure
export type ProcedureVersion = S.SchemaProcedureVersion
export type WaitStep = S.SchemaWaitStep
export type Waits = S.SchemaWaits
export type WaitingCase = Narrow<S.SchemaWaitingCase, { case: CaseSummary }>

export type PackFault = S.SchemaPackFault
export type PackChange = Narrow<S.SchemaPackChange, { change: 'added' | 'changed' | 'removed' }>
export type PackUse = Narrow<S.SchemaPackUse, { origin: 'folder' | 'draft' | 'version'; files: PackChange[] }>
export type PackState = Narrow<
  S.SchemaPackState,
  { use: PackUse; folder: Narrow<S.SchemaPackFolder, { state: 'none' | 'same' | 'older' | 'changed' }> }
>
export type PackFileRef = Narrow<S.SchemaPackFileRef, { change: 'same' | 'added' | 'changed' }>
export type PackDraftFile = Narrow<S.SchemaPackDraftFile, { change: 'added' | 'changed' | 'removed' | 'same' }>
export type PackDraft = Narrow<S.SchemaPackDraft, { files: PackDraftFile[] }>
export type PackCheck = S.SchemaPackCheck
export type PackMember = S.SchemaPackMember
export type PackDecision = S.SchemaPackDecision
export type PackRuleFile = S.SchemaPackRuleFile
export interface TriedCell {
  id: string
  text: string
  holds: boolean | null
}
export interface TriedTable {
  decision: string
  columns: { label: string; expression: string; value: unknown }[]
  outputs: { name: string; label: string }[]
  rules: { index: number; id: string; label: string; matched: boolean; cells: TriedCell[]; results: string[] }[]
}
export interface TriedStep {
  decision: string
  hitPolicy: string
  inputs: { name: string; value: unknown }[]
  rules: { index: number; label: string; line: number }[]
  result: unknown
}
export interface TriedOutcome {
  verdict: 'yes' | 'no' | 'cannot-tell'
  known: boolean
  value?: unknown
  otherwise: boolean
  rules: { index: number; label: string; line: number }[]
  missing: string[]
}
export type PackTrial = Narrow<
  S.SchemaPackTrial,
  {
    result: unknown
    trace: { steps: TriedStep[]; missing: string[]; warnings: Name[] }
    answer: { settled: boolean; value?: unknown; missing: string[]; outcomes: TriedOutcome[] }
    tables: TriedTable[]
  }
>
export type PackMovedCase = S.SchemaPackMovedCase
export type PackComparison = S.SchemaPackComparison
export type Register = S.SchemaRegister
export type Column = S.SchemaRegisterColumn
export type Code = S.SchemaCode
export type Rec = S.SchemaRecord
export type RecordPage = S.SchemaRecordPage
export type RecordVersion = S.SchemaRecordVersion
export type RecordRelated = S.SchemaRecordRelated
export type RecordInput = S.SchemaRecordInput
export type RecordView = S.SchemaRecordView
export type BulkInput = S.SchemaBulkInput
export type BulkResult = S.SchemaBulkResult

export type VerbRef = S.SchemaVerbRef
export type TryBody = Narrow<
  S.SchemaProcedureTry,
  { do: 'start' | 'complete' | 'fail' | 'message' | 'signal' | 'move' | 'advance'; variables?: Record<string, unknown>; decisions?: Record<string, unknown> }
>
export type ProcedureTrial = Narrow<S.SchemaProcedureTrial, { variables: unknown }>
export type TrialEvent = S.SchemaTrialEvent
export type Incident = S.SchemaIncident
export type PurgeKind = S.SchemaPurgeKind
export type PurgePast = S.SchemaPurgePast
export type MigrationPlan = S.SchemaMigrationPlan
export type MigrationRun = Narrow<S.SchemaMigrationRun, { state: 'running' | 'done' | 'stopped' }>
export type MigrationBody = Narrow<S.SchemaMigrationPlanInput, { map?: Record<string, string> }>
export type Coverage = S.SchemaCoverage
export type DrawList = S.SchemaDrawList
export type DrawRow = S.SchemaDrawRow
export type Reported = S.SchemaReported
export type HandledReport = S.SchemaHandledReport
export type HandledReports = Narrow<S.SchemaHandledReports, { items: HandledReport[] }>
export type ReportKey = S.SchemaOpen311Key
