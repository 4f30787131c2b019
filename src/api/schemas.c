/*
 * What bodies hold. Requests are checked against these tables at the door (body.c); requests and
 * answers are described by them in the OpenAPI document (openapi.c), from which the face's types
 * are made. One line a member.
 */
#include "api/schemas.h"

#include <string.h>

/* clang-format off */

FIELDS(sign_in) = { { "login", API_TEXT, R, 64 },
    { "password", API_TEXT, R, ACCESS_PASSWORD_BYTES_MAX }, END };
FIELDS(password_change) = { { "old", API_TEXT, R, ACCESS_PASSWORD_BYTES_MAX },
    { "new", API_TEXT, R, ACCESS_PASSWORD_BYTES_MAX }, END };
FIELDS(enterprise_ref) = { { "id", API_ID, R }, { "name", API_TEXT, R },
    { "creditCode", API_TEXT, 0 }, END };
FIELDS(account) = { { "id", API_ID, R }, { "login", API_TEXT, R }, { "name", API_TEXT, R },
    { "role", API_TEXT, R },
    { "roleName", API_NAME, R }, { "unit", API_TEXT, R | N }, { "unitName", API_NAME, R | N },
    { "enterprise", API_OBJECT, R | N, 0, "EnterpriseRef" }, { "houses", API_TEXTS, R },
    { "permissions", API_TEXTS, R },
    { "disabled", API_BOOL, 0 }, { "lockedUntil", API_INSTANT, N }, END };
FIELDS(session) = { { "account", API_OBJECT, R, 0, "Account" }, { "csrf", API_TEXT, R },
    { "expiresAt", API_INSTANT, R }, END };
FIELDS(account_create_body) = { { "login", API_TEXT, R, 64 }, { "name", API_TEXT, R, 100 },
    { "role", API_TEXT, R, 64 },
    { "unit", API_TEXT, 0, 64 }, { "phone", API_TEXT, 0, 40 },
    { "password", API_TEXT, R, ACCESS_PASSWORD_BYTES_MAX },
    { "enterpriseId", API_ID, 0 }, END };
FIELDS(account_change) = { { "disabled", API_BOOL, R }, END };

FIELDS(kind_ref) = { { "kind", API_TEXT, R }, { "name", API_NAME, R }, END };
FIELDS(journal_key) = { { "origin", API_TEXT, R }, { "vkey", API_TEXT, R },
    { "profile", API_TEXT, R }, END };
FIELDS(sample_account) = { { "login", API_TEXT, R }, { "name", API_TEXT, R },
    { "role", API_TEXT, R }, { "roleName", API_NAME, R },
    { "unitName", API_NAME, N }, END };
FIELDS(zone) = { { "zone", API_TEXT, R }, { "name", API_NAME, R }, { "synthetic", API_BOOL, R },
    { "languages", API_TEXTS, R },
    { "timezone", API_TEXT, R }, { "hours", API_TEXTS, R }, { "kinds", API_LIST, R, 0, "KindRef" },
    { "journal", API_OBJECT, R, 0, "JournalKey" }, { "packVersion", API_TEXT, R },
    { "version", API_TEXT, R },
    { "now", API_INSTANT, R }, { "demoAccounts", API_LIST, R, 0, "SampleAccount" }, END };
FIELDS(topic) = { { "code", API_TEXT, R }, { "name", API_NAME, R }, { "group", API_NAME, R },
    { "examples", API_ANY, R },
    { "keywords", API_TEXTS, R }, END };
FIELDS(rating) = { { "levels", API_INT, R }, { "badAtMost", API_INT, R }, END };
FIELDS(verb_ref) = { { "verb", API_TEXT, R }, { "name", API_NAME, R }, END };
FIELDS(step) = { { "node", API_TEXT, R }, { "name", API_NAME, R }, END };
FIELDS(promise_ref) = { { "code", API_TEXT, R }, { "name", API_NAME, R },
    { "unit", API_TEXT, R }, { "law", API_NAME, R }, END };
FIELDS(kind) = { { "kind", API_TEXT, R }, { "name", API_NAME, R }, { "form", API_ANY, R },
    { "catalogue", API_BOOL, R, 0, NULL, "its cases are about service items" },
    { "topics", API_LIST, R, 0, "Topic" },
    { "rating", API_OBJECT, R, 0, "RatingScale" }, { "channels", API_TEXTS, R },
    { "verbs", API_LIST, R, 0, "VerbRef" },
    { "steps", API_LIST, R, 0, "Step" }, { "promises", API_LIST, R, 0, "PromiseRef" }, END };
FIELDS(unit) = { { "code", API_TEXT, R }, { "name", API_NAME, R }, { "kind", API_TEXT, 0 },
    { "phone", API_TEXT, 0 }, END };
FIELDS(calendar_day_body) = { { "date", API_DATE, R }, { "kind", API_TEXT, R },
    { "name", API_NAME, N }, END };
FIELDS(calendar_year) = { { "year", API_INT, R }, { "days", API_LIST, R, 0, "CalendarDay" },
    { "provisional", API_BOOL, R }, END };
FIELDS(knowledge) = { { "id", API_ID, R }, { "title", API_TEXT, R },
    { "question", API_TEXT, R }, { "answer", API_TEXT, R },
    { "topic", API_TEXT, R }, { "topicName", API_NAME, 0 },
    { "unit", API_OBJECT, N, 0, "Unit" }, { "publishedOn", API_DATE, R }, END };
FIELDS(template_) = { { "code", API_TEXT, R }, { "title", API_NAME, R },
    { "text", API_NAME, R }, END };

FIELDS(on_behalf) = { { "enterpriseId", API_ID, R }, { "contactName", API_TEXT, 0, 100 },
    { "contactPhone", API_TEXT, 0, 40 }, END };
FIELDS(case_create_body) = { { "kind", API_TEXT, R, 64 },
    { "data", API_ANY, R, 0, NULL, "the form's fields by key" },
    { "attachments", API_IDS, 0, 20 }, { "channel", API_TEXT, 0, 32 },
    { "items", API_TEXTS, 0, ITEM_BUNDLE_MAX, NULL, "codes of service items" },
    { "bundle", API_TEXT, 0, 64, NULL, "or a bundle of them" },
    { "materials", API_LIST, 0, 100, "ServicePaper" },
    { "onBehalf", API_OBJECT, 0, 0, "OnBehalf" }, END };
FIELDS(remaining) = { { "days", API_INT, R, 0, NULL, "working days left, negative when late" },
    { "minutes", API_INT, R, 0, NULL, "office minutes left" }, END };
FIELDS(pause_reason) = { { "code", API_TEXT, R }, { "name", API_NAME, R },
    { "notice", API_BOOL, R, 0, NULL, "the applicant is told in writing" },
    { "most", API_INT, R | N, 0, NULL, "how long at most; null: as long as it takes" },
    { "mostUnit", API_TEXT, R | N }, END };
