/* A case about service items: its items and papers, and the licence that stands for a paper,
 * fetched with consent. Reading what is asked for, out of a body. */
#include "api/services.h"
#include "api/schemas.h"

#include "zone/service_result.h"

enum { FILES_MAX = 60, BODY_BYTES_MAX = 16 * 1024 };

FIELDS(row_item) = { { "code", API_TEXT, R }, { "name", API_NAME, R },
    { "unit", API_OBJECT, R, 0, "Unit" }, { "licence", API_TEXT, R | N }, END };
FIELDS(row_material) = { { "material", API_TEXT, R }, { "name", API_NAME, R },
    { "required", API_BOOL, R },
    { "state", API_TEXT, R, 0, NULL,
        "uploaded fetched cancelled promised checked correct missing" },
    { "note", API_TEXT, R, 0, NULL, "what is to be corrected" }, { "files", API_IDS, R },
    { "licenceId", API_ID, R | N }, { "updatedAt", API_INSTANT, R }, END };
FIELDS(outcome) = { { "code", API_TEXT, R }, { "name", API_NAME, R }, { "text", API_BOOL, R },
    { "corrections", API_BOOL, R }, { "granted", API_BOOL, R }, { "node", API_TEXT, R }, END };
FIELDS(result) = { { "item", API_TEXT, R }, { "licence", API_TEXT, R, 0, NULL, "its type" },
    { "name", API_NAME, R },
    { "act", API_TEXT, R, 0, NULL, "issue change renew cancel" },
    { "number", API_TEXT, R | N, 0, NULL, "of the one that is changed, renewed or ended" },
    { "fields", API_ANY, R, 0, NULL, "facts that are known, by field" },
    { "filled", API_TEXTS, R, 0, NULL, "fields that a paper of the case fills" }, END };
FIELDS(row_licence) = { { "id", API_ID, R }, { "type", API_TEXT, R }, { "name", API_NAME, R },
    { "number", API_TEXT, R }, { "identifier", API_TEXT, R }, { "status", API_TEXT, R },
    { "statusName", API_NAME, R }, { "validTo", API_DATE, R | N }, END };
FIELDS(case_service) = { { "bundle", API_NAME, R | N },
    { "items", API_LIST, R, 0, "CaseServiceItem" },
    { "materials", API_LIST, R, 0, "CaseServiceMaterial" }, { "legalDays", API_INT, R },
    { "promisedDays", API_INT, R }, { "usedDays", API_INT, R | N }, { "corrections", API_INT, R },
    { "outcome", API_NAME, R | N }, { "decidedAt", API_INSTANT, R | N },
    { "deliveredAt", API_INSTANT, R | N },
    { "outcomes", API_LIST, R, 0, "CaseServiceOutcome", "of the steps that wait" },
    { "results", API_LIST, R, 0, "CaseServiceResult", "what granting would do to licences" },
    { "licences", API_LIST, R, 0, "CaseServiceLicence", "that came of it" },
    { "special", API_TEXTS, R, 0, NULL, "reasons for which its clock may stand still" }, END };
FIELDS(paper) = { { "material", API_TEXT, R, 64 }, { "files", API_IDS, 0, 20 },
    { "consent", API_BOOL, 0, 0, NULL, "the zone may fetch the licence that stands for it" },
    { "promised", API_BOOL, 0, 0, NULL, "I give my word instead" },
    { "note", API_TEXT, 0, 1000, NULL, "of a check: what is to be put right" }, END };
FIELDS(paper_licence) = { { "identifier", API_TEXT, R }, { "typeName", API_NAME, R },
    { "validFrom", API_DATE, R }, { "validTo", API_DATE, R | N }, { "holder", API_TEXT, R },
    { "fields", API_ANY, R }, END };
const struct api_schema service_case_schemas[] = { { "CaseServiceItem", NULL, row_item },
    { "CaseServiceMaterial", NULL, row_material }, { "CaseServiceOutcome", NULL, outcome },
    { "CaseServiceResult", "a licence that granting would give, change or end", result },
    { "CaseServiceLicence", "a licence that came of the case", row_licence },
    { "CaseService", "items and papers of a case", case_service },
    { "ServicePaper", "a paper handed in", paper },
    { "PaperLicence", "the licence that stands for a paper", paper_licence }, { 0 } };

