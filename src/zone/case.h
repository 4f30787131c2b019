/*
 * Cases: a procedure under way for an applicant.
 *
 * Status     open       somebody of the zone has it
 *            replied    answered, the applicant has not said whether it helped
 *            closed     over: rated, or the time to rate has passed
 *            withdrawn, merged
 *
 * The procedure's state (tokens, variables) is kept with the case as JSON; tasks, timers and
 * promises are rows of their own, so that lists are plain SQL. One transaction moves all of them.
 */
#ifndef JUNMA_ZONE_CASE_H
#define JUNMA_ZONE_CASE_H

#include "zone/promise.h"

enum case_status { CASE_OPEN, CASE_REPLIED, CASE_CLOSED, CASE_WITHDRAWN, CASE_MERGED };
const char *case_status_word(enum case_status s);
bool case_status_from(str word, enum case_status *out);

struct case_row {
    int64_t id, version;
    str kind, number, pack_version;
    str title, body, topic, channel, urgency, place;
    int64_t enterprise_id, account_id;
    str enterprise_name, contact_name, contact_phone;
    str unit;
    int64_t assignee_id;
    str assignee_name;
    enum case_status status;
    str node, node_name_zh, node_name_en; /* of the step that waits; the first when several */
    str data, state;                      /* JSON texts */
    int64_t created_at, updated_at, first_response_at, replied_at, closed_at;
    int64_t due_at;             /* of the case's promise; 0 = none */
    int64_t sort_at; /* place in lists by danger (schema.c) */
    enum promise_colour colour; /* as of op->now_ms */
    struct promise promise;     /* the case's main promise as kept beside it; id 0 = none */
    str answer, answered_by, answered_unit;
    int64_t rating; /* 5 best … 1; 0 = unrated */
    str rating_text;
    int64_t urged, supervised, reopened, suspended;
    int64_t merged_into;
    str extension;             /* JSON of the request that waits, or empty */
    str source, source_number; /* of imported cases */
};

struct case_task {
    int64_t id, case_id, token;
    str node, name_zh, name_en, role, unit, verbs;
    int64_t assignee_id;
    str assignee_name;
    str state; /* open suspended waiting done cancelled */
    int64_t created_at, signed_at, done_at, due_at, sort_at, done_by;
    /* Of somebody asked beside the step's own (signers.h); parent_id 0: the step's own. */
    int64_t parent_id, asked_by, weight, share, round;
    str asked_by_name, relation, mode, vote, opinion;
    str held; /* JSON of the verb that waits for signers, or empty */
    str back; /* JSON of who returned it and wants it straight back, or empty */
};

struct service_ask;
struct service_paper;

/* ---- making one ---- */

struct case_input {
    str kind, channel;    /* channel empty: "web" */
    json_t *data;         /* the form's fields */
    const int64_t *files; /* attachments uploaded before */
    size_t file_count;
    int64_t enterprise_id;           /* on behalf of; 0: the actor's own */
    str contact_name, contact_phone; /* on behalf of; empty: from the form */
    bool granted;                    /* whoever calls has asked whether it may be raised */
    struct diag_list *faults;        /* one a field */
    const struct service_ask *service; /* the items it is about (service.h); NULL: none */
};
struct case_created {
    struct case_row row;
    int64_t event;
    str leaf_hash_hex;
    const struct promise *promises; /* the open ones */
    size_t promise_count;
};
MUST_USE enum err case_create(struct op *op, const struct case_input *in, struct case_created *out);

/* The same in two halves. What needs no write (form, applicant, rules, the procedure's first steps)
 * is done by case_draft on a connection for reading; case_insert, in a write, gives the number and
 * makes the rows. Both with the same arena; `in` must live as long. */
struct case_draft;
MUST_USE enum err case_draft(struct op *op, const struct case_input *in, struct case_draft **out);
MUST_USE enum err case_insert(struct op *op, struct case_draft *draft, struct case_created *out);

/* ---- reading ---- */

/* ERR_NOT_FOUND also when the actor may not see it: nobody learns which numbers exist. */
MUST_USE enum err case_get(struct op *op, int64_t id, struct case_row *out);
/* Cases that moved by themselves (a job, a timer, silence) in the journal's entries from..to-1, each
 * once, whoever may see them; at most *count, which becomes how many. */
