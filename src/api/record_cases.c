/*
 * Cases that a record gives rise to: what may be raised from it with what is filled in, raising it,
 * and the link read from both ends. The rules are zone/record_case.h's.
 */
#include "api/registers.h"
#include "api/schemas.h"
#include "api/verbs.h"
#include "zone/record_case.h"

#include <string.h>

enum { BODY_BYTES_MAX = 256 * 1024 };

/* clang-format off */
FIELDS(raise_action) = { { "code", API_TEXT, R }, { "name", API_NAME, R }, { "kind", API_TEXT, R },
    { "kindName", API_NAME, R }, { "offered", API_BOOL, R },
    { "applicant", API_OBJECT, R | N, 0, "EnterpriseRef" },
    { "data", API_ANY, R, 0, NULL, "fields of the form, filled in" }, END };
FIELDS(record_case_) = { { "number", API_TEXT, R }, { "status", API_TEXT, R },
    { "case", API_OBJECT, R | N, 0, "CaseSummary", "null: not for the reader to see" }, END };
FIELDS(record_cases_) = { { "actions", API_LIST, R, 0, "RaiseAction" },
    { "items", API_LIST, R, 0, "RecordCase" }, END };
FIELDS(raise_input) = { { "action", API_TEXT, R, 40 },
    { "data", API_ANY, 0, 0, NULL, "fields of the form, over those filled in" }, END };
FIELDS(raised) = { { "id", API_ID, R }, { "number", API_TEXT, R }, { "title", API_TEXT, R }, END };
FIELDS(case_origin_) = { { "register", API_TEXT, R | N }, { "registerName", API_NAME, R | N },
    { "id", API_ID, R | N }, { "label", API_TEXT, R | N }, END };
const struct api_schema record_case_schemas[] = { { "RaiseAction", NULL, raise_action },
    { "RecordCase", NULL, record_case_ },
    { "RecordCases", "cases of a record, and what may be raised from it", record_cases_ },
    { "RaiseInput", NULL, raise_input }, { "Raised", NULL, raised },
    { "CaseOrigin", "the record that a case came from", case_origin_ }, { 0 } };
/* clang-format on */

struct raising {
    struct record_raising in;
    struct case_created made;
    int64_t made_before;
    str key, request;
    json_t *answer;
};

static json_t *action_json(const struct record_raise *raise)
{
    json_t *o = json_object();
    json_set_str(o, "code", raise->action->code);
    json_object_set_new(o, "name", json_name(raise->action->name));
    json_set_str(o, "kind", raise->action->kind);
    json_object_set_new(o, "kindName", json_name(raise->action->system->name));
    json_object_set_new(o, "offered", json_boolean(raise->offered));
    json_object_set_new(o, "applicant", json_null());
    if (raise->applicant) {
        json_t *who = json_object();
        json_set_id(who, "id", raise->applicant);
        json_set_str(who, "name", raise->applicant_name);
        json_object_set_new(o, "applicant", who);
    }
    json_object_set(o, "data", raise->data);
    return o;
}

static enum err read_cases(struct call *c, const struct pack_register *r, int64_t id, json_t *o)
{
    struct op *op = &c->op;
    struct record record, shown;
    struct record_raise *actions;
    struct record_case *cases;
    size_t count, case_count;
    json_t *list = json_array(), *items = json_array();
    json_object_set_new(o, "actions", list);
    json_object_set_new(o, "items", items);
    TRY(record_open(op, r, id, &shown));
    TRY(record_get(op, r->code, id, &record));
    TRY(record_raises(op, r, &record, &actions, &count));
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, action_json(&actions[i]));
    TRY(record_cases(op, r, id, &cases, &case_count));
    for (size_t i = 0; i < case_count; i++) {
        json_t *one = json_object();
        json_set_str(one, "number", cases[i].row.number);
        json_object_set_new(one, "status", json_string(case_status_word(cases[i].row.status)));
        json_object_set_new(
            one, "case", cases[i].seen ? json_case_summary(op, &cases[i].row) : json_null());
        json_array_append_new(items, one);
    }
    return diag_arena(op->diag, op->arena);
}