/* ---- reading ---- */

static bool fail_at(struct call *c, const char *field, const char *zh, const char *en)
{
    diag_field(&c->diag, str_from(field));
    diag_set(&c->diag, ERR_INVALID, zh, "%s", en);
    api_fail(c);
    return false;
}

static size_t ids_of(struct call *c, const json_t *list, const int64_t **out)
{
    size_t n = json_array_size(list), used = 0;
    int64_t *ids = ARENA_ARRAY(c->op.arena, int64_t, n + 1);
    for (size_t i = 0; ids && i < n; i++)
        if (id_parse(str_from(json_string_value(json_array_get(list, i))), &ids[used]))
            used++;
    *out = ids;
    return used;
}

bool papers_read(struct call *c, const struct service_paper **out, size_t *count)
{
    const json_t *list = json_object_get(c->body, "materials");
    size_t n = json_array_size(list);
    struct service_paper *papers = ARENA_ARRAY(c->op.arena, struct service_paper, n + 1);
    *count = 0;
    if (n > SERVICE_PAPERS_MAX || !papers)
        return fail_at(c, "materials", "材料过多", "too many materials");
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(list, i);
        struct service_paper p = { .material = json_str(o, "material"),
            .consent = json_bool(o, "consent", false),
            .promised = json_bool(o, "promised", false),
            .note = json_str(o, "note") };
        p.file_count = ids_of(c, json_object_get(o, "files"), &p.files);
        papers[(*count)++] = p;
    }
    *out = papers;
    return true;
}

bool asked_read(struct call *c, const struct service_ask **out)
{
    const json_t *items = json_object_get(c->body, "items");
    size_t n = json_array_size(items);
    struct service_ask *ask = ARENA_NEW(c->op.arena, struct service_ask);
    str *codes = ARENA_ARRAY(c->op.arena, str, n + 1);
    *out = NULL;
    if (!ask || !codes) {
        api_fail(c);
        return false;
    }
    ask->bundle = json_str(c->body, "bundle");
    for (size_t i = 0; i < n; i++)
        codes[ask->item_count++] = str_from(json_string_value(json_array_get(items, i)));
    ask->items = codes;
    if (!papers_read(c, &ask->papers, &ask->paper_count))
        return false;
    if (ask->item_count || ask->bundle.bytes || ask->paper_count)
        *out = ask;
    return true;
}

bool papers_add_files(struct call *c, const struct service_paper *papers, size_t count,
    const int64_t **files, size_t *file_count)
{
    size_t used = *file_count;
    int64_t *all = ARENA_ARRAY(c->op.arena, int64_t, FILES_MAX);
    if (!all || used > FILES_MAX)
        return fail_at(c, "attachments", "附件过多", "too many attachments");
    for (size_t i = 0; i < used; i++)
        all[i] = (*files)[i];
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < papers[i].file_count; k++) {
            bool there = false;
            for (size_t f = 0; f < used; f++)
                there = there || all[f] == papers[i].files[k];
            if (there)
                continue;
            if (used == FILES_MAX)
                return fail_at(
                    c, "materials", "一次至多上传60个文件", "at most 60 files at a time");
            all[used++] = papers[i].files[k];
        }
    *files = all;
    *file_count = used;
    return true;
}

/* ---- told ---- */

static json_t *ids_json(struct call *c, const int64_t *ids, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            list, json_from_str(str_printf(c->op.arena, "%lld", (long long)ids[i])));
    return list;
}

static json_t *items_json(struct call *c, const struct service_row *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->item_count; i++) {
        json_t *o = json_object();
        json_set_str(o, "code", v->items[i].code);
        json_object_set_new(o, "name", json_name(v->items[i].name));
        json_object_set_new(o, "unit", json_unit(zone_pack(c->api->zone), v->items[i].unit));
        json_object_set_new(o, "licence",
            json_str_or_null(v->items[i].licence));
        json_array_append_new(list, o);
    }
    return list;
}

