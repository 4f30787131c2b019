/* Licences: types, lists, one, what is done to it, and consents. PDF, credential and codes stand in
 * licence_files.c, what strangers may ask in licence_verify.c. */
#include "api/licences.h"

enum { BODY_BYTES_MAX = 64 * 1024 };

FIELDS(licence_field_def) = { { "name", API_TEXT, R }, { "title", API_NAME, R },
    { "type", API_TEXT, R }, { "required", API_BOOL, R }, { "masked", API_BOOL, R },
    { "public", API_BOOL, R }, { "filled", API_BOOL, R, 0, NULL, "from the holder's register" },
    { "codes", API_TEXT, R | N }, { "bytesMax", API_INT, R | N }, END };
FIELDS(licence_type) = { { "type", API_TEXT, R }, { "code", API_TEXT, R }, { "name", API_NAME, R },
    { "unit", API_TEXT, R }, { "issuer", API_NAME, R }, { "holderRegister", API_TEXT, R },
    { "law", API_NAME, R | N }, { "validity", API_TEXT, R }, { "renewDays", API_INT, R },
    { "mayIssue", API_BOOL, R }, { "fields", API_LIST, R, 0, "LicenceFieldDef" }, END };
FIELDS(licence_field) = { { "name", API_TEXT, R }, { "title", API_NAME, R },
    { "text", API_NAME, R }, { "masked", API_BOOL, R }, { "public", API_BOOL, R }, END };
FIELDS(licence_holder) = { { "register", API_TEXT, R }, { "id", API_ID, R },
    { "name", API_TEXT, R }, { "key", API_TEXT, R }, END };
FIELDS(licence_verb) = { { "verb", API_TEXT, R }, { "name", API_NAME, R },
    { "allowed", API_BOOL, R }, { "reason", API_NAME, R | N, 0, NULL, "why not" },
    { "needsReason", API_BOOL, R }, END };
FIELDS(licence) = { { "id", API_ID, R }, { "identifier", API_TEXT, R }, { "number", API_TEXT, R },
    { "type", API_TEXT, R }, { "typeName", API_NAME, R }, { "unit", API_TEXT, R },
    { "issuer", API_NAME, R }, { "holder", API_OBJECT, R, 0, "LicenceHolder" },
    { "status", API_TEXT, R }, { "statusName", API_NAME, R }, { "version", API_INT, R },
    { "operation", API_TEXT, R, 0, NULL, "of GB/T 36903: 01 to 09" },
    { "firstIssuedOn", API_DATE, R }, { "issuedOn", API_DATE, R }, { "validFrom", API_DATE, R },
    { "validTo", API_DATE, R | N }, { "renewBy", API_DATE, R | N },
    { "renewalAt", API_INSTANT, R | N }, { "fields", API_LIST, R, 0, "LicenceField" },
    { "data", API_ANY, R }, { "beforeId", API_ID, R | N }, { "nextId", API_ID, R | N },
    { "caseId", API_ID, R | N }, { "reason", API_TEXT, R }, { "basis", API_TEXT, R },
    { "looks", API_INT, R }, { "mine", API_BOOL, R }, { "updatedAt", API_INSTANT, R }, END };
FIELDS(licence_whole) = { { "licence", API_OBJECT, R, 0, "Licence" },
    { "verbs", API_LIST, R, 0, "LicenceVerb" }, { "history", API_LIST, R, 0, "LicenceStep" },
    { "looks", API_LIST, R, 0, "LicenceLook" }, END };
FIELDS(licence_step) = { { "at", API_INSTANT, R }, { "verb", API_TEXT, R },
    { "verbName", API_NAME, R }, { "actor", API_TEXT, R }, { "unit", API_NAME, R | N },
    { "reason", API_TEXT, R }, { "basis", API_TEXT, R }, { "status", API_TEXT, R },
    { "statusName", API_NAME, R }, { "version", API_INT, R }, { "licenceId", API_ID, R }, END };
