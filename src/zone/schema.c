/*
 * The tables. `zone` leads every primary key, so that a distributed database can put a zone on one
 * place. Instants are milliseconds since 1970 in UTC, 0 or NULL = never; `created_on` and `month`
 * are the local date, for reports. Registers get tables of their own (register.c).
 *
 * sort_at is the place in lists by danger: what is due first comes first, then what stands still,
 * then what has no deadline, and after everything open what has ended, the newest first. It is
 * computed by the database from the row, so that an index gives the order.
 *
 * unit is who has the case now, handled_unit the handling unit that had it last: a call-back by the
 * centre does not make a bad rating the centre's. Reports go by handled_unit.
 *
 * case_report is for reading: figures and outside tools use it and nothing else. Columns are only
 * ever added to it.
 *
 * A step that has been released is never changed: add the next one.
 */
#include "zone/schema.h"

static const char accounts[] =
    "CREATE TABLE account (zone TEXT NOT NULL, id BIGINT NOT NULL, login TEXT NOT NULL,"
    " name TEXT NOT NULL, role TEXT NOT NULL, unit TEXT NOT NULL, enterprise_id BIGINT NOT NULL,"
    " phone TEXT NOT NULL, password TEXT NOT NULL, password_at BIGINT NOT NULL,"
    " failures BIGINT NOT NULL, locked_until BIGINT NOT NULL, disabled BIGINT NOT NULL,"
    " created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, sample BIGINT NOT NULL,"
    " PRIMARY KEY (zone, id)){clustered};"
    "CREATE UNIQUE INDEX account_login ON account (zone, login);"
    "CREATE INDEX account_unit ON account (zone, unit);"
    "CREATE TABLE session (zone TEXT NOT NULL, token {blob} NOT NULL, account_id BIGINT NOT NULL,"
    " csrf TEXT NOT NULL, created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL,"
    " expires_at BIGINT NOT NULL, peer TEXT NOT NULL, PRIMARY KEY (zone, token)){clustered};"
    "CREATE INDEX session_account ON session (zone, account_id);"
    "CREATE TABLE pack_version (zone TEXT NOT NULL, version TEXT NOT NULL, loaded_at BIGINT NOT"
    " NULL,"
    " PRIMARY KEY (zone, version)){clustered};"
    "CREATE TABLE pack_file (zone TEXT NOT NULL, version TEXT NOT NULL, path TEXT NOT NULL,"
    " content TEXT NOT NULL, PRIMARY KEY (zone, version, path));"
    "CREATE TABLE counter (zone TEXT NOT NULL, name TEXT NOT NULL, value BIGINT NOT NULL,"
    " PRIMARY KEY (zone, name)){clustered};"
    "CREATE TABLE idempotency (zone TEXT NOT NULL, account_id BIGINT NOT NULL, key TEXT NOT NULL,"
    " request TEXT NOT NULL, at BIGINT NOT NULL, status BIGINT NOT NULL, reply TEXT NOT NULL,"
    " PRIMARY KEY (zone, account_id, key)){clustered};"
    "CREATE INDEX idempotency_at ON idempotency (zone, at);";

static const char ledger[] =
    "CREATE TABLE journal (zone TEXT NOT NULL, id BIGINT NOT NULL, seq BIGINT, at BIGINT NOT NULL,"
    " kind TEXT NOT NULL, subject BIGINT NOT NULL, actor TEXT NOT NULL, event TEXT, salt {blob},"
    " event_hash {blob} NOT NULL, leaf_hash {blob} NOT NULL, PRIMARY KEY (zone, id)){clustered};"
    "CREATE INDEX journal_pending ON journal (zone, id) WHERE seq IS NULL;"
    "CREATE UNIQUE INDEX journal_seq ON journal (zone, seq);"
    "CREATE INDEX journal_subject ON journal (zone, subject, id);"
    "CREATE TABLE journal_node (zone TEXT NOT NULL, level BIGINT NOT NULL, idx BIGINT NOT NULL,"
    " hash {blob} NOT NULL, PRIMARY KEY (zone, level, idx)){clustered};"
    "CREATE TABLE checkpoint (zone TEXT NOT NULL, size BIGINT NOT NULL, at BIGINT NOT NULL,"
    " note TEXT NOT NULL, PRIMARY KEY (zone, size)){clustered};";