static enum err materials_of(struct call *c, int64_t case_id, json_t *out)
{
    struct service_row_material *rows;
    size_t count;
    TRY(service_materials(&c->op, case_id, &rows, &count));
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *o = json_object();
        json_set_str(o, "material", rows[i].material);
        json_object_set_new(o, "name", json_name(rows[i].name));
        json_object_set_new(o, "required", json_boolean(rows[i].required));
        json_set_str(o, "state", rows[i].state);
        json_set_str(o, "note", rows[i].note);
        json_object_set_new(o, "files", ids_json(c, rows[i].files, rows[i].file_count));
        if (rows[i].licence_id)
            json_set_id(o, "licenceId", rows[i].licence_id);
        else
            json_object_set_new(o, "licenceId", json_null());
        json_set_instant(&c->op, o, "updatedAt", rows[i].updated_at);
        json_array_append_new(list, o);
    }
    json_object_set_new(out, "materials", list);
    return OK;
}

/* What the open steps may end with. */
static enum err outcomes_of(struct call *c, const struct case_row *row, json_t *out)
{
    const struct pack *p;
    struct case_task *tasks;
    size_t count;
    json_t *list = json_array();
    json_object_set_new(out, "outcomes", list);
    TRY(zone_pack_version(&c->op, row->pack_version, &p));
    const struct pack_system *s = pack_kind(p, row->kind);
    TRY(case_tasks(&c->op, row->id, &tasks, &count));
    for (size_t i = 0; s && i < count; i++) {
        const struct bpmn_node *n = bpmn_node_by_id(s->procedure, tasks[i].node);
        str words = n ? n->outcomes : STR_NONE, word;
        while (str_is(tasks[i].state, "open") && str_split(&words, ' ', &word)) {
            const struct pack_outcome *o = pack_outcome(s, word);
            json_t *one = o ? json_object() : NULL;
            if (!one)
                continue;
            json_set_str(one, "code", o->code);
            json_object_set_new(one, "name", json_name(o->name));
            json_object_set_new(one, "text", json_boolean(o->text));
            json_object_set_new(one, "corrections", json_boolean(o->corrections));
            json_object_set_new(one, "granted", json_boolean(o->granted));
            json_set_str(one, "node", tasks[i].node);
            json_array_append_new(list, one);
        }
    }
    return OK;
}

static json_t *result_json(const struct service_result *r)
{
    json_t *o = json_object(), *filled = json_array();
    json_set_str(o, "item", r->item->code);
    json_set_str(o, "licence", r->type->code);
    json_object_set_new(o, "name", json_name(r->type->name));
    json_object_set_new(o, "act", json_string(pack_result_act_word(r->act)));
    json_object_set_new(o, "number", r->held.id ? json_from_str(r->held.number) : json_null());
    json_t *known = r->held.id ? json_deep_copy(r->held.data) : json_object();
    json_object_update(known, r->data);
    json_object_set_new(o, "fields", known);
    for (size_t i = 0; i < r->item->field_count; i++) {
        str name = r->item->fields[i].name;
        if (!json_object_getn(r->data, name.data, name.bytes))
            json_array_append_new(filled, json_from_str(name));
    }
    json_object_set_new(o, "filled", filled);
    return o;
}

/* For whoever decides, while something may still be granted. */
static enum err results_of(struct call *c, const struct case_row *row, json_t *out)
{
    struct service_result *list;
    size_t count = 0, i;
    json_t *results = json_array(), *o;
    bool open = false;
    json_object_set_new(out, "results", results);
    json_array_foreach(json_object_get(out, "outcomes"), i, o)
    {
        open = open || json_bool(o, "granted", false);
    }
    if (!open || !actor_may(c->op.actor, "verb.decide"))
        return OK;
    TRY(service_preview(&c->op, row, &list, &count));
    for (i = 0; i < count; i++)
        json_array_append_new(results, result_json(&list[i]));
    return OK;
}