FIELDS(licence_look) = { { "at", API_INSTANT, R }, { "how", API_TEXT, R }, { "who", API_TEXT, R },
    { "unit", API_NAME, R | N }, { "purpose", API_TEXT, R }, { "result", API_TEXT, R }, END };
FIELDS(licence_input) = { { "type", API_TEXT, R, 64 }, { "holderId", API_ID, 0 },
    { "holderKey", API_TEXT, 0, 64 }, { "data", API_ANY, 0 }, { "validFrom", API_DATE, N },
    { "reason", API_TEXT, 0, LICENCE_REASON_BYTES_MAX },
    { "basis", API_TEXT, 0, LICENCE_REASON_BYTES_MAX }, END };
FIELDS(licence_act) = { { "reason", API_TEXT, 0, LICENCE_REASON_BYTES_MAX },
    { "basis", API_TEXT, 0, LICENCE_REASON_BYTES_MAX }, { "data", API_ANY, 0 }, END };
FIELDS(licence_consent) = { { "id", API_ID, R }, { "licenceId", API_ID, R },
    { "type", API_TEXT, R }, { "typeName", API_NAME, R }, { "item", API_TEXT, R },
    { "purpose", API_TEXT, R }, { "unit", API_NAME, R | N }, { "caseId", API_ID, R | N },
    { "givenAt", API_INSTANT, R }, { "untilAt", API_INSTANT, R },
    { "revokedAt", API_INSTANT, R | N }, { "used", API_INT, R }, { "usedAt", API_INSTANT, R | N },
    { "inForce", API_BOOL, R }, END };
FIELDS(licence_consent_input) = { { "licenceId", API_ID, 0 }, { "type", API_TEXT, 0, 64 },
    { "item", API_TEXT, 0, 64 }, { "purpose", API_TEXT, R, 400 }, { "unit", API_TEXT, 0, 40 },
    { "caseId", API_ID, 0 }, { "until", API_INSTANT, N }, END };
const struct api_schema licence_schemas[] = { { "LicenceFieldDef", NULL, licence_field_def },
    { "LicenceType", "a type of electronic licence", licence_type },
    { "LicenceField", NULL, licence_field }, { "LicenceHolder", NULL, licence_holder },
    { "LicenceVerb", NULL, licence_verb }, { "Licence", NULL, licence },
    { "LicenceWhole", NULL, licence_whole }, { "LicenceStep", NULL, licence_step },
    { "LicenceLook", NULL, licence_look }, { "LicenceInput", NULL, licence_input },
    { "LicenceAct", NULL, licence_act }, { "LicenceConsent", NULL, licence_consent },
    { "LicenceConsentInput", NULL, licence_consent_input }, { 0 } };

/* ---- JSON ---- */

static struct name2 type_name(const struct licence *l)
{
    return l->type ? l->type->name : (struct name2){ l->type_code, l->type_code };
}

static bool masked_text(const struct licence *l, const struct pack_column *column)
{
    const json_t *v = json_object_getn(l->data, column->name.data, column->name.bytes);
    return json_is_string(v) && str_is(str_from(json_string_value(v)), "****");
}

static json_t *fields_json(struct call *c, const struct licence *l, bool public_only)
{
    json_t *list = json_array();
    for (size_t i = 0; l->type && i < l->type->fields.column_count; i++) {
        const struct pack_column *column = &l->type->fields.columns[i];
        if (public_only && !l->type->is_public[i])
            continue;
        str hidden = STR("****");
        bool hide = masked_text(l, column);
        json_t *o = json_object();
        json_set_str(o, "name", column->name);
        json_object_set_new(o, "title", json_name(column->title));
        json_object_set_new(o, "text",
            json_name((struct name2){ hide ? hidden : licence_field_text(&c->op, l, column, false),
                hide ? hidden : licence_field_text(&c->op, l, column, true) }));
        json_object_set_new(o, "masked", json_boolean(column->masked));
        json_object_set_new(o, "public", json_boolean(l->type->is_public[i]));
        json_array_append_new(list, o);
    }
    return list;
}

