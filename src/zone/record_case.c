/* Cases out of records; record_case.h says what that is. */
#include "zone/record_case.h"

#include "zone/ledger.h"
#include "zone/record_internal.h"

#include <string.h>

/* ---- what may be raised ---- */

/* Along the columns that refer, from the record to the applicant. 0: the way breaks off. */
static enum err find_applicant(struct op *op, const struct pack_register *r,
    const struct record *record, struct record_raise *out)
{
    const struct pack_raise *a = out->action;
    struct record at = *record;
    const struct pack_register *in = r;
    struct op look = *op;
    struct diag none = { 0 };
    look.diag = &none;
    if (!a->system->applicant.bytes)
        return OK;
    for (size_t i = 0; i < a->applicant_steps; i++) {
        const struct pack_column *c = a->applicant[i];
        str name = str_copy(op->arena, record_text(at.data, c));
        int64_t id = 0;
        enum err e = ERR_NOT_FOUND;
        if (name.bytes && c->ref->key)
            e = record_by_key(&look, c->ref->code, name, &at);
        else if (str_to_int64(name, &id))
            e = record_get(&look, c->ref->code, id, &at);
        if (e != OK)
            return diag_arena(op->diag, op->arena);
        in = c->ref;
    }
    out->applicant = at.id;
    out->applicant_name = record_label(op, in->code, &at);
    return diag_arena(op->diag, op->arena);
}

static enum err fill(struct op *op, const struct pack_register *r, const struct record *record,
    struct record_raise *out)
{
    const struct pack_raise *a = out->action;
    size_t count = a->field_count + 1;
    const struct feel_program **programs =
        ARENA_ARRAY(op->arena, const struct feel_program *, count);
    feel_value *values = ARENA_ARRAY(op->arena, feel_value, count);
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < a->field_count; i++)
        programs[i] = a->fields[i].value;
    programs[a->field_count] = a->when;
    TRY(record_ask(op, r, record->data, programs, count, values));
    out->offered = !a->when || feel_is_true(values[a->field_count]);
    out->data = json_keep(op->arena, json_object());
    for (size_t i = 0; i < a->field_count; i++)
        if (!feel_is_null(values[i])) {
            json_t *v = feel_to_json(op->arena, values[i]);
            json_object_setn(out->data, a->fields[i].name.data, a->fields[i].name.bytes, v);
        }
    return find_applicant(op, r, record, out);
}

enum err record_raises(struct op *op, const struct pack_register *r, const struct record *record,
    struct record_raise **out, size_t *count)
{
    struct record_raise *list = ARENA_ARRAY(op->arena, struct record_raise, r->raise_count);
    *count = 0;
    *out = list;
    TRY(diag_arena(op->diag, op->arena));
    if (!register_written(op, r))
        return OK;
    for (size_t i = 0; i < r->raise_count; i++) {
        list[*count].action = &r->raises[i];
        TRY(fill(op, r, record, &list[*count]));
        ++*count;
    }
    return OK;
}

/* ---- raising ---- */

static enum err find_action(struct op *op, const struct record_raising *in,
    const struct record *record, struct record_raise *out)
{
    struct record_raise *list;
    size_t count;
    if (!register_written(op, in->r))
        return diag_set(
            op->diag, ERR_FORBIDDEN, "您无权修改这个登记表", "you may not change this register");
    TRY(record_raises(op, in->r, record, &list, &count));
    for (size_t i = 0; i < count; i++) {
        if (!str_equal(list[i].action->code, in->action))
            continue;
        *out = list[i];
        if (!out->offered)
            return diag_set(op->diag, ERR_NOT_ALLOWED, "这条登记现在不能由此提出办件",
                "no case can be raised from this record as it stands");
        if (out->applicant || !out->action->system->applicant.bytes)
            return OK;
        const struct pack_column *c = out->action->applicant_steps ? out->action->applicant[0] : NULL;
        if (c)
            diag_field(op->diag, c->name);
        return diag_set(op->diag, ERR_INVALID, "登记中没有写明企业(须是已登记的),不能代为提出",
            "the record names no registered applicant: nobody can be spoken for");
    }
    return diag_set(op->diag, ERR_NOT_FOUND, "登记表没有“%.*s”这项操作",
        "the register has no action \"%.*s\"", STR_ARGS(in->action));
}