static enum err licences_of(struct call *c, const struct case_row *row, json_t *out)
{
    struct licence *rows;
    size_t count;
    json_t *list = json_array();
    json_object_set_new(out, "licences", list);
    TRY(service_licences(&c->op, row, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        const struct licence *l = &rows[i];
        json_t *o = json_object();
        json_set_id(o, "id", l->id);
        json_set_str(o, "type", l->type_code);
        json_object_set_new(o, "name",
            json_name(l->type ? l->type->name : (struct name2){ l->type_code, l->type_code }));
        json_set_str(o, "number", l->number);
        json_set_str(o, "identifier", l->identifier);
        json_set_str(o, "status", str_from(licence_status_word(l->status)));
        json_object_set_new(o, "statusName", json_name(licence_status_name(l->status)));
        json_set_str_or_null(o, "validTo", l->valid_to);
        json_array_append_new(list, o);
    }
    return OK;
}

static enum err whole_json(struct call *c, const struct case_row *row, json_t **out)
{
    const struct pack *p = zone_pack(c->api->zone);
    struct service_row v;
    const str *special;
    size_t special_count;
    json_t *o = json_keep(c->op.arena, json_object()), *words = json_array();
    TRY(service_of_case(&c->op, row->id, &v));
    const struct pack_system *s = pack_kind(p, row->kind);
    const struct pack_bundle *b = s ? pack_bundle(s->catalogue, v.bundle) : NULL;
    const struct pack_outcome *end = s ? pack_outcome(s, v.outcome) : NULL;
    json_object_set_new(o, "bundle", b ? json_name(b->name) : json_null());
    json_object_set_new(o, "items", items_json(c, &v));
    json_set_int(o, "legalDays", v.legal_days);
    json_set_int(o, "promisedDays", v.promised_days);
    json_object_set_new(o, "usedDays", v.used_days < 0 ? json_null() : json_integer(v.used_days));
    json_set_int(o, "corrections", v.corrections);
    json_object_set_new(o, "outcome", end ? json_name(end->name) : json_null());
    json_set_instant(&c->op, o, "decidedAt", v.decided_at);
    json_set_instant(&c->op, o, "deliveredAt", v.delivered_at);
    TRY(service_special(&c->op, row, &special, &special_count));
    for (size_t i = 0; i < special_count; i++)
        json_array_append_new(words, json_from_str(special[i]));
    json_object_set_new(o, "special", words);
    TRY(materials_of(c, row->id, o));
    TRY(outcomes_of(c, row, o));
    TRY(results_of(c, row, o));
    TRY(licences_of(c, row, o));
    *out = o;
    return diag_arena(&c->diag, c->op.arena);
}

static void show(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct case_row row;
    json_t *o = NULL;
    (void)app;
    if (!api_read(c))
        return;
    enum err e = api_find_case(c, &row);
    if (e == OK)
        e = whole_json(c, &row, &o);
    api_read_answer(c, e, o);
}

/* ---- fetching ---- */

struct fetching {
    str material;
    struct licence licence;
};

static enum err fetch_work(struct call *c)
{
    struct fetching *s = c->state;
    struct case_row row;
    struct licence_consent consent;
    TRY(api_find_case(c, &row));
    TRY(service_consent_of(&c->op, &row, s->material, &consent));
    return licence_fetch(&c->op, consent.id, &s->licence);
}

static void fetch_answer(struct call *c)
{
    struct fetching *s = c->state;
    const struct licence *l = &s->licence;
    json_t *o = json_keep(c->op.arena, json_object());
    json_set_str(o, "identifier", l->identifier);
    json_object_set_new(o, "typeName",
        json_name(l->type ? l->type->name : (struct name2){ l->type_code, l->type_code }));
    json_set_str(o, "validFrom", l->valid_from);
    json_set_str_or_null(o, "validTo", l->valid_to);
    json_set_str(o, "holder", l->holder_name);
    json_object_set(o, "fields", l->data);
    http_reply_json(c->req, 200, o);
}

static void fetch_paper(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fetching *s = ARENA_NEW(req->arena, struct fetching);
    (void)app;
    if (!s)
        return;
    s->material = http_param(req, "material");
    c->state = s;
    api_write(c, fetch_work, fetch_answer);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route service_case_routes[] = {
    { "GET", "/api/cases/{id}/service", show, 0, NULL,
        DOC("getCaseService", "Items and papers of a case about service items", "services",
            API_SESSION, NULL, "CaseService", 0, NULL) },
    { "POST", "/api/cases/{id}/materials/{material}/licence", fetch_paper, BODY_BYTES_MAX, NULL,
        DOC("fetchPaper",
            "The licence that stands for a paper, by the holder's consent; the look is kept",
            "services", API_SESSION, NULL, "PaperLicence", 0, NULL) },
    { 0 },
};