static str renew_by(struct call *c, const struct licence *l)
{
    struct date end;
    if (!l->type || !l->type->renew_days || l->status != LICENCE_VALID
        || !date_parse(l->valid_to, &end))
        return STR_NONE;
    return date_format(c->op.arena, date_from_days(date_to_days(end) - l->type->renew_days));
}

static void put_common(struct call *c, json_t *o, const struct licence *l)
{
    json_set_str(o, "identifier", l->identifier);
    json_set_str(o, "number", l->number);
    json_set_str(o, "type", l->type_code);
    json_object_set_new(o, "typeName", json_name(type_name(l)));
    json_object_set_new(o, "issuer", json_name(l->type ? l->type->issuer : (struct name2){ 0 }));
    json_object_set_new(o, "status", json_string(licence_status_word(l->status)));
    json_object_set_new(o, "statusName", json_name(licence_status_name(l->status)));
    json_object_set_new(o, "version", json_integer(l->version));
    json_set_str(o, "issuedOn", l->issued_on);
    json_set_str(o, "validFrom", l->valid_from);
    json_set_str_or_null(o, "validTo", l->valid_to);
    (void)c;
}

json_t *licence_public_json(struct call *c, const struct licence *l)
{
    json_t *o = json_object();
    put_common(c, o, l);
    json_set_str(o, "holderName", l->holder_name);
    json_object_set_new(o, "fields", fields_json(c, l, true));
    return o;
}

json_t *licence_json(struct call *c, struct licence *l)
{
    json_t *o = json_object(), *holder = json_object();
    licence_hide(&c->op, l);
    json_set_id(o, "id", l->id);
    put_common(c, o, l);
    json_set_str(o, "unit", l->unit);
    json_set_str(holder, "register", l->holder_register);
    json_set_id(holder, "id", l->holder_id);
    json_set_str(holder, "name", l->holder_name);
    json_set_str(holder, "key", l->holder_key);
    json_object_set_new(o, "holder", holder);
    json_set_str(o, "operation", str_printf(c->op.arena, "%02d", l->operation));
    json_set_str(o, "firstIssuedOn", l->first_issued_on);
    json_object_set_new(o, "renewBy", json_str_or_null(renew_by(c, l)));
    json_set_instant(&c->op, o, "renewalAt", l->renewal_at);
    json_object_set_new(o, "fields", fields_json(c, l, false));
    json_object_set_new(o, "data", json_incref(l->data));
    json_set_id_or_null(o, "beforeId", l->before_id);
    json_set_id_or_null(o, "nextId", l->next_id);
    json_set_id_or_null(o, "caseId", l->case_id);
    json_set_str(o, "reason", l->reason);
    json_set_str(o, "basis", l->basis);
    json_object_set_new(o, "looks", json_integer(l->looks));
    json_object_set_new(o, "mine", json_boolean(licence_is_mine(&c->op, l)));
    json_set_instant(&c->op, o, "updatedAt", l->updated_at);
    return o;
}

/* ---- types ---- */

static bool may_issue(struct call *c, const struct pack_licence *t)
{
    struct licence none = { .type = t, .status = LICENCE_VALID };
    struct diag ignored = { 0 };
    struct op op = c->op;
    op.diag = &ignored;
    return licence_may(&op, &none, LICENCE_VERB_CHANGE) == OK;
}

static json_t *field_defs(const struct pack_licence *t)
{
    json_t *list = json_array();
    for (size_t i = 0; i < t->fields.column_count; i++) {
        const struct pack_column *column = &t->fields.columns[i];
        json_t *o = json_object();
        json_set_str(o, "name", column->name);
        json_object_set_new(o, "title", json_name(column->title));
        json_object_set_new(o, "type", json_string(pack_column_type_word(column->type)));
        json_object_set_new(o, "required", json_boolean(column->required));
        json_object_set_new(o, "masked", json_boolean(column->masked));
        json_object_set_new(o, "public", json_boolean(t->is_public[i]));
        json_object_set_new(o, "filled", json_boolean(t->fill[i] != NULL));
        json_object_set_new(
            o, "codes", column->codes ? json_from_str(column->codes->name) : json_null());
        json_object_set_new(
            o, "bytesMax", column->bytes_max ? json_integer(column->bytes_max) : json_null());
        json_array_append_new(list, o);
    }
    return list;
}

