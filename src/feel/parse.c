/*
 * The grammar of clause 10.3.1.2, operators: each function has its rule above it. Precedence from
 * loose to tight: or, and, comparison (= < between in), + -, * /, **, unary minus, instance of,
 * then path, filter and invocation (parse_primary.c). for, if, some, every and function reach as
 * far right as they can (parse_block.c).
 */
#include "feel/parse.h"

static const struct feel_node *conjunction(struct feel_builder *b);

/* expression = for | if | quantified | function definition | disjunction */
const struct feel_node *parse_expression(struct feel_builder *b)
{
    if (b->nesting >= FEEL_NESTING_MAX)
        return builder_fail(b, ERR_LIMIT, "表达式嵌套过深%.*s",
            "the expression is nested too deeply%.*s", STR_NONE);
    b->nesting++;
    bool no_filter = b->no_filter;
    const struct feel_node *l = conjunction(b);
    while (l && lex_word(b, "or"))
        l = node_binary(b, run_or, 0, l, conjunction(b));
    b->no_filter = no_filter;
    b->nesting--;
    return l;
}

static const struct feel_node *additive(struct feel_builder *b);

/* comparison operator = "=" | "!=" | "<" | "<=" | ">" | ">=" */
static bool comparison_operator(struct feel_builder *b, int *op)
{
    static const struct {
        const char *text;
        int op;
    } operators[] = { { "!=", OP_NOT_EQUAL }, { "<=", OP_LESS_EQUAL }, { ">=", OP_GREATER_EQUAL },
        { "<", OP_LESS }, { ">", OP_GREATER }, { "=", OP_EQUAL } };
    lex_skip(b);
    char c = b->at < b->text.bytes ? b->text.data[b->at] : 0;
    if (c != '!' && c != '<' && c != '>' && c != '=')
        return false;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (lex_op(b, operators[i].text)) {
            *op = operators[i].op;
            return true;
        }
    return false;
}

/* between = a "between" low "and" high */
static const struct feel_node *between(struct feel_builder *b, const struct feel_node *a)
{
    const struct feel_node *low = additive(b);
    if (low && !lex_word(b, "and"))
        return builder_expected(b, "“and”", "\"and\"");
    const struct feel_node *high = low ? additive(b) : NULL;
    struct feel_node *n = high ? node_new(b, run_between) : NULL;
    if (!n)
        return NULL;
    n->a = a;
    n->b = low;
    n->c = high;
    return n;
}

/* in = a "in" (positive unary test | "(" positive unary tests ")") */
static const struct feel_node *in_tests(struct feel_builder *b, const struct feel_node *a)
{
    uint32_t slot;
    if (!scope_open(b, false) || !scope_declare(b, STR("?"), a->type, &slot))
        return NULL;
    size_t start = b->at;
    struct scope *scope = b->scope;
    struct function *function = b->function;
    int nesting = b->nesting;
    const struct feel_node *test = NULL;
    if (lex_char(b, '(')) { /* tests in parentheses, unless it turns out to be a range or a sum */
        test = parse_tests(b, slot);
        if (!test || !lex_char(b, ')')) {
            if (b->err == ERR_MEMORY || b->err == ERR_LIMIT)
                return NULL;
            b->err = OK;
            b->scope = scope;
            b->function = function;
            b->nesting = nesting;
            test = NULL;
        }
    }
    if (!test) {
        b->at = start;
        test = parse_positive_test(b, slot);
    }
    scope_close(b);
    struct feel_node *n = test ? node_new(b, run_in) : NULL;
    if (!n)
        return NULL;
    n->a = a;
    n->b = test;
    n->slot = slot;
    return n;
}

/* comparison = additive { operator additive | "between" … | "in" … } */
static const struct feel_node *comparison(struct feel_builder *b)
{
    const struct feel_node *l = additive(b);
    int op;
    while (l) {
        if (lex_word(b, "between"))
            l = between(b, l);
        else if (lex_word(b, "in"))
            l = in_tests(b, l);
        else if (comparison_operator(b, &op))
            l = node_binary(b, run_compare, op, l, additive(b));
        else
            break;
    }
    return l;
}

/* conjunction = comparison { "and" comparison } */
static const struct feel_node *conjunction(struct feel_builder *b)
{
    const struct feel_node *l = comparison(b);
    while (l && lex_word(b, "and"))
        l = node_binary(b, run_and, 0, l, comparison(b));
    return l;
}

/* instance = postfix [ "instance" "of" type ] */
static const struct feel_node *instance(struct feel_builder *b)
{
    const struct feel_node *a = parse_postfix(b);
    while (a && lex_peek_word(b, "instance")) {
        size_t start = b->at;
        (void)lex_word(b, "instance");
        if (!lex_word(b, "of")) {
            b->at = start;
            break;
        }
        const struct feel_type *type = parse_type(b);
        struct feel_node *n = type ? node_new(b, run_instance) : NULL;
        if (!n)
            return NULL;
        n->a = a;
        n->target = type;
        a = n;
    }
    return a;
}