FIELDS(promise) = { { "id", API_ID, R }, { "code", API_TEXT, R }, { "name", API_NAME, R },
    { "scope", API_TEXT, R },
    { "taskId", API_ID, R | N }, { "unit", API_TEXT, R }, { "amount", API_INT, R },
    { "startedAt", API_INSTANT, R },
    { "dueAt", API_INSTANT, R }, { "dueOn", API_DATE, R }, { "state", API_TEXT, R },
    { "colour", API_TEXT, R },
    { "amberAt", API_INSTANT, R }, { "redAt", API_INSTANT, R }, { "endedAt", API_INSTANT, N },
    { "remaining", API_OBJECT, R, 0, "Remaining" }, { "extendedBy", API_INT, R },
    { "provisional", API_BOOL, R }, { "pausedFor", API_NAME, R | N, 0, NULL, "reason of the law" },
    { "reasons", API_LIST, R, 0, "PauseReason", "for which the law lets it stand still" },
    { "law", API_NAME, R }, END };
FIELDS(receipt_ref) = { { "event", API_ID, R }, { "leafHash", API_TEXT, R },
    { "index", API_INT, R | N }, { "at", API_INSTANT, R }, END };
FIELDS(case_created_body) = { { "id", API_ID, R }, { "number", API_TEXT, R },
    { "title", API_TEXT, R }, { "status", API_TEXT, R },
    { "step", API_OBJECT, R, 0, "Step" }, { "unit", API_OBJECT, R | N, 0, "Unit" },
    { "promises", API_LIST, R, 0, "Promise" },
    { "next", API_NAME, R }, { "receipt", API_OBJECT, R, 0, "ReceiptRef" }, END };
FIELDS(person) = { { "id", API_ID, 0 }, { "name", API_TEXT, R }, { "unit", API_TEXT, N }, END };
#define SUMMARY \
    { "id", API_ID, R }, { "number", API_TEXT, R }, { "kind", API_TEXT, R }, \
    { "title", API_TEXT, R }, { "topic", API_TEXT, R }, { "topicName", API_NAME, R }, \
    { "status", API_TEXT, R }, { "step", API_OBJECT, R | N, 0, "Step" }, \
    { "unit", API_OBJECT, R | N, 0, "Unit" }, { "assignee", API_OBJECT, R | N, 0, "Person" }, \
    { "enterprise", API_OBJECT, R | N, 0, "EnterpriseRef" }, { "urgency", API_TEXT, R }, \
    { "channel", API_TEXT, R }, { "createdAt", API_INSTANT, R }, \
    { "updatedAt", API_INSTANT, R }, { "dueAt", API_INSTANT, R | N }, \
    { "dueOn", API_DATE, R | N }, { "colour", API_TEXT, R }, \
    { "remaining", API_OBJECT, R | N, 0, "Remaining" }, { "rating", API_INT, R | N }, \
    { "urged", API_INT, R }, { "supervised", API_BOOL, R }, { "reopened", API_INT, R }, \
    { "suspended", API_BOOL, R }, { "imported", API_BOOL, R }, { "version", API_INT, R }
FIELDS(case_summary) = { SUMMARY, END };
FIELDS(case_similar_body) = { SUMMARY, { "answer", API_TEXT, N }, END };
FIELDS(contact) = { { "name", API_TEXT, R }, { "phone", API_TEXT, R },
    { "masked", API_BOOL, R }, END };
FIELDS(task) = { { "id", API_ID, R }, { "node", API_TEXT, R }, { "name", API_NAME, R },
    { "role", API_TEXT, R },
    { "unit", API_OBJECT, R | N, 0, "Unit" }, { "assignee", API_OBJECT, R | N, 0, "Person" },
    { "state", API_TEXT, R },
    { "createdAt", API_INSTANT, R }, { "signedAt", API_INSTANT, R | N },
    { "doneAt", API_INSTANT, R | N },
    { "parentId", API_ID, N, 0, NULL, "of somebody asked beside a step's own task" },
    { "relation", API_TEXT, N, 0, NULL, "delegate countersign before beside after" },
    { "mode", API_TEXT, N, 0, NULL, "of a countersigning: all any vote" },
    { "vote", API_TEXT, N, 0, NULL, "agree disagree abstain" }, { "opinion", API_TEXT, N },
    { "weight", API_INT, 0 }, { "share", API_INT, 0, 0, NULL, "that must agree, in percent" },
    { "round", API_ID, N }, { "askedBy", API_OBJECT, N, 0, "Person" },
    { "held", API_OBJECT, N, 0, "Held", "a verb that waits for signers" },
    { "back", API_OBJECT, N, 0, "WayBack", "who returned it and wants it straight back" },
    { "dueAt", API_INSTANT, N }, END };
FIELDS(held) = { { "name", API_TEXT, R }, { "verb", API_TEXT, R }, END };
FIELDS(way_back) = { { "name", API_TEXT, R }, { "node", API_TEXT, R }, END };
FIELDS(order) = { { "id", API_ID, R }, { "caseId", API_ID, R }, { "unit", API_OBJECT, R | N, 0, "Unit" },
    { "text", API_TEXT, R }, { "days", API_INT, R }, { "by", API_OBJECT, R, 0, "Person" },
    { "at", API_INSTANT, R }, { "dueAt", API_INSTANT, R },
    { "remaining", API_OBJECT, R, 0, "Remaining" }, { "colour", API_TEXT, R },
    { "state", API_TEXT, R, 0, NULL, "open reported done void" }, { "report", API_TEXT, R | N },
    { "reportedBy", API_TEXT, R | N }, { "reportedAt", API_INSTANT, R | N },
    { "judgedAt", API_INSTANT, R | N }, { "judgement", API_TEXT, R | N },
    { "number", API_TEXT, N }, { "title", API_TEXT, N }, END };
FIELDS(copy) = { { "id", API_ID, R }, { "caseId", API_ID, R }, { "unit", API_OBJECT, R | N, 0, "Unit" },
    { "to", API_OBJECT, R | N, 0, "Person", "null: the whole unit" }, { "by", API_TEXT, R },
    { "text", API_TEXT, R | N }, { "at", API_INSTANT, R }, { "readAt", API_INSTANT, R | N },
    { "readBy", API_TEXT, R | N }, { "number", API_TEXT, R }, { "title", API_TEXT, R }, END };
FIELDS(copy_page) = { { "items", API_LIST, R, 0, "Copy" }, { "unread", API_INT, R }, END };
FIELDS(ends) = { { "taskId", API_ID, R }, { "node", API_TEXT, R }, { "name", API_NAME, R },
    { "relation", API_TEXT, R }, { "unit", API_OBJECT, R | N, 0, "Unit" },
    { "assignee", API_OBJECT, R | N, 0, "Person" }, END };
FIELDS(choice) = { { "node", API_TEXT, R }, { "name", API_NAME, R },
    { "unit", API_OBJECT, R | N, 0, "Unit", "that did it last" }, { "usual", API_BOOL, R },
    { "ends", API_LIST, R, 0, "Ends" }, END };
FIELDS(signer) = { { "unit", API_TEXT, R, 64 },
    { "assignee", API_ID, 0, 0, NULL, "absent: whoever of the unit takes it" },
    { "weight", API_INT, 0, 0, NULL, "of a vote, 1 to 100" }, END };
FIELDS(answer) = { { "text", API_TEXT, R }, { "at", API_INSTANT, R }, { "by", API_TEXT, R },
    { "unit", API_OBJECT, R | N, 0, "Unit" }, END };