static void list_types(struct http_request *req, const void *app)
{
    static const char *const validity[] = { "always", "years", "months", "days", "until" };
    struct call *c = api_call(req);
    const struct pack *p = zone_pack(c->api->zone);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    (void)app;
    for (size_t i = 0; i < p->licence_count; i++) {
        const struct pack_licence *t = &p->licences[i];
        json_t *one = json_object();
        json_set_str(one, "type", t->code);
        json_set_str(one, "code", t->type_code);
        json_object_set_new(one, "name", json_name(t->name));
        json_set_str(one, "unit", t->unit);
        json_object_set_new(one, "issuer", json_name(t->issuer));
        json_set_str(one, "holderRegister", t->holder->code);
        json_object_set_new(one, "law", t->law.zh.bytes ? json_name(t->law) : json_null());
        json_object_set_new(one, "validity", json_string(validity[t->validity]));
        json_object_set_new(one, "renewDays", json_integer(t->renew_days));
        json_object_set_new(one, "mayIssue", json_boolean(may_issue(c, t)));
        json_object_set_new(one, "fields", field_defs(t));
        json_array_append_new(items, one);
    }
    json_object_set_new(o, "items", items);
    http_reply_json(req, 200, o);
}

/* ---- lists ---- */

static json_t *list_json(struct call *c, struct licence *list, size_t count)
{
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(items, licence_json(c, &list[i]));
    return items;
}

static void mine(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct licence *list = NULL;
    size_t count = 0;
    (void)app;
    if (!api_read(c))
        return;
    json_t *o = json_keep(req->arena, json_object());
    enum err e = licence_mine(&c->op, &list, &count);
    if (e == OK)
        json_object_set_new(o, "items", list_json(c, list, count));
    api_read_answer(c, e, o);
}

static void list(struct http_request *req, const void *app)
{
    static const char *const words[] = { "valid", "suspended", "revoked", "cancelled", "lapsed",
        "moved", "stripped", NULL };
    struct call *c = api_call(req);
    struct licence_filter f = { .limit = 50, .newest = true };
    struct licence *found = NULL;
    int64_t limit = 50, key;
    size_t count = 0;
    bool more = false, all = false;
    str register_code;
    (void)app;
    if (!api_query(c, "type", &f.type) || !api_query(c, "unit", &f.unit)
        || !api_query_text(c, "q", &f.text) || !api_query_word(c, "status", words, &f.status)
        || !api_query(c, "holderRegister", &register_code)
        || !api_query_int(c, "holder", 0, INT64_MAX, &f.holder_id)
        || !api_query_flag(c, "versions", &all)
        || !api_query_int(c, "limit", 1, LICENCE_LISTED_MAX, &limit)
        || !api_cursor(c, &key, &f.after) || !api_read(c))
        return;
    f.limit = (size_t)limit;
    f.newest = !all;
    f.holder_register = register_code;
    json_t *o = json_keep(req->arena, json_object());
    enum err e = licence_list(&c->op, &f, &found, &count, &more);
    if (e == OK) {
        json_object_set_new(o, "items", list_json(c, found, count));
        json_object_set_new(o, "next", api_next(more, 0, count ? found[count - 1].id : 0));
    }
    api_read_answer(c, e, o);
}

/* ---- one ---- */

bool licence_of_path(struct call *c, struct licence *out)
{
    int64_t id;
    if (!api_param_id(c, "id", &id) || !api_read(c))
        return false;
    if (licence_open(&c->op, id, out) == OK)
        return true;
    api_read_end(c);
    api_fail(c);
    return false;
}

