/* What verbs about other people take and tell: signers, steps to choose, orders, copies; and the
 * lists of orders and of copies. */
#include "api/verbs.h"

/* ---- taken ---- */

bool verbs_read_signers(struct call *c, struct verb_input *in)
{
    const json_t *list = json_object_get(c->body, "signers");
    size_t n = json_array_size(list);
    struct verb_signer *out = ARENA_ARRAY(c->op.arena, struct verb_signer, n + 1);
    for (size_t i = 0; out && i < n; i++) {
        const json_t *o = json_array_get(list, i);
        out[i] =
            (struct verb_signer){ .unit = json_str(o, "unit"), .weight = json_int(o, "weight", 0) };
        (void)id_parse(json_str(o, "assignee"), &out[i].assignee);
    }
    in->signers = out;
    in->signer_count = out ? n : 0;
    (void)id_parse(json_str(c->body, "signer"), &in->signer);
    in->mode = json_str(c->body, "mode");
    in->position = json_str(c->body, "position");
    in->vote = json_str(c->body, "vote");
    in->node = json_str(c->body, "node");
    in->share = json_int(c->body, "share", 0);
    in->straight = json_bool(c->body, "straight", false);
    return out != NULL;
}

/* ---- told ---- */

static json_t *person_or_null(int64_t id, str name)
{
    if (!id)
        return json_null();
    json_t *o = json_object();
    json_set_id(o, "id", id);
    json_set_str(o, "name", name);
    return o;
}

static json_t *ends_json(struct call *c, const struct case_task *tasks, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *o = json_object();
        json_set_id(o, "taskId", tasks[i].id);
        json_set_str(o, "node", tasks[i].node);
        json_object_set_new(
            o, "name", json_name((struct name2){ tasks[i].name_zh, tasks[i].name_en }));
        json_set_str(o, "relation", tasks[i].relation);
        json_object_set_new(o, "unit", json_unit(zone_pack(c->api->zone), tasks[i].unit));
        json_object_set_new(
            o, "assignee", person_or_null(tasks[i].assignee_id, tasks[i].assignee_name));
        json_array_append_new(list, o);
    }
    return list;
}

void verbs_dry_json(struct call *c, const struct verb_result *r, json_t *o)
{
    json_t *choices = json_array();
    for (size_t i = 0; i < r->choice_count; i++) {
        const struct verb_choice *v = &r->choices[i];
        json_t *choice = json_object();
        json_set_str(choice, "node", v->node);
        json_object_set_new(choice, "name", json_name(v->name));
        json_object_set_new(choice, "unit", json_unit(zone_pack(c->api->zone), v->unit));
        json_object_set_new(choice, "usual", json_boolean(v->usual));
        json_object_set_new(choice, "ends", ends_json(c, v->ends, v->end_count));
        json_array_append_new(choices, choice);
    }
    json_object_set_new(o, "choices", choices);
    json_object_set_new(o, "ends", ends_json(c, r->ends, r->end_count));
}

/* What of another's verb that waits, or of who wants it back, a reader is told. */
static json_t *kept_json(struct call *c, str text, const char *what)
{
    json_t *kept, *o;
    if (!text.bytes || json_parse(c->op.arena, text, &kept, NULL) != OK)
        return json_null();
    o = json_object();
    json_set_str(o, "name", json_str(kept, "byName"));
    json_set_str(o, what, json_str(kept, what));
    return o;
}

void verbs_task_json(struct call *c, const struct case_task *t, json_t *o)
{
    if (t->parent_id)
        json_set_id(o, "parentId", t->parent_id);
    else
        json_object_set_new(o, "parentId", json_null());
    json_set_str_or_null(o, "relation", t->relation);
    json_set_str_or_null(o, "mode", t->mode);
    json_set_str_or_null(o, "vote", t->vote);
    json_set_str_or_null(o, "opinion", t->opinion);
    json_set_int(o, "weight", t->weight);
    json_set_int(o, "share", t->share);
    if (t->round)
        json_set_id(o, "round", t->round);
    else
        json_object_set_new(o, "round", json_null());
    json_object_set_new(o, "askedBy", person_or_null(t->asked_by, t->asked_by_name));
    json_object_set_new(o, "held", kept_json(c, t->held, "verb"));
    json_object_set_new(o, "back", kept_json(c, t->back, "node"));
    json_set_instant(&c->op, o, "dueAt", t->due_at);
}

