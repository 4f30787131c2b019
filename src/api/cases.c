/* Cases: raising, finding, reading, verbs, receipts. */
#include "api/verbs.h"

#include "api/services.h"

#include <stdio.h>
#include <string.h>

enum { BODY_BYTES_MAX = 256 * 1024, FILES_MAX = 20, SIMILAR_MAX = 5 };

/* ---- raising one ---- */

struct creating {
    struct case_input in;
    struct case_draft *draft;
    struct case_created created; /* row.id 0 when this repeats an earlier request */
    int64_t id;                  /* of the case: made now, or by the first of these requests */
    str key, request;            /* idempotency */
};

static bool read_ids(struct call *c, const char *member, const int64_t **out, size_t *count)
{
    const json_t *list = json_object_get(c->body, member);
    size_t n = json_array_size(list);
    int64_t *ids = ARENA_ARRAY(c->op.arena, int64_t, n + 1);
    for (size_t i = 0; ids && i < n; i++) {
        const json_t *v = json_array_get(list, i);
        (void)id_parse((str){ json_string_value(v), json_string_length(v) }, &ids[i]);
    }
    *out = ids;
    *count = ids ? n : 0;
    return ids != NULL;
}

static json_t *receipt_json(struct call *c, const struct case_created *made)
{
    json_t *o = json_object();
    json_set_id(o, "event", made->event);
    json_set_str(o, "leafHash", made->leaf_hash_hex);
    json_object_set_new(o, "index", json_null());
    json_set_instant(&c->op, o, "at", made->row.created_at);
    return o;
}

static json_t *step_json(const struct case_row *r)
{
    json_t *o = json_object();
    json_set_str(o, "node", r->node);
    json_object_set_new(o, "name", json_name((struct name2){ r->node_name_zh, r->node_name_en }));
    return o;
}

static json_t *created_json(struct call *c, const struct case_created *made)
{
    struct op *op = &c->op;
    const struct case_row *r = &made->row;
    const struct pack *p = zone_pack(op->zone);
    json_t *o = json_keep(op->arena, json_object()), *promises = json_array();
    json_set_id(o, "id", r->id);
    json_set_str(o, "number", r->number);
    json_set_str(o, "title", r->title);
    json_object_set_new(o, "status", json_string(case_status_word(r->status)));
    json_object_set_new(o, "step", step_json(r));
    json_object_set_new(o, "unit", json_unit(p, r->unit));
    for (size_t i = 0; i < made->promise_count; i++)
        json_array_append_new(
            promises, json_promise(op, pack_kind(p, r->kind), &made->promises[i]));
    json_object_set_new(o, "promises", promises);
    json_object_set_new(o, "next", json_name(case_next(op, r)));
    json_object_set_new(o, "receipt", receipt_json(c, made));
    return o;
}

static enum err create_work(struct call *c)
{
    struct creating *s = c->state;
    struct op *op = &c->op;
    s->id = 0;
    if (s->key.bytes) {
        str reply;
        TRY(api_repeated(c, s->key, s->request, &reply));
        (void)id_parse(reply, &s->id);
    }
    s->created.row.id = 0;
    if (s->id)
        return OK;
    TRY(case_insert(op, s->draft, &s->created));
    s->id = s->created.row.id;
    return api_remember(
        c, s->key, s->request, str_printf(op->arena, "%lld", (long long)s->id));
}

/* What was made by the first of several like requests, as it stands now. */
static enum err made_before(struct call *c, struct creating *s)
{
    struct promise *promises;
    struct ledger_row *rows;
    size_t n;
    TRY(case_get(&c->op, s->id, &s->created.row));
    TRY(promise_list(&c->op, s->id, true, &promises, &s->created.promise_count));
    TRY(ledger_list(&c->op, s->id, 1, &rows, &n));
    s->created.promises = promises;
    s->created.event = n ? rows[0].id : 0;
    s->created.leaf_hash_hex = n ? rows[0].leaf_hash_hex : STR_NONE;
    return OK;
}