static json_t *verbs_json(struct call *c, const struct licence *l)
{
    json_t *verbs = json_array();
    for (int v = 0; v < LICENCE_VERB_COUNT; v++) {
        struct diag why = { 0 };
        struct op op = c->op;
        op.diag = &why;
        enum err e = licence_may(&op, l, (enum licence_verb)v);
        if (e == ERR_FORBIDDEN || e == ERR_UNAUTHENTICATED)
            continue; /* not for this reader */
        json_t *one = json_object();
        json_object_set_new(one, "verb", json_string(licence_verb_word((enum licence_verb)v)));
        json_object_set_new(one, "name", json_name(licence_verb_name((enum licence_verb)v)));
        json_object_set_new(one, "allowed", json_boolean(e == OK));
        json_object_set_new(one, "reason",
            e == OK ? json_null()
                    : json_name((struct name2){ str_from(why.zh), str_from(why.en) }));
        json_object_set_new(
            one, "needsReason", json_boolean(licence_verb_needs_reason((enum licence_verb)v)));
        json_array_append_new(verbs, one);
    }
    return verbs;
}

static struct name2 step_name(str verb)
{
    static const struct {
        const char *word;
        struct name2 name;
    } more[] = { { "issue", { STR("签发"), STR("issued") } },
        { "expire", { STR("过期失效"), STR("lapsed") } },
        { "renewed_by_silence", { STR("视为准予延续"), STR("renewed by silence") } } };
    enum licence_verb v;
    if (licence_verb_from(verb, &v))
        return licence_verb_name(v);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (str_is(verb, more[i].word))
            return more[i].name;
    return (struct name2){ verb, verb };
}

static json_t *unit_name(struct call *c, str code)
{
    const struct pack_unit *u = pack_unit(zone_pack(c->api->zone), code);
    return u ? json_name(u->name) : json_null();
}

static enum err add_history(struct call *c, const struct licence *l, json_t *o)
{
    struct licence_step *steps;
    size_t count;
    json_t *history = json_array();
    json_object_set_new(o, "history", history);
    TRY(licence_history(&c->op, l, &steps, &count));
    for (size_t i = 0; i < count; i++) {
        json_t *one = json_object();
        json_set_instant(&c->op, one, "at", steps[i].at);
        json_set_str(one, "verb", steps[i].verb);
        json_object_set_new(one, "verbName", json_name(step_name(steps[i].verb)));
        json_set_str(one, "actor", steps[i].actor);
        json_object_set_new(one, "unit", unit_name(c, steps[i].unit));
        json_set_str(one, "reason", steps[i].reason);
        json_set_str(one, "basis", steps[i].basis);
        json_object_set_new(one, "status", json_string(licence_status_word(steps[i].after)));
        json_object_set_new(one, "statusName", json_name(licence_status_name(steps[i].after)));
        json_object_set_new(one, "version", json_integer(steps[i].version));
        json_set_id(one, "licenceId", steps[i].licence_id);
        json_array_append_new(history, one);
    }
    return OK;
}

static enum err add_looks(struct call *c, const struct licence *l, json_t *o)
{
    struct licence_look *looks;
    size_t count;
    json_t *list_of = json_array();
    json_object_set_new(o, "looks", list_of);
    TRY(licence_looks(&c->op, l, &looks, &count));
    for (size_t i = 0; i < count; i++) {
        json_t *one = json_object();
        json_set_instant(&c->op, one, "at", looks[i].at);
        json_set_str(one, "how", looks[i].how);
        json_set_str(one, "who", looks[i].who);
        json_object_set_new(one, "unit", unit_name(c, looks[i].unit));
        json_set_str(one, "purpose", looks[i].purpose);
        json_set_str(one, "result", looks[i].result);
        json_array_append_new(list_of, one);
    }
    return OK;
}

static void show(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct licence l;
    (void)app;
    if (!licence_of_path(c, &l))
        return;
    json_t *o = json_keep(req->arena, json_object());
    json_object_set_new(o, "licence", licence_json(c, &l));
    json_object_set_new(o, "verbs", verbs_json(c, &l));
    enum err e = add_history(c, &l, o);
    if (e == OK)
        e = add_looks(c, &l, o);
    api_read_answer(c, e, o);
}

/* ---- acts ---- */

