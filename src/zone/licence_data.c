/* What stands on a licence: the holder, the fields, its term, its identifier; and the same as
 * people read it. */
#include "zone/licence_internal.h"

#include "base/check.h"
#include "zone/record_internal.h"

#include <stdio.h>
#include <string.h>

static const char root[] = "1.2.156.3005.2";

enum err licence_holder(
    struct op *op, const struct pack_licence *t, const struct licence_input *in, struct record *out)
{
    enum err e = in->holder_id ? record_get(op, t->holder->code, in->holder_id, out)
        : in->holder_key.bytes ? record_by_key(op, t->holder->code, in->holder_key, out)
                               : ERR_NOT_FOUND;
    if (e == OK)
        return OK;
    if (e != ERR_NOT_FOUND)
        return e;
    diag_field(op->diag, STR("holder"));
    return licence_refuse(op, ERR_INVALID,
        str_printf(op->arena, "登记表“%.*s”中没有这个持有人", STR_ARGS(t->holder->name.zh)),
        str_printf(
            op->arena, "the register \"%.*s\" has no such holder", STR_ARGS(t->holder->name.en)));
}

static const json_t *member(const json_t *o, const struct pack_column *c)
{
    return json_object_getn(o, c->name.data, c->name.bytes);
}

static bool nothing(const json_t *v)
{
    return !v || json_is_null(v) || (json_is_string(v) && !json_string_length(v));
}

/* A column of any type as the text of a field. */
static json_t *as_text(struct op *op, const struct pack_column *from, const json_t *v)
{
    str text = json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) }
                                 : json_text(op->arena, v);
    const struct pack_code *code = from->codes ? pack_code(from->codes, text) : NULL;
    return json_from_str(code ? code->name.zh : text);
}

enum err licence_data(struct op *op, const struct pack_licence *t, const json_t *given,
    const struct record *holder, struct diag_list *faults, json_t **out)
{
    json_t *data = json_keep(op->arena, json_object());
    struct diag_list own;
    if (!faults) {
        diag_list_init(&own, op->arena, 20);
        faults = &own;
    }
    TRY(diag_arena(op->diag, op->arena));
    json_object_update(data, (json_t *)given);
    for (size_t i = 0; i < t->fields.column_count; i++) {
        const struct pack_column *c = &t->fields.columns[i], *from = t->fill[i];
        const json_t *v = from ? member(holder->data, from) : NULL;
        if (!nothing(member(data, c)) || nothing(v))
            continue;
        json_object_setn_new(data, c->name.data, c->name.bytes,
            c->type == PACK_COLUMN_TEXT ? as_text(op, from, v) : json_deep_copy(v));
    }
    TRY(record_check(op, &t->fields, data, NULL, faults));
    *out = data;
    return OK;
}

/* The last day of a term that begins on `from`: the day before the same day so many months on. */
static int64_t after_months(int64_t from, int64_t months)
{
    struct date d = date_from_days(from);
    int64_t count = d.year * 12LL + d.month - 1 + months;
    struct date end = { (int32_t)(count / 12), (uint8_t)(count % 12 + 1), d.day };
    int most = date_days_in_month(end.year, end.month);
    bool cut = end.day > most;
    if (cut)
        end.day = (uint8_t)most;
    return date_to_days(end) - !cut;
}

enum err licence_term(struct op *op, struct licence *l)
{
    const struct pack_licence *t = l->type;
    struct date from;
    if (!date_parse(l->valid_from, &from)) {
        diag_field(op->diag, STR("validFrom"));
        return diag_set(op->diag, ERR_INVALID, "起始日期应如 2026-11-23",
            "the first day must be like 2026-11-23");
    }
    int64_t first = date_to_days(from);
    l->valid_to = STR_NONE;
    switch (t->validity) {
    case PACK_VALID_ALWAYS:
        break;
    case PACK_VALID_YEARS:
        l->valid_to = licence_day(op, after_months(first, t->valid_amount * 12LL));
        break;
    case PACK_VALID_MONTHS:
        l->valid_to = licence_day(op, after_months(first, t->valid_amount));
        break;
    case PACK_VALID_DAYS:
        l->valid_to = licence_day(op, first + t->valid_amount - 1);
        break;
    case PACK_VALID_UNTIL:
        l->valid_to = record_text(l->data, t->valid_until);
        if (l->valid_to.bytes && str_compare(l->valid_to, l->valid_from) < 0) {
            diag_field(op->diag, t->valid_until->name);
            return diag_set(
                op->diag, ERR_INVALID, "截止日期早于起始日期", "the last day is before the first");
        }
        break;
    }
    return diag_arena(op->diag, op->arena);
}

