/* The catalogue of service items: finding, the guide of an item, what is asked for several of them
 * together. Open to anyone; what the zone holds of an applicant is told to him only. */
#include "api/services.h"
#include "api/schemas.h"

#include "zone/register.h"
#include "zone/service_internal.h"

enum { BODY_BYTES_MAX = 256 * 1024, ITEMS_A_PAGE = 20, ITEMS_A_PAGE_MAX = 100 };

FIELDS(code_name) = { { "code", API_TEXT, R }, { "name", API_NAME, R }, END };
FIELDS(facet) = { { "code", API_TEXT, R }, { "name", API_NAME, R }, { "count", API_INT, R }, END };
FIELDS(bundle) = { { "code", API_TEXT, R }, { "name", API_NAME, R }, { "note", API_NAME, R },
    { "event", API_TEXT, R }, { "stage", API_TEXT, R }, { "items", API_LIST, R, 0, "ServiceItem" },
    END };
FIELDS(facets) = { { "events", API_LIST, R, 0, "ServiceFacet" },
    { "stages", API_LIST, R, 0, "ServiceFacet" }, { "units", API_LIST, R, 0, "ServiceFacet" },
    { "themes", API_LIST, R, 0, "ServiceFacet" }, { "types", API_LIST, R, 0, "ServiceFacet" },
    { "bundles", API_LIST, R, 0, "ServiceBundle" }, { "total", API_INT, R },
    { "featured", API_INT, R }, { "noDocument", API_INT, R }, END };
#define BRIEF                                                                                      \
    { "code", API_TEXT, R }, { "name", API_NAME, R }, { "unit", API_OBJECT, R, 0, "Unit" },        \
        { "theme", API_NAME, R }, { "type", API_NAME, R }, { "onSpot", API_BOOL, R },              \
        { "legalDays", API_INT, R }, { "promisedDays", API_INT, R }, { "featured", API_BOOL, R },  \
        { "noDocument", API_BOOL, R },                                                             \
    {                                                                                              \
        "visits", API_INT, R                                                                       \
    }
FIELDS(brief) = { BRIEF, END };
FIELDS(item_material) = { { "material", API_TEXT, R }, { "name", API_NAME, R },
    { "issuer", API_NAME, R }, { "required", API_BOOL, R }, { "originals", API_INT, R },
    { "copies", API_INT, R }, { "situation", API_NAME, R | N }, { "waive", API_TEXT, R },
    { "licence", API_TEXT, R | N }, END };
FIELDS(basis) = { { "law", API_NAME, R }, { "article", API_NAME, R }, END };
FIELDS(question) = { { "question", API_NAME, R }, { "answer", API_NAME, R }, END };
FIELDS(result) = { { "kind", API_TEXT, R, 0, NULL, "document licence none" }, { "name", API_NAME, R },
    { "licence", API_TEXT, R | N, 0, NULL, "type that is given, or ended" },
    { "act", API_TEXT, R, 0, NULL,
        "what granting does to it by itself: none issue change renew cancel" },
    END };
FIELDS(fee) = { { "fen", API_INT, R }, { "note", API_NAME, R }, END };
FIELDS(guide) = { BRIEF, { "implementationCode", API_TEXT, R }, { "basicCode", API_TEXT, R },
    { "implementer", API_NAME, R }, { "level", API_NAME, R }, { "from", API_DATE, R },
    { "to", API_DATE, R | N }, { "conditions", API_NAME, R | N },
    { "objects", API_LIST, R, 0, "ServiceCode" }, { "events", API_LIST, R, 0, "ServiceCode" },
    { "stages", API_LIST, R, 0, "ServiceCode" }, { "online", API_LIST, R, 0, "ServiceCode" },
    { "joint", API_LIST, R, 0, "Unit" }, { "special", API_LIST, R, 0, "ServiceCode" },
    { "materials", API_LIST, R, 0, "ServiceItemMaterial" },
    { "basis", API_LIST, R, 0, "ServiceBasis" }, { "fee", API_OBJECT, R | N, 0, "ServiceFee" },
    { "result", API_OBJECT, R, 0, "ServiceResult" }, { "place", API_NAME, R },
    { "hours", API_NAME, R }, { "phone", API_TEXT, R },
    { "questions", API_LIST, R, 0, "ServiceQuestion" },
    { "bundles", API_LIST, R, 0, "ServiceCode" }, END };