FIELDS(timeline) = { { "event", API_ID, R }, { "at", API_INSTANT, R },
    { "actor", API_OBJECT, R, 0, "Person" },
    { "verb", API_TEXT, R }, { "title", API_NAME, R }, { "text", API_TEXT, R | N },
    { "public", API_BOOL, R },
    { "data", API_ANY, R }, { "index", API_INT, R | N }, END };
FIELDS(attachment) = { { "id", API_ID, R }, { "name", API_TEXT, R }, { "type", API_TEXT, R },
    { "bytes", API_INT, R },
    { "sha256", API_TEXT, 0 }, { "at", API_INSTANT, 0 }, { "by", API_TEXT, N },
    { "event", API_ID, N }, { "caption", API_TEXT, N }, { "takenOn", API_TEXT, N },
    { "lon", API_NUMBER, N }, { "lat", API_NUMBER, N }, END };
FIELDS(verb_option) = { { "verb", API_TEXT, R }, { "name", API_NAME, R },
    { "allowed", API_BOOL, R }, { "reason", API_NAME, R | N },
    { "taskId", API_ID, R | N }, { "needs", API_TEXTS, R }, { "optional", API_TEXTS, R }, END };
FIELDS(link) = { { "relation", API_TEXT, R }, { "id", API_ID, R | N },
    { "number", API_TEXT, R }, { "title", API_TEXT, R | N },
    { "status", API_TEXT, R }, { "dueAt", API_INSTANT, R | N }, END };
FIELDS(extension) = { { "days", API_INT, R }, { "reason", API_TEXT, R },
    { "askedBy", API_OBJECT, R, 0, "Person" },
    { "askedAt", API_INSTANT, R }, END };
FIELDS(case_body) = { SUMMARY, { "text", API_TEXT, R }, { "data", API_ANY, R },
    { "contact", API_OBJECT, R, 0, "Contact" },
    { "place", API_TEXT, R | N }, { "ratingText", API_TEXT, N },
    { "tasks", API_LIST, R, 0, "Task" },
    { "promises", API_LIST, R, 0, "Promise" }, { "answer", API_OBJECT, R | N, 0, "Answer" },
    { "timeline", API_LIST, R, 0, "TimelineEntry" },
    { "attachments", API_LIST, R, 0, "Attachment" },
    { "verbs", API_LIST, R, 0, "VerbOption" }, { "links", API_LIST, R, 0, "CaseLink" },
    { "extension", API_OBJECT, R | N, 0, "Extension" }, { "next", API_NAME, R },
    { "source", API_TEXT, N },
    { "sourceNumber", API_TEXT, N }, { "orders", API_LIST, 0, 0, "Order" },
    { "copies", API_LIST, 0, 0, "Copy" },
    { "urgeLevel", API_INT, 0, 0, NULL, "0 not urged, 1 ordinary, 2 pressing, 3 last" }, END };
FIELDS(decision_value) = { { "name", API_TEXT, R }, { "title", API_NAME, R },
    { "value", API_ANY, R | N }, { "shown", API_NAME, R | N }, { "masked", API_BOOL, R }, END };
FIELDS(decision_test) = { { "input", API_TEXT, R }, { "expression", API_TEXT, R },
    { "test", API_TEXT, R }, END };
FIELDS(decision_rule) = { { "number", API_INT, R }, { "label", API_NAME, R },
    { "tests", API_LIST, R, 0, "DecisionTest" }, END };
FIELDS(decision_step) = { { "decision", API_TEXT, R }, { "hitPolicy", API_TEXT, R },
    { "rules", API_LIST, R, 0, "DecisionRule" },
    { "result", API_LIST, R, 0, "DecisionValue" }, END };
FIELDS(decision_parameter) = { { "code", API_TEXT, R }, { "name", API_NAME, R },
    { "unit", API_NAME, R | N }, { "value", API_ANY, R }, { "from", API_DATE, R },
    { "to", API_DATE, R | N }, { "law", API_NAME, R }, END };
FIELDS(decision_fact) = { { "name", API_TEXT, R }, { "title", API_NAME, R }, END };
FIELDS(decision_open) = { { "result", API_LIST, R, 0, "DecisionValue" },
    { "rules", API_LIST, R, 0, "DecisionRule" },
    { "missing", API_LIST, R, 0, "DecisionFact" }, END };
FIELDS(decision_warning) = { { "zh", API_TEXT, R }, { "en", API_TEXT, R }, END };
FIELDS(decision) = { { "decision", API_TEXT, R }, { "at", API_INSTANT, R },
    { "packVersion", API_TEXT, R }, { "steps", API_LIST, R, 0, "DecisionStep" },
    { "facts", API_LIST, R, 0, "DecisionValue" },
    { "parameters", API_LIST, R, 0, "DecisionParameter" }, { "settled", API_BOOL, R },
    { "missing", API_LIST, R, 0, "DecisionFact" }, { "open", API_LIST, R, 0, "DecisionOpen" },
    { "warnings", API_LIST, R, 0, "DecisionWarning" }, END };
FIELDS(verb_body) = { { "taskId", API_ID, 0 }, { "text", API_TEXT, 0 },
    { "unit", API_TEXT, 0, 64 }, { "assignee", API_ID, 0 },
    { "days", API_INT, 0 }, { "rating", API_INT, 0 }, { "target", API_TEXT, 0, 64 },
    { "topic", API_TEXT, 0, 64 }, { "reason", API_TEXT, 0, 64 },
    { "public", API_BOOL, 0 },
    { "attachments", API_IDS, 0, 20 },
    { "outcome", API_TEXT, 0, 64, NULL, "of a check or decision" },
    { "materials", API_LIST, 0, 100, "ServicePaper", "to be put right, or put right" },
    { "licences", API_ANY, 0, 0, NULL, "of a decision: facts of the licences it gives, by type and field" },
    { "signers", API_LIST, 0, 20, "Signer", "whom to ask, or to copy to" },
    { "mode", API_TEXT, 0, 16, NULL, "of a countersigning: all any vote" },
    { "share", API_INT, 0, 0, NULL, "of a vote: percent that must agree" },
    { "position", API_TEXT, 0, 16, NULL, "of a signer added: before beside after" },
    { "signer", API_ID, 0, 0, NULL, "task of the signer to be removed" },
    { "vote", API_TEXT, 0, 16, NULL, "agree disagree abstain" },
    { "node", API_TEXT, 0, 200, NULL, "step to return or jump to" },
    { "straight", API_BOOL, 0, 0, NULL, "of a return: when mended, straight back to me" }, END };
FIELDS(reveal) = { { "field", API_TEXT, R, 64 }, { "reason", API_TEXT, R, 400 }, END };
FIELDS(revealed) = { { "value", API_TEXT, R }, END };
FIELDS(count_event) = { { "at", API_INSTANT, R }, { "what", API_TEXT, R },
    { "amount", API_INT, R }, { "dueAt", API_INSTANT, N },
    { "text", API_TEXT, N }, END };
FIELDS(count_day) = { { "date", API_DATE, R }, { "weekday", API_INT, R },
    { "kind", API_TEXT, R }, { "name", API_NAME, N },
    { "counted", API_INT, R }, { "total", API_INT, R }, { "provisional", API_BOOL, R },
    { "start", API_BOOL, R },
    { "paused", API_BOOL, R },
    { "rolled", API_BOOL, R, 0, NULL, "past the amount: the end moved over a day off" },
    { "segments", API_LIST, R, 0, "CountSegment", "office hours that counted" }, END };