static void show_cases(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_register *r;
    int64_t id;
    (void)app;
    if (!api_register(c, &r) || !api_param_id(c, "id", &id) || !api_read(c))
        return;
    json_t *o = json_keep(req->arena, json_object());
    enum err e = read_cases(c, r, id, o);
    api_read_answer(c, e, o);
}

/* The first of these requests made it; whether its case is for the actor to see is another matter. */
static enum err made_before(struct call *c, struct raising *s)
{
    struct record_case *cases;
    size_t count;
    TRY(record_cases(&c->op, s->in.r, s->in.id, &cases, &count));
    for (size_t i = 0; i < count; i++)
        if (cases[i].row.id == s->made_before)
            s->made.row = cases[i].row;
    return OK;
}

static enum err raise_work(struct call *c)
{
    struct raising *s = c->state;
    str before = STR_NONE;
    s->made_before = 0;
    if (s->key.bytes)
        TRY(api_repeated(c, s->key, s->request, &before));
    if (before.bytes) {
        (void)id_parse(before, &s->made_before);
        return made_before(c, s);
    }
    diag_list_init(&c->faults, c->op.arena, 50);
    s->in.faults = &c->faults;
    TRY(record_raise(&c->op, &s->in, &s->made));
    return api_remember(
        c, s->key, s->request, str_printf(c->op.arena, "%lld", (long long)s->made.row.id));
}

static void raise_answer(struct call *c)
{
    struct raising *s = c->state;
    json_t *o = json_keep(c->op.arena, json_object());
    json_set_id(o, "id", s->made.row.id);
    json_set_str(o, "number", s->made.row.number);
    json_set_str(o, "title", s->made.row.title);
    if (!s->made_before)
        api_publish_case(c,
            &(struct case_change){
                .row = &s->made.row, .verb = STR("create"), .is_public = true });
    http_reply_json(c->req, 201, o);
}

static void raise_case(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct raising *s = ARENA_NEW(req->arena, struct raising);
    (void)app;
    if (!s || !api_register(c, &s->in.r) || !api_param_id(c, "id", &s->in.id) || !api_body(c)
        || !api_key(c, &s->key))
        return;
    s->in.action = json_str(c->body, "action");
    s->in.data = json_object_get(c->body, "data");
    s->request = ledger_digest(&c->op, req->body);
    c->state = s;
    if (s->in.data && !json_is_object(s->in.data)) {
        diag_field(&c->diag, STR("data"));
        diag_set(&c->diag, ERR_INVALID, "data 应为对象", "data must be an object");
        api_fail(c);
        return;
    }
    api_write(c, raise_work, raise_answer);
}

static void show_origin(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct case_row row;
    struct case_origin from = { 0 };
    (void)app;
    if (!api_read(c))
        return;
    enum err e = api_find_case(c, &row);
    if (e == OK)
        e = case_origin(&c->op, row.id, &from);
    bool seen = from.r && from.label.bytes;
    json_t *o = json_keep(req->arena, json_object());
    json_object_set_new(o, "register", seen ? json_from_str(from.r->code) : json_null());
    json_object_set_new(o, "registerName", seen ? json_name(from.r->name) : json_null());
    json_object_set_new(o, "label", seen ? json_from_str(from.label) : json_null());
    json_object_set_new(o, "id", json_null());
    if (seen)
        json_set_id(o, "id", from.id);
    api_read_answer(c, e, o);
}

static const struct api_param raise_headers[] = {
    { "Idempotency-Key", "string", "the same key again gives the same answer" }, { 0 }
};

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route record_case_routes[] = {
    { "GET", "/api/registers/{register}/records/{id}/cases", show_cases, 0, NULL,
        DOC("getRecordCases", "Cases of a record, and what may be raised from it", "registers",
            API_SESSION, NULL, "RecordCases", 0, NULL) },
    { "POST", "/api/registers/{register}/records/{id}/cases", raise_case, BODY_BYTES_MAX, NULL,
        DOC("raiseFromRecord", "Raise a case from a record", "registers", API_SESSION, "RaiseInput",
            "Raised", 201, NULL, .headers = raise_headers) },
    { "GET", "/api/cases/{id}/origin", show_origin, 0, NULL,
        DOC("getCaseOrigin", "The record that a case came from", "cases", API_SESSION, NULL,
            "CaseOrigin", 0, NULL) },
    { 0 },
};