static const char cases[] =
    "CREATE TABLE cases (zone TEXT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,"
    " kind TEXT NOT NULL, number TEXT NOT NULL, pack_version TEXT NOT NULL,"
    " title TEXT NOT NULL, body TEXT NOT NULL, topic TEXT NOT NULL, channel TEXT NOT NULL,"
    " urgency TEXT NOT NULL, place TEXT NOT NULL, enterprise_id BIGINT NOT NULL,"
    " enterprise_name TEXT NOT NULL, account_id BIGINT NOT NULL, contact_name TEXT NOT NULL,"
    " contact_phone TEXT NOT NULL, unit TEXT NOT NULL, assignee_id BIGINT NOT NULL,"
    " status BIGINT NOT NULL, node TEXT NOT NULL, data TEXT NOT NULL, state TEXT NOT NULL,"
    " created_at BIGINT NOT NULL, created_on TEXT NOT NULL, updated_at BIGINT NOT NULL,"
    " first_response_at BIGINT, first_response_minutes BIGINT, replied_at BIGINT,"
    " handling_days BIGINT, closed_at BIGINT,"
    " promise_id BIGINT NOT NULL, promise_state BIGINT NOT NULL, due_at BIGINT, amber_at BIGINT,"
    " red_at BIGINT, on_time BIGINT, answer TEXT NOT NULL, answered_by TEXT NOT NULL,"
    " answered_unit TEXT NOT NULL, rating BIGINT, rating_text TEXT NOT NULL,"
    " urged BIGINT NOT NULL, supervised BIGINT NOT NULL, reopened BIGINT NOT NULL,"
    " suspended BIGINT NOT NULL, merged_into BIGINT NOT NULL, extension TEXT NOT NULL,"
    " source TEXT NOT NULL, source_number TEXT NOT NULL,"
    " handled_unit TEXT NOT NULL DEFAULT '',"
    " sort_at BIGINT GENERATED ALWAYS AS (CASE WHEN status <> 0 THEN 8000000000000 - created_at"
    " WHEN promise_state = 1 THEN 3800000000000 + coalesce(due_at, 0) / 1000"
    " ELSE coalesce(due_at, 4102444800000) END) STORED,"
    " PRIMARY KEY (zone, id));"
    "CREATE UNIQUE INDEX cases_number ON cases (zone, number);"
    "CREATE INDEX cases_enterprise ON cases (zone, enterprise_id, sort_at, id);"
    "CREATE INDEX cases_danger ON cases (zone, sort_at, id);"
    "CREATE INDEX cases_status ON cases (zone, status, sort_at, id);"
    "CREATE INDEX cases_merged ON cases (zone, merged_into) WHERE merged_into <> 0;"
    "CREATE INDEX cases_source ON cases (zone, source, source_number) WHERE source <> '';"
    "{search:case_search};";

