/*
 * A value of a record in its four shapes: JSON at the door, columns of a table, FEEL inside
 * expressions, and text in lists of conditions.
 *
 *     type                      SQL                       JSON              FEEL
 *     text date code ref unit   TEXT, '' for nothing      text              text; date
 *     int real bool             BIGINT, DOUBLE, BIGINT    number, boolean   number, boolean
 *     money                     BIGINT, fen               whole fen         number of yuan
 *     instant                   BIGINT, milliseconds      RFC 3339          date and time
 *     account                   BIGINT                    text              text
 *     point                     two DOUBLE, _lon _lat     {lon, lat}        context
 *     shape                     TEXT, GeoJSON             object            null
 *     files                     TEXT, a JSON list         list of texts     list
 *
 * Text from a table is read as people write it: names for codes, yuan for money, 2026/3/5 for a
 * date. What cannot be read stays text, and the check refuses it by its column.
 */
#include "zone/record_internal.h"

#include <string.h>

int column_width(const struct pack_column *c)
{
    return c->type == PACK_COLUMN_POINT ? 2 : 1;
}

const char *column_sql_type(enum pack_column_type type)
{
    switch (type) {
    case PACK_COLUMN_INT:
    case PACK_COLUMN_BOOL:
    case PACK_COLUMN_MONEY:
    case PACK_COLUMN_INSTANT:
    case PACK_COLUMN_ACCOUNT:
        return "BIGINT";
    case PACK_COLUMN_REAL:
    case PACK_COLUMN_POINT:
        return "DOUBLE PRECISION";
    case PACK_COLUMN_TEXT:
    case PACK_COLUMN_DATE:
    case PACK_COLUMN_CODE:
    case PACK_COLUMN_REF:
    case PACK_COLUMN_UNIT:
    case PACK_COLUMN_SHAPE:
    case PACK_COLUMN_FILES:
        return "TEXT";
    }
    return "TEXT";
}

bool column_is_text(enum pack_column_type type)
{
    return column_sql_type(type)[0] == 'T';
}

void column_names_add(struct buf *b, const struct pack_column *c)
{
    if (c->type == PACK_COLUMN_POINT)
        buf_printf(b, "%.*s_lon, %.*s_lat", STR_ARGS(c->name), STR_ARGS(c->name));
    else
        buf_add(b, c->name);
}

static str json_words(const json_t *v)
{
    return json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) } : STR_NONE;
}

void column_bind(
    const struct op *op, const struct pack_column *c, const json_t *v, struct store_value *out)
{
    bool nothing = !v || json_is_null(v);
    int64_t number = 0;
    switch (c->type) {
    case PACK_COLUMN_TEXT:
    case PACK_COLUMN_DATE:
    case PACK_COLUMN_CODE:
    case PACK_COLUMN_REF:
    case PACK_COLUMN_UNIT:
        *out = S_TEXT(json_words(v));
        return;
    case PACK_COLUMN_SHAPE:
    case PACK_COLUMN_FILES:
        *out = S_TEXT(nothing ? STR_NONE : json_text(op->arena, v));
        return;
    case PACK_COLUMN_POINT:
        out[0] = nothing ? S_NULL : S_REAL(json_number_value(json_object_get(v, "lon")));
        out[1] = nothing ? S_NULL : S_REAL(json_number_value(json_object_get(v, "lat")));
        return;
    case PACK_COLUMN_INT:
    case PACK_COLUMN_MONEY:
        *out = nothing ? S_NULL : S_INT(json_integer_value(v));
        return;
    case PACK_COLUMN_BOOL:
        *out = nothing ? S_NULL : S_INT(json_is_true(v));
        return;
    case PACK_COLUMN_REAL:
        *out = nothing ? S_NULL : S_REAL(json_number_value(v));
        return;
    case PACK_COLUMN_INSTANT:
        *out = instant_parse(json_words(v), &number) ? S_INT(number) : S_NULL;
        return;
    case PACK_COLUMN_ACCOUNT:
        *out = str_to_int64(json_words(v), &number) ? S_INT(number) : S_NULL;
        return;
    }
}

static json_t *json_of_text(struct op *op, str text)
{
    json_t *v = NULL;
    struct diag ignored = { 0 };
    if (!text.bytes || json_parse(op->arena, text, &v, &ignored) != OK)
        return json_null();
    return json_incref(v); /* the arena holds one, the caller another */
}

