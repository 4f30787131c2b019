/*
 * Values: making, comparing, copying, writing. Equality and order follow clauses 10.3.2.13 and
 * 10.3.2.14 (tables 41 to 43): null equals only null; values of different kinds cannot be compared,
 * which is null, not false.
 */
#include "feel/internal.h"
#include "feel/number.h"
#include "feel/temporal.h"

#include <string.h>

enum { TEXT_BYTES_MAX = 64 << 20, COPY_DEPTH_MAX = 1000 };

feel_value feel_list_of(struct arena *a, const feel_value *items, size_t count)
{
    struct feel_list *l = ARENA_NEW(a, struct feel_list);
    if (!l)
        return feel_null();
    *l = (struct feel_list){ count, items };
    feel_value v = { .kind = FEEL_LIST };
    v.list = l;
    return v;
}

feel_value feel_context_of(struct arena *a, const struct feel_entry *entries, size_t count)
{
    struct feel_context *c = ARENA_NEW(a, struct feel_context);
    if (!c)
        return feel_null();
    *c = (struct feel_context){ count, entries };
    feel_value v = { .kind = FEEL_CONTEXT };
    v.context = c;
    return v;
}

const feel_value *feel_get(feel_value v, str name)
{
    if (v.kind != FEEL_CONTEXT)
        return NULL;
    const struct feel_context *c = v.context;
    for (size_t i = 0; i < c->count; i++)
        if (c->entries[i].name.bytes == name.bytes
            && (!name.bytes || c->entries[i].name.data == name.data
                || memcmp(c->entries[i].name.data, name.data, name.bytes) == 0))
            return &c->entries[i].value;
    return NULL;
}

feel_value feel_function_of(struct arena *a, const struct feel_native *native)
{
    struct feel_function *f = ARENA_NEW(a, struct feel_function);
    if (!f)
        return feel_null();
    *f = (struct feel_function){ .kind = FUNCTION_NATIVE, .native = native };
    feel_value v = { .kind = FEEL_FUNCTION };
    v.function = f;
    return v;
}

static feel_value equal_lists(const struct feel_list *a, const struct feel_list *b)
{
    if (a->count != b->count)
        return feel_boolean(false);
    for (size_t i = 0; i < a->count; i++)
        if (!feel_is_true(feel_equal(a->items[i], b->items[i])))
            return feel_boolean(false);
    return feel_boolean(true);
}

static feel_value equal_contexts(feel_value a, feel_value b)
{
    if (a.context->count != b.context->count)
        return feel_boolean(false);
    for (size_t i = 0; i < a.context->count; i++) {
        const feel_value *other = feel_get(b, a.context->entries[i].name);
        if (!other || !feel_is_true(feel_equal(a.context->entries[i].value, *other)))
            return feel_boolean(false);
    }
    return feel_boolean(true);
}

static feel_value equal_ranges(const struct feel_range *a, const struct feel_range *b)
{
    return feel_boolean(a->low_closed == b->low_closed && a->high_closed == b->high_closed
        && feel_is_true(feel_equal(a->low, b->low)) && feel_is_true(feel_equal(a->high, b->high)));
}

feel_value feel_equal(feel_value a, feel_value b)
{
    if (a.kind == FEEL_NULL || b.kind == FEEL_NULL)
        return feel_boolean(a.kind == b.kind);
    if (a.kind != b.kind)
        return feel_null();
    int order;
    switch ((enum feel_kind)a.kind) {
    case FEEL_NULL: return feel_boolean(true);
    case FEEL_BOOLEAN: return feel_boolean(a.boolean == b.boolean);
    case FEEL_NUMBER: return feel_boolean(number_compare(a, b) == 0);
    case FEEL_STRING: return feel_boolean(str_equal(a.text, b.text));
    case FEEL_DATE:
    case FEEL_TIME:
    case FEEL_DATE_TIME:
    case FEEL_DAYS_TIME:
    case FEEL_YEARS_MONTHS:
        return temporal_order(a, b, &order) ? feel_boolean(order == 0) : feel_boolean(false);
    case FEEL_LIST: return equal_lists(a.list, b.list);
    case FEEL_CONTEXT: return equal_contexts(a, b);
    case FEEL_RANGE: return equal_ranges(a.range, b.range);
    case FEEL_FUNCTION: return feel_boolean(a.function == b.function);
    }
    return feel_null();
}