struct acting {
    int64_t id;
    enum licence_verb verb;
    struct licence licence;
    struct licence_consent consent;
    json_t *answer;
};

static struct acting *begin(struct call *c)
{
    struct acting *s = ARENA_NEW(c->req->arena, struct acting);
    c->state = s;
    if (s && api_body(c))
        return s;
    if (!s) {
        c->diag.err = ERR_MEMORY;
        api_fail(c);
    }
    return NULL;
}

static void answer_licence(struct call *c)
{
    struct acting *s = c->state;
    http_reply_json(c->req, s->id ? 200 : 201, s->answer);
}

static int64_t body_id(const struct call *c, const char *name)
{
    int64_t id = 0;
    (void)id_parse(json_str(c->body, name), &id);
    return id;
}

static enum err issue_work(struct call *c)
{
    struct acting *s = c->state;
    diag_list_init(&c->faults, c->op.arena, 50);
    struct licence_input in = { .type = json_str(c->body, "type"),
        .holder_id = body_id(c, "holderId"),
        .holder_key = json_str(c->body, "holderKey"),
        .data = json_object_get(c->body, "data"),
        .valid_from = json_str(c->body, "validFrom"),
        .reason = json_str(c->body, "reason"),
        .basis = json_str(c->body, "basis"),
        .faults = &c->faults };
    TRY(licence_issue(&c->op, &in, &s->licence));
    s->answer = json_keep(c->op.arena, licence_json(c, &s->licence));
    return diag_arena(c->op.diag, c->op.arena);
}

static void issue(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    (void)app;
    if (begin(c))
        api_write(c, issue_work, answer_licence);
}

static enum err act_work(struct call *c)
{
    struct acting *s = c->state;
    diag_list_init(&c->faults, c->op.arena, 50);
    struct licence_act act = { .verb = s->verb,
        .data = json_object_get(c->body, "data"),
        .reason = json_str(c->body, "reason"),
        .basis = json_str(c->body, "basis"),
        .faults = &c->faults };
    TRY(licence_do(&c->op, s->id, &act, &s->licence));
    s->answer = json_keep(c->op.arena, licence_json(c, &s->licence));
    return diag_arena(c->op.diag, c->op.arena);
}

static void act(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct acting *s = begin(c);
    (void)app;
    if (!s || !api_param_id(c, "id", &s->id))
        return;
    if (!licence_verb_from(http_param(req, "verb"), &s->verb)) {
        diag_set(&c->diag, ERR_NOT_FOUND, "没有这种办理", "there is no such act");
        api_fail(c);
        return;
    }
    api_write(c, act_work, answer_licence);
}

/* ---- consents ---- */

static json_t *consent_json(struct call *c, const struct licence_consent *k)
{
    const struct pack_licence *t = pack_licence(zone_pack(c->api->zone), k->type);
    json_t *o = json_object();
    json_set_id(o, "id", k->id);
    json_set_id(o, "licenceId", k->licence_id);
    json_set_str(o, "type", k->type);
    json_object_set_new(o, "typeName", json_name(t ? t->name : (struct name2){ k->type, k->type }));
    json_set_str(o, "item", k->item);
    json_set_str(o, "purpose", k->purpose);
    json_object_set_new(o, "unit", unit_name(c, k->unit));
    json_set_id_or_null(o, "caseId", k->case_id);
    json_set_instant(&c->op, o, "givenAt", k->given_at);
    json_set_instant(&c->op, o, "untilAt", k->until_at);
    json_set_instant(&c->op, o, "revokedAt", k->revoked_at);
    json_object_set_new(o, "used", json_integer(k->used));
    json_set_instant(&c->op, o, "usedAt", k->used_at);
    json_object_set_new(o, "inForce", json_boolean(!k->revoked_at && k->until_at > c->op.now_ms));
    return o;
}

static void list_consents(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct licence_consent *list_of = NULL;
    size_t count = 0;
    (void)app;
    if (!api_read(c))
        return;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    json_object_set_new(o, "items", items);
    enum err e = licence_consents(&c->op, &list_of, &count);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, consent_json(c, &list_of[i]));
    api_read_answer(c, e, o);
}

