/*
 * Two versions of a decision over the cases of a period, a page at a time; pack_decide.h.
 *
 * A page looks at the next cases by identifier, whatever their kind, so that its cost is bounded
 * whatever the filter leaves; it ends early when its time is over. A case that cannot be decided
 * (a limit, a type) is counted as failed and listed: it would not be routed.
 */
#include "zone/pack_decide.h"

#include "bpmn/bpmn.h"
#include "zone/case_internal.h"
#include "zone/register.h"

#include <string.h>

enum { SCRATCH_BYTES = 32 << 20 };

struct comparing {
    struct op *op;
    const struct pack_rules *before, *after;
    const struct dmn_decision *old, *now;
    struct pack_deadline deadline;
    struct feel_env env;
    struct arena scratch; /* of one case */
    json_t *outputs;      /* names that the decisions give: no inputs */
};

/* What a case's procedure saw, as far as it is kept: the applicant's columns, its form, its facts.
 */
static json_t *variables(struct comparing *x, const struct case_row *c)
{
    struct op op = *x->op;
    struct diag none = { 0 };
    const struct pack *pack;
    struct bpmn_instance *instance;
    op.diag = &none;
    op.arena = &x->scratch;
    if (c->pack_version.bytes && c->state.bytes
        && zone_pack_version(&op, c->pack_version, &pack) == OK) {
        const struct pack_system *s = pack_kind(pack, c->kind);
        if (s && bpmn_restore(op.arena, s->procedure, c->state, &instance, &none) == OK)
            return json_keep(op.arena, json_copy(bpmn_variables(instance, op.arena)));
    }
    struct record r = { 0 };
    const struct pack_system *s = pack_kind(zone_pack(op.zone), c->kind);
    if (s && s->applicant.bytes && c->enterprise_id
        && record_get(&op, s->applicant, c->enterprise_id, &r) != OK)
        r.data = NULL;
    return json_keep(op.arena, r.data ? json_copy(r.data) : json_object());
}

static void set_or(json_t *v, const json_t *data, str field, const char *name, str otherwise)
{
    const json_t *given = field.bytes ? json_object_getn(data, field.data, field.bytes) : NULL;
    if (json_is_string(given) && json_string_length(given))
        json_object_set(v, name, (json_t *)given);
    else if (otherwise.bytes)
        json_set_str(v, name, otherwise);
    else
        json_object_set_new(v, name, json_null());
}

/* As case_create gives them to the procedure: what later steps set is taken back. */
static json_t *inputs_of(struct comparing *x, const struct case_row *c)
{
    struct diag none = { 0 };
    json_t *data = NULL, *v = variables(x, c);
    const struct pack_system *s = pack_kind(zone_pack(x->op->zone), c->kind);
    const struct pack_fields *f = s ? &s->fields : &(const struct pack_fields){ 0 };
    const char *name;
    json_t *value;
    if (!v)
        return NULL;
    if (c->data.bytes && json_parse(&x->scratch, c->data, &data, &none) != OK)
        data = NULL;
    json_object_foreach(x->outputs, name, value) json_object_del(v, name);
    json_object_update(v, data);
    json_set_str(v, "kind", c->kind);
    json_set_str(v, "channel", c->channel);
    set_or(v, data, f->title, "title", c->title);
    set_or(v, data, f->text, "text", c->body);
    set_or(v, data, f->topic, "topic", c->topic);
    set_or(v, data, f->place, "place", c->place);
    set_or(v, data, f->urgency, "urgency", STR("normal"));
    json_object_set_new(v, "unit", json_null());
    return v;
}

/* The result as JSON; "" when it could not be decided. */
static str decide(struct comparing *x, const struct pack_rules *r, const struct dmn_decision *d,
    const json_t *inputs, int64_t days)
{
    struct diag none = { 0 };
    feel_value given, result;
    if (feel_from_json(&x->scratch, inputs, NULL, &given, &none) != OK
        || pack_parameters_on(r->pack, days, given, &x->scratch, &given, &none) != OK
        || dmn_decide(r->model, d, given, &x->env, &x->scratch, &result, NULL, &none) != OK)
        return STR_NONE;
    return json_text(&x->scratch, feel_to_json(&x->scratch, result));
}

static enum err add_outputs(
    struct comparing *x, const struct pack_rules *r, const struct dmn_decision *d)
{
    const struct dmn_input *outputs;
    size_t count;
    TRY(dmn_decision_outputs(r->model, d, x->op->arena, &outputs, &count));
    for (size_t i = 0; i < count; i++)
        json_object_set_new_nocheck(
            x->outputs, str_terminated(x->op->arena, outputs[i].name), json_null());
    return diag_arena(x->op->diag, x->op->arena);
}

