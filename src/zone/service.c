/* A case about items being made: service.h tells the way. */
#include "zone/service.h"

#include "zone/service_internal.h"

#include <string.h>

/* ---- which items ---- */

static enum err refuse_items(struct op *op, const char *zh, const char *en, str what)
{
    const char *text = str_terminated(op->arena, what);
    diag_field(op->diag, STR("items"));
    if (diag_arena(op->diag, op->arena) != OK)
        return ERR_MEMORY;
    return diag_set(op->diag, ERR_INVALID, zh, en, text);
}

static enum err add_item(
    struct op *op, const struct pack_system *s, str code, int64_t today, struct service *v)
{
    const struct pack_item *i = pack_item_on(s->catalogue, code, today);
    if (!i)
        return refuse_items(op, "事项目录中没有“%s”,或者今天没有施行中的版本,请从目录中选择",
            "the catalogue has no item \"%s\" in force today; please choose one of the catalogue",
            code);
    for (size_t k = 0; k < v->item_count; k++) {
        if (v->items[k] == i)
            return refuse_items(
                op, "事项“%s”选了两次", "the item \"%s\" was chosen twice", i->name.zh);
        if (items_exclude(v->items[k], i))
            return refuse_items(op, "“%s”不能同时办理,请分开申请",
                "these cannot be handled together: %s",
                str_printf(
                    op->arena, "%.*s、%.*s", STR_ARGS(v->items[k]->name.zh), STR_ARGS(i->name.zh)));
    }
    v->items[v->item_count++] = i;
    return OK;
}

static void add_unit(struct service *v, str *units, str unit)
{
    if (str_equal(unit, v->items[0]->unit))
        return;
    for (size_t i = 0; i < v->joint_unit_count; i++)
        if (str_equal(units[i], unit))
            return;
    units[v->joint_unit_count++] = unit;
}

/* The lead's item says who has the case; the others' units and those that take part give opinions.
 */
static enum err add_up(struct op *op, struct service *v)
{
    size_t room = 0;
    for (size_t i = 0; i < v->item_count; i++)
        room += 1 + v->items[i]->joint_unit_count;
    str *units = ARENA_ARRAY(op->arena, str, room);
    TRY(diag_arena(op->diag, op->arena));
    v->on_spot = true;
    for (size_t i = 0; i < v->item_count; i++) {
        const struct pack_item *item = v->items[i];
        add_unit(v, units, item->unit);
        for (size_t k = 0; k < item->joint_unit_count; k++)
            add_unit(v, units, item->joint_units[k]);
        v->on_spot = v->on_spot && item->on_spot;
        v->renewal = v->renewal || item->renewal;
        v->licensing = v->licensing || str_is(item_type(item), "01");
        if (item->legal_days > v->legal_days)
            v->legal_days = item->legal_days;
        if (item->promised_days > v->promised_days)
            v->promised_days = item->promised_days;
    }
    v->on_spot = v->on_spot && !v->joint_unit_count;
    v->joint_units = units;
    return OK;
}

enum err service_begin(
    struct op *op, const struct pack_system *s, const struct service_ask *ask, struct service *out)
{
    int64_t today = zone_local_days(op->zone, op->now_ms);
    const str *codes = ask->items;
    size_t count = ask->item_count;
    *out = (struct service){ .bundle = pack_bundle(s->catalogue, ask->bundle) };
    if (ask->bundle.bytes && !out->bundle)
        return refuse_items(op, "没有“%s”这件事", "there is no bundle \"%s\"", ask->bundle);
    if (out->bundle && !count) {
        codes = out->bundle->items;
        count = out->bundle->item_count;
    }
    if (!count)
        return refuse_items(
            op, "请选择要办理的事项%s", "please choose what you apply for%s", STR(""));
    if (count > ITEM_BUNDLE_MAX)
        return refuse_items(op, "一次至多办理%s个事项", "at most %s items at a time",
            str_printf(op->arena, "%d", ITEM_BUNDLE_MAX));
    for (size_t i = 0; i < count; i++)
        TRY(add_item(op, s, codes[i], today, out));
    return add_up(op, out);
}

str service_title(struct op *op, const struct service *v)
{
    struct buf b;
    if (v->bundle)
        return v->bundle->name.zh;
    buf_init(&b, op->arena, 4 * KIB);
    for (size_t i = 0; i < v->item_count; i++)
        buf_printf(&b, "%s%.*s", i ? "、" : "", STR_ARGS(v->items[i]->name.zh));
    return buf_str(&b);
}

/* ---- answers ---- */