FIELDS(count_segment) = { { "from", API_INSTANT, R }, { "to", API_INSTANT, R },
    { "minutes", API_INT, R }, END };
FIELDS(statute) = { { "law", API_NAME, R }, { "article", API_NAME, R }, { "text", API_NAME, R },
    { "start", API_NAME, R }, { "inForceFrom", API_DATE, R },
    { "pauses", API_ANY, R, 0, NULL, "names of the reasons" },
    { "silence", API_NAME, R | N, 0, NULL, "what the law takes silence for" }, END };
FIELDS(notice_about) = { { "what", API_TEXT, R, 0, NULL, "benefit-notice benefits desk-benefit" },
    { "id", API_ID, R }, END };
FIELDS(notice) = { { "id", API_ID, R }, { "at", API_INSTANT, R }, { "kind", API_TEXT, R },
    { "text", API_NAME, R }, { "caseId", API_ID, R | N }, { "number", API_TEXT, R | N },
    { "title", API_TEXT, R | N },
    { "page", API_TEXT, R | N, 0, NULL, "of the pack, that it opens" }, { "house", API_TEXT, R | N },
    { "about", API_OBJECT, R | N, 0, "NoticeAbout", "what it opens, where it is no case" },
    { "items", API_INT, R, 0, NULL, "how many this line gathers; 0: it is one" },
    { "readAt", API_INSTANT, R | N }, END };
FIELDS(notice_page) = { { "items", API_LIST, R, 0, "Notice" }, { "next", API_TEXT, R | N },
    { "unread", API_INT, R }, END };
FIELDS(promise_count) = { { "promise", API_OBJECT, R, 0, "Promise" },
    { "summary", API_NAME, R }, { "statute", API_OBJECT, R | N, 0, "Statute" },
    { "events", API_LIST, R, 0, "CountEvent" },
    { "days", API_LIST, R, 0, "CountDay" }, { "hours", API_TEXTS, R },
    { "law", API_NAME, R }, END };
FIELDS(task_item_body) = { { "taskId", API_ID, R }, { "step", API_OBJECT, R, 0, "Step" },
    { "state", API_TEXT, R },
    { "signedAt", API_INSTANT, R | N }, { "promise", API_OBJECT, R | N, 0, "Promise" },
    { "case", API_OBJECT, R, 0, "CaseSummary" },
    { "verbs", API_TEXTS, R }, END };
FIELDS(counts) = { { "broken", API_INT, R }, { "red", API_INT, R }, { "amber", API_INT, R },
    { "green", API_INT, R },
    { "paused", API_INT, R }, END };
FIELDS(task_page) = { { "items", API_LIST, R, 0, "TaskItem" }, { "next", API_TEXT, R | N },
    { "total", API_INT, R }, { "counts", API_OBJECT, R, 0, "ColourCounts" }, END };
FIELDS(officer) = { { "id", API_ID, R }, { "name", API_TEXT, R }, { "unit", API_TEXT, R }, END };
FIELDS(enterprise) = { { "id", API_ID, R }, { "name", API_TEXT, R },
    { "creditCode", API_TEXT, R }, { "data", API_ANY, R }, END };
FIELDS(figure_ref) = { { "name", API_TEXT, R }, { "kind", API_TEXT, R },
    { "system", API_TEXT, R }, { "of", API_TEXT, R | N, 0, NULL, "register that is counted" },
    { "title", API_NAME, R }, { "unit", API_NAME, R },
    { "note", API_NAME, N }, { "good", API_TEXT, R }, { "target", API_NUMBER, R | N },
    { "dimensions", API_TEXTS, R }, { "drawing", API_TEXT, R },
    { "records", API_TEXT, R, 0, NULL, "records, entries or rows: where they are asked for" },
    { "past", API_BOOL, R, 0, NULL, "can be asked as of a past day" }, END };
FIELDS(figure_group) = { { "key", API_TEXT, R }, { "label", API_NAME, R },
    { "value", API_NUMBER, R | N }, { "count", API_INT, R }, END };
FIELDS(figure_previous) = { { "value", API_NUMBER, R | N }, { "from", API_TEXT, R },
    { "to", API_TEXT, R }, END };
FIELDS(figure) = { { "name", API_TEXT, R }, { "title", API_NAME, R }, { "unit", API_NAME, R },
    { "value", API_NUMBER, R | N },
    { "count", API_INT, R }, { "by", API_TEXT, R | N }, { "groups", API_LIST, R, 0, "FigureGroup" },
    { "target", API_NUMBER, R | N }, { "previous", API_OBJECT, R | N, 0, "FigurePrevious" },
    { "yearBefore", API_OBJECT, R | N, 0, "FigurePrevious" }, { "at", API_INSTANT, R }, END };
FIELDS(figure_column) = { { "name", API_TEXT, R }, { "title", API_NAME, R },
    { "money", API_BOOL, R, 0, NULL, "its values are fen" }, END };
FIELDS(figure_rows_) = { { "columns", API_LIST, R, 0, "FigureColumn" },
    { "items", API_ANY, R, 0, NULL, "rows: a list of texts, names or nulls, one a column" },
    { "next", API_TEXT, R | N }, END };
FIELDS(register_column) = { { "name", API_TEXT, R }, { "title", API_NAME, R },
    { "type", API_TEXT, R }, { "required", API_BOOL, R }, { "masked", API_BOOL, R },
    { "computed", API_BOOL, R }, { "sortable", API_BOOL, R }, { "codes", API_TEXT, R | N },
    { "ref", API_TEXT, R | N }, { "bytesMax", API_INT, R | N }, { "min", API_NUMBER, R | N },
    { "max", API_NUMBER, R | N }, { "group", API_NAME, R | N }, { "hint", API_NAME, R | N }, END };
FIELDS(record_condition) = { { "column", API_TEXT, R }, { "compare", API_TEXT, R },
    { "value", API_TEXT, R }, END };
FIELDS(register_list) = { { "code", API_TEXT, R }, { "name", API_NAME, R },
    { "columns", API_TEXTS, R }, { "where", API_LIST, R, 0, "RecordCondition" },
    { "sort", API_TEXT, R | N }, { "descending", API_BOOL, R }, END };
FIELDS(register_) = { { "code", API_TEXT, R }, { "name", API_NAME, R }, { "key", API_TEXT, R | N },
    { "label", API_TEXT, R | N }, { "writable", API_BOOL, R }, { "closed", API_BOOL, R },
    { "columns", API_LIST, R, 0, "RegisterColumn" }, { "lists", API_LIST, R, 0, "RegisterList" },
    { "raises", API_BOOL, R, 0, NULL, "cases may be raised from its records" }, END };
FIELDS(code_) = { { "code", API_TEXT, R }, { "name", API_NAME, R }, { "parent", API_TEXT, R },
    { "level", API_INT, R }, END };
FIELDS(record_) = { { "id", API_ID, R }, { "version", API_INT, R },
    { "updatedAt", API_INSTANT, R }, { "label", API_TEXT, R },
    { "data", API_ANY, R, 0, NULL, "values by column" },
    { "names", API_ANY, R, 0, NULL, "what codes, units, accounts and referred records are called" },
    END };