static void create_answer(struct call *c)
{
    struct creating *s = c->state;
    bool fresh = s->created.row.id != 0;
    if (!fresh) {
        if (!api_read(c))
            return;
        enum err e = made_before(c, s);
        api_read_end(c);
        if (e != OK) {
            api_fail(c);
            return;
        }
    }
    json_t *reply = created_json(c, &s->created);
    http_reply_header(
        c->req, "Location", str_printf(c->op.arena, "/api/cases/%lld", (long long)s->id));
    if (fresh)
        api_publish_case(c,
            &(struct case_change){
                .row = &s->created.row, .verb = STR("create"), .is_public = true });
    http_reply_json(c->req, 201, reply);
}

static void create(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct creating *s = ARENA_NEW(req->arena, struct creating);
    (void)app;
    if (!api_body(c))
        return;
    if (!s || !read_ids(c, "attachments", &s->in.files, &s->in.file_count)) {
        api_fail(c);
        return;
    }
    const json_t *behalf = json_object_get(c->body, "onBehalf");
    s->in.kind = json_str(c->body, "kind");
    s->in.channel = json_str(c->body, "channel");
    s->in.data = json_object_get(c->body, "data");
    s->in.contact_name = json_str(behalf, "contactName");
    s->in.contact_phone = json_str(behalf, "contactPhone");
    s->in.faults = &c->faults;
    (void)id_parse(json_str(behalf, "enterpriseId"), &s->in.enterprise_id);
    if (!asked_read(c, &s->in.service)
        || (s->in.service
            && !papers_add_files(c, s->in.service->papers, s->in.service->paper_count,
                &s->in.files, &s->in.file_count))
        || !api_key(c, &s->key))
        return;
    s->request = ledger_digest(&c->op, req->body);
    c->state = s;
    /* What can be done before the writer's turn is done here: one thread writes for everybody. */
    if (!api_read(c))
        return;
    enum err e = case_draft(&c->op, &s->in, &s->draft);
    api_read_end(c);
    if (e != OK)
        api_fail(c);
    else
        api_write(c, create_work, create_answer);
}

/* ---- lists ---- */

/* Units, topics, kinds and channels are whatever the records hold (imported ones too), so any text
 * may be asked for. */
static bool read_words(struct call *c, struct case_filter *f)
{
    static const char *const statuses[] = { "active", "all", "open", "replied", "closed",
        "withdrawn", "merged", NULL };
    static const char *const orders[] = { "danger", "newest", NULL };
    str order;
    struct {
        const char *name;
        str *to;
    } texts[] = { { "unit", &f->unit }, { "topic", &f->topic }, { "kind", &f->kind },
        { "channel", &f->channel }, { "number", &f->number } };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!api_query(c, texts[i].name, texts[i].to))
            return false;
    if (!api_query_text(c, "q", &f->text) || !api_query_word(c, "status", statuses, &f->status)
        || !api_query_word(c, "colour", api_colours, &f->colour)
        || !api_query_word(c, "order", orders, &order) || !api_query_month(c, "month", &f->month))
        return false;
    f->newest_first = str_is(order, "newest");
    return true;
}

static bool read_filter(struct call *c, struct case_filter *f)
{
    int64_t limit = 50;
    bool mine;
    str enterprise;
    if (!read_words(c, f) || !api_query(c, "enterprise", &enterprise)
        || !api_query_int(c, "limit", 1, 200, &limit)
        || !api_query_int(c, "rating", 1, 10, &f->rating) || !api_query_flag(c, "mine", &mine)
        || !api_cursor(c, &f->after_key, &f->after_id))
        return false;
    if (enterprise.bytes && !id_parse(enterprise, &f->enterprise_id)) {
        diag_field(&c->diag, STR("enterprise"));
        diag_set(&c->diag, ERR_INVALID, "参数 enterprise 应为企业编号",
            "the parameter enterprise must be an identifier");
        api_fail(c);
        return false;
    }
    if (mine) /* nobody's, for who speaks for no enterprise */
        f->enterprise_id = c->actor.enterprise ? c->actor.enterprise : -1;
    f->limit = (size_t)limit;
    return true;
}

static void list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct case_filter f = { 0 };
    struct case_page page;
    (void)app;
    if (!read_filter(c, &f) || !api_read(c))
        return;
    if (case_list(&c->op, &f, &page) != OK) {
        api_read_end(c);
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; i < page.count; i++)
        json_array_append_new(items, json_case_summary(&c->op, &page.items[i]));
    api_read_end(c);
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "next", api_next(page.more, page.next_key, page.next_id));
    if (page.total >= 0)
        json_set_int(o, "total", page.total);
    http_reply_json(req, 200, o);
}

