/*
 * The grammar, the forms that begin with a word: if, for, some, every, function (rules 45-51, 55).
 */
#include "feel/parse.h"

/* if = "if" expression "then" expression "else" expression */
static const struct feel_node *if_expression(struct feel_builder *b)
{
    const struct feel_node *condition = parse_expression(b);
    if (condition && !lex_word(b, "then"))
        return builder_expected(b, "“then”", "\"then\"");
    const struct feel_node *yes = condition ? parse_expression(b) : NULL;
    if (yes && !lex_word(b, "else"))
        return builder_expected(b, "“else”", "\"else\"");
    const struct feel_node *no = yes ? parse_expression(b) : NULL;
    return no ? feel_build_branch(b, condition, yes, no) : NULL;
}

static const struct feel_type *item_type(const struct feel_node *list, const struct feel_node *high)
{
    const struct feel_type *t = list->type;
    if (high || !t)
        return t;
    return t->form == FEEL_TYPE_LIST || t->form == FEEL_TYPE_RANGE ? t->item : t;
}

/* iterator = name "in" expression [ ".." expression ] */
static bool iterator(struct feel_builder *b, struct feel_iterator *it)
{
    str name;
    *it = (struct feel_iterator){ 0 };
    if (!lex_free_name(b, ",", "in", &name) || !lex_word(b, "in"))
        return builder_expected(b, "变量名和“in”", "a variable's name and \"in\"") != NULL;
    it->list = parse_expression(b);
    if (it->list && lex_op(b, ".."))
        if (!(it->high = parse_expression(b)))
            return false;
    return it->list && scope_declare(b, name, item_type(it->list, it->high), &it->slot);
}

/* iterators = iterator { "," iterator } */
static bool iterators(struct feel_builder *b, struct feel_loop *loop)
{
    struct feel_iterator *items = NULL;
    size_t capacity = 0;
    do {
        if (loop->count == capacity) {
            capacity = capacity ? capacity * 2 : 2;
            items = arena_grow(
                b->arena, items, loop->count * sizeof *items, capacity * sizeof *items);
            if (!items)
                return builder_memory(b) != NULL;
        }
        if (!iterator(b, &items[loop->count]))
            return false;
        loop->count++;
    } while (lex_char(b, ','));
    loop->iterators = items;
    return true;
}

/* for = "for" iterators "return" expression */
static const struct feel_node *for_expression(struct feel_builder *b)
{
    struct feel_loop *loop = ARENA_NEW(b->arena, struct feel_loop);
    struct feel_node *n = node_new(b, run_loop);
    if (!loop || !n)
        return builder_memory(b);
    if (!scope_open(b, false) || !iterators(b, loop))
        return NULL;
    if (!lex_word(b, "return"))
        return builder_expected(b, "“return”", "\"return\"");
    if (!scope_declare(b, STR("partial"), NULL, &loop->partial_slot))
        return NULL;
    bool outer = b->partial_used;
    b->partial_used = false;
    loop->body = parse_expression(b);
    loop->partial_used = b->partial_used;
    b->partial_used = outer || loop->partial_used;
    scope_close(b);
    if (!loop->body)
        return NULL;
    n->extra = loop;
    n->type = type_list_of(b, loop->body->type);
    return n;
}

/* quantified = ("some" | "every") iterators "satisfies" expression */
static const struct feel_node *quantified(struct feel_builder *b, bool every)
{
    struct feel_loop *loop = ARENA_NEW(b->arena, struct feel_loop);
    struct feel_node *n = node_new(b, run_quantified);
    if (!loop || !n)
        return builder_memory(b);
    if (!scope_open(b, false) || !iterators(b, loop))
        return NULL;
    if (!lex_word(b, "satisfies"))
        return builder_expected(b, "“satisfies”", "\"satisfies\"");
    loop->body = parse_expression(b);
    scope_close(b);
    n->extra = loop;
    n->op = every;
    return loop->body ? n : NULL;
}

/* parameter = name [ ":" type ] */
static bool parameters(struct feel_builder *b, struct feel_field **out, size_t *count)
{
    struct feel_field *items = NULL;
    size_t capacity = 0;
    *count = 0;
    while (!lex_char(b, ')')) {
        if (*count == capacity) {
            capacity = capacity ? capacity * 2 : 4;
            items = arena_grow(b->arena, items, *count * sizeof *items, capacity * sizeof *items);
            if (!items)
                return builder_memory(b) != NULL;
        }
        if ((*count && !lex_char(b, ','))
            || !lex_free_name(b, ":,)", NULL, &items[*count].name))
            return builder_expected(b, "参数名", "a parameter's name") != NULL;
        items[*count].type = NULL;
        if (lex_char(b, ':') && !(items[*count].type = parse_type(b)))
            return false;
        (*count)++;
    }
    *out = items;
    return true;
}

/* function = "function" "(" parameters ")" ( expression | "external" expression ) */
static const struct feel_node *function_definition(struct feel_builder *b)
{
    struct feel_field *fields = NULL;
    size_t count;
    if (!lex_char(b, '('))
        return builder_expected(b, "“(”", "\"(\"");
    if (!parameters(b, &fields, &count) || !feel_build_function_open(b, fields, count))
        return NULL;
    const struct feel_type *result = NULL;
    if (lex_char(b, ':') && !(result = parse_type(b)))
        return NULL;
    if (!lex_word(b, "external"))
        return feel_build_function_close(b, parse_expression(b), NULL, result, -1);
    const struct feel_node *mapping = node_fold(b, parse_expression(b));
    if (!mapping)
        return NULL;
    feel_value none = feel_null();
    return feel_build_function_close(
        b, NULL, mapping->run == run_constant ? mapping->value : &none, result, -1);
}

const struct feel_node *parse_block(struct feel_builder *b, bool *found)
{
    *found = true;
    bool no_filter = b->no_filter;
    const struct feel_node *n = NULL;
    if (lex_word(b, "if"))
        n = if_expression(b);
    else if (lex_word(b, "for"))
        n = for_expression(b);
    else if (lex_word(b, "some"))
        n = quantified(b, false);
    else if (lex_word(b, "every"))
        n = quantified(b, true);
    else if (lex_word(b, "function"))
        n = function_definition(b);
    else
        *found = false;
    b->no_filter = no_filter;
    return n;
}