FIELDS(record_page) = { { "items", API_LIST, R, 0, "Record" }, { "total", API_INT, R | N },
    { "totalMore", API_BOOL, R }, { "next", API_TEXT, R | N }, END };
FIELDS(record_version) = { { "version", API_INT, R }, { "at", API_INSTANT, R },
    { "by", API_TEXT, R | N }, { "reason", API_TEXT, R }, { "removed", API_BOOL, R },
    { "batch", API_ID, R | N }, { "data", API_ANY, R }, END };
FIELDS(record_related_) = { { "register", API_TEXT, R }, { "name", API_NAME, R },
    { "column", API_TEXT, R }, { "count", API_INT, R }, { "more", API_BOOL, R }, END };
FIELDS(record_input) = { { "data", API_ANY, R, 0, NULL, "the columns to set" },
    { "reason", API_TEXT, 0, 400 }, { "version", API_INT, 0 },
    { "also", API_OBJECT, 0, 0, "AlsoInput", "another record in the same write: both or none" }, END };
FIELDS(also_input) = { { "register", API_TEXT, R, 40 },
    { "of", API_TEXT, R, 40, NULL, "its column that refers to the record" },
    { "data", API_ANY, R, 0, NULL, "its other columns; faults stand at also.<column>" }, END };
FIELDS(reason_) = { { "reason", API_TEXT, R, 400 }, END };
FIELDS(alike_input) = { { "data", API_ANY, R }, { "except", API_ID, 0 }, END };
FIELDS(bulk_input) = { { "ids", API_IDS, R, 500 }, { "data", API_ANY, R },
    { "reason", API_TEXT, R, 400 }, END };
FIELDS(bulk_fault) = { { "id", API_ID, R }, { "field", API_TEXT, R | N },
    { "message", API_NAME, R }, END };
FIELDS(bulk_result) = { { "changed", API_INT, R }, { "saved", API_BOOL, R },
    { "batch", API_ID, R | N }, { "faults", API_LIST, R, 0, "BulkFault" }, END };
FIELDS(batch_undone) = { { "undone", API_INT, R },
    { "kept", API_INT, R, 0, NULL, "records that somebody changed since" }, END };
FIELDS(record_view_) = { { "id", API_ID, R }, { "name", API_TEXT, R }, { "shared", API_BOOL, R },
    { "own", API_BOOL, R }, { "definition", API_ANY, R }, END };
FIELDS(view_input) = { { "name", API_TEXT, R, 100 }, { "shared", API_BOOL, 0 },
    { "definition", API_ANY, R }, END };
FIELDS(view_made) = { { "id", API_ID, R }, END };
FIELDS(import_fault) = { { "row", API_INT, R }, { "column", API_TEXT, N },
    { "message", API_TEXT, R }, END };
FIELDS(import_result) = { { "rows", API_INT, R }, { "accepted", API_INT, R },
    { "faults", API_LIST, R, 0, "ImportFault", "the first ones" },
    { "faultCount", API_INT, 0, 0, NULL, "all of them" },
    { "cancelled", API_BOOL, 0, 0, NULL, "stopped from beside; nothing of it is left" },
    { "batch", API_ID, R | N }, END };
FIELDS(inclusion) = { { "index", API_INT, R }, { "size", API_INT, R },
    { "leafHash", API_TEXT, R }, { "proof", API_TEXTS, R }, END };
FIELDS(consistency) = { { "from", API_INT, R }, { "to", API_INT, R },
    { "proof", API_TEXTS, R }, END };
FIELDS(way_item) = { { "node", API_TEXT, R }, { "flow", API_TEXT, R | N }, END };
FIELDS(way_step) = { { "order", API_INT, R }, { "node", API_TEXT, R }, { "name", API_NAME, R },
    { "element", API_TEXT, R, 0, NULL, "of BPMN: userTask …; empty when the version is gone" },
    { "how", API_TEXT, R, 0, NULL, "here done cancelled moved passed" },
    { "enteredAt", API_INSTANT, R }, { "leftAt", API_INSTANT, R | N },
    { "minutes", API_INT, R | N, 0, NULL, "office minutes stayed, so far while it is there" },
    { "unit", API_OBJECT, R | N, 0, "Unit" }, { "person", API_TEXT, R | N },
    { "passed", API_LIST, R, 0, "WayItem", "what was passed on the way there, in order" }, END };
FIELDS(case_way_body) = { { "kind", API_TEXT, R }, { "version", API_TEXT, R },
    { "drawn", API_BOOL, R, 0, NULL, "there is a drawing to show it on" },
    { "steps", API_LIST, R, 0, "WayStep" }, { "next", API_LIST, R, 0, "Step" }, END };
FIELDS(procedure_version) = { { "version", API_TEXT, R }, { "loadedAt", API_INSTANT, R | N },
    { "running", API_INT, R }, { "current", API_BOOL, R }, END };
FIELDS(procedure_body) = { { "kind", API_TEXT, R }, { "process", API_TEXT, R },
    { "name", API_NAME, R }, { "file", API_TEXT, R },
    { "versions", API_LIST, R, 0, "ProcedureVersion" }, END };
#define MIGRATION { "kind", API_TEXT, R, 40 }, \
    { "from", API_TEXT, R, 64, NULL, "the version that the cases run on" }, \
    { "to", API_TEXT, 0, 64, NULL, "the version in use when absent" }, \
    { "map", API_ANY, 0, 0, NULL, "old to new: steps, flows, promise:code" }, \
    { "cases", API_TEXTS, 0, 1000, NULL, "numbers; all when absent" }
FIELDS(migration_plan_input) = { MIGRATION, END };
FIELDS(migration_input) = { MIGRATION, { "reason", API_TEXT, R, 2000 }, END };
FIELDS(migration_node) = { { "node", API_TEXT, R }, { "name", API_NAME, R },
    { "element", API_TEXT, R }, END };
FIELDS(migration_step) = { { "from", API_OBJECT, R | N, 0, "MigrationNode" },
    { "to", API_OBJECT, R | N, 0, "MigrationNode" },
    { "change", API_TEXT, R, 0, NULL, "same, renamed, kind, removed or added" }, END };
FIELDS(migration_note) = { { "about", API_TEXT, R, 0, NULL, "an id of the old version, a promise" },
    { "text", API_NAME, R }, END };
FIELDS(migration_position) = { { "steps", API_LIST, R, 0, "MigrationNode" },
    { "cases", API_INT, R }, { "fits", API_INT, R }, { "timersSet", API_INT, R },
    { "timersCancelled", API_INT, R }, { "conflicts", API_LIST, R, 0, "MigrationNote" },
    { "numbers", API_TEXTS, R, 0, NULL, "of some of the cases" }, END };
FIELDS(migration_plan) = { { "from", API_TEXT, R }, { "to", API_TEXT, R }, { "total", API_INT, R },
    { "tried", API_INT, R }, { "fits", API_INT, R },
    { "more", API_BOOL, R, 0, NULL, "not all cases were tried" },
    { "steps", API_LIST, R, 0, "MigrationStep" },
    { "positions", API_LIST, R, 0, "MigrationPosition" },
    { "notes", API_LIST, R, 0, "MigrationNote" }, END };
