/*
 * Types: what the built-in names mean, conformance and the implicit conversions of clause
 * 10.3.2.9.4. Types are immutable structures; the built-in ones are shared constants.
 */
#include "feel/internal.h"
#include "feel/temporal.h"

#define SIMPLE(type_kind, type_text)                                                               \
    { .form = FEEL_TYPE_SIMPLE, .kind = type_kind, .name = { type_text, sizeof type_text - 1 } }

static const struct feel_type builtin_types[] = {
    { .form = FEEL_TYPE_ANY, .name = { "Any", 3 } },
    { .form = FEEL_TYPE_NULL, .name = { "Null", 4 } },
    SIMPLE(FEEL_BOOLEAN, "boolean"),
    SIMPLE(FEEL_NUMBER, "number"),
    SIMPLE(FEEL_STRING, "string"),
    SIMPLE(FEEL_DATE, "date"),
    SIMPLE(FEEL_TIME, "time"),
    SIMPLE(FEEL_DATE_TIME, "date and time"),
    SIMPLE(FEEL_DAYS_TIME, "days and time duration"),
    SIMPLE(FEEL_YEARS_MONTHS, "years and months duration"),
    { .form = FEEL_TYPE_LIST, .name = { "list", 4 } },
    { .form = FEEL_TYPE_CONTEXT, .name = { "context", 7 } },
    { .form = FEEL_TYPE_RANGE, .name = { "range", 5 } },
    { .form = FEEL_TYPE_FUNCTION, .name = { "function", 8 } },
    /* as models write them */
    SIMPLE(FEEL_DATE_TIME, "dateTime"),
    SIMPLE(FEEL_DAYS_TIME, "dayTimeDuration"),
    SIMPLE(FEEL_YEARS_MONTHS, "yearMonthDuration"),
};

const struct feel_type *feel_type_named(str name)
{
    for (size_t i = 0; i < sizeof builtin_types / sizeof *builtin_types; i++)
        if (str_equal(builtin_types[i].name, name))
            return &builtin_types[i];
    return NULL;
}

/* The simple types stand in the order of the kinds. */
const struct feel_type *feel_type_of_kind(enum feel_kind kind)
{
    ASSERT(kind >= FEEL_BOOLEAN && kind <= FEEL_YEARS_MONTHS);
    return &builtin_types[2 + kind - FEEL_BOOLEAN];
}

static bool conforms(feel_value v, const struct feel_type *t, bool strict, int depth);

static bool list_conforms(feel_value v, const struct feel_type *t, int depth)
{
    if (v.kind != FEEL_LIST)
        return false;
    for (size_t i = 0; t->item && i < v.list->count; i++)
        if (!conforms(v.list->items[i], t->item, false, depth + 1))
            return false;
    return true;
}

static bool context_conforms(feel_value v, const struct feel_type *t, int depth)
{
    if (v.kind != FEEL_CONTEXT)
        return false;
    for (size_t i = 0; i < t->field_count; i++) {
        const feel_value *entry = feel_get(v, t->fields[i].name);
        if (!entry)
            return false;
        if (entry && !conforms(*entry, t->fields[i].type, false, depth + 1))
            return false;
    }
    return true;
}

static bool range_conforms(feel_value v, const struct feel_type *t, int depth)
{
    return v.kind == FEEL_RANGE
        && (!t->item
            || (conforms(v.range->low, t->item, false, depth + 1)
                && conforms(v.range->high, t->item, false, depth + 1)));
}

static bool type_conforms(const struct feel_type *a, const struct feel_type *b, int depth);

/* Every entry that b asks for is there and fits. */
static bool context_types(const struct feel_type *a, const struct feel_type *b, int depth)
{
    for (size_t i = 0; i < b->field_count; i++) {
        size_t k = 0;
        while (k < a->field_count && !str_equal(a->fields[k].name, b->fields[i].name))
            k++;
        if (k == a->field_count
            || !type_conforms(a->fields[k].type, b->fields[i].type, depth + 1))
            return false;
    }
    return true;
}

/* Parameters the other way round. */
static bool function_types(const struct feel_type *a, const struct feel_type *b, int depth)
{
    if (!b->field_count && !b->item) /* any function */
        return true;
    if (a->field_count != b->field_count)
        return false;
    for (size_t i = 0; i < a->field_count; i++)
        if (!type_conforms(b->fields[i].type, a->fields[i].type, depth + 1))
            return false;
    return type_conforms(a->item, b->item, depth + 1);
}

/* Table 53 of clause 10.3.2.9.1, between types. */
static bool type_conforms(const struct feel_type *a, const struct feel_type *b, int depth)
{
    if (!b || b->form == FEEL_TYPE_ANY || a == b || depth > FEEL_NESTING_MAX)
        return true;
    if (a && a->form == FEEL_TYPE_NULL)
        return true;
    if (!a || a->form != b->form)
        return false;
    switch (a->form) {
    case FEEL_TYPE_SIMPLE: return a->kind == b->kind;
    case FEEL_TYPE_CONTEXT: return context_types(a, b, depth);
    case FEEL_TYPE_FUNCTION: return function_types(a, b, depth);
    case FEEL_TYPE_ANY:
    case FEEL_TYPE_NULL: return true;
    case FEEL_TYPE_LIST:
    case FEEL_TYPE_RANGE: break;
    }
    return !b->item || type_conforms(a->item, b->item, depth + 1);
}