/* ---- one case ---- */

/* The id of the path, or of the number in its place ("Q2611-00423-7"). */
enum err api_find_case(struct call *c, struct case_row *row)
{
    int64_t id;
    str text = http_param(c->req, "id");
    TRY(actor_require(&c->op, "case.read"));
    if (id_parse(text, &id))
        return case_get(&c->op, id, row);
    return case_by_number(&c->op, text, row);
}

static void show(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct case_row row;
    (void)app;
    if (!api_read(c))
        return;
    enum err e = api_find_case(c, &row);
    /* What a reader sees depends on who reads: the tag names both. */
    str etag = e == OK
        ? str_printf(req->arena, "%lld.%lld", (long long)row.version, (long long)c->actor.account)
        : STR_NONE;
    json_t *o = e == OK ? json_case(c, &row) : NULL;
    api_read_end(c);
    if (!o) {
        api_fail(c);
        return;
    }
    http_reply_header(req, "ETag", str_printf(req->arena, "\"%.*s\"", STR_ARGS(etag)));
    http_reply_json(req, 200, o);
}

static void similar(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct case_row row, *others = NULL;
    size_t count = 0;
    (void)app;
    if (!api_read(c))
        return;
    enum err e = api_find_case(c, &row);
    if (e == OK)
        e = case_similar(&c->op, &row, SIMILAR_MAX, &others, &count);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; e == OK && i < count; i++) {
        json_t *item = json_case_summary(&c->op, &others[i]);
        json_object_set_new(
            item, "answer", json_str_or_null(others[i].answer));
        json_array_append_new(items, item);
    }
    json_object_set_new(o, "items", items);
    api_read_answer(c, e, o);
}

/* ---- verbs ---- */

struct verbing {
    int64_t id;
    struct verb_input in;
    struct verb_result result;
    str json;
};

static enum err verb_work(struct call *c)
{
    struct verbing *s = c->state;
    TRY(case_verb(&c->op, s->id, &s->in, &s->result));
    json_t *o = json_case(c, &s->result.row);
    if (!o)
        return c->op.diag->err ? c->op.diag->err
                               : diag_set(c->op.diag, ERR_MEMORY, "内存不足", "out of memory");
    s->json = json_text_sent(c->op.arena, o);
    return diag_arena(c->op.diag, c->op.arena);
}

static void verb_answer(struct call *c)
{
    struct verbing *s = c->state;
    api_publish_case(c,
        &(struct case_change){ .row = &s->result.row,
            .verb = str_from(verb_info(s->in.verb)->word),
            .unit_before = s->result.unit_before,
            .is_public = s->result.is_public });
    http_reply_json_text(c->req, 200, s->json);
}

/* May I? Asked without doing it. */
static void dry_run(struct call *c, struct verbing *s)
{
    if (!api_read(c))
        return;
    s->in.dry_run = true;
    enum err e = case_verb(&c->op, s->id, &s->in, &s->result);
    api_read_end(c);
    if (e != OK && e != ERR_NOT_ALLOWED && e != ERR_FORBIDDEN) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(c->op.arena, json_object());
    json_object_set_new(o, "allowed", json_boolean(e == OK));
    json_object_set_new(o, "reason",
        e == OK ? json_null()
                : json_name((struct name2){ str_from(c->diag.zh), str_from(c->diag.en) }));
    if (e == OK && (s->in.verb == VERB_RETURN || s->in.verb == VERB_JUMP))
        verbs_dry_json(c, &s->result, o);
    http_reply_json(c->req, 200, o);
}

/* The version of If-Match: the ETag of the case, its version alone in quotes, or "*" for any. */
static bool read_version(struct call *c, int64_t *version)
{
    str tag = http_header(c->req, "If-Match"), first = STR_NONE;
    if (!tag.bytes || str_is(tag, "*"))
        return true;
    if (tag.bytes > 2 && tag.data[0] == '"' && tag.data[tag.bytes - 1] == '"') {
        str rest = str_slice(tag, 1, tag.bytes - 1);
        (void)str_split(&rest, '.', &first);
    }
    if (str_to_int64(first, version) && *version > 0)
        return true;
    diag_field(&c->diag, STR("If-Match"));
    diag_set(&c->diag, ERR_PRECONDITION, "If-Match 不是这件诉求的版本,请刷新后再办",
        "If-Match names no version of this case; reload and try again");
    api_fail(c);
    return false;
}

