/* What everybody may know of the zone: its kinds of cases with their forms, units, the working
 * calendar, published answers. */
#include "api/internal.h"

#include "bpmn/bpmn.h"
#include "form/form.h"

static json_t *texts(const str *items, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_from_str(items[i]));
    return list;
}

static json_t *sample_accounts(struct call *c)
{
    const struct pack *p = zone_pack(c->api->zone);
    struct account_filter f = { .active_only = true, .samples_only = true, .limit = 60 };
    struct account *accounts;
    size_t count = 0;
    json_t *list = json_array();
    if (!p->zone.synthetic || account_list(&c->op, &f, &accounts, &count) != OK)
        return list;
    for (size_t i = 0; i < count; i++) {
        const struct pack_role *role = pack_role(p, accounts[i].role);
        const struct pack_unit *unit = pack_unit(p, accounts[i].unit);
        json_t *o = json_object();
        json_set_str(o, "login", accounts[i].login);
        json_set_str(o, "name", accounts[i].name);
        json_set_str(o, "role", accounts[i].role);
        json_object_set_new(o, "roleName",
            json_name(role ? role->name : (struct name2){ accounts[i].role, accounts[i].role }));
        json_object_set_new(o, "unitName", unit ? json_name(unit->name) : json_null());
        json_array_append_new(list, o);
    }
    return list;
}

static void zone(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack *p = zone_pack(c->api->zone);
    (void)app;
    if (!api_read(c))
        return;
    json_t *o = json_keep(req->arena, json_object()), *kinds = json_array(),
           *journal = json_object();
    for (size_t i = 0; i < p->system_count; i++) {
        if (!p->systems[i].kind.bytes)
            continue;
        json_t *k = json_object();
        json_set_str(k, "kind", p->systems[i].kind);
        json_object_set_new(k, "name", json_name(p->systems[i].name));
        json_array_append_new(kinds, k);
    }
    json_object_set_new(journal, "origin", json_string(ledger_origin(c->api->zone)));
    json_set_str(journal, "vkey", ledger_vkey(c->api->zone));
    json_object_set_new(
        journal, "profile", json_string(journal_profile_name(ledger_profile(c->api->zone))));
    json_set_str(o, "zone", p->zone.code);
    json_object_set_new(o, "name", json_name(p->zone.name));
    json_object_set_new(o, "synthetic", json_boolean(p->zone.synthetic));
    json_object_set_new(o, "languages", texts(p->zone.languages, p->zone.language_count));
    json_set_str(o, "timezone", p->zone.timezone);
    json_object_set_new(o, "hours", texts(p->zone.hours, p->zone.hour_count));
    json_object_set_new(o, "kinds", kinds);
    json_object_set_new(o, "journal", journal);
    json_object_set_new(o, "packVersion", json_string(p->version));
    json_object_set_new(o, "version", json_string(JUNMA_VERSION));
    json_set_instant(&c->op, o, "now", c->op.now_ms);
    json_object_set_new(o, "demoAccounts", sample_accounts(c));
    api_read_end(c);
    http_reply_json(req, 200, o);
}