/* The part of the answers that a form asks for, as its top level has it. */
static json_t *part_for(struct op *op, const struct form *f, const json_t *data)
{
    json_t *part = json_keep(op->arena, json_object()), *value;
    const char *key;
    json_object_foreach((json_t *)data, key, value)
    {
        const struct form_field *field = form_field_by_key(f, str_from(key));
        if (part && field && !field->parent)
            json_object_set(part, key, value);
    }
    return part;
}

static enum err check_one(
    struct op *op, const struct form *f, const json_t *data, json_t *into, struct diag_list *faults)
{
    struct form_env env = { .now_ms = op->now_ms,
        .offset_s = tz_offset_s(zone_pack(op->zone)->tz, op->now_ms),
        .context = data };
    json_t *cleaned = NULL, *part = part_for(op, f, data);
    TRY(diag_arena(op->diag, op->arena));
    enum err e = form_check(f, part, &env, op->arena, &cleaned, faults);
    if (e == OK)
        json_object_update(into, cleaned);
    return e;
}

size_t service_forms(
    const struct pack_system *s, const struct service *v, const struct form **forms)
{
    size_t count = 0;
    for (size_t i = 0; i < v->item_count; i++) {
        const struct form *f = v->items[i]->form;
        bool there = !f;
        for (size_t k = 0; k < count; k++)
            there = there || forms[k] == f;
        if (!there)
            forms[count++] = f;
    }
    if (s->form) /* who asks and how the result comes: last */
        forms[count++] = s->form;
    return count;
}

static enum err refuse_unknown(struct op *op, const struct form *const *forms, size_t count,
    const json_t *data, struct diag_list *faults)
{
    const char *key;
    json_t *value;
    enum err first = OK;
    json_object_foreach((json_t *)data, key, value)
    {
        bool known = false;
        for (size_t i = 0; i < count; i++) {
            const struct form_field *f = form_field_by_key(forms[i], str_from(key));
            known = known || (f && !f->parent);
        }
        if (known)
            continue;
        struct diag d = { 0 };
        diag_field(&d, str_copy(op->arena, str_from(key)));
        first =
            diag_set(&d, ERR_INVALID, "表单中没有“%s”这一项", "the form has no field \"%s\"", key);
        if (faults)
            diag_list_add(faults, &d);
    }
    return first;
}

enum err service_answers(struct op *op, const struct pack_system *s, const struct service *v,
    const json_t *data, json_t **cleaned, struct diag_list *faults)
{
    const struct form *forms[ITEM_BUNDLE_MAX + 1];
    size_t count = service_forms(s, v, forms);
    json_t *all = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    if (!json_is_object(data))
        return diag_set(op->diag, ERR_INVALID, "缺少申请内容", "the answers are missing");
    enum err first = refuse_unknown(op, forms, count, data, faults);
    for (size_t i = 0; i < count; i++) {
        enum err e = check_one(op, forms[i], data, all, faults);
        first = first == OK ? e : first;
    }
    if (first != OK && faults && faults->count)
        *op->diag = *faults->items[0];
    *cleaned = all;
    return first;
}

/* ---- what the procedure sees ---- */

void service_variables(struct op *op, const struct service *v, json_t *o)
{
    json_t *items = json_array(), *joint = json_array();
    const struct pack_item *lead = v->items[0];
    str licence = STR_NONE;
    for (size_t i = 0; i < v->item_count; i++) {
        json_array_append_new(items, json_from_str(v->items[i]->code));
        if (!licence.bytes && v->items[i]->result == PACK_RESULT_LICENCE)
            licence = v->items[i]->licence;
    }
    for (size_t i = 0; i < v->joint_unit_count; i++)
        json_array_append_new(joint, json_from_str(v->joint_units[i]));
    json_object_set_new(o, "items", items);
    json_set_str(o, "item", lead->code);
    json_object_set_new(o, "bundle", v->bundle ? json_from_str(v->bundle->code) : json_null());
    json_set_str(o, "unit", lead->unit);
    json_set_str(o, "topic", lead->theme);
    json_object_set_new(o, "joint", json_boolean(v->joint_unit_count > 0));
    json_object_set_new(o, "joint_units", joint);
    json_object_set_new(o, "on_spot", json_boolean(v->on_spot));
    json_object_set_new(o, "renewal", json_boolean(v->renewal));
    json_object_set_new(o, "licensing", json_boolean(v->licensing));
    json_set_int(o, "legal_days", v->legal_days);
    json_set_int(o, "promised_days", v->promised_days);
    json_set_str_or_null(o, "licence", licence);
    json_set_str(o, "received_on",
        date_format(op->arena, date_from_days(zone_local_days(op->zone, op->now_ms))));
    json_object_set_new(o, "outcome", json_null());
    json_object_set_new(o, "results", json_array());
}