FIELDS(plan_body) = { { "items", API_TEXTS, 0, ITEM_BUNDLE_MAX }, { "bundle", API_TEXT, 0, 64 },
    { "answers", API_ANY, 0 }, END };
FIELDS(plan_material) = { { "material", API_TEXT, R }, { "name", API_NAME, R },
    { "issuer", API_NAME, R }, { "required", API_BOOL, R }, { "originals", API_INT, R },
    { "copies", API_INT, R }, { "situation", API_NAME, R | N },
    { "need", API_TEXT, R, 0, NULL, "needed, not-needed, maybe" },
    { "how", API_TEXT, R, 0, NULL, "upload, fetch, cancelled, promise, checked" }, END };
FIELDS(plan) = { { "title", API_NAME, R }, { "items", API_LIST, R, 0, "ServiceItem" },
    { "bundle", API_TEXT, R | N }, { "joint", API_LIST, R, 0, "Unit" }, { "onSpot", API_BOOL, R },
    { "legalDays", API_INT, R }, { "promisedDays", API_INT, R },
    { "forms", API_ANY, R, 0, NULL, "form-js schemas, shown as one; a shared key is asked once" },
    { "known", API_ANY, R, 0, NULL, "answers that the register has" },
    { "materials", API_LIST, R, 0, "ServicePlanMaterial" }, END };
const struct api_schema service_schemas[] = { { "ServiceCode", NULL, code_name },
    { "ServiceFacet", NULL, facet }, { "ServiceBundle", "items done as one thing", bundle },
    { "ServiceFacets", NULL, facets }, { "ServiceItem", "an item of the catalogue", brief },
    { "ServiceItemMaterial", NULL, item_material }, { "ServiceBasis", NULL, basis },
    { "ServiceQuestion", NULL, question }, { "ServiceResult", NULL, result },
    { "ServiceFee", NULL, fee }, { "ServiceGuide", NULL, guide },
    { "ServicePlanInput", NULL, plan_body }, { "ServicePlanMaterial", NULL, plan_material },
    { "ServicePlan", "what is asked for these items together", plan }, { 0 } };

/* ---- pieces ---- */

static const struct pack_system *kind_of(struct call *c)
{
    const struct pack_system *s = service_kind(zone_pack(c->api->zone));
    if (!s) {
        diag_set(
            &c->diag, ERR_NOT_FOUND, "本区没有事项目录", "this zone has no catalogue of items");
        api_fail(c);
    }
    return s;
}

static struct name2 coded(const struct pack *p, const char *table, str code)
{
    const struct pack_codes *t = pack_codes(p, str_from(table));
    const struct pack_code *found = t ? pack_code(t, code) : NULL;
    return found ? found->name : (struct name2){ code, code };
}

static json_t *code_json(str code, struct name2 name)
{
    json_t *o = json_object();
    json_set_str(o, "code", code);
    json_object_set_new(o, "name", json_name(name));
    return o;
}

static json_t *codes_json(const struct pack *p, const char *table, const str *codes, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, code_json(codes[i], coded(p, table, codes[i])));
    return list;
}

static json_t *name_or_null(struct name2 n)
{
    return n.zh.bytes ? json_name(n) : json_null();
}

static struct name2 theme_of(const struct pack *p, str code)
{
    const struct pack_topic *t = pack_topic(service_kind(p), code);
    return t ? t->name : (struct name2){ code, code };
}

static void brief_into(struct call *c, const struct pack_item *i, json_t *o)
{
    const struct pack *p = zone_pack(c->api->zone);
    json_set_str(o, "code", i->code);
    json_object_set_new(o, "name", json_name(i->name));
    json_object_set_new(o, "unit", json_unit(p, i->unit));
    json_object_set_new(o, "theme", json_name(theme_of(p, i->theme)));
    json_object_set_new(o, "type", json_name(coded(p, "item_type", item_type(i))));
    json_object_set_new(o, "onSpot", json_boolean(i->on_spot));
    json_set_int(o, "legalDays", i->legal_days);
    json_set_int(o, "promisedDays", i->promised_days);
    json_object_set_new(o, "featured", json_boolean(i->featured));
    json_object_set_new(o, "noDocument", json_boolean(i->no_document));
    json_set_int(o, "visits", i->visits);
}