/* negation = "-" negation | instance */
static const struct feel_node *negation(struct feel_builder *b)
{
    if (!lex_peek_char(b, '-'))
        return instance(b);
    if (b->nesting >= FEEL_NESTING_MAX)
        return builder_fail(b, ERR_LIMIT, "表达式嵌套过深%.*s",
            "the expression is nested too deeply%.*s", STR_NONE);
    b->at++;
    b->nesting++;
    const struct feel_node *a = negation(b);
    b->nesting--;
    struct feel_node *n = a ? node_new(b, run_negate) : NULL;
    if (!n)
        return NULL;
    n->a = a;
    n->type = a->type;
    return a->run == run_constant ? node_fold(b, n) : n;
}

/* power = negation { "**" negation } */
static const struct feel_node *power(struct feel_builder *b)
{
    const struct feel_node *l = negation(b);
    while (l && lex_op(b, "**"))
        l = node_binary(b, run_arithmetic, OP_POWER, l, negation(b));
    return l;
}

/* multiplicative = power { ("*" | "/") power } */
static const struct feel_node *multiplicative(struct feel_builder *b)
{
    const struct feel_node *l = power(b);
    while (l) {
        int op = lex_char(b, '*') ? OP_MULTIPLY : lex_char(b, '/') ? OP_DIVIDE : -1;
        if (op < 0)
            break;
        l = node_binary(b, run_arithmetic, op, l, power(b));
    }
    return l;
}

/* additive = multiplicative { ("+" | "-") multiplicative } */
static const struct feel_node *additive(struct feel_builder *b)
{
    const struct feel_node *l = multiplicative(b);
    while (l) {
        int op = lex_char(b, '+') ? OP_ADD : lex_char(b, '-') ? OP_SUBTRACT : -1;
        if (op < 0)
            break;
        l = node_binary(b, run_arithmetic, op, l, multiplicative(b));
    }
    return l;
}

/* positive unary test = operator additive | expression
 * An expression that names `?` is the test itself; any other is a value, range or list to be
 * matched. */
const struct feel_node *parse_positive_test(struct feel_builder *b, uint32_t subject)
{
    int op;
    if (comparison_operator(b, &op)) {
        const struct feel_node *end = additive(b);
        struct feel_node *n = end ? node_new(b, run_test_compare) : NULL;
        if (!n)
            return NULL;
        n->op = (uint16_t)op;
        n->slot = subject;
        n->a = end;
        return n;
    }
    bool outer = b->subject_used;
    b->subject_used = false;
    const struct feel_node *e = parse_expression(b);
    struct feel_node *n = e ? node_new(b, b->subject_used ? run_test_truth : run_test_value) : NULL;
    b->subject_used = outer;
    if (!n)
        return NULL;
    n->a = e;
    n->slot = subject;
    return n;
}

/* positive unary tests = positive unary test { "," positive unary test } */
static const struct feel_node *positive_tests(struct feel_builder *b, uint32_t subject, bool negate)
{
    const struct feel_node **items = NULL;
    size_t count = 0, capacity = 0;
    do {
        const struct feel_node *test = parse_positive_test(b, subject);
        items = test ? nodes_grow(b, items, count, &capacity) : NULL;
        if (!items)
            return NULL;
        items[count++] = test;
    } while (lex_char(b, ','));
    if (count == 1 && !negate)
        return items[0];
    struct feel_node *n = node_new(b, run_any_test);
    if (!n)
        return NULL;
    n->op = negate;
    n->items = items;
    n->count = (uint32_t)count;
    return n;
}

/* unary tests = "-" | "not" "(" positive unary tests ")" | positive unary tests */
const struct feel_node *parse_tests(struct feel_builder *b, uint32_t subject)
{
    size_t start = b->at;
    struct scope *scope = b->scope;
    struct function *function = b->function;
    int nesting = b->nesting;
    if (lex_char(b, '-')) {
        lex_skip(b);
        if (b->at >= b->text.bytes)
            return node_constant(b, feel_boolean(true));
        b->at = start;
    }
    if (lex_word(b, "not") && lex_char(b, '(')) {
        const struct feel_node *n = positive_tests(b, subject, true);
        bool closed = n && lex_char(b, ')');
        lex_skip(b);
        if (closed && (b->at >= b->text.bytes || b->text.data[b->at] == ')'))
            return n;
        if (b->err == ERR_MEMORY || b->err == ERR_LIMIT)
            return NULL;
        b->err = OK; /* not(x) as the beginning of an expression */
        b->scope = scope;
        b->function = function;
        b->nesting = nesting;
    }
    b->at = start;
    return positive_tests(b, subject, false);
}