/* ---- the row ---- */

static enum err count_on(struct op *op, str name, int64_t *value)
{
    struct store_rows rows;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "INSERT INTO counter (zone, name, value) VALUES ($1, $2, 1)"
        " ON CONFLICT (zone, name) DO UPDATE SET value = counter.value + 1 RETURNING value",
        S_TEXT(op->zone->code), S_TEXT(name)));
    *value = store_int(&rows, 0);
    store_rows_end(&rows);
    return OK;
}

/* serial: year and six digits of the type's own count, kept through all versions. */
static enum err name_it(struct op *op, struct licence *l)
{
    struct arena *a = op->arena;
    int64_t serial;
    if (!l->number.bytes) {
        str year = str_slice(l->issued_on, 0, 4);
        TRY(count_on(op, str_printf(a, "licence:%.*s:%.*s", STR_ARGS(l->type_code), STR_ARGS(year)),
            &serial));
        l->number = str_printf(a, "%.*s%06lld", STR_ARGS(year), (long long)serial);
    }
    TRY(count_on(op, STR("licence.list"), &l->list_index));
    const struct pack_licence *t = l->type;
    str body = str_printf(a, "%.*s%.*s%.*s%03lld", STR_ARGS(t->type_code), STR_ARGS(t->issuer_code),
        STR_ARGS(l->number), (long long)l->version);
    char check = iso7064_mod37_36(body);
    if (!check)
        return diag_set(op->diag, ERR_INVALID, "证照标识 %.*s 含有不能校验的字符",
            "the identifier %.*s has characters that cannot be checked", STR_ARGS(body));
    l->identifier = str_printf(a, "%s.%.*s.%.*s.%.*s.%03lld.%c", root, STR_ARGS(t->type_code),
        STR_ARGS(t->issuer_code), STR_ARGS(l->number), (long long)l->version, check);
    return diag_arena(op->diag, a);
}

enum err licence_insert(struct op *op, struct licence *l)
{
    if (l->version > 999)
        return diag_set(op->diag, ERR_LIMIT, "证照版本号已到 999", "the licence is at version 999");
    TRY(name_it(op, l));
    l->id = id_next(&op->zone->ids, op->now_ms);
    if (!l->root_id)
        l->root_id = l->id;
    l->updated_at = op->now_ms;
    str data = json_text(op->arena, l->data);
    TRY(diag_arena(op->diag, op->arena));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO licence (zone, id, root_id, type, identifier, number, unit, holder_register,"
        " holder_id, holder_name, holder_key, status, operation, version, list_index,"
        " first_issued_on, issued_on, valid_from, valid_to, data, case_id, before_id, next_id,"
        " renewal_at, reason, basis, looks, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
        " $10, $11, 1, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, 0, 0, $22, $23, 0, $24)",
        S_TEXT(op->zone->code), S_INT(l->id), S_INT(l->root_id), S_TEXT(l->type_code),
        S_TEXT(l->identifier), S_TEXT(l->number), S_TEXT(l->unit), S_TEXT(l->holder_register),
        S_INT(l->holder_id), S_TEXT(l->holder_name), S_TEXT(l->holder_key), S_INT(l->operation),
        S_INT(l->version), S_INT(l->list_index), S_TEXT(l->first_issued_on), S_TEXT(l->issued_on),
        S_TEXT(l->valid_from), S_TEXT(l->valid_to), S_TEXT(data), S_INT(l->case_id),
        S_INT(l->before_id), S_TEXT(l->reason), S_TEXT(l->basis), S_INT(op->now_ms));
}