json_t *service_brief_json(struct call *c, const struct pack_item *i)
{
    json_t *o = json_object();
    brief_into(c, i, o);
    return o;
}

/* ---- finding ---- */

static bool read_filter(struct call *c, struct service_filter *f)
{
    static const char *const kinds[] = { "on-spot", "promised", NULL };
    int64_t limit = ITEMS_A_PAGE, offset = 0;
    struct {
        const char *name;
        str *to;
    } texts[] = { { "unit", &f->unit }, { "event", &f->event }, { "stage", &f->stage },
        { "theme", &f->theme }, { "type", &f->type } };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!api_query(c, texts[i].name, texts[i].to))
            return false;
    if (!api_query_text(c, "q", &f->text) || !api_query_word(c, "kind", kinds, &f->kind)
        || !api_query_flag(c, "featured", &f->featured)
        || !api_query_flag(c, "noDocument", &f->no_document)
        || !api_query_int(c, "limit", 1, ITEMS_A_PAGE_MAX, &limit)
        || !api_query_int(c, "offset", 0, 100000, &offset))
        return false;
    f->limit = (size_t)limit;
    f->offset = (size_t)offset;
    return true;
}

static void list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_system *s = kind_of(c);
    struct service_filter f = { 0 };
    struct service_found *found;
    size_t count, total;
    (void)app;
    if (!s || !read_filter(c, &f))
        return;
    if (service_find(&c->op, s, &f, &found, &count, &total) != OK) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(items, service_brief_json(c, found[i].item));
    json_object_set_new(o, "items", items);
    json_set_int(o, "total", (int64_t)total);
    http_reply_json(req, 200, o);
}

/* ---- what one may choose by ---- */

enum by { BY_EVENT, BY_STAGE, BY_UNIT, BY_THEME, BY_TYPE };

static bool is_of(const struct pack_item *i, enum by by, str code)
{
    const str *list = by == BY_EVENT ? i->events : by == BY_STAGE ? i->stages : NULL;
    size_t count = by == BY_EVENT ? i->event_count : i->stage_count;
    if (by == BY_UNIT)
        return str_equal(i->unit, code);
    if (by == BY_THEME)
        return str_equal(i->theme, code);
    if (by == BY_TYPE)
        return str_equal(item_type(i), code);
    for (size_t k = 0; k < count; k++)
        if (str_equal(list[k], code))
            return true;
    return false;
}

static void facet_add(json_t *list, const struct service_found *items, size_t count, enum by by,
    str code, struct name2 name)
{
    int64_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += is_of(items[i].item, by, code);
    if (!n)
        return;
    json_t *o = code_json(code, name);
    json_set_int(o, "count", n);
    json_array_append_new(list, o);
}

static json_t *facet_codes(
    struct call *c, const struct service_found *items, size_t count, enum by by, const char *table)
{
    const struct pack_codes *t = pack_codes(zone_pack(c->api->zone), str_from(table));
    json_t *list = json_array();
    for (size_t i = 0; t && i < t->count; i++)
        facet_add(list, items, count, by, t->items[i].code, t->items[i].name);
    return list;
}

static json_t *bundle_json(struct call *c, const struct pack_system *s, const struct pack_bundle *b)
{
    int64_t today = zone_local_days(c->op.zone, c->op.now_ms);
    json_t *o = code_json(b->code, b->name), *items = json_array();
    json_object_set_new(o, "note", json_name(b->note));
    json_set_str(o, "event", b->event);
    json_set_str(o, "stage", b->stage);
    for (size_t i = 0; i < b->item_count; i++) {
        const struct pack_item *item = pack_item_on(s->catalogue, b->items[i], today);
        if (item)
            json_array_append_new(items, service_brief_json(c, item));
    }
    json_object_set_new(o, "items", items);
    return o;
}