MUST_USE enum err cases_moved(
    struct op *op, uint64_t from, uint64_t to, struct case_row *rows, size_t *count);
MUST_USE enum err case_by_number(struct op *op, str number, struct case_row *out);

/* What a step is called, in the version of the pack that the case runs on; the node's id when it is
 * not known. */
void step_names(struct op *op, str pack_version, str kind, str node, str *zh, str *en);

struct case_filter {
    str kind, text, status /* open|replied|closed|…|all|empty, "active" = open and replied */;
    str unit, topic, month, colour, channel, number;
    int64_t enterprise_id, rating;
    bool newest_first;           /* else by danger */
    int64_t after_key, after_id; /* of the last row of the page before: see case_key */
    size_t limit;                /* 1..200 */
};
struct case_page {
    struct case_row *items;
    size_t count;
    int64_t total; /* -1 when not counted */
    bool more;
    int64_t next_key, next_id;
};
/* Only what the actor may see. */
MUST_USE enum err case_list(struct op *op, const struct case_filter *f, struct case_page *out);
MUST_USE enum err case_similar(
    struct op *op, const struct case_row *c, size_t limit, struct case_row **out, size_t *count);
MUST_USE enum err case_tasks(struct op *op, int64_t case_id, struct case_task **out, size_t *count);

struct task_filter {
    str scope; /* mine: signed for by me, or my unit's and not signed; unit; all */
    str colour, node, text;
    int64_t after_key, after_id;
    size_t limit;
};
struct task_item {
    struct case_task task;
    struct case_row row;
    struct promise promise; /* the nearest; id 0 = none */
};
struct task_page {
    struct task_item *items;
    size_t count;
    int64_t total, next_key, next_id;
    bool more;
    int64_t counts[8]; /* by enum promise_colour, of the whole list */
};
MUST_USE enum err task_list(struct op *op, const struct task_filter *f, struct task_page *out);

struct case_link {
    const char *relation; /* merged_into, merged_from */
    int64_t id;
    str number, title; /* title empty where the actor may not see the other case */
    enum case_status status;
    int64_t due_at;
};
MUST_USE enum err case_links(
    struct op *op, const struct case_row *c, struct case_link **out, size_t *count);

/* ---- verbs ---- */

enum {
    VERB_NEEDS_TEXT = 1,
    VERB_TEXT = 2,
    VERB_NEEDS_UNIT = 4,
    VERB_NEEDS_DAYS = 8,
    VERB_NEEDS_RATING = 16,
    VERB_NEEDS_TARGET = 32,
    VERB_PUBLIC = 64,
    VERB_FILES = 128,
    VERB_TOPIC = 256,
    VERB_NEEDS_SIGNERS = 512,
    VERB_NEEDS_MODE = 1024,
    VERB_NEEDS_POSITION = 2048,
    VERB_NEEDS_SIGNER = 4096,
    VERB_NEEDS_VOTE = 8192,
    VERB_NEEDS_NODE = 16384,
    VERB_NODE = 32768,
    VERB_STRAIGHT = 65536,
    VERB_DAYS = 131072,
    VERB_NEEDS_ASSIGNEE = 262144,
    VERB_NEEDS_OUTCOME = 524288,
    VERB_MATERIALS = 1048576
};

enum verb {
#define V(name, word, zh, en, inputs, kind, undo) VERB_##name,
#include "zone/verbs.def"
#undef V
    VERB_COUNT
};
struct verb_info {
    const char *word, *zh, *en;
    unsigned inputs;
    enum { VERB_AT_STEP, VERB_AT_CASE, VERB_AT_ENDED, VERB_AT_SIGNER, VERB_AT_ALWAYS } kind;
    enum { VERB_UNDO_NEVER, VERB_UNDO_BACK, VERB_UNDO_SOON } undo;
};
const struct verb_info *verb_info(enum verb v);
bool verb_from(str word, enum verb *out);
/* The words, NULL-ended, for the pack's checks. */
const char *const *verb_words(void);