static const char tasks[] =
    "CREATE TABLE case_unit (zone TEXT NOT NULL, unit TEXT NOT NULL, case_id BIGINT NOT NULL,"
    " PRIMARY KEY (zone, unit, case_id)){clustered};"
    "CREATE TABLE task (zone TEXT NOT NULL, id BIGINT NOT NULL, case_id BIGINT NOT NULL,"
    " token BIGINT NOT NULL, node TEXT NOT NULL, role TEXT NOT NULL, unit TEXT NOT NULL,"
    " assignee_id BIGINT NOT NULL, state TEXT NOT NULL, created_at BIGINT NOT NULL,"
    " signed_at BIGINT, done_at BIGINT, done_by BIGINT NOT NULL, due_at BIGINT,"
    " amber_at BIGINT, red_at BIGINT,"
    " sort_at BIGINT GENERATED ALWAYS AS (CASE WHEN state = 'suspended'"
    " THEN 3800000000000 + coalesce(due_at, 0) / 1000 ELSE coalesce(due_at, 4102444800000) END)"
    " STORED,"
    " PRIMARY KEY (zone, id)){clustered};"
    "CREATE INDEX task_case ON task (zone, case_id, id);"
    "CREATE INDEX task_open ON task (zone, unit, sort_at, id) WHERE state IN ('open', 'suspended');"
    "CREATE TABLE promise (zone TEXT NOT NULL, id BIGINT NOT NULL, case_id BIGINT NOT NULL,"
    " task_id BIGINT NOT NULL, code TEXT NOT NULL, unit BIGINT NOT NULL, amount BIGINT NOT NULL,"
    " started_at BIGINT NOT NULL, due_at BIGINT NOT NULL, amber_at BIGINT NOT NULL,"
    " red_at BIGINT NOT NULL, ended_at BIGINT NOT NULL, paused_at BIGINT NOT NULL,"
    " remaining BIGINT NOT NULL, extended BIGINT NOT NULL, extensions BIGINT NOT NULL,"
    " state BIGINT NOT NULL, provisional BIGINT NOT NULL, PRIMARY KEY (zone, id)){clustered};"
    "CREATE INDEX promise_case ON promise (zone, case_id, id);"
    "CREATE TABLE promise_event (zone TEXT NOT NULL, id BIGINT NOT NULL, promise_id BIGINT NOT"
    " NULL,"
    " at BIGINT NOT NULL, what TEXT NOT NULL, amount BIGINT NOT NULL, due_at BIGINT NOT NULL,"
    " reason TEXT NOT NULL, PRIMARY KEY (zone, id)){clustered};"
    "CREATE INDEX promise_event_promise ON promise_event (zone, promise_id, id);"
    "CREATE TABLE timer (zone TEXT NOT NULL, id BIGINT NOT NULL, case_id BIGINT NOT NULL,"
    " number BIGINT NOT NULL, due_at BIGINT NOT NULL, PRIMARY KEY (zone, id)){clustered};"
    "CREATE INDEX timer_due ON timer (zone, due_at);"
    "CREATE INDEX timer_case ON timer (zone, case_id, number);"
    "CREATE TABLE attachment (zone TEXT NOT NULL, id BIGINT NOT NULL, case_id BIGINT NOT NULL,"
    " event_id BIGINT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, bytes BIGINT NOT NULL,"
    " sha256 TEXT NOT NULL, account_id BIGINT NOT NULL, at BIGINT NOT NULL,"
    " PRIMARY KEY (zone, id)){clustered};"
    "CREATE INDEX attachment_case ON attachment (zone, case_id, id);"
    "CREATE TABLE knowledge (zone TEXT NOT NULL, id BIGINT NOT NULL, kind TEXT NOT NULL,"
    " topic TEXT NOT NULL, title TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,"
    " case_id BIGINT NOT NULL, unit TEXT NOT NULL, published_at BIGINT NOT NULL,"
    " PRIMARY KEY (zone, id)){clustered};"
    "CREATE INDEX knowledge_case ON knowledge (zone, case_id);"
    "{search:knowledge_search};";

/* The way of a case, one row a stay: a step that waited, with the steps passed on the way to it
 * (JSON, [node, flow] each); the last row of a case that has ended is where it ended. how: here,
 * done, cancelled, moved, passed. minutes: office minutes from entering to leaving, NULL while it
 * waits and where nothing waited. What was open before there was a way begins it with its task. */
static const char way[] =
    "CREATE TABLE case_step (zone TEXT NOT NULL, case_id BIGINT NOT NULL, ord BIGINT NOT NULL,"
    " kind TEXT NOT NULL, node TEXT NOT NULL, token BIGINT NOT NULL, entered_at BIGINT NOT NULL,"
    " left_at BIGINT, minutes BIGINT, how TEXT NOT NULL, passed TEXT NOT NULL,"
    " PRIMARY KEY (zone, case_id, ord)){clustered};"
    "CREATE INDEX case_step_here ON case_step (zone, kind, node, entered_at, case_id)"
    " WHERE left_at IS NULL;"
    "CREATE INDEX case_step_waited ON case_step (zone, kind, left_at, node, minutes, case_id)"
    " WHERE minutes IS NOT NULL;"
    "INSERT INTO case_step (zone, case_id, ord, kind, node, token, entered_at, left_at, how, passed)"
    " SELECT t.zone, t.case_id, row_number() OVER (PARTITION BY t.zone, t.case_id ORDER BY t.id),"
    " c.kind, t.node, t.token, t.created_at, t.done_at, CASE WHEN t.state = 'done' THEN 'done'"
    " WHEN t.state = 'cancelled' THEN 'cancelled' ELSE 'here' END, ''"
    " FROM task t JOIN cases c ON c.zone = t.zone AND c.id = t.case_id;";

/* Status words and the promise's state are numbers in `cases` (enum order of case.h, promise.h) and
 * words here. */