bool feel_order(feel_value a, feel_value b, int *order)
{
    if (a.kind != b.kind)
        return false;
    if (a.kind == FEEL_NUMBER)
        *order = number_compare(a, b);
    else if (a.kind == FEEL_STRING)
        *order = str_compare(a.text, b.text);
    else
        return temporal_order(a, b, order);
    return true;
}

/* ---- copying ------------------------------------------------------------------------------ */

static feel_value copy(struct arena *a, feel_value v, int depth);

static feel_value copy_list(struct arena *a, feel_value v, int depth)
{
    feel_value *items = ARENA_ARRAY(a, feel_value, v.list->count);
    if (!items)
        return feel_null();
    for (size_t i = 0; i < v.list->count; i++)
        items[i] = copy(a, v.list->items[i], depth + 1);
    return feel_list_of(a, items, v.list->count);
}

static feel_value copy_context(struct arena *a, feel_value v, int depth)
{
    size_t count = v.context->count;
    struct feel_entry *entries = ARENA_ARRAY(a, struct feel_entry, count);
    if (!entries)
        return feel_null();
    for (size_t i = 0; i < count; i++) {
        entries[i].name = str_copy(a, v.context->entries[i].name);
        entries[i].value = copy(a, v.context->entries[i].value, depth + 1);
    }
    return feel_context_of(a, entries, count);
}

static feel_value copy_range(struct arena *a, feel_value v, int depth)
{
    struct feel_range *r = ARENA_NEW(a, struct feel_range);
    if (!r)
        return feel_null();
    *r = *v.range;
    r->low = copy(a, r->low, depth + 1);
    r->high = copy(a, r->high, depth + 1);
    v.range = r;
    return v;
}

static feel_value copy(struct arena *a, feel_value v, int depth)
{
    if (depth > COPY_DEPTH_MAX || v.kind == FEEL_FUNCTION)
        return feel_null();
    if (v.kind == FEEL_STRING)
        return feel_string(str_copy(a, v.text));
    if (v.kind == FEEL_LIST)
        return copy_list(a, v, depth);
    if (v.kind == FEEL_CONTEXT)
        return copy_context(a, v, depth);
    if (v.kind == FEEL_RANGE)
        return copy_range(a, v, depth);
    return v;
}

feel_value feel_copy(struct arena *a, feel_value v)
{
    return copy(a, v, 0);
}

/* ---- writing ------------------------------------------------------------------------------ */

static void write_value(struct buf *b, feel_value v, int depth);

static void write_quoted(struct buf *b, str s)
{
    buf_add_char(b, '"');
    for (size_t i = 0; i < s.bytes; i++) {
        char c = s.data[i];
        if (c == '"' || c == '\\')
            buf_add_char(b, '\\');
        if (c == '\n')
            buf_add(b, STR("\\n"));
        else if (c == '\r')
            buf_add(b, STR("\\r"));
        else if (c == '\t')
            buf_add(b, STR("\\t"));
        else
            buf_add_char(b, c);
    }
    buf_add_char(b, '"');
}

static bool plain_name(str s)
{
    if (!s.bytes || (s.data[0] >= '0' && s.data[0] <= '9') || s.data[0] == ' ')
        return false;
    for (size_t i = 0; i < s.bytes; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')
            && c != '_' && c != ' ' && c < 0x80)
            return false;
    }
    return true;
}