struct verb_option {
    enum verb verb;
    bool allowed;
    int64_t task_id;     /* where it would act, 0 = the case */
    struct name2 reason; /* why not */
};
/* Every verb that could concern this actor, allowed or not, with the reason why not. */
MUST_USE enum err case_verbs(
    struct op *op, const struct case_row *c, struct verb_option **out, size_t *count);

/* Somebody who is asked to sign, or copied to: a unit, or one person of it. */
struct verb_signer {
    str unit;
    int64_t assignee; /* 0: whoever of the unit takes it */
    int64_t weight;   /* of the vote; 0 = 1 */
};
struct verb_input {
    enum verb verb;
    int64_t task_id; /* 0: the only one that fits */
    str text, unit, target, topic;
    str node;                     /* of a return or jump: the step to go to; empty: as drawn */
    str mode, position, vote;     /* all any vote; before after beside; agree disagree abstain */
    const struct verb_signer *signers;
    size_t signer_count;
    int64_t signer; /* task of the one to be removed */
    int64_t share;  /* of the weights that must agree, in percent; 0: the step's */
    str reason; /* for standing still: a code of the law's reasons */
    str outcome; /* of a check or decision: one that the step lists */
    const struct service_paper *papers; /* to be put right; or put right (service.h) */
    size_t paper_count;
    const json_t *licences; /* of a decision: facts of the licences it gives, by type and field */
    struct diag_list *faults; /* one a field; may be NULL */
    int64_t assignee, days, rating;
    bool is_public, straight;
    const int64_t *files;
    size_t file_count;
    int64_t if_version; /* 0: any */
    bool dry_run;
};
/* A step to return or jump to. */
struct verb_choice {
    str node;
    struct name2 name;
    str unit; /* that did it last; empty: as the drawing says */
    bool usual;
    struct case_task *ends;
    size_t end_count;
};
struct verb_result {
    struct case_row row;
    int64_t event;
    str unit_before; /* for those who watch: whose lists change */
    bool is_public;  /* the applicant may know of it */
    /* Of a dry run of a return or jump: the steps one may choose, and what would end. */
    struct verb_choice *choices;
    size_t choice_count;
    struct case_task *ends; /* beside the one acted at; of the step named, or the usual one */
    size_t end_count;
};
/* ERR_NOT_ALLOWED with the reason, ERR_PRECONDITION for another version, ERR_INVALID with a field.
 */
MUST_USE enum err case_verb(
    struct op *op, int64_t id, const struct verb_input *in, struct verb_result *out);

/* ---- orders of supervision, copies ---- */

struct case_order {
    int64_t id, case_id, days, by_id, at, due_at, amber_at, red_at, reported_at, judged_at;
    str unit, text, by_name, by_unit, state /* open reported done void */, report, reported_by,
        judgement;
    str case_number, case_title;
};
struct case_copy {
    int64_t id, case_id, account_id, at, read_at;
    str unit, account_name, by_name, text, read_by;
    str case_number, case_title;
};
MUST_USE enum err case_orders(
    struct op *op, int64_t case_id, struct case_order **out, size_t *count);
MUST_USE enum err case_copies(
    struct op *op, int64_t case_id, struct case_copy **out, size_t *count);
/* scope: owed (by my unit), given (by me), all (that I may see). state: open (and reported), all. */
MUST_USE enum err order_list(
    struct op *op, str scope, str state, size_t limit, struct case_order **out, size_t *count);
/* Copied to me or to my unit, the unread ones first; *unread counts those. */
MUST_USE enum err copy_list(struct op *op, bool unread_only, size_t limit, struct case_copy **out,
    size_t *count, int64_t *unread);
enum promise_colour order_colour(const struct case_order *o, int64_t now_ms);
/* How urgent an urge is: 1 ordinary, 2 pressing, 3 last; 0: not urged. */
int urge_level(const struct case_row *c);

/* Fires timers that are due; *fired counts them, at most `limit` a call. */
MUST_USE enum err case_timers(struct op *op, size_t limit, size_t *fired);
/* All that are due, in writes of its own: not from inside one. A case that cannot be moved is told
 * in the journal and tried again an hour later; it holds up no other. */
MUST_USE enum err case_timers_all(struct op *op, int64_t *fired);
/* What happens next, a sentence for the applicant. */
struct name2 case_next(struct op *op, const struct case_row *c);

#endif