static const char report[] =
    "CREATE VIEW case_report AS SELECT zone, id, number, kind, title, topic,"
    " CASE WHEN handled_unit <> '' THEN handled_unit ELSE unit END AS unit, channel,"
    " urgency,"
    " CASE status WHEN 0 THEN 'open' WHEN 1 THEN 'replied' WHEN 2 THEN 'closed'"
    " WHEN 3 THEN 'withdrawn' ELSE 'merged' END AS status,"
    " enterprise_id, enterprise_name, created_at, created_on, substr(created_on, 1, 7) AS month,"
    " replied_at, closed_at, due_at, on_time, first_response_minutes, handling_days, rating,"
    " reopened, urged, supervised, suspended, amber_at, red_at,"
    " CASE promise_state WHEN 0 THEN 'running' WHEN 1 THEN 'paused' WHEN 2 THEN 'met'"
    " WHEN 3 THEN 'met_late' WHEN 4 THEN 'void' ELSE 'none' END AS promise,"
    " CASE WHEN status = 0 THEN 1 ELSE 0 END AS open, source FROM cases WHERE zone = {zone};";

/* Why a case went where it went: each decision as it was taken (case_decision.h). */
static const char decisions[] =
    "CREATE TABLE case_decision (zone TEXT NOT NULL, id BIGINT NOT NULL, case_id BIGINT NOT NULL,"
    " decision TEXT NOT NULL, at BIGINT NOT NULL, on_day BIGINT NOT NULL, version TEXT NOT NULL,"
    " trace TEXT NOT NULL, PRIMARY KEY (zone, id)){clustered};"
    "CREATE INDEX case_decision_case ON case_decision (zone, case_id, id);";

/* What was taken into use, and what is being prepared. loaded_at of pack_version is 0 for a version
 * that never was. A draft's row without content removes the file; base is the sha256 of the file
 * that the change was made to, "" when there was none. */
static const char packs[] =
    "CREATE TABLE pack_use (zone TEXT NOT NULL, id BIGINT NOT NULL, version TEXT NOT NULL,"
    " previous TEXT NOT NULL, at BIGINT NOT NULL, origin TEXT NOT NULL, folder TEXT NOT NULL,"
    " reason TEXT NOT NULL, account_id BIGINT NOT NULL, actor TEXT NOT NULL, files TEXT NOT NULL,"
    " PRIMARY KEY (zone, id));"
    "INSERT INTO pack_use (zone, id, version, previous, at, origin, folder, reason, account_id,"
    " actor, files) SELECT zone, loaded_at, version, '', loaded_at, 'folder', version, '', 0, '',"
    " '[]' FROM pack_version;"
    "CREATE TABLE pack_draft (zone TEXT NOT NULL, id BIGINT NOT NULL, number BIGINT NOT NULL,"
    " title TEXT NOT NULL, created_at BIGINT NOT NULL, created_by TEXT NOT NULL,"
    " account_id BIGINT NOT NULL, updated_at BIGINT NOT NULL, updated_by TEXT NOT NULL,"
    " PRIMARY KEY (zone, id)){clustered};"
    "CREATE TABLE pack_draft_file (zone TEXT NOT NULL, draft_id BIGINT NOT NULL, path TEXT NOT"
    " NULL, content TEXT, sha256 TEXT NOT NULL, base TEXT NOT NULL, updated_at BIGINT NOT NULL,"
    " updated_by TEXT NOT NULL, PRIMARY KEY (zone, draft_id, path));";