static bool read_verb(struct call *c, struct verbing *s)
{
    if (!verb_from(http_param(c->req, "verb"), &s->in.verb)) {
        diag_set(&c->diag, ERR_NOT_FOUND, "没有“%.*s”这项操作", "there is no verb \"%.*s\"",
            STR_ARGS(http_param(c->req, "verb")));
        api_fail(c);
        return false;
    }
    if (!read_version(c, &s->in.if_version))
        return false;
    (void)id_parse(json_str(c->body, "taskId"), &s->in.task_id);
    (void)id_parse(json_str(c->body, "assignee"), &s->in.assignee);
    s->in.text = json_str(c->body, "text");
    s->in.unit = json_str(c->body, "unit");
    s->in.target = json_str(c->body, "target");
    s->in.topic = json_str(c->body, "topic");
    s->in.reason = json_str(c->body, "reason");
    s->in.days = json_int(c->body, "days", 0);
    s->in.rating = json_int(c->body, "rating", 0);
    s->in.is_public = json_bool(c->body, "public", false);
    s->in.outcome = json_str(c->body, "outcome");
    s->in.licences = json_object_get(c->body, "licences");
    s->in.faults = &c->faults;
    return verbs_read_signers(c, &s->in)
        && read_ids(c, "attachments", &s->in.files, &s->in.file_count)
        && papers_read(c, &s->in.papers, &s->in.paper_count)
        && papers_add_files(
            c, s->in.papers, s->in.paper_count, &s->in.files, &s->in.file_count);
}

static void do_verb(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct verbing *s = ARENA_NEW(req->arena, struct verbing);
    bool dry;
    (void)app;
    if (!s || !api_param_id(c, "id", &s->id) || !api_query_flag(c, "dryRun", &dry) || !api_body(c)
        || !read_verb(c, s))
        return;
    c->state = s;
    if (dry)
        dry_run(c, s);
    else
        api_write(c, verb_work, verb_answer);
}

/* ---- a look at masked data ---- */

struct revealing {
    int64_t id;
    str value;
};

static enum err reveal_work(struct call *c)
{
    struct revealing *s = c->state;
    struct case_row row;
    str field = json_str(c->body, "field");
    TRY(actor_require(&c->op, "contact.reveal"));
    TRY(case_get(&c->op, s->id, &row));
    if (!str_is(field, "contact_phone")) {
        diag_field(c->op.diag, STR("field"));
        return diag_set(c->op.diag, ERR_INVALID, "field 只能是 contact_phone",
            "field can only be contact_phone");
    }
    if (str_blank(json_str(c->body, "reason"))) {
        diag_field(c->op.diag, STR("reason"));
        return diag_set(
            c->op.diag, ERR_INVALID, "请说明查看的原因", "please say why you need to see it");
    }
    json_t *data = json_object();
    json_object_set_new(data, "verb", json_string("reveal"));
    json_set_str(data, "field", field);
    json_set_str(data, "text", json_str(c->body, "reason"));
    s->value = row.contact_phone;
    return ledger_append(&c->op,
        &(struct ledger_event){ .kind = "case.reveal", .subject = s->id, .data = data }, NULL);
}

static void reveal_answer(struct call *c)
{
    struct revealing *s = c->state;
    json_t *o = json_keep(c->op.arena, json_object());
    json_set_str(o, "value", s->value);
    http_reply_json(c->req, 200, o);
}

static void reveal(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct revealing *s = ARENA_NEW(req->arena, struct revealing);
    (void)app;
    if (!s || !api_param_id(c, "id", &s->id) || !api_body(c))
        return;
    c->state = s;
    api_write(c, reveal_work, reveal_answer);
}

/* ---- receipts ---- */