static enum err link_case(
    struct op *op, const struct record_raising *in, const struct record *record, int64_t case_id)
{
    json_t *event = json_object();
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO record_case (zone, case_id, register, record_id, action, at, account_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        S_TEXT(op->zone->code), S_INT(case_id), S_TEXT(in->r->code), S_INT(in->id),
        S_TEXT(in->action), S_INT(op->now_ms), S_INT(op->actor->account)));
    json_set_str(event, "register", in->r->code);
    json_set_str(event, "action", in->action);
    json_set_id(event, "case", case_id);
    TRY(ledger_append(op,
        &(struct ledger_event){ .kind = "record.raise", .subject = in->id, .data = event }, NULL));
    return in->r->rollup_count ? record_touch(op, in->r, record_name(op, in->r, record)) : OK;
}

enum err record_raise(struct op *op, const struct record_raising *in, struct case_created *out)
{
    struct record record, shown;
    struct record_raise raise = { 0 };
    TRY(record_open(op, in->r, in->id, &shown));
    TRY(record_get(op, in->r->code, in->id, &record));
    TRY(find_action(op, in, &record, &raise));
    if (in->data)
        json_object_update(raise.data, in->data);
    struct case_input input = { .kind = raise.action->kind,
        .channel = raise.action->channel,
        .data = raise.data,
        .enterprise_id = raise.applicant,
        .granted = true,
        .faults = in->faults };
    TRY(case_create(op, &input, out));
    return link_case(op, in, &record, out->row.id);
}

/* ---- both ways ---- */

enum err record_cases(struct op *op, const struct pack_register *r, int64_t id,
    struct record_case **out, size_t *count)
{
    struct store_rows rows;
    size_t used = 0;
    struct record_case *list = ARENA_ARRAY(op->arena, struct record_case, RECORD_CASES_MAX);
    *count = 0;
    *out = list;
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT c.id, c.number, c.status FROM record_case x JOIN cases c ON c.zone = x.zone AND"
        " c.id = x.case_id WHERE x.zone = $1 AND x.register = $2 AND x.record_id = $3"
        " ORDER BY x.case_id DESC LIMIT $4",
        S_TEXT(op->zone->code), S_TEXT(r->code), S_INT(id), S_INT(RECORD_CASES_MAX)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        list[used++].row = (struct case_row){ .id = store_int(&rows, 0),
            .number = str_copy(op->arena, store_text(&rows, 1)),
            .status = (enum case_status)store_int(&rows, 2) };
    }
    for (size_t i = 0; i < used; i++) {
        struct op look = *op;
        struct diag none = { 0 };
        struct case_row row;
        look.diag = &none;
        list[i].seen = actor_may(op->actor, "case.read")
            && case_get(&look, list[i].row.id, &row) == OK;
        if (list[i].seen)
            list[i].row = row;
    }
    *count = used;
    return diag_arena(op->diag, op->arena);
}

static enum err origin_row(struct op *op, int64_t case_id, struct case_origin *out)
{
    struct store_rows rows;
    bool there;
    *out = (struct case_origin){ 0 };
    TRY(STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT register, record_id FROM record_case WHERE zone = $1 AND case_id = $2",
        S_TEXT(op->zone->code), S_INT(case_id)));
    if (!there)
        return OK;
    out->r = pack_register(zone_pack(op->zone), store_text(&rows, 0));
    out->id = store_int(&rows, 1);
    store_rows_end(&rows);
    return OK;
}

enum err case_origin(struct op *op, int64_t case_id, struct case_origin *out)
{
    struct record record;
    struct op look = *op;
    struct diag none = { 0 };
    look.diag = &none;
    TRY(origin_row(op, case_id, out));
    if (out->r && register_seen(op, out->r) && !out->r->closed
        && record_open(&look, out->r, out->id, &record) == OK)
        out->label = record_label(op, out->r->code, &record);
    return diag_arena(op->diag, op->arena);
}

enum err record_case_moved(struct op *op, int64_t case_id)
{
    struct case_origin from;
    struct record record;
    const struct pack *p = zone_pack(op->zone);
    bool counted = false;
    for (size_t i = 0; i < p->register_count; i++)
        counted = counted || (p->registers[i].raise_count && p->registers[i].rollup_count);
    if (!counted)
        return OK;
    TRY(origin_row(op, case_id, &from));
    if (!from.r || !from.r->rollup_count)
        return OK;
    enum err e = record_get(op, from.r->code, from.id, &record);
    if (e == ERR_NOT_FOUND) {
        memset(op->diag, 0, sizeof *op->diag);
        return OK;
    }
    TRY(e);
    return record_touch(op, from.r, record_name(op, from.r, &record));
}