/* due_at: when it may be taken; of one that is being done, when its lease is over. */
static const char jobs[] =
    "CREATE TABLE job (zone TEXT NOT NULL, id BIGINT NOT NULL, case_id BIGINT NOT NULL,"
    " token BIGINT NOT NULL, node TEXT NOT NULL, handler TEXT NOT NULL, queue TEXT NOT NULL,"
    " request TEXT NOT NULL, state BIGINT NOT NULL, attempts BIGINT NOT NULL, retries BIGINT NOT"
    " NULL,"
    " due_at BIGINT NOT NULL, owner TEXT NOT NULL, created_at BIGINT NOT NULL,"
    " error_zh TEXT NOT NULL, error_en TEXT NOT NULL, message TEXT NOT NULL,"
    " message_key TEXT NOT NULL, PRIMARY KEY (zone, id)){clustered};"
    "CREATE INDEX job_message ON job (zone, message, message_key) WHERE message <> '';"
    "CREATE INDEX job_due ON job (zone, queue, due_at, id) WHERE state < 2;"
    "CREATE INDEX job_incident ON job (zone, id) WHERE state = 2;"
    "CREATE INDEX job_case ON job (zone, case_id, token);"
    "CREATE TABLE waiting (zone TEXT NOT NULL, case_id BIGINT NOT NULL, token BIGINT NOT NULL,"
    " message TEXT NOT NULL, key TEXT NOT NULL,"
    " PRIMARY KEY (zone, case_id, token, message)){clustered};"
    "CREATE INDEX waiting_key ON waiting (zone, message, key, case_id);"
    "ALTER TABLE timer ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;";

/* wake_at: when a promise is to be looked at next (promise_watch.c); NULL: never. A notice is what
 * somebody was told, in the words used; a reminder is told once a promise, rule and round. Those
 * that were gathered into one line stand behind it (digest_id). */
static const char clocks[] =
    "ALTER TABLE promise ADD COLUMN until_on BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE promise ADD COLUMN end_on BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE promise ADD COLUMN wake_at BIGINT;"
    "ALTER TABLE promise ADD COLUMN pause_code TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE promise ADD COLUMN reminded BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE promise ADD COLUMN silent BIGINT NOT NULL DEFAULT 0;"
    "CREATE INDEX promise_wake ON promise (zone, wake_at) WHERE wake_at IS NOT NULL;"
    "CREATE INDEX promise_open ON promise (zone, case_id) WHERE state < 2;"
    "UPDATE promise SET wake_at = amber_at WHERE state = 0;"
    "CREATE TABLE notice (zone TEXT NOT NULL, id BIGINT NOT NULL, account_id BIGINT NOT NULL,"
    " at BIGINT NOT NULL, kind TEXT NOT NULL, case_id BIGINT NOT NULL, promise_id BIGINT NOT NULL,"
    " once TEXT NOT NULL, digest_id BIGINT NOT NULL, items BIGINT NOT NULL, zh TEXT NOT NULL,"
    " en TEXT NOT NULL, read_at BIGINT NOT NULL, PRIMARY KEY (zone, id)){clustered};"
    "CREATE UNIQUE INDEX notice_once ON notice (zone, account_id, once) WHERE once <> '';"
    "CREATE INDEX notice_account ON notice (zone, account_id, digest_id, at, id);"
    "CREATE INDEX notice_unread ON notice (zone, account_id, at) WHERE read_at = 0 AND digest_id = 0;"
    "CREATE INDEX notice_at ON notice (zone, at);"
    "CREATE INDEX notice_case ON notice (zone, case_id);"
    "CREATE TABLE calendar_use (zone TEXT NOT NULL, digest TEXT NOT NULL, at BIGINT NOT NULL,"
    " looked BIGINT NOT NULL, moved BIGINT NOT NULL, PRIMARY KEY (zone)){clustered};";

/* A task with a parent is somebody asked beside a step's own task (signers.h); it has its token.
 * case_before: how the case stood before the last verb that may be taken back. */
