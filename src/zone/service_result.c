/*
 * What granting a case does to licences, by its items (pack/items.h, `act` and `fields`).
 *
 *     decide: grant ─▶ service_results: which licence, which act, its facts
 *                        facts: the officer's ▸ the application, the register, papers fetched with
 *                               consent ▸ the former version ▸ what the type fills by itself
 *                      ─▶ checked against the type: a fact that is missing is told to the officer,
 *                         before anything is granted
 *                      ─▶ variable `results` ─▶ the procedure's licence step, once for each
 *
 * An item that gives a first licence gives its next version to whoever holds one already where the
 * type is held once only; one that changes or renews gives a first one to whoever has it on paper.
 */
#include "zone/service_result.h"

#include "zone/case_internal.h"
#include "zone/licence_internal.h"
#include "zone/record_internal.h"
#include "zone/service_internal.h"

/* ---- which licence, which act ---- */

/* The one that is valid now; id 0: none. */
static enum err held_by(
    struct op *op, const struct pack_licence *t, int64_t holder, struct licence *out)
{
    struct diag none = { 0 };
    struct op look = *op;
    look.diag = &none;
    enum err e = licence_find(&look, t->holder->code, holder, t->code, out);
    if (e == ERR_NOT_FOUND)
        *out = (struct licence){ 0 };
    else if (e != OK)
        *op->diag = none;
    return e == ERR_NOT_FOUND ? OK : e;
}

static bool settle(struct service_result *r)
{
    bool held = r->held.id != 0;
    switch (r->item->act) {
    case PACK_ACT_NONE:
        return false;
    case PACK_ACT_ISSUE:
        r->act = held && r->type->once ? PACK_ACT_CHANGE : PACK_ACT_ISSUE;
        break;
    case PACK_ACT_CHANGE:
    case PACK_ACT_RENEW:
        r->act = held ? r->item->act : PACK_ACT_ISSUE;
        break;
    case PACK_ACT_CANCEL:
        r->act = PACK_ACT_CANCEL;
        return held;
    }
    if (r->act == PACK_ACT_ISSUE)
        r->held = (struct licence){ 0 };
    return true;
}

/* ---- its facts ---- */

/* What stands on the licences that were fetched for this case's papers. Each is a look. */
static enum err add_papers(struct op *op, const struct case_row *c, json_t *scope)
{
    struct service_row_material *list;
    size_t count;
    json_t *papers = json_object();
    json_object_set_new(scope, "papers", papers);
    TRY(service_materials(op, c->id, &list, &count));
    for (size_t i = 0; i < count; i++) {
        struct licence_consent consent;
        struct licence l;
        struct diag none = { 0 };
        struct op look = *op;
        if (!str_is(list[i].state, "fetched"))
            continue;
        look.diag = &none;
        enum err e = service_consent_of(&look, c, list[i].material, &consent);
        if (e == OK)
            e = licence_fetch(&look, consent.id, &l);
        if (e == OK)
            json_object_setn(papers, list[i].material.data, list[i].material.bytes, l.data);
        else if (e != ERR_NOT_FOUND && e != ERR_FORBIDDEN && e != ERR_NOT_ALLOWED) {
            *op->diag = none;
            return e;
        } /* taken back or over by now: the officer has to say it */
    }
    return diag_arena(op->diag, op->arena);
}

static enum err evaluate(
    struct op *op, const struct service_result *r, const struct feel_context *scope, json_t *into)
{
    struct feel_env env = { .now = feel_date_time_from_ms(op->now_ms,
                                tz_offset_s(zone_pack(op->zone)->tz, op->now_ms), NULL) };
    for (size_t i = 0; i < r->item->field_count; i++) {
        const struct pack_item_field *f = &r->item->fields[i];
        const struct pack_column *c = pack_column(&r->type->fields, f->name);
        feel_value v;
        TRY(feel_eval(f->program, &env, scope, op->arena, &v, op->diag));
        if (c && !feel_is_null(v))
            json_object_setn_new(into, f->name.data, f->name.bytes, column_from_feel(op, c, v));
    }
    return diag_arena(op->diag, op->arena);
}

static enum err find_one(struct op *op, const struct case_row *c, const struct pack_item *item,
    const struct feel_context *scope, struct service_result *out)
{
    *out = (struct service_result){ .item = item,
        .type = pack_licence(zone_pack(op->zone), item->licence),
        .data = json_keep(op->arena, json_object()) };
    TRY(diag_arena(op->diag, op->arena));
    if (!out->type)
        return OK;
    TRY(held_by(op, out->type, c->enterprise_id, &out->held));
    return settle(out) ? evaluate(op, out, scope, out->data) : OK;
}

enum err service_results(struct op *op, const struct case_row *c, const json_t *variables,
    bool fetch, struct service_result **out, size_t *count)
{
    const struct pack_system *s = pack_kind(zone_pack(op->zone), c->kind);
    struct service_row row;
    feel_value scope;
    struct service_result *list = ARENA_ARRAY(op->arena, struct service_result, ITEM_BUNDLE_MAX);
    json_t *all = json_keep(op->arena, json_copy((json_t *)variables));
    *count = 0;
    *out = list;
    TRY(diag_arena(op->diag, op->arena));
    TRY(service_of_case(op, c->id, &row));
    if (fetch)
        TRY(add_papers(op, c, all));
    TRY(feel_from_json(op->arena, all, NULL, &scope, op->diag));
    for (size_t i = 0; s && i < row.item_count; i++) {
        const struct pack_item *item = pack_item_on(
            s->catalogue, row.items[i].code, zone_local_days(op->zone, c->created_at));
        if (!item || item->act == PACK_ACT_NONE)
            continue;
        TRY(find_one(op, c, item, scope.kind == FEEL_CONTEXT ? scope.context : NULL, &list[*count]));
        *count += list[*count].act != PACK_ACT_NONE;
    }
    return OK;
}