/* Can the built-in be called with so many arguments? */
static bool takes(const struct feel_function *f, size_t count)
{
    if (f->kind != FUNCTION_BUILTIN)
        return count == feel_function_arity(f);
    return count >= (size_t)f->builtin->min
        && (f->builtin->max < 0 || count <= (size_t)f->builtin->max);
}

static bool function_conforms(feel_value v, const struct feel_type *t)
{
    if (v.kind != FEEL_FUNCTION)
        return false;
    if (!t->field_count && !t->item)
        return true;
    const struct feel_function *f = v.function;
    const struct feel_field *parameters = NULL;
    const struct feel_type *result = NULL;
    size_t count = t->field_count;
    if (f->kind == FUNCTION_LAMBDA) {
        parameters = f->lambda->parameters;
        result = f->lambda->result ? f->lambda->result
            : f->lambda->body      ? f->lambda->body->type
                                   : NULL;
    } else if (f->kind == FUNCTION_NATIVE) {
        parameters = f->native->parameters;
        result = f->native->result;
    }
    if (!takes(f, t->field_count))
        return false;
    /* parameters the other way round: what the type hands in, the function must take */
    for (size_t i = 0; parameters && i < count; i++)
        if (parameters[i].type && !type_conforms(t->fields[i].type, parameters[i].type, 0))
            return false;
    return !t->item || !result || type_conforms(result, t->item, 0);
}

static bool conforms(feel_value v, const struct feel_type *t, bool strict, int depth)
{
    if (v.kind == FEEL_NULL)
        return !strict || (t && t->form == FEEL_TYPE_NULL);
    if (!t || t->form == FEEL_TYPE_ANY || depth > FEEL_NESTING_MAX)
        return true;
    switch (t->form) {
    case FEEL_TYPE_ANY: return true;
    case FEEL_TYPE_NULL: return false;
    case FEEL_TYPE_SIMPLE: return v.kind == t->kind;
    case FEEL_TYPE_LIST: return list_conforms(v, t, depth);
    case FEEL_TYPE_RANGE: return range_conforms(v, t, depth);
    case FEEL_TYPE_CONTEXT: return context_conforms(v, t, depth);
    case FEEL_TYPE_FUNCTION: return function_conforms(v, t);
    }
    return false;
}

bool feel_conforms(feel_value v, const struct feel_type *type)
{
    return conforms(v, type, false, 0);
}

/* As conforms, but null is of type Null only. */
bool feel_instance_of(feel_value v, const struct feel_type *type)
{
    return conforms(v, type, true, 0);
}

/* Converts the items or entries of a structure, so that a singleton inside a context is taken out
 * of its list as well; null when one cannot be made to conform. */
static feel_value coerce_parts(struct arena *a, feel_value v, const struct feel_type *t)
{
    if (t->form == FEEL_TYPE_LIST && v.kind == FEEL_LIST) {
        feel_value *items = ARENA_ARRAY(a, feel_value, v.list->count);
        for (size_t i = 0; items && i < v.list->count; i++) {
            items[i] = feel_coerce(a, v.list->items[i], t->item);
            if (items[i].kind == FEEL_NULL && v.list->items[i].kind != FEEL_NULL)
                return feel_null();
        }
        return items ? feel_list_of(a, items, v.list->count) : feel_null();
    }
    if (t->form != FEEL_TYPE_CONTEXT || v.kind != FEEL_CONTEXT)
        return feel_null();
    size_t count = v.context->count;
    struct feel_entry *entries = ARENA_ARRAY(a, struct feel_entry, count);
    for (size_t i = 0; entries && i < count; i++) {
        entries[i] = v.context->entries[i];
        for (size_t k = 0; k < t->field_count; k++)
            if (str_equal(t->fields[k].name, entries[i].name))
                entries[i].value = feel_coerce(a, entries[i].value, t->fields[k].type);
        if (entries[i].value.kind == FEEL_NULL
            && v.context->entries[i].value.kind != FEEL_NULL)
            return feel_null();
    }
    return entries ? feel_context_of(a, entries, count) : feel_null();
}

feel_value feel_coerce(struct arena *a, feel_value v, const struct feel_type *type)
{
    if (feel_conforms(v, type))
        return v;
    if (type->form == FEEL_TYPE_SIMPLE && type->kind == FEEL_DATE_TIME && v.kind == FEEL_DATE) {
        v.kind = FEEL_DATE_TIME;
        v.ns = 0;
        return temporal_with_offset(v, 0);
    }
    if (v.kind == FEEL_LIST && type->form != FEEL_TYPE_LIST) {
        if (v.list->count != 1 || v.list->items[0].kind == FEEL_LIST)
            return feel_null();
        return feel_coerce(a, v.list->items[0], type);
    }
    if (type->form == FEEL_TYPE_LIST && v.kind != FEEL_LIST) {
        feel_value *item = ARENA_NEW(a, feel_value);
        if (!item)
            return feel_null();
        *item = feel_coerce(a, v, type->item);
        return item->kind == FEEL_NULL ? feel_null() : feel_list_of(a, item, 1);
    }
    feel_value parts = coerce_parts(a, v, type);
    return feel_conforms(parts, type) ? parts : feel_null();
}