static json_t *topics(const struct pack_system *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->topic_count; i++) {
        const struct pack_topic *t = &s->topics[i];
        json_t *o = json_object();
        json_set_str(o, "code", t->code);
        json_object_set_new(o, "name", json_name(t->name));
        json_object_set_new(o, "group", json_name(t->group_name));
        json_object_set_new(o, "examples",
            json_pack("{s:o, s:o}", "zh", texts(t->examples_zh, t->example_zh_count), "en",
                texts(t->examples_en, t->example_en_count)));
        json_object_set_new(o, "keywords", texts(t->keywords, t->keyword_count));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *steps(const struct pack_system *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < bpmn_node_count(s->procedure); i++) {
        const struct bpmn_node *n = bpmn_node_at(s->procedure, i);
        if (n->kind != BPMN_USER_TASK)
            continue;
        json_t *o = json_object();
        json_set_str(o, "node", n->id);
        json_object_set_new(o, "name", json_name((struct name2){ n->name, n->name_en }));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *promises(const struct pack_system *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->promise_count; i++) {
        const struct pack_promise *p = &s->promises[i];
        json_t *o = json_object();
        json_set_str(o, "code", p->code);
        json_object_set_new(o, "name", json_name(p->name));
        json_object_set_new(o, "unit", json_string(pack_time_unit_word(p->unit)));
        json_object_set_new(o, "law", json_name(p->law));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *verbs(void)
{
    json_t *list = json_array();
    for (int v = 0; v < VERB_COUNT; v++)
        json_array_append_new(list,
            json_pack("{s:s, s:{s:s, s:s}}", "verb", verb_info((enum verb)v)->word, "name", "zh",
                verb_info((enum verb)v)->zh, "en", verb_info((enum verb)v)->en));
    return list;
}

static void kind(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack *p = zone_pack(c->api->zone);
    const struct pack_system *s = pack_kind(p, http_param(req, "kind"));
    (void)app;
    if (!s) {
        diag_set(&c->diag, ERR_NOT_FOUND, "没有这类办件", "there is no such kind of case");
        api_fail(c);
        return;
    }
    if (http_not_modified(req, str_slice(str_from(p->version), 0, 16)))
        return;
    json_t *o = json_keep(req->arena, json_object());
    json_set_str(o, "kind", s->kind);
    json_object_set_new(o, "name", json_name(s->name));
    json_object_set_new(o, "form", json_incref((json_t *)form_to_json(s->form)));
    json_object_set_new(o, "topics", topics(s));
    json_object_set_new(o, "catalogue", json_boolean(s->catalogue != NULL));
    json_object_set_new(o, "rating",
        json_pack("{s:i, s:i}", "levels", s->rating_levels, "badAtMost", s->rating_bad_at_most));
    json_object_set_new(o, "channels", texts(s->channels, s->channel_count));
    json_object_set_new(o, "verbs", verbs());
    json_object_set_new(o, "steps", steps(s));
    json_object_set_new(o, "promises", promises(s));
    http_reply_json(req, 200, o);
}

static void units(struct http_request *req, const void *app)
{
    const struct pack *p = zone_pack(api_call(req)->api->zone);
    (void)app;
    json_t *o = json_keep(req->arena, json_object()), *list = json_array();
    for (size_t i = 0; i < p->unit_count; i++)
        json_array_append_new(list, json_unit(p, p->units[i].code));
    json_object_set_new(o, "items", list);
    http_reply_json(req, 200, o);
}

static void calendar(struct http_request *req, const void *app)
{
    static const char *const kinds[] = { [CALENDAR_WORKING] = "working",
        [CALENDAR_WEEKEND] = "weekend",
        [CALENDAR_HOLIDAY] = "holiday",
        [CALENDAR_MAKEUP] = "makeup" };
    struct call *c = api_call(req);
    const struct pack *p = zone_pack(c->api->zone);
    int64_t year;
    (void)app;
    if (!str_to_int64(http_param(req, "year"), &year) || year < 1900 || year > 2200) {
        diag_set(&c->diag, ERR_INVALID, "年份应为1900至2200", "the year must be 1900 to 2200");
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object()), *days = json_array();
    int64_t first = date_to_days((struct date){ (int32_t)year, 1, 1 }),
            last = date_to_days((struct date){ (int32_t)year, 12, 31 });
    for (int64_t d = first; d <= last; d++) {
        struct calendar_day day = calendar_day(p->calendar, d);
        json_t *item = json_object();
        json_set_str(item, "date", date_format(req->arena, date_from_days(d)));
        json_object_set_new(item, "kind", json_string(kinds[day.kind]));
        json_object_set_new(item, "name",
            day.name_zh.bytes ? json_name((struct name2){ day.name_zh, day.name_en })
                              : json_null());
        json_array_append_new(days, item);
    }
    json_set_int(o, "year", year);
    json_object_set_new(o, "days", days);
    json_object_set_new(
        o, "provisional", json_boolean(calendar_is_provisional(p->calendar, first, last)));
    http_reply_json(req, 200, o);
}

static json_t *knowledge_json(struct call *c, const struct store_rows *rows)
{
    const struct pack *p = zone_pack(c->api->zone);
    const struct pack_system *s = pack_kind(p, store_text(rows, 1));
    const struct pack_topic *t = s ? pack_topic(s, store_text(rows, 2)) : NULL;
    json_t *o = json_object();
    json_set_id(o, "id", store_int(rows, 0));
    json_set_str(o, "topic", store_text(rows, 2));
    if (t)
        json_object_set_new(o, "topicName", json_name(t->name));
    json_set_str(o, "title", store_text(rows, 3));
    json_set_str(o, "question", store_text(rows, 4));
    json_set_str(o, "answer", store_text(rows, 5));
    json_object_set_new(o, "unit", json_unit(p, store_text(rows, 6)));
    json_set_str(o, "publishedOn",
        date_format(
            c->op.arena, date_from_days(zone_local_days(c->api->zone, store_int(rows, 7)))));
    return o;
}

static enum err find_knowledge(
    struct call *c, str text, str topic, int64_t limit, json_t *items)
{
    struct store_rows rows;
    TRY(STORE_QUERY(c->op.conn, &rows, c->op.diag,
        "SELECT k.id, k.kind, k.topic, k.title, k.question, k.answer, k.unit, k.published_at"
        " FROM knowledge k"
        " WHERE k.zone = $1 AND ($2 = '' OR {match:knowledge_search:k.id:$2}) AND ($3 = '' OR"
        " k.topic = $3)"
        " ORDER BY k.id DESC LIMIT $4",
        S_TEXT(c->op.zone->code), S_TEXT(text), S_TEXT(topic), S_INT(limit)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, c->op.diag));
        if (!more)
            return OK;
        json_array_append_new(items, knowledge_json(c, &rows));
    }
}

static void knowledge(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    str text, topic;
    int64_t limit = 50;
    (void)app;
    if (!api_query_text(c, "q", &text) || !api_query(c, "topic", &topic)
        || !api_query_int(c, "limit", 1, 50, &limit) || !api_read(c))
        return;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    json_object_set_new(o, "items", items);
    enum err e = find_knowledge(c, str_trim(text), topic, limit, items);
    api_read_answer(c, e, o);
}

static bool has_topic(const struct pack_template *t, str topic)
{
    if (!topic.bytes || !t->topic_count)
        return true;
    for (size_t i = 0; i < t->topic_count; i++)
        if (str_equal(t->topics[i], topic))
            return true;
    return false;
}

static void templates(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    str kind_code, topic;
    (void)app;
    if (!api_query(c, "kind", &kind_code) || !api_query(c, "topic", &topic))
        return;
    const struct pack_system *s = pack_kind(zone_pack(c->api->zone), kind_code);
    if (!s) {
        diag_field(&c->diag, STR("kind"));
        diag_set(&c->diag, ERR_INVALID, "请用参数 kind 指明办件的种类",
            "the parameter kind must name a kind of case");
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; i < s->template_count; i++) {
        if (!has_topic(&s->templates[i], topic))
            continue;
        json_t *t = json_object();
        json_set_str(t, "code", s->templates[i].code);
        json_object_set_new(t, "title", json_name(s->templates[i].title));
        json_object_set_new(t, "text", json_name(s->templates[i].text));
        json_array_append_new(items, t);
    }
    json_object_set_new(o, "items", items);
    http_reply_json(req, 200, o);
}

static const struct api_param knowledge_params[] = { { "q", "string", "words" },
    { "topic", "string", NULL }, { "limit", "integer", "1 to 50" }, { 0 } };
static const struct api_param template_params[] = { { "kind", "string", NULL },
    { "topic", "string", NULL }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route zone_routes[] = {
    { "GET", "/api/zone", zone, 0, NULL,
        DOC("getZone", "The zone", "zone", API_PUBLIC, NULL, "Zone", 0, NULL) },
    { "GET", "/api/kinds/{kind}", kind, 0, NULL,
        DOC("getKind", "A kind of case: form, topics, promises", "zone", API_PUBLIC, NULL, "Kind",
            0, NULL) },
    { "GET", "/api/units", units, 0, NULL,
        DOC("listUnits", "Units", "zone", API_PUBLIC, NULL, "[Unit]", 0, NULL) },
    { "GET", "/api/calendar/{year}", calendar, 0, NULL,
        DOC("getCalendar", "Working days of a year", "zone", API_PUBLIC, NULL, "CalendarYear", 0,
            NULL) },
    { "GET", "/api/knowledge", knowledge, 0, NULL,
        DOC("findKnowledge", "Published answers", "zone", API_PUBLIC, NULL, "[Knowledge]", 0,
            knowledge_params) },
    { "GET", "/api/templates", templates, 0, NULL,
        DOC("listTemplates", "Templates for replies", "zone", API_SESSION, NULL, "[Template]", 0,
            template_params) },
    { 0 },
};