enum err service_preview(
    struct op *op, const struct case_row *c, struct service_result **out, size_t *count)
{
    struct moving m;
    *count = 0;
    TRY(moving_load_any(op, c->id, &m));
    return m.variables ? service_results(op, c, m.variables, false, out, count) : OK;
}

enum err service_licences(
    struct op *op, const struct case_row *c, struct licence **out, size_t *count)
{
    enum { MOST = 2 * ITEM_BUNDLE_MAX };
    struct query q;
    struct moving m;
    struct licence *list = ARENA_ARRAY(op->arena, struct licence, MOST), *issued;
    size_t more, i;
    json_t *r;
    *count = 0;
    *out = list;
    TRY(diag_arena(op->diag, op->arena));
    TRY(moving_load_any(op, c->id, &m));
    const json_t *results = json_object_get(m.variables, "results");
    if (!json_array_size(results))
        return OK;
    licence_select(&q, op);
    QUERY_ADD(&q, " AND l.holder_register = ? AND l.holder_id = ? AND l.case_id = ?",
        S_TEXT(licence_applicants(op->zone)), S_INT(c->enterprise_id), S_INT(c->id));
    QUERY_ADD(&q, " ORDER BY l.id LIMIT ?", S_INT(ITEM_BUNDLE_MAX));
    TRY(licence_rows(op, &q, ITEM_BUNDLE_MAX, &issued, &more));
    for (size_t k = 0; k < more; k++)
        list[(*count)++] = issued[k];
    json_array_foreach(results, i, r)
    {
        if (!str_is(json_str(r, "operation"), "cancel") || *count == MOST)
            continue;
        TRY(licence_by_identifier(op, json_str(r, "identifier"), &list[*count]));
        ++*count;
    }
    return OK;
}

/* ---- granted ---- */

/* Faults of a licence's fields as faults of the decision: "licences.food_business.scope". */
static enum err tell_faults(struct op *op, const struct service_result *r,
    const struct diag_list *faults, struct diag_list *into)
{
    for (size_t i = 0; i < faults->count; i++) {
        struct diag d = *faults->items[i];
        str field = str_from(d.field);
        str zh = str_printf(op->arena, "%.*s:%s", STR_ARGS(r->type->name.zh), d.zh);
        str en = str_printf(op->arena, "%.*s: %s", STR_ARGS(r->type->name.en), d.en);
        struct diag own = { 0 };
        struct op say = *op;
        say.diag = &own;
        (void)licence_refuse(&say, ERR_INVALID, zh, en);
        diag_field(&own,
            str_printf(op->arena, "licences.%.*s.%.*s", STR_ARGS(r->type->code), STR_ARGS(field)));
        if (into)
            diag_list_add(into, &own);
        if (!i)
            *op->diag = own;
    }
    return ERR_INVALID;
}

static enum err complete(struct op *op, const struct case_row *c, struct service_result *r,
    const json_t *given, struct diag_list *faults)
{
    struct licence_input holder = { .holder_id = c->enterprise_id };
    struct record record;
    struct diag_list own;
    json_t *data = json_keep(
        op->arena, r->held.id ? json_deep_copy(r->held.data) : json_object());
    const json_t *said = json_object_getn(given, r->type->code.data, r->type->code.bytes);
    if (r->act == PACK_ACT_CANCEL)
        return OK;
    TRY(diag_arena(op->diag, op->arena));
    json_object_update(data, r->data);
    if (json_is_object(said))
        json_object_update(data, (json_t *)said);
    diag_list_init(&own, op->arena, 20);
    TRY(licence_holder(op, r->type, &holder, &record));
    enum err e = licence_data(op, r->type, data, &record, &own, &r->data);
    return e != OK && own.count ? tell_faults(op, r, &own, faults) : e;
}

static json_t *result_json(struct op *op, const struct case_row *c, const struct service_result *r)
{
    json_t *o = json_object();
    const struct pack_basis *law = r->item->basis_count ? &r->item->basis[0] : NULL;
    json_set_str(o, "item", r->item->code);
    json_set_str(o, "licence", r->type->code);
    json_set_str(o, "operation", str_from(pack_result_act_word(r->act)));
    json_object_set_new(
        o, "identifier", r->held.id ? json_from_str(r->held.identifier) : json_null());
    json_object_set(o, "fields", r->data);
    json_set_str(o, "reason",
        str_printf(op->arena, "办件 %.*s 准予:%.*s", STR_ARGS(c->number),
            STR_ARGS(r->item->name.zh)));
    json_set_str(o, "basis",
        law ? str_printf(op->arena, "《%.*s》%.*s", STR_ARGS(law->law.zh), STR_ARGS(law->article.zh))
            : STR_NONE);
    return o;
}

enum err service_grant(struct op *op, const struct case_row *c, const json_t *variables,
    const json_t *given, struct diag_list *faults, json_t **out)
{
    struct service_result *list;
    size_t count;
    enum err first = OK;
    json_t *results = json_keep(op->arena, json_array());
    TRY(service_results(op, c, variables, true, &list, &count));
    for (size_t i = 0; i < count; i++) {
        enum err e = complete(op, c, &list[i], given, faults);
        first = first == OK ? e : first;
        if (e == OK)
            json_array_append_new(results, result_json(op, c, &list[i]));
    }
    *out = results;
    return first == OK ? diag_arena(op->diag, op->arena) : first;
}