static void write_context(struct buf *b, const struct feel_context *c, int depth)
{
    buf_add_char(b, '{');
    for (size_t i = 0; i < c->count; i++) {
        if (i)
            buf_add(b, STR(", "));
        if (plain_name(c->entries[i].name))
            buf_add(b, c->entries[i].name);
        else
            write_quoted(b, c->entries[i].name);
        buf_add(b, STR(": "));
        write_value(b, c->entries[i].value, depth + 1);
    }
    buf_add_char(b, '}');
}

static void write_range(struct buf *b, const struct feel_range *r, int depth)
{
    bool no_low = r->low.kind == FEEL_NULL && !r->low_closed;
    bool no_high = r->high.kind == FEEL_NULL && !r->high_closed;
    if (no_low != no_high) {
        buf_add(b, no_low ? (r->high_closed ? STR("(<= ") : STR("(< "))
                          : (r->low_closed ? STR("(>= ") : STR("(> ")));
        write_value(b, no_low ? r->high : r->low, depth + 1);
        buf_add_char(b, ')');
        return;
    }
    buf_add_char(b, r->low_closed ? '[' : '(');
    write_value(b, r->low, depth + 1);
    buf_add(b, STR(".."));
    write_value(b, r->high, depth + 1);
    buf_add_char(b, r->high_closed ? ']' : ')');
}

static void write_plain(struct buf *b, feel_value v)
{
    if (v.kind == FEEL_NULL)
        buf_add(b, STR("null"));
    else if (v.kind == FEEL_BOOLEAN)
        buf_add(b, v.boolean ? STR("true") : STR("false"));
    else if (v.kind == FEEL_NUMBER)
        number_write(b, v);
    else
        temporal_write(b, v);
}

static void write_value(struct buf *b, feel_value v, int depth)
{
    if (depth > COPY_DEPTH_MAX || buf_failed(b))
        return;
    switch ((enum feel_kind)v.kind) {
    case FEEL_NULL:
    case FEEL_BOOLEAN:
    case FEEL_NUMBER: write_plain(b, v); return;
    case FEEL_STRING: write_quoted(b, v.text); return;
    case FEEL_DATE:
    case FEEL_TIME:
    case FEEL_DATE_TIME:
    case FEEL_DAYS_TIME:
    case FEEL_YEARS_MONTHS:
        buf_add(b, STR("@\""));
        write_plain(b, v);
        buf_add_char(b, '"');
        return;
    case FEEL_LIST:
        buf_add_char(b, '[');
        for (size_t i = 0; i < v.list->count; i++) {
            if (i)
                buf_add(b, STR(", "));
            write_value(b, v.list->items[i], depth + 1);
        }
        buf_add_char(b, ']');
        return;
    case FEEL_CONTEXT: write_context(b, v.context, depth); return;
    case FEEL_RANGE: write_range(b, v.range, depth); return;
    case FEEL_FUNCTION: buf_add(b, STR("function(…)")); return;
    }
}

str feel_to_text(struct arena *a, feel_value v)
{
    struct buf b;
    buf_init(&b, a, TEXT_BYTES_MAX);
    write_value(&b, v, 0);
    return buf_failed(&b) ? STR_NONE : buf_str(&b);
}

str feel_to_string(struct arena *a, feel_value v)
{
    if (v.kind == FEEL_STRING)
        return v.text;
    if (v.kind == FEEL_LIST || v.kind == FEEL_CONTEXT || v.kind == FEEL_RANGE
        || v.kind == FEEL_FUNCTION)
        return feel_to_text(a, v);
    struct buf b;
    buf_init(&b, a, TEXT_BYTES_MAX);
    write_plain(&b, v);
    return buf_failed(&b) ? STR_NONE : buf_str(&b);
}

const char *feel_kind_name(enum feel_kind kind)
{
    static const char *const names[] = { "null", "boolean", "number", "string", "date", "time",
        "date and time", "days and time duration", "years and months duration", "list", "context",
        "range", "function" };
    return names[kind];
}