#define MIGRATED { "id", API_ID, R }, { "kind", API_TEXT, R }, { "from", API_TEXT, R }, \
    { "to", API_TEXT, R }, { "reason", API_TEXT, R }, { "by", API_TEXT, R }, { "map", API_ANY, R }, \
    { "state", API_TEXT, R, 0, NULL, "running, done or stopped" }, { "total", API_INT, R }, \
    { "done", API_INT, R }, { "conflicts", API_INT, R }, { "at", API_INSTANT, R }, \
    { "endedAt", API_INSTANT, R | N }
FIELDS(migration_body) = { MIGRATED, END };
FIELDS(migration_case) = { { "number", API_TEXT, R }, { "about", API_TEXT, R },
    { "text", API_NAME, R }, END };
FIELDS(migration_run) = { MIGRATED, { "cases", API_LIST, R, 0, "MigrationCase" }, END };
FIELDS(incident_body) = { { "id", API_ID, R }, { "handler", API_TEXT, R },
    { "connector", API_TEXT, R | N }, { "number", API_TEXT, R | N, 0, NULL, "of the case" },
    { "caseId", API_ID, R | N, 0, NULL, "for those who may read the case" },
    { "kind", API_TEXT, R | N }, { "node", API_TEXT, R | N }, { "step", API_NAME, R | N },
    { "message", API_TEXT, R | N }, { "attempts", API_INT, R }, { "since", API_INSTANT, R },
    { "reason", API_NAME, R }, END };
FIELDS(incident_skip_input) = { { "reason", API_TEXT, R, 2000 },
    { "error", API_TEXT, 0, 100, NULL, "a BPMN error instead of being done" },
    { "data", API_ANY, 0, 0, NULL, "variables that the step would have set" }, END };
FIELDS(purge_kind) = { { "kind", API_TEXT, R }, { "name", API_NAME, R },
    { "months", API_INT, R | N, 0, NULL, "kept after closing; null: for ever" },
    { "law", API_NAME, R | N }, { "automatic", API_BOOL, R }, { "before", API_INSTANT, R | N },
    { "due", API_INT, R }, { "running", API_BOOL, R, 0, NULL, "it was asked for and goes on" }, END };
FIELDS(purge_past) = { { "id", API_ID, R }, { "at", API_INSTANT, R }, { "by", API_TEXT, R },
    { "kind", API_TEXT, R }, { "name", API_NAME, R },
    { "before", API_TEXT, R | N, 0, NULL, "cases closed before that moment" },
    { "cases", API_INT, R, 0, NULL, "due when it was asked for" }, { "law", API_TEXT, R | N },
    { "reason", API_TEXT, R | N }, END };
FIELDS(purge_input) = { { "kind", API_TEXT, 0, 40 }, { "before", API_DATE, 0 },
    { "reason", API_TEXT, 0, 2000 }, END };
FIELDS(message_input) = { { "message", API_TEXT, R, 200 }, { "number", API_TEXT, 0, 40 },
    { "key", API_TEXT, 0, 400, NULL, "what junma:correlation gives, when it is a text" },
    { "correlation", API_ANY, 0, 0, NULL, "the same, when it is a context" },
    { "data", API_ANY, 0, 0, NULL, "variables to set" },
    { "keepMinutes", API_INT, 0, 0, NULL, "how long it may wait for a waiter" }, END };
FIELDS(message_sent) = { { "delivered", API_BOOL, R },
    { "number", API_TEXT, R | N, 0, NULL, "of the case that took it" }, END };
FIELDS(wait_step) = { { "node", API_TEXT, R }, { "name", API_NAME, R },
    { "drawn", API_BOOL, R, 0, NULL, "it is in the procedure in force" },
    { "now", API_INT, R }, { "oldestAt", API_INSTANT, R | N }, { "oldestMinutes", API_INT, R | N },
    { "past", API_INT, R, 0, NULL, "stays that ended in the period" },
    { "median", API_INT, R | N, 0, NULL, "office minutes" }, { "p90", API_INT, R | N }, END };
FIELDS(waits_body) = { { "kind", API_TEXT, R }, { "from", API_TEXT, R }, { "to", API_TEXT, R },
    { "at", API_INSTANT, R }, { "steps", API_LIST, R, 0, "WaitStep" }, END };
FIELDS(waiting_case) = { { "case", API_OBJECT, R, 0, "CaseSummary" }, { "minutes", API_INT, R },
    END };
FIELDS(pack_change) = { { "path", API_TEXT, R }, { "change", API_TEXT, R, 0, NULL,
    "added, changed or removed" }, END };
FIELDS(pack_use) = { { "id", API_ID, R }, { "version", API_TEXT, R },
    { "previous", API_TEXT, R | N }, { "at", API_INSTANT, R },
    { "origin", API_TEXT, R, 0, NULL, "folder, draft or version" }, { "by", API_TEXT, R },
    { "reason", API_TEXT, R }, { "inUse", API_BOOL, R },
    { "files", API_LIST, R, 0, "PackChange" }, END };
FIELDS(pack_folder) = { { "state", API_TEXT, R, 0, NULL,
    "none; same as what is in use; older: the pages have gone on since; changed: someone has to choose" },
    { "version", API_TEXT, R | N }, END };
FIELDS(pack_state) = { { "version", API_TEXT, R }, { "use", API_OBJECT, R, 0, "PackUse" },
    { "folder", API_OBJECT, R, 0, "PackFolder" }, { "drafts", API_INT, R }, END };
FIELDS(pack_file_ref) = { { "path", API_TEXT, R }, { "bytes", API_INT, R },
    { "sha256", API_TEXT, R }, { "change", API_TEXT, R, 0, NULL, "by the draft: same, added, changed" },
    { "changedAt", API_INSTANT, R | N }, { "changedBy", API_TEXT, R | N }, END };
FIELDS(pack_reason) = { { "reason", API_TEXT, R, 2000 }, END };
FIELDS(pack_draft_create) = { { "title", API_TEXT, R, 200 }, END };
FIELDS(pack_draft_file) = { { "path", API_TEXT, R }, { "change", API_TEXT, R },
    { "sha256", API_TEXT, R | N }, { "conflict", API_BOOL, R }, { "updatedAt", API_INSTANT, R },
    { "updatedBy", API_TEXT, R }, END };
FIELDS(pack_draft) = { { "id", API_ID, R }, { "number", API_INT, R, 0, NULL, "moves on with every change" },
    { "title", API_TEXT, R }, { "createdAt", API_INSTANT, R }, { "createdBy", API_TEXT, R },
    { "mine", API_BOOL, R }, { "updatedAt", API_INSTANT, R }, { "updatedBy", API_TEXT, R },
    { "base", API_TEXT, R, 0, NULL, "the version in use that it lies over" },
    { "files", API_LIST, R, 0, "PackDraftFile" }, { "conflicts", API_INT, R }, END };
FIELDS(pack_fault) = { { "file", API_TEXT, R }, { "line", API_INT, R }, { "column", API_INT, R },
    { "field", API_TEXT, R }, { "element", API_TEXT, R | N, 0, NULL, "id in the drawing or the table" },
    { "code", API_TEXT, R }, { "message", API_NAME, R }, END };
FIELDS(pack_check) = { { "ok", API_BOOL, R }, { "version", API_TEXT, R | N },
    { "faults", API_LIST, R, 0, "PackFault" }, { "total", API_INT, R }, END };