static void show_facets(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack *p = zone_pack(c->api->zone);
    const struct pack_system *s = kind_of(c);
    struct service_filter all = { 0 };
    struct service_found *found;
    size_t count, total;
    (void)app;
    if (!s)
        return;
    if (service_find(&c->op, s, &all, &found, &count, &total) != OK) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object()), *units = json_array(), *themes = json_array(),
           *bundles = json_array();
    int64_t featured = 0, none = 0;
    for (size_t i = 0; i < p->unit_count; i++)
        facet_add(units, found, count, BY_UNIT, p->units[i].code, p->units[i].name);
    for (size_t i = 0; i < s->topic_count; i++)
        facet_add(themes, found, count, BY_THEME, s->topics[i].code, s->topics[i].name);
    for (size_t i = 0; i < s->catalogue->bundle_count; i++)
        json_array_append_new(bundles, bundle_json(c, s, &s->catalogue->bundles[i]));
    for (size_t i = 0; i < count; i++) {
        featured += found[i].item->featured;
        none += found[i].item->no_document;
    }
    json_object_set_new(o, "events", facet_codes(c, found, count, BY_EVENT, "life_event"));
    json_object_set_new(o, "stages", facet_codes(c, found, count, BY_STAGE, "enterprise_stage"));
    json_object_set_new(o, "units", units);
    json_object_set_new(o, "themes", themes);
    json_object_set_new(o, "types", facet_codes(c, found, count, BY_TYPE, "item_type"));
    json_object_set_new(o, "bundles", bundles);
    json_set_int(o, "total", (int64_t)total);
    json_set_int(o, "featured", featured);
    json_set_int(o, "noDocument", none);
    http_reply_json(req, 200, o);
}

/* ---- the guide ---- */

static void material_into(json_t *o, const struct pack_material *m)
{
    json_set_str(o, "material", m->code);
    json_object_set_new(o, "name", json_name(m->name));
    json_object_set_new(o, "issuer", json_name(m->issuer));
}

