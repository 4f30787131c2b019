/*
 * The grammar, types (rules 63-66): list<…>, range<…>, context<a: …>, function<…> -> …, a built-in
 * name, or the name of an item definition in scope.
 */
#include "feel/parse.h"

static struct feel_type *new_type(struct feel_builder *b, struct feel_type t)
{
    struct feel_type *copy = ARENA_NEW(b->arena, struct feel_type);
    if (!copy)
        return builder_memory(b);
    *copy = t;
    return copy;
}

static const struct feel_type *expect_close(struct feel_builder *b, const struct feel_type *t)
{
    if (t && !lex_char(b, '>'))
        return builder_expected(b, "“>”", "\">\"");
    return t;
}

/* ("list" | "range") "<" type ">" */
static const struct feel_type *of_item(struct feel_builder *b, bool list)
{
    const struct feel_type *item = parse_type(b);
    if (!item)
        return NULL;
    return expect_close(b,
        new_type(b,
            (struct feel_type){ .form = list ? FEEL_TYPE_LIST : FEEL_TYPE_RANGE, .item = item }));
}

static bool add_field(struct feel_builder *b, struct feel_field **fields, size_t *count,
    size_t *capacity, struct feel_field field)
{
    if (*count == *capacity) {
        *capacity = *capacity ? *capacity * 2 : 4;
        *fields = arena_grow(
            b->arena, *fields, *count * sizeof **fields, *capacity * sizeof **fields);
        if (!*fields)
            return builder_memory(b) != NULL;
    }
    (*fields)[(*count)++] = field;
    return true;
}

/* "context" "<" name ":" type { "," … } ">" */
static const struct feel_type *context_type(struct feel_builder *b)
{
    struct feel_field *fields = NULL;
    size_t count = 0, capacity = 0;
    while (!lex_char(b, '>')) {
        struct feel_field f = { 0 };
        if ((count && !lex_char(b, ',')) || !lex_free_name(b, ":", NULL, &f.name)
            || !lex_char(b, ':'))
            return builder_expected(b, "条目名和类型", "an entry's name and type");
        if (!(f.type = parse_type(b)) || !add_field(b, &fields, &count, &capacity, f))
            return NULL;
    }
    return new_type(b, (struct feel_type){ .form = FEEL_TYPE_CONTEXT, .fields = fields,
                           .field_count = count });
}

/* "function" "<" [ type { "," type } ] ">" "->" type */
static const struct feel_type *function_type(struct feel_builder *b)
{
    struct feel_field *fields = NULL;
    size_t count = 0, capacity = 0;
    while (!lex_char(b, '>')) {
        struct feel_field f = { 0 };
        if (count && !lex_char(b, ','))
            return builder_expected(b, "“,”或“>”", "\",\" or \">\"");
        if (!(f.type = parse_type(b)) || !add_field(b, &fields, &count, &capacity, f))
            return NULL;
    }
    if (!lex_op(b, "->"))
        return builder_expected(b, "“->”和结果类型", "\"->\" and the result's type");
    const struct feel_type *result = parse_type(b);
    return result ? new_type(b, (struct feel_type){ .form = FEEL_TYPE_FUNCTION, .fields = fields,
                                    .field_count = count, .item = result })
                  : NULL;
}

static bool generic(struct feel_builder *b, const char *word)
{
    size_t start = b->at;
    if (lex_word(b, word) && lex_char(b, '<'))
        return true;
    b->at = start;
    return false;
}

static const struct feel_type *named(struct feel_builder *b)
{
    static const char *const builtin[] = { "date and time", "days and time duration",
        "years and months duration", "date", "time", "dateTime", "dayTimeDuration",
        "yearMonthDuration", "number", "string", "boolean", "Any", "Null", "list", "context",
        "range", "function" };
    const struct feel_type *best = NULL;
    size_t end = b->at;
    for (size_t i = 0; i < b->names->type_count; i++) {
        size_t to = lex_match(b->text, b->at, b->names->types[i].name);
        if (to > end) {
            end = to;
            best = b->names->types[i].type;
        }
    }
    for (size_t i = 0; i < sizeof builtin / sizeof *builtin; i++) {
        size_t to = lex_match(b->text, b->at, str_from(builtin[i]));
        if (to > end) {
            end = to;
            best = feel_type_named(str_from(builtin[i]));
        }
    }
    if (!best)
        return builder_expected(b, "类型名", "the name of a type");
    b->at = end;
    return best;
}

const struct feel_type *parse_type(struct feel_builder *b)
{
    if (b->nesting >= FEEL_NESTING_MAX)
        return builder_fail(
            b, ERR_LIMIT, "类型嵌套过深%.*s", "the type is nested too deeply%.*s", STR_NONE);
    b->nesting++;
    lex_skip(b);
    const struct feel_type *t;
    if (generic(b, "list"))
        t = of_item(b, true);
    else if (generic(b, "range"))
        t = of_item(b, false);
    else if (generic(b, "context"))
        t = context_type(b);
    else if (generic(b, "function"))
        t = function_type(b);
    else
        t = named(b);
    b->nesting--;
    return t;
}