static const char signers[] =
    "ALTER TABLE task ADD COLUMN parent_id BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE task ADD COLUMN relation TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE task ADD COLUMN mode TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE task ADD COLUMN share BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE task ADD COLUMN weight BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE task ADD COLUMN round BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE task ADD COLUMN asked_by BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE task ADD COLUMN vote TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE task ADD COLUMN opinion TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE task ADD COLUMN held TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE task ADD COLUMN back TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE case_before (zone TEXT NOT NULL, case_id BIGINT NOT NULL, event BIGINT NOT NULL,"
    " account_id BIGINT NOT NULL, verb TEXT NOT NULL, at BIGINT NOT NULL, until BIGINT NOT NULL,"
    " public BIGINT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (zone, case_id));"
    "CREATE TABLE supervision (zone TEXT NOT NULL, id BIGINT NOT NULL, case_id BIGINT NOT NULL,"
    " unit TEXT NOT NULL, text TEXT NOT NULL, days BIGINT NOT NULL, by_id BIGINT NOT NULL,"
    " by_name TEXT NOT NULL, by_unit TEXT NOT NULL, at BIGINT NOT NULL, due_at BIGINT NOT NULL,"
    " amber_at BIGINT NOT NULL, red_at BIGINT NOT NULL, state TEXT NOT NULL, report TEXT NOT NULL,"
    " reported_at BIGINT, reported_by TEXT NOT NULL, judged_at BIGINT, judgement TEXT NOT NULL,"
    " PRIMARY KEY (zone, id));"
    "CREATE INDEX supervision_case ON supervision (zone, case_id, id);"
    "CREATE INDEX supervision_open ON supervision (zone, due_at, id) WHERE state IN ('open',"
    " 'reported');"
    "CREATE TABLE case_copy (zone TEXT NOT NULL, id BIGINT NOT NULL, case_id BIGINT NOT NULL,"
    " unit TEXT NOT NULL, account_id BIGINT NOT NULL, by_id BIGINT NOT NULL, by_name TEXT NOT"
    " NULL, text TEXT NOT NULL, at BIGINT NOT NULL, read_at BIGINT, read_by TEXT NOT NULL,"
    " PRIMARY KEY (zone, id)){clustered};"
    "CREATE INDEX case_copy_case ON case_copy (zone, case_id, id);"
    "CREATE INDEX case_copy_account ON case_copy (zone, account_id, case_id);"
    "CREATE INDEX case_copy_unit ON case_copy (zone, unit, id);";

/* cases: those chosen, or none for all. */
static const char migration[] =
    "CREATE TABLE migration (zone TEXT NOT NULL, id BIGINT NOT NULL, kind TEXT NOT NULL,"
    " from_version TEXT NOT NULL, to_version TEXT NOT NULL, map TEXT NOT NULL, cases TEXT NOT"
    " NULL, reason TEXT NOT NULL, actor TEXT NOT NULL, at BIGINT NOT NULL, ended_at BIGINT NOT"
    " NULL, state BIGINT NOT NULL, total BIGINT NOT NULL, done BIGINT NOT NULL,"
    " conflicts BIGINT NOT NULL, PRIMARY KEY (zone, id));"
    "CREATE TABLE migration_conflict (zone TEXT NOT NULL, migration_id BIGINT NOT NULL,"
    " case_id BIGINT NOT NULL, number TEXT NOT NULL, step TEXT NOT NULL, zh TEXT NOT NULL,"
    " en TEXT NOT NULL, PRIMARY KEY (zone, migration_id, case_id)){clustered};"
    "CREATE INDEX cases_version ON cases (zone, pack_version, id) WHERE status IN (0, 1);";

static const char purging[] =
    "ALTER TABLE cases ADD COLUMN purged_at BIGINT;"
    "CREATE INDEX cases_closed ON cases (zone, kind, closed_at, id) WHERE closed_at IS NOT NULL AND"
    " purged_at IS NULL;"
    "CREATE INDEX attachment_content ON attachment (zone, sha256);"
    "CREATE TABLE purge_file (zone TEXT NOT NULL, sha256 TEXT NOT NULL,"
    " PRIMARY KEY (zone, sha256)){clustered};";

/* What a notice opens where it is about no case: a page of the pack. */
static const char notice_pages[] = "ALTER TABLE notice ADD COLUMN page TEXT NOT NULL DEFAULT '';";
/* What a notice is about where it is no case: a word for the page that shows it, and its id. */
static const char notice_about[] =
    "ALTER TABLE notice ADD COLUMN about TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE notice ADD COLUMN about_id BIGINT NOT NULL DEFAULT 0;";

const struct store_migration zone_migrations[] = {
    { 1, "accounts, sessions, packs, counters", accounts },
    { 2, "journal", ledger },
    { 3, "cases", cases },
    { 4, "tasks, promises, timers, attachments, knowledge", tasks },
    { 5, "view for reports", report },
    { 6, "the way of cases", way },
    { 7, "decisions of cases", decisions },
    { 8, "packs in use and in draft", packs },
    { 9, "jobs and messages", jobs },
    { 10, "signers, orders, copies, what may be taken back", signers },
    { 11, "migrations of cases", migration },
    { 12, "clocks: waking, reasons, notices", clocks },
    { 13, "purging", purging },
    { 14, "notices that open a page", notice_pages },
    { 15, "what notices are about", notice_about },
};
const size_t zone_migration_count = sizeof zone_migrations / sizeof *zone_migrations;