static json_t *materials_json(const struct pack_item *i)
{
    json_t *list = json_array();
    for (size_t k = 0; k < i->material_count; k++) {
        const struct pack_item_material *m = &i->materials[k];
        json_t *o = json_object();
        material_into(o, m->material);
        json_object_set_new(o, "required", json_boolean(m->required));
        json_set_int(o, "originals", m->originals);
        json_set_int(o, "copies", m->copies);
        json_object_set_new(o, "situation", name_or_null(m->situation));
        json_object_set_new(o, "waive", json_string(pack_waive_word(m->material->waive)));
        json_object_set_new(o, "licence",
            json_str_or_null(m->material->licence));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *basis_json(const struct pack_item *i)
{
    json_t *list = json_array();
    for (size_t k = 0; k < i->basis_count; k++) {
        json_t *o = json_object();
        json_object_set_new(o, "law", json_name(i->basis[k].law));
        json_object_set_new(o, "article", json_name(i->basis[k].article));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *questions_json(const struct pack_item *i)
{
    json_t *list = json_array();
    for (size_t k = 0; k < i->question_count; k++) {
        json_t *o = json_object();
        json_object_set_new(o, "question", json_name(i->questions[k].question));
        json_object_set_new(o, "answer", json_name(i->questions[k].answer));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *result_json(const struct pack_item *i)
{
    json_t *o = json_object();
    json_object_set_new(o, "kind", json_string(pack_result_word(i->result)));
    json_object_set_new(o, "name", json_name(i->result_name));
    json_set_str_or_null(o, "licence", i->licence);
    json_object_set_new(o, "act", json_string(pack_result_act_word(i->act)));
    return o;
}

static json_t *fee_json(const struct pack_item *i)
{
    if (!i->fee_note.zh.bytes)
        return json_null();
    json_t *o = json_object();
    json_set_int(o, "fen", i->fee);
    json_object_set_new(o, "note", json_name(i->fee_note));
    return o;
}

/* Names of the reasons, from whichever law lists them. */
static json_t *special_json(const struct pack *p, const struct pack_item *i)
{
    json_t *list = json_array();
    for (size_t k = 0; k < i->special_count; k++) {
        struct name2 name = { i->special[k], i->special[k] };
        for (size_t s = 0; s < p->statute_count; s++)
            for (size_t r = 0; r < p->statutes[s].pause_count; r++)
                if (str_equal(p->statutes[s].pauses[r].code, i->special[k]))
                    name = p->statutes[s].pauses[r].name;
        json_array_append_new(list, code_json(i->special[k], name));
    }
    return list;
}

static json_t *units_json(const struct pack *p, const str *units, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_unit(p, units[i]));
    return list;
}

static json_t *in_bundles_json(const struct pack_catalogue *catalogue, const struct pack_item *i)
{
    json_t *list = json_array();
    for (size_t b = 0; b < catalogue->bundle_count; b++)
        for (size_t k = 0; k < catalogue->bundles[b].item_count; k++)
            if (str_equal(catalogue->bundles[b].items[k], i->code))
                json_array_append_new(
                    list, code_json(catalogue->bundles[b].code, catalogue->bundles[b].name));
    return list;
}

static json_t *guide_json(
    struct call *c, const struct pack_catalogue *all, const struct pack_item *i)
{
    const struct pack *p = zone_pack(c->api->zone);
    struct arena *a = c->op.arena;
    json_t *o = json_keep(a, json_object());
    brief_into(c, i, o);
    json_set_str(o, "implementationCode", item_implementation(i));
    json_set_str(o, "basicCode", item_basic(i));
    json_object_set_new(o, "implementer", json_name(i->implementer));
    json_object_set_new(o, "level", json_name(coded(p, "exercise_level", item_level(i))));
    json_set_str(o, "from", date_format(a, date_from_days(i->from)));
    json_object_set_new(o, "to",
        i->to == INT64_MAX ? json_null() : json_from_str(date_format(a, date_from_days(i->to))));
    json_object_set_new(o, "conditions", name_or_null(i->conditions));
    json_object_set_new(o, "objects", codes_json(p, "service_object", i->objects, i->object_count));
    json_object_set_new(o, "events", codes_json(p, "life_event", i->events, i->event_count));
    json_object_set_new(o, "stages", codes_json(p, "enterprise_stage", i->stages, i->stage_count));
    json_object_set_new(o, "online", codes_json(p, "online_depth", i->depths, i->depth_count));
    json_object_set_new(o, "joint", units_json(p, i->joint_units, i->joint_unit_count));
    json_object_set_new(o, "special", special_json(p, i));
    json_object_set_new(o, "materials", materials_json(i));
    json_object_set_new(o, "basis", basis_json(i));
    json_object_set_new(o, "fee", fee_json(i));
    json_object_set_new(o, "result", result_json(i));
    json_object_set_new(o, "place", json_name(i->place));
    json_object_set_new(o, "hours", json_name(i->hours));
    json_set_str(o, "phone", i->phone);
    json_object_set_new(o, "questions", questions_json(i));
    json_object_set_new(o, "bundles", in_bundles_json(all, i));
    return o;
}

static void show_guide(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_system *s = kind_of(c);
    (void)app;
    if (!s)
        return;
    const struct pack_item *i = pack_item_on(
        s->catalogue, http_param(req, "code"), zone_local_days(c->op.zone, c->op.now_ms));
    if (i) {
        http_reply_json(req, 200, guide_json(c, s->catalogue, i));
        return;
    }
    diag_set(&c->diag, ERR_NOT_FOUND, "事项目录中没有这个事项,或者今天没有施行中的版本",
        "the catalogue has no such item in force today");
    api_fail(c);
}

/* ---- several together ---- */

static const char *how_of(const struct service_material *m)
{
    switch (m->material->waive) {
    case PACK_WAIVE_CANCELLED:
        return "cancelled";
    case PACK_WAIVE_CHECKED:
        return "checked";
    case PACK_WAIVE_COMMITMENT:
        return "promise";
    case PACK_WAIVE_SHARED:
        return m->held ? "fetch" : "upload";
    case PACK_WAIVE_NONE:
        break;
    }
    return "upload";
}

static json_t *plan_materials(const struct service *v)
{
    static const char *const needs[] = { "needed", "not-needed", "maybe" };
    json_t *list = json_array();
    for (size_t i = 0; i < v->material_count; i++) {
        const struct service_material *m = &v->materials[i];
        json_t *o = json_object();
        material_into(o, m->material);
        json_object_set_new(o, "required", json_boolean(m->required));
        json_set_int(o, "originals", m->originals);
        json_set_int(o, "copies", m->copies);
        json_object_set_new(o, "situation", name_or_null(m->situation));
        json_object_set_new(o, "need", json_string(needs[m->need]));
        json_object_set_new(o, "how", json_string(how_of(m)));
        json_array_append_new(list, o);
    }
    return list;
}

/* Answers that stand in the applicant's register under the same name; masked ones too, as they are
 * his own. */
static enum err known_json(struct call *c, const struct pack_system *s, json_t **out)
{
    struct record r = { 0 };
    json_t *known = json_keep(c->op.arena, json_object());
    *out = known;
    if (!c->actor.enterprise || !s->applicant.bytes)
        return diag_arena(&c->diag, c->op.arena);
    TRY(record_get(&c->op, s->applicant, c->actor.enterprise, &r));
    const struct pack_register *reg = pack_register(zone_pack(c->api->zone), s->applicant);
    for (size_t i = 0; reg && i < reg->column_count; i++) {
        const char *name = str_terminated(c->op.arena, reg->columns[i].name);
        json_t *value = name ? json_object_get(r.data, name) : NULL;
        if (value && !json_is_null(value))
            json_object_set(known, name, value);
    }
    return diag_arena(&c->diag, c->op.arena);
}

static enum err plan_json(struct call *c, const struct pack_system *s, json_t **out)
{
    const struct service_ask *asked;
    static const struct service_ask none;
    const struct form *forms[ITEM_BUNDLE_MAX + 1];
    const json_t *answers = json_object_get(c->body, "answers");
    struct service v;
    json_t *o = json_keep(c->op.arena, json_object()), *items = json_array(), *shown = json_array(),
           *known;
    asked = c->state ? c->state : &none;
    TRY(service_begin(&c->op, s, asked, &v));
    TRY(service_needs(&c->op, &v,
        json_is_object(answers) ? answers : json_keep(c->op.arena, json_object()), s->applicant,
        c->actor.enterprise));
    TRY(known_json(c, s, &known));
    size_t count = service_forms(s, &v, forms);
    for (size_t i = 0; i < v.item_count; i++)
        json_array_append_new(items, service_brief_json(c, v.items[i]));
    for (size_t i = 0; i < count; i++)
        json_array_append(shown, (json_t *)form_to_json(forms[i]));
    json_object_set_new(o, "title", json_name(v.bundle ? v.bundle->name : v.items[0]->name));
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "bundle", v.bundle ? json_from_str(v.bundle->code) : json_null());
    json_object_set_new(
        o, "joint", units_json(zone_pack(c->api->zone), v.joint_units, v.joint_unit_count));
    json_object_set_new(o, "onSpot", json_boolean(v.on_spot));
    json_set_int(o, "legalDays", v.legal_days);
    json_set_int(o, "promisedDays", v.promised_days);
    json_object_set_new(o, "forms", shown);
    json_object_set(o, "known", known);
    json_object_set_new(o, "materials", plan_materials(&v));
    *out = o;
    return diag_arena(&c->diag, c->op.arena);
}

static void make_plan(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_system *s = kind_of(c);
    const struct service_ask *asked = NULL;
    json_t *o = NULL;
    (void)app;
    if (!s || !api_body(c) || !asked_read(c, &asked))
        return;
    c->state = (void *)asked;
    if (!api_read(c))
        return;
    enum err e = plan_json(c, s, &o);
    api_read_answer(c, e, o);
}

static const struct api_param list_params[] = { { "q", "string", "what people say for it" },
    { "unit", "string", NULL }, { "event", "string", "life event" },
    { "stage", "string", "of an enterprise" }, { "theme", "string", NULL },
    { "type", "string", "01 licence, 20 public service …" },
    { "kind", "string", "on-spot, promised" }, { "featured", "boolean", NULL },
    { "noDocument", "boolean", NULL }, { "limit", "integer", NULL }, { "offset", "integer", NULL },
    { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route service_routes[] = {
    { "GET", "/api/services", list, 0, NULL,
        DOC("listServices", "Items of the catalogue in force today, best first", "services",
            API_PUBLIC, NULL, "[ServiceItem]", 0, list_params) },
    { "GET", "/api/services/facets", show_facets, 0, NULL,
        DOC("serviceFacets", "Life events, stages, units, themes, bundles", "services", API_PUBLIC,
            NULL, "ServiceFacets", 0, NULL) },
    { "POST", "/api/services/plan", make_plan, BODY_BYTES_MAX, NULL,
        DOC("planServices", "What is asked for these items together: forms, what is known, papers",
            "services", API_SESSION, "ServicePlanInput", "ServicePlan", 0, NULL) },
    { "GET", "/api/services/{code}", show_guide, 0, NULL,
        DOC("getService", "The guide of an item", "services", API_PUBLIC, NULL, "ServiceGuide", 0,
            NULL) },
    { 0 },
};