FIELDS(pack_feel) = { { "expression", API_TEXT, R }, { "tests", API_BOOL, 0, 0, NULL,
    "a cell of conditions, not an expression" }, END };
FIELDS(pack_feel_check) = { { "ok", API_BOOL, R }, { "faults", API_LIST, R, 0, "PackFault" }, END };
FIELDS(pack_member) = { { "name", API_TEXT, R }, { "label", API_TEXT, R },
    { "type", API_TEXT, R }, END };
FIELDS(pack_rule) = { { "id", API_TEXT, R }, { "name", API_TEXT, R },
    { "description", API_TEXT, R }, { "line", API_INT, R }, { "rules", API_INT, R },
    { "inputs", API_LIST, R, 0, "PackMember" }, { "outputs", API_LIST, R, 0, "PackMember" }, END };
FIELDS(pack_rule_file) = { { "path", API_TEXT, R }, { "sha256", API_TEXT, R },
    { "name", API_TEXT, R }, { "kind", API_TEXT, R | N }, { "kindName", API_NAME, R | N },
    { "decisions", API_LIST, R, 0, "PackDecision" },
    { "faults", API_LIST, R, 0, "PackFault" }, END };
FIELDS(pack_try) = { { "file", API_TEXT, R, 200 }, { "decision", API_TEXT, R, 200 },
    { "inputs", API_ANY, R, 0, NULL, "by the names of the inputs" }, END };
FIELDS(pack_trial) = { { "result", API_ANY, R }, { "trace", API_ANY, R },
    { "answer", API_ANY, R, 0, NULL, "what can be said while inputs are missing" },
    { "tables", API_ANY, R, 0, NULL, "each rule's conditions and whether they hold" }, END };
FIELDS(pack_moved) = { { "before", API_ANY, R }, { "after", API_ANY, R }, { "count", API_INT, R }, END };
FIELDS(pack_moved_case) = { { "id", API_ID, R | N, 0, NULL, "null when the reader may not see it" },
    { "number", API_TEXT, R }, { "title", API_TEXT, R | N }, { "topic", API_TEXT, R },
    { "createdOn", API_DATE, R }, { "before", API_ANY, R }, { "after", API_ANY, R },
    { "failed", API_BOOL, R }, END };
FIELDS(pack_comparison) = { { "total", API_INT, R, 0, NULL, "cases that the pages go through" },
    { "scanned", API_INT, R, 0, NULL, "in this page" }, { "same", API_INT, R },
    { "different", API_INT, R }, { "failed", API_INT, R },
    { "changes", API_LIST, R, 0, "PackMoved" }, { "cases", API_LIST, R, 0, "PackMovedCase" },
    { "next", API_TEXT, R | N }, END };
FIELDS(procedure_try) = { { "xml", API_TEXT, R, 512 * 1024, NULL, "the drawing as it stands" },
    { "do", API_TEXT, R, 16, NULL, "start complete fail message signal move advance" },
    { "state", API_TEXT, 0, 512 * 1024, NULL, "as it came with the act before" },
    { "kind", API_TEXT, 0, 64, NULL, "whose decisions are asked" },
    { "process", API_TEXT, 0, 200 }, { "token", API_INT, 0 },
    { "name", API_TEXT, 0, 200, NULL, "start event, message, signal, error code, target" },
    { "at", API_INSTANT, 0, 0, NULL, "to begin at; to move the clock to; without it to the next timer" },
    { "variables", API_ANY, 0 },
    { "decisions", API_ANY, 0, 0, NULL, "results by decision, instead of asking" }, END };
FIELDS(trial_token) = { { "token", API_INT, R }, { "parent", API_INT, R },
    { "node", API_TEXT, R | N }, { "name", API_NAME, R | N }, { "element", API_TEXT, R },
    { "task", API_BOOL, R }, { "role", API_TEXT, R | N }, { "verbs", API_TEXT, R | N }, END };
FIELDS(trial_timer) = { { "node", API_TEXT, R }, { "name", API_NAME, R },
    { "dueAt", API_INSTANT, R }, END };
FIELDS(trial_listening) = { { "token", API_INT, R }, { "node", API_TEXT, R | N },
    { "name", API_NAME, R | N }, { "event", API_TEXT, R }, { "text", API_TEXT, R | N }, END };
FIELDS(trial_event) = { { "at", API_INSTANT, R }, { "what", API_TEXT, R },
    { "node", API_TEXT, R | N }, { "name", API_NAME, R | N }, { "token", API_INT, R },
    { "text", API_TEXT, R | N }, { "unit", API_TEXT, R | N }, { "value", API_ANY, R }, END };
FIELDS(procedure_trial) = { { "state", API_TEXT, R }, { "at", API_INSTANT, R },
    { "ended", API_TEXT, R | N }, { "waiting", API_LIST, R, 0, "TrialToken" },
    { "timers", API_LIST, R, 0, "TrialTimer" }, { "listening", API_LIST, R, 0, "TrialListening" },
    { "variables", API_ANY, R }, { "events", API_LIST, R, 0, "TrialEvent" },
    { "leftOut", API_BOOL, R }, { "stillDue", API_BOOL, R, 0, NULL, "more timers are due; ask again" },
    END };
FIELDS(dry_run) = { { "allowed", API_BOOL, R }, { "reason", API_NAME, R | N },
    { "choices", API_LIST, 0, 0, "Choice", "of a return or jump: where to" },
    { "ends", API_LIST, 0, 0, "Ends", "tasks that would end, of the step named or the usual one" },
    END };
FIELDS(field_error) = { { "field", API_TEXT, 0 }, { "message", API_TEXT, R },
    { "code", API_TEXT, 0 }, { "line", API_INT, 0 }, { "column", API_INT, 0 }, END };
FIELDS(problem) = { { "type", API_TEXT, R }, { "title", API_TEXT, R }, { "status", API_INT, R },
    { "detail", API_TEXT, 0 },
    { "code", API_TEXT, R }, { "requestId", API_TEXT, 0 }, { "field", API_TEXT, 0 },
    { "line", API_INT, 0 }, { "column", API_INT, 0 },
    { "errors", API_LIST, 0, 0, "FieldError" }, END };