json_t *column_read(
    struct op *op, const struct pack_column *c, const struct store_rows *rows, int at)
{
    json_t *o;
    if (store_is_null(rows, at))
        return json_null();
    switch (c->type) {
    case PACK_COLUMN_TEXT:
    case PACK_COLUMN_DATE:
    case PACK_COLUMN_CODE:
    case PACK_COLUMN_REF:
    case PACK_COLUMN_UNIT:
        return json_from_str(store_text(rows, at));
    case PACK_COLUMN_SHAPE:
    case PACK_COLUMN_FILES:
        return json_of_text(op, store_text(rows, at));
    case PACK_COLUMN_POINT:
        o = json_object();
        json_object_set_new(o, "lon", json_real(store_real(rows, at)));
        json_object_set_new(o, "lat", json_real(store_real(rows, at + 1)));
        return o;
    case PACK_COLUMN_INT:
    case PACK_COLUMN_MONEY:
        return json_integer(store_int(rows, at));
    case PACK_COLUMN_BOOL:
        return json_boolean(store_int(rows, at));
    case PACK_COLUMN_REAL:
        return json_real(store_real(rows, at));
    case PACK_COLUMN_INSTANT:
        return json_from_str(zone_instant_text(op, store_int(rows, at)));
    case PACK_COLUMN_ACCOUNT:
        return json_from_str(str_printf(op->arena, "%lld", (long long)store_int(rows, at)));
    }
    return json_null();
}

/* ---- FEEL ---- */

feel_value feel_text_or_null(str s)
{
    return s.bytes ? feel_string(s) : feel_null();
}

static feel_value feel_instant(struct op *op, str text)
{
    int64_t ms;
    const struct tz *tz = zone_pack(op->zone)->tz;
    if (!instant_parse(text, &ms))
        return feel_null();
    return feel_date_time_from_ms(ms, 0, tz);
}

feel_value column_feel(struct op *op, const struct pack_column *c, const json_t *v)
{
    struct date date;
    feel_value out = feel_null();
    if (!v || json_is_null(v))
        return feel_null();
    switch (c->type) {
    case PACK_COLUMN_DATE:
        return date_parse(json_words(v), &date) ? feel_date(date) : feel_null();
    case PACK_COLUMN_INSTANT:
        return feel_instant(op, json_words(v));
    case PACK_COLUMN_MONEY:
        return json_is_integer(v) ? feel_decimal(json_integer_value(v), 2) : feel_null();
    case PACK_COLUMN_TEXT:
    case PACK_COLUMN_CODE:
    case PACK_COLUMN_REF:
    case PACK_COLUMN_UNIT:
    case PACK_COLUMN_ACCOUNT:
        return feel_text_or_null(json_words(v));
    case PACK_COLUMN_SHAPE:
        return feel_null();
    case PACK_COLUMN_INT:
    case PACK_COLUMN_REAL:
    case PACK_COLUMN_BOOL:
    case PACK_COLUMN_POINT:
    case PACK_COLUMN_FILES:
        if (feel_from_json(op->arena, v, NULL, &out, NULL) != OK)
            return feel_null();
        return out;
    }
    return feel_null();
}

/* Yuan to whole fen, a half away from zero as money is counted. By the digits: a double would
 * already have rounded. */
static json_t *fen(struct op *op, feel_value v)
{
    str text = feel_to_string(op->arena, v);
    int64_t out = 0;
    int places = -1; /* behind the point; -1: before it */
    bool minus = text.bytes && text.data[0] == '-', up = false;
    if (v.kind != FEEL_NUMBER)
        return json_null();
    for (size_t i = minus; i < text.bytes; i++) {
        char c = text.data[i];
        if (c == '.' && places < 0) {
            places = 0;
        } else if (c < '0' || c > '9' || out > INT64_MAX / 1000) {
            return json_null();
        } else if (places >= 2) {
            up = c >= '5';
            break;
        } else {
            out = out * 10 + (c - '0');
            places += places >= 0;
        }
    }
    for (places = places < 0 ? 0 : places; places < 2; places++)
        out *= 10;
    out += up;
    return json_integer(minus ? -out : out);
}

json_t *column_from_feel(struct op *op, const struct pack_column *c, feel_value v)
{
    int64_t number;
    if (feel_is_null(v))
        return json_null();
    switch (c->type) {
    case PACK_COLUMN_MONEY:
        return fen(op, v);
    case PACK_COLUMN_INT:
        return feel_to_int64(v, &number) ? json_integer(number) : json_null();
    case PACK_COLUMN_REAL:
        return v.kind == FEEL_NUMBER ? json_real(feel_to_double(v)) : json_null();
    case PACK_COLUMN_BOOL:
        return v.kind == FEEL_BOOLEAN ? json_boolean(v.boolean) : json_null();
    case PACK_COLUMN_DATE:
        return v.kind == FEEL_DATE ? json_from_str(date_format(op->arena, v.date)) : json_null();
    case PACK_COLUMN_INSTANT:
        return feel_date_time_to_ms(v, &number) ? json_from_str(zone_instant_text(op, number))
                                                : json_null();
    case PACK_COLUMN_TEXT:
    case PACK_COLUMN_CODE:
    case PACK_COLUMN_REF:
    case PACK_COLUMN_UNIT:
    case PACK_COLUMN_ACCOUNT:
        return json_from_str(feel_to_string(op->arena, v));
    case PACK_COLUMN_POINT:
    case PACK_COLUMN_SHAPE:
    case PACK_COLUMN_FILES:
        return json_null();
    }
    return json_null();
}