static enum err give_work(struct call *c)
{
    struct acting *s = c->state;
    str until = json_str(c->body, "until");
    struct licence_consent in = { .licence_id = body_id(c, "licenceId"),
        .type = json_str(c->body, "type"),
        .item = json_str(c->body, "item"),
        .purpose = json_str(c->body, "purpose"),
        .unit = json_str(c->body, "unit"),
        .case_id = body_id(c, "caseId") };
    if (until.bytes)
        (void)instant_parse(until, &in.until_at);
    TRY(licence_consent_give(&c->op, &in, &s->consent));
    s->answer = json_keep(c->op.arena, consent_json(c, &s->consent));
    return diag_arena(c->op.diag, c->op.arena);
}

static void give(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    (void)app;
    if (begin(c))
        api_write(c, give_work, answer_licence);
}

static enum err take_back_work(struct call *c)
{
    struct acting *s = c->state;
    return licence_consent_revoke(&c->op, s->id);
}

static void answer_nothing(struct call *c)
{
    http_reply_empty(c->req, 204);
}

static void take_back(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct acting *s = ARENA_NEW(req->arena, struct acting);
    (void)app;
    c->state = s;
    if (s && api_param_id(c, "id", &s->id))
        api_write(c, take_back_work, answer_nothing);
}

static const struct api_param list_params[] = { { "type", "string", NULL },
    { "unit", "string", NULL },
    { "status", "string", "valid, suspended, revoked, cancelled, lapsed, moved, stripped" },
    { "q", "string", "holder's name or code, number, identifier" },
    { "holderRegister", "string", NULL }, { "holder", "integer", "id of the holder's record" },
    { "versions", "boolean", "former versions too" }, { "limit", "integer", NULL },
    { "after", "string", NULL }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route licence_routes[] = {
    { "GET", "/api/licences/types", list_types, 0, NULL,
        DOC("listLicenceTypes", "Types of licences", "licences", API_PUBLIC, NULL, "[LicenceType]",
            0, NULL) },
    { "GET", "/api/licences/mine", mine, 0, NULL,
        DOC("myLicences", "The reader's own licences", "licences", API_SESSION, NULL, "[Licence]",
            0, NULL) },
    { "GET", "/api/licences", list, 0, NULL,
        DOC("listLicences", "Licences of all holders, the newest first", "licences", API_SESSION,
            NULL, "[Licence]", 0, list_params) },
    { "POST", "/api/licences", issue, BODY_BYTES_MAX, NULL,
        DOC("issueLicence", "Issue a licence", "licences", API_SESSION, "LicenceInput", "Licence",
            201, NULL) },
    { "GET", "/api/licences/{id}", show, 0, NULL,
        DOC("getLicence", "A licence, what may be done, what was done, who looked", "licences",
            API_SESSION, NULL, "LicenceWhole", 0, NULL) },
    { "POST", "/api/licences/{id}/acts/{verb}", act, BODY_BYTES_MAX, NULL,
        DOC("actOnLicence", "change, renew, suspend, resume, revoke, strip, cancel, apply, refuse",
            "licences", API_SESSION, "LicenceAct", "Licence", 0, NULL) },
    { "GET", "/api/licences/consents", list_consents, 0, NULL,
        DOC("listLicenceConsents", "What the reader has let others look at", "licences",
            API_SESSION, NULL, "[LicenceConsent]", 0, NULL) },
    { "POST", "/api/licences/consents", give, BODY_BYTES_MAX, NULL,
        DOC("giveLicenceConsent", "Let a unit have one's licence for a purpose", "licences",
            API_SESSION, "LicenceConsentInput", "LicenceConsent", 201, NULL) },
    { "DELETE", "/api/licences/consents/{id}", take_back, 0, NULL,
        DOC("revokeLicenceConsent", "Take a consent back; from then on nobody fetches by it",
            "licences", API_SESSION, NULL, NULL, 204, NULL) },
    { 0 },
};