static json_t *order_json(struct call *c, const struct case_order *s)
{
    const struct pack *p = zone_pack(c->api->zone);
    struct promise clock = {
        .id = 1, .unit = PACK_WORKING_DAYS, .due_at = s->due_at, .ended_at = s->reported_at
    };
    json_t *o = json_object();
    json_set_id(o, "id", s->id);
    json_set_id(o, "caseId", s->case_id);
    json_object_set_new(o, "unit", json_unit(p, s->unit));
    json_set_str(o, "text", s->text);
    json_set_int(o, "days", s->days);
    json_t *by = json_object();
    json_set_str(by, "name", s->by_name);
    if (s->by_id)
        json_set_id(by, "id", s->by_id);
    json_object_set_new(o, "by", by);
    json_set_instant(&c->op, o, "at", s->at);
    json_set_instant(&c->op, o, "dueAt", s->due_at);
    json_object_set_new(o, "remaining", json_remaining(&c->op, &clock));
    json_object_set_new(
        o, "colour", json_string(promise_colour_word(order_colour(s, c->op.now_ms))));
    json_set_str(o, "state", s->state);
    json_set_str_or_null(o, "report", s->report);
    json_set_str_or_null(o, "reportedBy", s->reported_by);
    json_set_instant(&c->op, o, "reportedAt", s->reported_at);
    json_set_instant(&c->op, o, "judgedAt", s->judged_at);
    json_set_str_or_null(o, "judgement", s->judgement);
    json_set_str_or_null(o, "number", s->case_number);
    json_set_str_or_null(o, "title", s->case_title);
    return o;
}

static json_t *copy_json(struct call *c, const struct case_copy *k)
{
    json_t *o = json_object();
    json_set_id(o, "id", k->id);
    json_set_id(o, "caseId", k->case_id);
    json_object_set_new(o, "unit", json_unit(zone_pack(c->api->zone), k->unit));
    json_object_set_new(o, "to", person_or_null(k->account_id, k->account_name));
    json_set_str(o, "by", k->by_name);
    json_set_str_or_null(o, "text", k->text);
    json_set_instant(&c->op, o, "at", k->at);
    json_set_instant(&c->op, o, "readAt", k->read_at);
    json_set_str_or_null(o, "readBy", k->read_by);
    json_set_str(o, "number", k->case_number);
    json_set_str(o, "title", k->case_title);
    return o;
}

enum err verbs_case_json(struct call *c, const struct case_row *row, json_t *out)
{
    struct case_order *orders = NULL;
    struct case_copy *copies = NULL;
    size_t order_count = 0, copy_count = 0;
    json_t *order_list = json_array(), *copy_list_json = json_array();
    json_object_set_new(out, "orders", order_list);
    json_object_set_new(out, "copies", copy_list_json);
    json_set_int(out, "urgeLevel", urge_level(row));
    if (api_applicant_reads(c))
        return OK; /* how the zone works among itself */
    if (row->supervised)
        TRY(case_orders(&c->op, row->id, &orders, &order_count));
    TRY(case_copies(&c->op, row->id, &copies, &copy_count));
    for (size_t i = 0; i < order_count; i++)
        json_array_append_new(order_list, order_json(c, &orders[i]));
    for (size_t i = 0; i < copy_count; i++)
        json_array_append_new(copy_list_json, copy_json(c, &copies[i]));
    return OK;
}

/* ---- lists ---- */

static void orders(struct http_request *req, const void *app)
{
    static const char *const scopes[] = { "owed", "given", "all", NULL },
                             *const states[] = { "open", "all", NULL };
    struct call *c = api_call(req);
    struct case_order *list = NULL;
    size_t count = 0;
    int64_t limit = 100;
    str scope, state;
    (void)app;
    if (!api_query_word(c, "scope", scopes, &scope) || !api_query_word(c, "state", states, &state)
        || !api_query_int(c, "limit", 1, 200, &limit) || !api_read(c))
        return;
    enum err e = order_list(&c->op, scope, state, (size_t)limit, &list, &count);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    json_object_set_new(o, "items", items);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, order_json(c, &list[i]));
    api_read_answer(c, e, o);
}

static void copies(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct case_copy *list = NULL;
    size_t count = 0;
    int64_t limit = 100, unread = 0;
    bool only;
    (void)app;
    if (!api_query_flag(c, "unread", &only) || !api_query_int(c, "limit", 1, 200, &limit)
        || !api_read(c))
        return;
    enum err e = copy_list(&c->op, only, (size_t)limit, &list, &count, &unread);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    json_object_set_new(o, "items", items);
    json_set_int(o, "unread", unread);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, copy_json(c, &list[i]));
    api_read_answer(c, e, o);
}

static const struct api_param order_params[] = {
    { "scope", "string", "owed (by my unit), given (by me), all (default)" },
    { "state", "string", "open (default: open and reported) or all" },
    { "limit", "integer", "1 to 200" }, { 0 }
};
static const struct api_param copy_params[] = { { "unread", "boolean",
                                                    "only what has not been read" },
    { "limit", "integer", "1 to 200" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route verb_routes[] = {
    { "GET", "/api/orders", orders, 0, NULL,
        DOC("listOrders", "Orders of supervision, the one in most danger first", "desk",
            API_SESSION, NULL, "[Order]", 0, order_params) },
    { "GET", "/api/copies", copies, 0, NULL,
        DOC("listCopies", "Cases copied to me or to my unit, the unread first", "desk", API_SESSION,
            NULL, "CopyPage", 0, copy_params) },
    { 0 },
};
