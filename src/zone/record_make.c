/* Records out of records; record_make.h says what that is. */
#include "zone/record_make.h"

#include "zone/ledger.h"
#include "zone/record_internal.h"

static enum err fill(struct op *op, const struct pack_register *r, const struct record *record,
    struct record_making *out)
{
    const struct pack_make *m = out->action;
    size_t count = m->column_count + 1;
    const struct feel_program **programs
        = ARENA_ARRAY(op->arena, const struct feel_program *, count);
    feel_value *values = ARENA_ARRAY(op->arena, feel_value, count);
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < m->column_count; i++)
        programs[i] = m->columns[i].value;
    programs[m->column_count] = m->when;
    TRY(record_ask(op, r, record->data, programs, count, values));
    out->offered = (!m->when || feel_is_true(values[m->column_count])) && register_written(op, r);
    out->data = json_keep(op->arena, json_object());
    for (size_t i = 0; i < m->column_count; i++) {
        const struct pack_column *c = m->columns[i].column;
        json_object_setn_new(
            out->data, c->name.data, c->name.bytes, column_from_feel(op, c, values[i]));
    }
    return diag_arena(op->diag, op->arena);
}

/* What was made before, as far as the actor may see it. */
static enum err find_made(struct op *op, const struct record *record, struct record_making *out)
{
    const struct pack_make *m = out->action;
    str name = str_copy(op->arena, record_text(record->data, m->link));
    struct record made, shown;
    struct op look = *op;
    struct diag none = { 0 };
    int64_t id = 0;
    look.diag = &none;
    if (!name.bytes)
        return OK;
    out->offered = false;
    enum err e = ERR_NOT_FOUND;
    if (m->made->key)
        e = record_by_key(&look, m->made->code, name, &made);
    else if (str_to_int64(name, &id))
        e = record_get(&look, m->made->code, id, &made);
    if (e != OK || record_open(&look, m->made, made.id, &shown) != OK)
        return diag_arena(op->diag, op->arena);
    out->made = made.id;
    out->made_label = record_label(op, m->made->code, &made);
    return diag_arena(op->diag, op->arena);
}

enum err record_makes(struct op *op, const struct pack_register *r, const struct record *record,
    struct record_making **out, size_t *count)
{
    *out = ARENA_ARRAY(op->arena, struct record_making, r->make_count);
    *count = 0;
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < r->make_count; i++) {
        struct record_making *one = &(*out)[i];
        one->action = &r->makes[i];
        TRY(fill(op, r, record, one));
        TRY(find_made(op, record, one));
    }
    *count = r->make_count;
    return OK;
}

static enum err find_action(struct op *op, const struct record_make *in,
    const struct record *record, struct record_making *out)
{
    struct record_making *list;
    size_t count;
    if (!register_written(op, in->r))
        return diag_set(
            op->diag, ERR_FORBIDDEN, "您无权修改这个登记表", "you may not change this register");
    TRY(record_makes(op, in->r, record, &list, &count));
    for (size_t i = 0; i < count; i++) {
        if (!str_equal(list[i].action->code, in->action))
            continue;
        *out = list[i];
        if (record_text(record->data, out->action->link).bytes)
            return diag_set(op->diag, ERR_CONFLICT, "已经办过:这条登记已有对应的记录",
                "done before: a record was made from this one already");
        return out->offered ? OK
                            : diag_set(op->diag, ERR_NOT_ALLOWED, "这条登记现在还不能办这一项",
                                  "this cannot be done with the record as it stands");
    }
    return diag_set(op->diag, ERR_NOT_FOUND, "登记表没有“%.*s”这项操作",
        "the register has no action \"%.*s\"", STR_ARGS(in->action));
}

/* The record keeps what was made of it. */
static enum err link(struct op *op, const struct record_make *in, const struct record *record,
    const struct record_making *make, const struct record *made)
{
    const struct pack_column *c = make->action->link;
    int64_t id = record->id;
    json_t *data = json_keep(op->arena, json_deep_copy(record->data)), *event = json_object();
    TRY(diag_arena(op->diag, op->arena));
    json_object_setn_new(data, c->name.data, c->name.bytes,
        json_from_str(record_name(op, make->action->made, made)));
    TRY(record_put(op, in->r->code, &id, data, make->action->name.zh, in->faults));
    json_set_str(event, "register", in->r->code);
    json_set_str(event, "action", in->action);
    json_set_str(event, "made", make->action->made->code);
    json_set_id(event, "record", made->id);
    return ledger_append(op,
        &(struct ledger_event){ .kind = "record.make", .subject = in->id, .data = event }, NULL);
}

enum err record_make(struct op *op, const struct record_make *in,
    const struct pack_register **made_in, struct record *out)
{
    struct record record, shown;
    struct record_making make = { 0 };
    int64_t id = 0;
    TRY(record_open(op, in->r, in->id, &shown));
    TRY(record_get(op, in->r->code, in->id, &record));
    TRY(find_action(op, in, &record, &make));
    if (in->data)
        json_object_update(make.data, in->data);
    str reason = str_printf(op->arena, "%.*s:%.*s", STR_ARGS(make.action->name.zh),
        STR_ARGS(record_label(op, in->r->code, &record)));
    TRY(record_put(op, make.action->made->code, &id, make.data, reason, in->faults));
    TRY(record_get(op, make.action->made->code, id, out));
    *made_in = make.action->made;
    return link(op, in, &record, &make, out);
}