static const struct api_schema common_schemas[] = {
    { "SignIn", "a login and its password", sign_in }, { "PasswordChange", NULL, password_change },
    { "EnterpriseRef", NULL, enterprise_ref }, { "Account", NULL, account },
    { "Session", NULL, session },
    { "AccountCreate", NULL, account_create_body }, { "AccountChange", NULL, account_change },
    { "KindRef", NULL, kind_ref },
    { "JournalKey", "the key that signs checkpoints", journal_key },
    { "SampleAccount", NULL, sample_account },
    { "Zone", NULL, zone }, { "Topic", NULL, topic }, { "RatingScale", NULL, rating },
    { "VerbRef", NULL, verb_ref },
    { "Step", NULL, step }, { "PromiseRef", NULL, promise_ref }, { "Kind", NULL, kind },
    { "Unit", NULL, unit },
    { "CalendarDay", NULL, calendar_day_body }, { "CalendarYear", NULL, calendar_year },
    { "Knowledge", NULL, knowledge },
    { "Template", NULL, template_ }, { "OnBehalf", NULL, on_behalf },
    { "CaseCreate", NULL, case_create_body },
    { "Remaining", NULL, remaining }, { "PauseReason", NULL, pause_reason },
    { "Promise", "a deadline with its law", promise },
    { "ReceiptRef", NULL, receipt_ref },
    { "CaseCreated", NULL, case_created_body }, { "Person", NULL, person },
    { "CaseSummary", NULL, case_summary }, { "SimilarCase", NULL, case_similar_body },
    { "Contact", NULL, contact },
    { "Task", NULL, task }, { "Answer", NULL, answer }, { "TimelineEntry", NULL, timeline },
    { "Attachment", NULL, attachment },
    { "VerbOption", NULL, verb_option }, { "CaseLink", NULL, link },
    { "Extension", NULL, extension }, { "Case", NULL, case_body },
    { "DecisionValue", "of a variable, as a person reads it", decision_value },
    { "DecisionTest", "a cell of a rule that had to hold", decision_test },
    { "DecisionRule", NULL, decision_rule }, { "DecisionStep", NULL, decision_step },
    { "DecisionParameter", "a value that the law sets for a time", decision_parameter },
    { "DecisionFact", NULL, decision_fact },
    { "DecisionOpen", "an outcome that missing facts could bring about", decision_open },
    { "DecisionWarning", NULL, decision_warning },
    { "Decision", "a decision taken on a case's way, with its grounds", decision },
    { "Held", NULL, held }, { "WayBack", NULL, way_back },
    { "Order", "an order of supervision", order }, { "Copy", NULL, copy },
    { "CopyPage", NULL, copy_page }, { "Ends", NULL, ends }, { "Choice", NULL, choice },
    { "Signer", NULL, signer },
    { "VerbInput", NULL, verb_body }, { "DryRun", NULL, dry_run }, { "Reveal", NULL, reveal },
    { "Revealed", NULL, revealed },
    { "CountEvent", NULL, count_event }, { "CountDay", NULL, count_day },
    { "CountSegment", NULL, count_segment }, { "Statute", NULL, statute },
    { "NoticeAbout", NULL, notice_about }, { "Notice", NULL, notice }, { "NoticePage", NULL, notice_page },
    { "PromiseCount", NULL, promise_count },
    { "TaskItem", NULL, task_item_body }, { "ColourCounts", NULL, counts },
    { "TaskPage", NULL, task_page }, { "Officer", NULL, officer },
    { "Enterprise", NULL, enterprise }, { "FigureRef", NULL, figure_ref },
    { "FigureGroup", NULL, figure_group }, { "FigurePrevious", NULL, figure_previous },
    { "Figure", NULL, figure }, { "FigureColumn", NULL, figure_column },
    { "FigureRows", NULL, figure_rows_ },
    { "RegisterColumn", NULL, register_column }, { "RecordCondition", NULL, record_condition },
    { "RegisterList", NULL, register_list }, { "Register", NULL, register_ },
    { "Code", NULL, code_ }, { "Record", NULL, record_ }, { "RecordPage", NULL, record_page },
    { "RecordVersion", NULL, record_version }, { "RecordRelated", NULL, record_related_ },
    { "RecordInput", NULL, record_input }, { "Reason", NULL, reason_ },
    { "AlsoInput", NULL, also_input }, { "AlikeInput", NULL, alike_input }, { "BulkInput", NULL, bulk_input },
    { "BulkFault", NULL, bulk_fault }, { "BulkResult", NULL, bulk_result },
    { "BatchUndone", NULL, batch_undone }, { "RecordView", NULL, record_view_ },
    { "ViewInput", NULL, view_input }, { "ViewMade", NULL, view_made },
    { "ImportFault", NULL, import_fault }, { "ImportResult", NULL, import_result },
    { "PackChange", NULL, pack_change }, { "PackUse", "a version taken into use", pack_use },
    { "PackFolder", NULL, pack_folder }, { "PackState", NULL, pack_state },
    { "PackFileRef", NULL, pack_file_ref }, { "PackReason", NULL, pack_reason },
    { "PackDraftCreate", NULL, pack_draft_create }, { "PackDraftFile", NULL, pack_draft_file },
    { "PackDraft", NULL, pack_draft }, { "PackFault", NULL, pack_fault },
    { "PackCheck", NULL, pack_check }, { "PackFeel", NULL, pack_feel },
    { "PackFeelCheck", NULL, pack_feel_check }, { "PackMember", NULL, pack_member },
    { "PackDecision", NULL, pack_rule }, { "PackRuleFile", NULL, pack_rule_file },
    { "PackTry", NULL, pack_try }, { "PackTrial", NULL, pack_trial },
    { "PackMoved", NULL, pack_moved }, { "PackMovedCase", NULL, pack_moved_case },
    { "PackComparison", NULL, pack_comparison },
    { "Inclusion", NULL, inclusion },
    { "Consistency", NULL, consistency }, { "FieldError", NULL, field_error },
    { "WayItem", NULL, way_item }, { "WayStep", "a stay of a case at a step", way_step },
    { "CaseWay", "the way of a case through its procedure", case_way_body },
    { "ProcedureVersion", NULL, procedure_version }, { "Procedure", NULL, procedure_body },
    { "WaitStep", NULL, wait_step }, { "Waits", "where cases wait", waits_body },
    { "WaitingCase", NULL, waiting_case }, { "ProcedureTry", NULL, procedure_try },
    { "TrialToken", NULL, trial_token }, { "TrialTimer", NULL, trial_timer },
    { "TrialListening", NULL, trial_listening }, { "TrialEvent", NULL, trial_event },
    { "ProcedureTrial", "where a trial stands after an act", procedure_trial },
    { "WaitingCase", NULL, waiting_case },
    { "MigrationPlanInput", NULL, migration_plan_input }, { "MigrationInput", NULL, migration_input },
    { "MigrationNode", NULL, migration_node }, { "MigrationStep", NULL, migration_step },
    { "MigrationNote", NULL, migration_note },
    { "MigrationPosition", "cases that wait at the same steps", migration_position },
    { "MigrationPlan", "what moving running cases would do", migration_plan },
    { "Migration", NULL, migration_body }, { "MigrationCase", NULL, migration_case },
    { "MigrationRun", "a migration with the cases that did not fit", migration_run },
    { "Incident", "what a person has to see to", incident_body },
    { "IncidentSkip", NULL, incident_skip_input },
    { "PurgePast", "a purge that was asked for", purge_past },
    { "PurgeKind", "how long a kind is kept", purge_kind }, { "PurgeInput", NULL, purge_input },
    { "MessageInput", NULL, message_input }, { "MessageSent", NULL, message_sent },
    { "Problem", "what went wrong (RFC 9457)", problem },
    { 0 },
};

#define S(name) extern const struct api_schema name##_schemas[];
#include "api/schemas.def"
#undef S

const struct api_schema *const api_schema_sets[] = {
    common_schemas,
#define S(name) name##_schemas,
#include "api/schemas.def"
#undef S
    NULL
};

const struct api_schema *api_schema(const char *name)
{
    for (size_t i = 0; name && api_schema_sets[i]; i++)
        for (const struct api_schema *s = api_schema_sets[i]; s->name; s++)
            if (strcmp(s->name, name) == 0)
                return s;
    return NULL;
}