/* ---- text ---- */

static json_t *code_of_text(const struct pack_column *c, str text)
{
    for (size_t i = 0; c->codes && i < c->codes->count; i++) {
        const struct pack_code *code = &c->codes->items[i];
        if (str_equal(code->name.zh, text) || str_equal(code->name.en, text))
            return json_from_str(code->code);
    }
    return json_from_str(text); /* a code itself, or refused by the check */
}

static json_t *unit_of_text(struct op *op, str text)
{
    const struct pack *p = zone_pack(op->zone);
    for (size_t i = 0; i < p->unit_count; i++)
        if (str_equal(p->units[i].name.zh, text) || str_equal(p->units[i].name.en, text))
            return json_from_str(p->units[i].code);
    return json_from_str(text);
}

/* "2026-3-5", "2026/3/5" and "2026年3月5日" as spreadsheets write them. */
static json_t *date_of_text(struct op *op, str text)
{
    int64_t parts[3] = { 0 };
    size_t n = 0;
    bool digits = false;
    for (size_t at = 0; at < text.bytes;) {
        uint32_t c = str_next_code_point(text, &at);
        if (c >= '0' && c <= '9' && n < 3 && parts[n] < 100000) {
            parts[n] = parts[n] * 10 + (c - '0');
            digits = true;
        } else if (digits
            && (c == '-' || c == '/' || c == '.' || c == 0x5E74 || c == 0x6708 || c == 0x65E5)) {
            n++;
            digits = false;
        } else {
            return json_from_str(text);
        }
    }
    if (n + digits != 3 || !date_is_valid(parts[0], (int)parts[1], (int)parts[2]))
        return json_from_str(text);
    return json_from_str(date_format(
        op->arena, (struct date){ (int32_t)parts[0], (uint8_t)parts[1], (uint8_t)parts[2] }));
}

static json_t *number_of_text(struct op *op, const struct pack_column *c, str text)
{
    struct buf plain;
    feel_value v;
    int64_t n;
    buf_init(&plain, op->arena, 200);
    for (size_t i = 0; i < text.bytes; i++)
        if (text.data[i] != ',')
            buf_add_char(&plain, text.data[i]);
    if (buf_failed(&plain) || !feel_number_parse(buf_str(&plain), &v))
        return json_from_str(text);
    if (c->type == PACK_COLUMN_MONEY)
        return fen(op, v);
    if (c->type == PACK_COLUMN_INT)
        return feel_to_int64(v, &n) ? json_integer(n) : json_from_str(text);
    return json_real(feel_to_double(v));
}

static json_t *point_of_text(struct op *op, str text)
{
    feel_value lon, lat;
    str east, north = text;
    char separator = str_find(text, STR(","), 0) >= 0 ? ',' : ' ';
    if (!str_split(&north, separator, &east) || !feel_number_parse(str_trim(east), &lon)
        || !feel_number_parse(str_trim(north), &lat))
        return json_from_str(text);
    (void)op;
    json_t *o = json_object();
    json_object_set_new(o, "lon", json_real(feel_to_double(lon)));
    json_object_set_new(o, "lat", json_real(feel_to_double(lat)));
    return o;
}

json_t *column_from_text(struct op *op, const struct pack_column *c, str text)
{
    static const char *const yes[] = { "true", "yes", "1", "是", "有", "√" };
    static const char *const no[] = { "false", "no", "0", "否", "无", "×" };
    json_t *parsed = NULL;
    text = str_trim(text);
    if (!text.bytes)
        return json_null();
    switch (c->type) {
    case PACK_COLUMN_CODE:
        return code_of_text(c, text);
    case PACK_COLUMN_UNIT:
        return unit_of_text(op, text);
    case PACK_COLUMN_DATE:
        return date_of_text(op, text);
    case PACK_COLUMN_INT:
    case PACK_COLUMN_REAL:
    case PACK_COLUMN_MONEY:
        return number_of_text(op, c, text);
    case PACK_COLUMN_POINT:
        return point_of_text(op, text);
    case PACK_COLUMN_BOOL:
        for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
            if (str_is(text, yes[i]) || str_is(text, no[i]))
                return json_boolean(str_is(text, yes[i]));
        return json_from_str(text);
    case PACK_COLUMN_SHAPE:
    case PACK_COLUMN_FILES:
        parsed = json_of_text(op, text);
        return json_is_null(parsed) ? json_from_str(text) : parsed;
    case PACK_COLUMN_TEXT:
    case PACK_COLUMN_REF:
    case PACK_COLUMN_INSTANT:
    case PACK_COLUMN_ACCOUNT:
        return json_from_str(text);
    }
    return json_null();
}