/* ---- as people read it ---- */

static str day_text(struct arena *a, str day, bool english)
{
    struct date d;
    if (!date_parse(day, &d) || english)
        return day;
    return str_printf(a, "%d年%d月%d日", d.year, d.month, d.day);
}

static str money_text(struct arena *a, int64_t fen, bool english)
{
    char digits[32];
    struct buf b;
    int64_t yuan = fen < 0 ? -(fen / 100) : fen / 100;
    int n = snprintf(digits, sizeof digits, "%lld", (long long)yuan);
    buf_init(&b, a, 64);
    buf_add(&b, fen < 0 ? STR("-¥") : STR("¥"));
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            buf_add_char(&b, ',');
        buf_add_char(&b, digits[i]);
    }
    buf_printf(&b, ".%02lld", (long long)((fen < 0 ? -fen : fen) % 100));
    (void)english;
    return buf_str(&b);
}

str licence_field_text(
    struct op *op, const struct licence *l, const struct pack_column *c, bool english)
{
    const json_t *v = member(l->data, c);
    str text = json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) } : STR_NONE;
    const struct pack_code *code = c->codes && text.bytes ? pack_code(c->codes, text) : NULL;
    const struct pack_unit *unit =
        c->type == PACK_COLUMN_UNIT ? pack_unit(zone_pack(op->zone), text) : NULL;
    if (code || unit) {
        struct name2 name = code ? code->name : unit->name;
        return english ? name.en : name.zh;
    }
    if (c->type == PACK_COLUMN_DATE)
        return day_text(op->arena, text, english);
    if (c->type == PACK_COLUMN_MONEY && json_is_integer(v))
        return money_text(op->arena, json_integer_value(v), english);
    if (json_is_boolean(v))
        return json_is_true(v) ? (english ? STR("yes") : STR("是"))
                               : (english ? STR("no") : STR("否"));
    if (json_is_integer(v))
        return str_printf(op->arena, "%lld", (long long)json_integer_value(v));
    if (json_is_real(v))
        return str_printf(op->arena, "%.15g", json_real_value(v));
    return text;
}

static str named_text(struct op *op, const struct licence *l, str name, bool english)
{
    struct arena *a = op->arena;
    const struct {
        const char *name;
        str text;
        bool day;
    } more[] = {
        { "holder", l->holder_name, false },
        { "holder_key", l->holder_key, false },
        { "number", l->number, false },
        { "identifier", l->identifier, false },
        { "issuer", english ? l->type->issuer.en : l->type->issuer.zh, false },
        { "issued_on", l->issued_on, true },
        { "first_issued_on", l->first_issued_on, true },
        { "valid_from", l->valid_from, true },
        { "valid_to",
            l->valid_to.bytes ? l->valid_to
                : english     ? STR("no end")
                              : STR("长期"),
            true },
    };
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (str_is(name, more[i].name))
            return more[i].day ? day_text(a, more[i].text, english) : more[i].text;
    const struct pack_column *c = pack_column(&l->type->fields, name);
    return c ? licence_field_text(op, l, c, english) : STR_NONE;
}

str licence_fill(struct op *op, const struct licence *l, str text, bool english)
{
    struct buf b;
    buf_init(&b, op->arena, 64 * KIB);
    for (ptrdiff_t open; (open = str_find(text, STR("{"), 0)) >= 0;) {
        ptrdiff_t close = str_find(text, STR("}"), (size_t)open);
        if (close < 0)
            break;
        buf_add(&b, str_slice(text, 0, (size_t)open));
        buf_add(&b, named_text(op, l, str_slice(text, (size_t)open + 1, (size_t)close), english));
        text = str_slice(text, (size_t)close + 1, text.bytes);
    }
    buf_add(&b, text);
    return buf_str(&b);
}