static enum err compare_one(struct comparing *x, const struct case_row *c,
    struct pack_comparison *out, struct pack_compared_case *into)
{
    struct op *op = x->op;
    json_t *inputs = inputs_of(x, c);
    int64_t days = zone_local_days(op->zone, c->created_at);
    str a = inputs ? decide(x, x->before, x->old, inputs, days) : STR_NONE;
    str b = inputs ? decide(x, x->after, x->now, inputs, days) : STR_NONE;
    bool failed = !a.bytes || !b.bytes;
    if (!failed && str_equal(a, b)) {
        out->same++;
        return OK;
    }
    *(failed ? &out->failed : &out->different) += 1;
    *into = (struct pack_compared_case){ .id = c->id,
        .number = str_copy(op->arena, c->number),
        .topic = str_copy(op->arena, c->topic),
        .before = str_copy(op->arena, a),
        .after = str_copy(op->arena, b) };
    into->created_on = date_format(op->arena, date_from_days(days));
    if (actor_may(op->actor, "case.read"))
        TRY(scope_check(op, c, &into->seen));
    if (into->seen)
        into->title = str_copy(op->arena, c->title);
    out->case_count++;
    return diag_arena(op->diag, op->arena);
}

static bool wanted(const struct op *op, const struct pack_comparing *q, const struct case_row *c)
{
    char on[16] = "";
    struct date d = date_from_days(zone_local_days(op->zone, c->created_at));
    snprintf(on, sizeof on, "%04d-%02d-%02d", (int)d.year, d.month, d.day);
    return str_equal(c->kind, q->kind) && str_compare(str_from(on), q->from) >= 0
        && str_compare(str_from(on), q->to) <= 0;
}

/* The next cases by identifier. Rows are read before the first is decided: deciding may ask the
 * same connection for the applicant. */
static enum err page_of(struct op *op, const struct pack_comparing *q, struct arena *a,
    struct case_row **out, size_t *count)
{
    struct store_rows rows;
    struct op into = *op;
    struct case_row *list = ARENA_ARRAY(a, struct case_row, q->rows);
    size_t used = 0;
    TRY(diag_arena(op->diag, a));
    str sql = str_printf(a,
        "SELECT %s FROM cases c WHERE c.zone = $1 AND c.id > $2 ORDER BY c.id LIMIT $3",
        case_columns);
    TRY(diag_arena(op->diag, a));
    TRY(STORE_QUERY(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code), S_INT(q->after),
        S_INT((int64_t)q->rows)));
    into.arena = a;
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        case_read(&into, &rows, &list[used++]);
    }
    *out = list;
    *count = used;
    return diag_arena(op->diag, a);
}

static enum err compare_page(
    struct comparing *x, const struct pack_comparing *q, struct pack_comparison *out)
{
    struct case_row *rows;
    struct arena page;
    size_t count = 0;
    arena_init(&page, NULL, (size_t)PACK_COMPARE_ROWS_MAX * 64 * KIB);
    enum err e = page_of(x->op, q, &page, &rows, &count);
    struct pack_compared_case *cases =
        (struct pack_compared_case *)ARENA_ARRAY(x->op->arena, struct pack_compared_case, count);
    if (e == OK)
        e = diag_arena(x->op->diag, x->op->arena);
    out->cases = cases;
    out->last = q->after;
    for (size_t i = 0; i < count && e == OK; i++) {
        if (i && pack_deadline_over(&x->deadline))
            break;
        if (wanted(x->op, q, &rows[i]))
            e = compare_one(x, &rows[i], out, &cases[out->case_count]);
        arena_reset(&x->scratch);
        out->last = rows[i].id;
        out->scanned++;
    }
    out->more = count == q->rows || out->scanned < (int64_t)count;
    arena_release(&page);
    return e;
}

enum err pack_compare(struct op *op, const struct pack_rules *before,
    const struct dmn_decision *old, const struct pack_rules *after, const struct dmn_decision *now,
    const struct pack_comparing *q, struct pack_comparison *out)
{
    struct comparing x = { .op = op, .before = before, .after = after, .old = old, .now = now };
    x.outputs = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    TRY(add_outputs(&x, before, old));
    TRY(add_outputs(&x, after, now));
    pack_deadline_set(&x.deadline, op->zone->sys, PACK_COMPARE_MS);
    x.env = pack_env(op, &x.deadline, PACK_COMPARE_STEPS);
    arena_init(&x.scratch, NULL, SCRATCH_BYTES);
    *out = (struct pack_comparison){ 0 };
    enum err e = compare_page(&x, q, out);
    arena_release(&x.scratch);
    return e;
}

enum err pack_compare_total(struct op *op, int64_t *total)
{
    struct store_rows rows;
    TRY(STORE_ONE(op->conn, &rows, op->diag, "SELECT count(*) FROM cases WHERE zone = $1",
        S_TEXT(op->zone->code)));
    *total = store_int(&rows, 0);
    store_rows_end(&rows);
    return OK;
}