/* The newest event that this reader may see, or the one asked for. */
static enum err choose_event(struct call *c, const struct case_row *row, str wanted, int64_t *event)
{
    struct ledger_row *rows;
    size_t n;
    int64_t id = 0;
    bool all = c->actor.role && c->actor.role->scope != PACK_SCOPE_ENTERPRISE;
    if (wanted.bytes && !id_parse(wanted, &id))
        return diag_set(c->op.diag, ERR_NOT_FOUND, "没有这条记录", "there is no such entry");
    TRY(ledger_list(&c->op, row->id, 1000, &rows, &n));
    *event = 0;
    for (size_t i = 0; i < n; i++)
        if ((all || json_bool(rows[i].event, "public", false)) && (!id || rows[i].id == id))
            *event = rows[i].id;
    return *event ? OK
                  : diag_set(c->op.diag, ERR_NOT_FOUND, "没有这条记录", "there is no such entry");
}

static void receipt(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct case_row row;
    int64_t event;
    str wanted, json;
    (void)app;
    if (!api_query(c, "event", &wanted) || !api_read(c))
        return;
    enum err e = api_find_case(c, &row);
    if (e == OK)
        e = choose_event(c, &row, wanted, &event);
    if (e == OK)
        e = ledger_receipt(&c->op, event, true, &json);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    http_reply_file_name(
        req, str_printf(req->arena, "receipt-%.*s.json", STR_ARGS(row.number)), true);
    http_reply_json_text(req, 200, json);
}

static const struct api_param list_params[] = { { "q", "string", "words, or a number" },
    { "status", "string", "open replied closed withdrawn merged active all" },
    { "unit", "string", NULL }, { "topic", "string", NULL }, { "kind", "string", NULL },
    { "month", "string", "2026-11" }, { "colour", "string", NULL }, { "channel", "string", NULL },
    { "number", "string", NULL }, { "rating", "integer", NULL }, { "enterprise", "string", NULL },
    { "mine", "boolean", "of my enterprise" }, { "order", "string", "danger (default) or newest" },
    { "limit", "integer", "1 to 200" }, { "after", "string", "`next` of the page before" }, { 0 } };
static const struct api_param dry_params[] = {
    { "dryRun", "boolean", "only say whether it is allowed" }, { 0 }
};
static const struct api_param receipt_params[] = {
    { "event", "string", "of the timeline; the newest when absent" }, { 0 }
};

static const struct api_param create_headers[] = {
    { "Idempotency-Key", "string", "the same key again gives the same answer" }, { 0 }
};
static const struct api_param verb_headers[] = {
    { "If-Match", "string", "ETag of the case this is based on" }, { 0 }
};

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route case_routes[] = {
    { "POST", "/api/cases", create, BODY_BYTES_MAX, NULL,
        DOC("createCase", "Raise a case", "cases", API_SESSION, "CaseCreate", "CaseCreated", 201,
            NULL, .headers = create_headers) },
    { "GET", "/api/cases", list, 0, NULL,
        DOC("listCases", "Cases that I may see", "cases", API_SESSION, NULL, "[CaseSummary]", 0,
            list_params) },
    { "GET", "/api/cases/{id}", show, 0, NULL,
        DOC("getCase", "One case, by id or number", "cases", API_SESSION, NULL, "Case", 0, NULL) },
    { "GET", "/api/cases/{id}/similar", similar, 0, NULL,
        DOC("similarCases", "Cases with like words", "cases", API_SESSION, NULL, "[SimilarCase]", 0,
            NULL) },
    { "GET", "/api/cases/{id}/decisions", api_case_decisions, 0, NULL,
        DOC("caseDecisions", "Why a case went where it went", "cases", API_SESSION, NULL,
            "[Decision]", 0, NULL) },
    { "POST", "/api/cases/{id}/verbs/{verb}", do_verb, BODY_BYTES_MAX, NULL,
        DOC("doVerb", "Do a verb, or ask whether it is allowed", "cases", API_SESSION, "VerbInput",
            "Case|DryRun", 0, dry_params, .headers = verb_headers) },
    { "POST", "/api/cases/{id}/reveal", reveal, BODY_BYTES_MAX, NULL,
        DOC("revealContact", "Look at masked data; the look is journalled", "cases", API_SESSION,
            "Reveal", "Revealed", 0, NULL) },
    { "GET", "/api/cases/{id}/receipt", receipt, 0, NULL,
        DOC("getReceipt", "A receipt that proves an entry of the journal", "cases", API_SESSION,
            NULL, NULL, 0, receipt_params, .type = "application/json") },
    { 0 },
};
