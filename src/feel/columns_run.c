/*
 * Running the passes over one chunk of rows (columns_internal.h). Each inner loop is one plain pass
 * over arrays. Arithmetic first only asks whether any row overflowed; only then, which.
 */
#include "feel/columns_internal.h"

#include <math.h>
#include <string.h>

#define EACH for (size_t i = 0; i < n; i++)

/* ---- arithmetic --------------------------------------------------------------------------- */

/* Both operands in 64-bit wrap-around; the sign of the result of the last line tells an overflow.
 */
static bool add(int64_t *restrict to, const int64_t *a, const int64_t *b, int64_t k, size_t n)
{
    int64_t seen = 0;
    if (b)
        EACH
        {
            int64_t sum = (int64_t)((uint64_t)a[i] + (uint64_t)b[i]);
            seen |= (a[i] ^ sum) & (b[i] ^ sum);
            to[i] = sum;
        }
    else
        EACH
        {
            int64_t sum = (int64_t)((uint64_t)a[i] + (uint64_t)k);
            seen |= (a[i] ^ sum) & (k ^ sum);
            to[i] = sum;
        }
    return seen < 0;
}

static bool subtract(int64_t *restrict to, const int64_t *a, const int64_t *b, size_t n)
{
    int64_t seen = 0;
    EACH
    {
        int64_t rest = (int64_t)((uint64_t)a[i] - (uint64_t)b[i]);
        seen |= (a[i] ^ b[i]) & (a[i] ^ rest);
        to[i] = rest;
    }
    return seen < 0;
}

static bool subtract_from(int64_t *restrict to, const int64_t *a, int64_t k, size_t n)
{
    int64_t seen = 0;
    EACH
    {
        int64_t rest = (int64_t)((uint64_t)k - (uint64_t)a[i]);
        seen |= (k ^ a[i]) & (k ^ rest);
        to[i] = rest;
    }
    return seen < 0;
}

static bool multiply(int64_t *restrict to, const int64_t *a, const int64_t *b, int64_t k, size_t n)
{
    bool over = false;
    if (b)
        EACH over |= __builtin_mul_overflow(a[i], b[i], &to[i]);
    else
        EACH over |= __builtin_mul_overflow(a[i], k, &to[i]);
    return over;
}

static bool multiply_rest(
    int64_t *restrict to, const int64_t *a, const int64_t *b, int64_t k, size_t n)
{
    bool over = false;
    EACH
    {
        int64_t rest;
        over |= __builtin_sub_overflow(k, b[i], &rest);
        over |= __builtin_mul_overflow(a[i], rest, &to[i]);
    }
    return over;
}

static bool overflows(const struct pass *p, int64_t a, int64_t b)
{
    int64_t ignored;
    switch ((enum pass_kind)p->kind) {
    case PASS_ADD:
        return __builtin_add_overflow(a, b, &ignored);
    case PASS_SUBTRACT:
        return __builtin_sub_overflow(a, b, &ignored);
    case PASS_REVERSE:
        return __builtin_sub_overflow(b, a, &ignored);
    default:
        return __builtin_mul_overflow(a, b, &ignored);
    }
}

static void fault(struct feel_columns *c, const uint8_t *away, size_t row)
{
    if (away && away[row])
        return;
    c->faults[row] = 1;
    c->any_fault = true;
}

static void arithmetic(struct feel_columns *c, const struct pass *p, size_t n, const uint8_t *away)
{
    int64_t *to = c->registers[p->to].numbers;
    const int64_t *a = c->registers[p->a].n;
    const int64_t *b = p->with_constant ? NULL : c->registers[p->b].n;
    bool over = p->kind == PASS_ADD     ? add(to, a, b, p->constant, n)
        : p->kind == PASS_SUBTRACT      ? subtract(to, a, b, n)
        : p->kind == PASS_REVERSE       ? subtract_from(to, a, p->constant, n)
        : p->kind == PASS_MULTIPLY_REST ? multiply_rest(to, a, b, p->constant, n)
                                        : multiply(to, a, b, p->constant, n);
    if (over)
        EACH if (overflows(p, a[i], b ? b[i] : p->constant)) fault(c, away, i);
}

/* A zero divisor gives null; a quotient that does not end at this scale is the machine's. */
static void divide(struct feel_columns *c, const struct pass *p, size_t n, const uint8_t *away)
{
    struct column_register *r = &c->registers[p->to];
    const int64_t *a = c->registers[p->a].n, *b = c->registers[p->b].n;
    EACH
    {
        int64_t whole = 0;
        bool null = (away && away[i]) || b[i] == 0;
        bool fits = !__builtin_mul_overflow(a[i], p->constant, &whole)
            && !(whole == INT64_MIN && b[i] == -1);
        if (!null && (!fits || whole % b[i] != 0))
            fault(c, NULL, i);
        r->numbers[i] = !null && fits ? whole / b[i] : 0;
        r->nulls[i] = null;
    }
    r->away = r->nulls;
}

/* The quotient by a positive power of ten, rounded: half is told from the rest without overflow. */
static int64_t rounded(int64_t v, int64_t by, enum number_rounding how)
{
    int64_t q = v / by, rest = v % by, away = v < 0 ? -1 : 1;
    if (rest == 0)
        return q;
    int64_t size = rest < 0 ? -rest : rest;
    int half = size > by - size ? 1 : size == by - size ? 0 : -1;
    switch (how) {
    case NUMBER_HALF_EVEN:
        return half > 0 || (half == 0 && (q & 1)) ? q + away : q;
    case NUMBER_DOWN:
        return q;
    case NUMBER_UP:
        return q + away;
    case NUMBER_HALF_UP:
        return half >= 0 ? q + away : q;
    case NUMBER_HALF_DOWN:
        return half > 0 ? q + away : q;
    case NUMBER_FLOOR:
        return v < 0 ? q - 1 : q;
    case NUMBER_CEILING:
        return v < 0 ? q : q + 1;
    }
    return q;
}

static void one_number(struct feel_columns *c, const struct pass *p, size_t n, const uint8_t *away)
{
    int64_t *restrict to = c->registers[p->to].numbers;
    const int64_t *a = c->registers[p->a].n;
    if (p->kind == PASS_ROUND) {
        EACH to[i] = rounded(a[i], p->constant, (enum number_rounding)p->op);
        return;
    }
    EACH to[i] = (int64_t)(a[i] < 0 ? 0 - (uint64_t)a[i] : (uint64_t)a[i]);
    EACH if (a[i] == INT64_MIN) fault(c, away, i);
}

static void extreme(struct feel_columns *c, const struct pass *p, size_t n)
{
    int64_t *restrict to = c->registers[p->to].numbers;
    const int64_t *a = c->registers[p->a].n, *b = c->registers[p->b].n;
    int64_t k = p->constant;
    bool least = p->kind == PASS_MIN;
    if (p->with_constant && least)
        EACH to[i] = a[i] < k ? a[i] : k;
    else if (p->with_constant)
        EACH to[i] = a[i] > k ? a[i] : k;
    else if (least)
        EACH to[i] = a[i] < b[i] ? a[i] : b[i];
    else
        EACH to[i] = a[i] > b[i] ? a[i] : b[i];
}

/* ---- truths ------------------------------------------------------------------------------- */

#define COMPARE(right)                                                                             \
    switch ((enum feel_op)op) {                                                                    \
    case OP_EQUAL:                                                                                 \
        EACH to[i] = a[i] == (right);                                                              \
        break;                                                                                     \
    case OP_NOT_EQUAL:                                                                             \
        EACH to[i] = a[i] != (right);                                                              \
        break;                                                                                     \
    case OP_LESS:                                                                                  \
        EACH to[i] = a[i] < (right);                                                               \
        break;                                                                                     \
    case OP_LESS_EQUAL:                                                                            \
        EACH to[i] = a[i] <= (right);                                                              \
        break;                                                                                     \
    case OP_GREATER:                                                                               \
        EACH to[i] = a[i] > (right);                                                               \
        break;                                                                                     \
    default:                                                                                       \
        EACH to[i] = a[i] >= (right);                                                              \
        break;                                                                                     \
    }

static void compare(
    uint8_t *restrict to, int op, const int64_t *a, const int64_t *b, int64_t k, size_t n)
{
    if (b)
        COMPARE(b[i])
    else
        COMPARE(k)
}

/* = and != where some row is null: two nulls are equal, one is not. */
static void same_nulls(
    uint8_t *restrict to, bool differ, const uint8_t *a, const uint8_t *b, size_t n)
{
    EACH
    {
        uint8_t x = a ? a[i] : 0, y = b ? b[i] : 0;
        to[i] = x | y ? (uint8_t)((x & y) ^ differ) : to[i];
    }
}

static void truths(struct feel_columns *c, const struct pass *p, size_t n, const uint8_t *away)
{
    struct column_register *r = &c->registers[p->to];
    const struct column_register *a = &c->registers[p->a], *b = &c->registers[p->b];
    uint8_t *restrict to = (uint8_t *)r->numbers;
    bool differ = p->op == OP_NOT_EQUAL;
    if (p->kind == PASS_IS_NULL) {
        EACH to[i] = (uint8_t)((a->away ? a->away[i] : 0) ^ differ);
        return;
    }
    if (p->kind == PASS_SAME_TRUTH)
        EACH to[i] = (uint8_t)(a->t[i] ^ b->t[i] ^ !differ);
    else
        compare(to, p->op, a->n, p->with_constant ? NULL : b->n, p->constant, n);
    const uint8_t *right = p->with_constant ? NULL : b->away;
    if (p->kind == PASS_COMPARE && away)
        EACH to[i] &= (uint8_t)!away[i];
    else if (p->kind != PASS_COMPARE && (a->away || right))
        same_nulls(to, differ, a->away, right, n);
}

static const uint8_t none[FEEL_COLUMN_ROWS];

/* Table 48. A result that may be null has its nulls written out. */
static void connect(struct feel_columns *c, const struct pass *p, size_t n)
{
    struct column_register *r = &c->registers[p->to];
    const struct column_register *a = &c->registers[p->a], *b = &c->registers[p->b];
    uint8_t *restrict to = (uint8_t *)r->numbers, *restrict null = r->nulls;
    const uint8_t *na = a->away ? a->away : none, *nb = b->away ? b->away : none;
    bool any = a->away || b->away;
    switch ((enum pass_kind)p->kind) {
    case PASS_OR:
        EACH to[i] = a->t[i] | b->t[i];
        for (size_t i = 0; any && i < n; i++)
            null[i] = (uint8_t)((na[i] | nb[i]) & (to[i] ^ 1));
        break;
    case PASS_AND:
        EACH to[i] = a->t[i] & b->t[i];
        for (size_t i = 0; any && i < n; i++)
            null[i] = (uint8_t)((na[i] & (nb[i] | b->t[i])) | (nb[i] & (na[i] | a->t[i])));
        break;
    default:
        EACH to[i] = a->t[i] & b->t[i];
        for (size_t i = 0; any && i < n; i++) {
            null[i] = na[i] | nb[i];
            to[i] &= (uint8_t)(null[i] ^ 1);
        }
    }
    r->away = any ? null : NULL;
}

static void negate(struct feel_columns *c, const struct pass *p, size_t n)
{
    struct column_register *r = &c->registers[p->to];
    const struct column_register *a = &c->registers[p->a];
    uint8_t *restrict to = (uint8_t *)r->numbers;
    EACH to[i] = a->t[i] ^ 1;
    if (a->away)
        EACH to[i] &= (uint8_t)(a->away[i] ^ 1);
}

static void choose(struct feel_columns *c, const struct pass *p, size_t n)
{
    struct column_register *r = &c->registers[p->to];
    const struct column_register *a = &c->registers[p->a], *b = &c->registers[p->b],
                                 *yes = &c->registers[p->c];
    const uint8_t *t = yes->t;
    if (p->kind == PASS_CHOOSE) {
        int64_t *restrict to = r->numbers;
        EACH
        {
            int64_t mask = -(int64_t)t[i];
            to[i] = (a->n[i] & mask) | (b->n[i] & ~mask);
        }
    } else {
        uint8_t *restrict to = (uint8_t *)r->numbers;
        EACH to[i] = (uint8_t)((t[i] & a->t[i]) | ((t[i] ^ 1) & b->t[i]));
    }
    bool strict = p->op && yes->away;
    if (!a->away && !b->away && !strict)
        return;
    const uint8_t *na = a->away ? a->away : none, *nb = b->away ? b->away : none;
    EACH r->nulls[i] = (uint8_t)((t[i] & na[i]) | ((t[i] ^ 1) & nb[i]));
    if (strict)
        EACH r->nulls[i] |= yes->away[i];
    if (strict && p->kind == PASS_CHOOSE_TRUTH)
        EACH((uint8_t *)r->numbers)[i] &= (uint8_t)(r->nulls[i] ^ 1);
    r->away = r->nulls;
}

/* ---- columns ------------------------------------------------------------------------------ */

/* The nulls of a chunk, a byte a row; NULL: none. */
static const uint8_t *nulls_of(const struct feel_column *f, size_t from, size_t n, uint8_t *room)
{
    uint8_t any = 0;
    if (!f->nulls)
        return NULL;
    EACH
    {
        room[i] = f->nulls[(from + i) / 8] >> (from + i) % 8 & 1;
        any |= room[i];
    }
    return any ? room : NULL;
}

static void doubles(struct feel_columns *c, const struct pass *p, const double *from, size_t n)
{
    struct column_register *r = &c->registers[p->to];
    double unit = (double)p->constant;
    bool any = r->away != NULL;
    if (!any)
        memset(r->nulls, 0, n);
    EACH
    {
        double d = from[i], scaled = d * unit;
        bool null = !isfinite(d) || r->nulls[i];
        bool near = scaled > -1e15 && scaled < 1e15; /* 15 digits name one double */
        int64_t number = near ? (int64_t)(scaled + (scaled < 0 ? -0.5 : 0.5)) : 0;
        if (!null
            && (!near || (double)number / unit != d || number <= -1000000000000000
                || number >= 1000000000000000))
            fault(c, NULL, i);
        r->numbers[i] = number;
        r->nulls[i] = null;
        any |= null;
    }
    r->away = any ? r->nulls : NULL;
}

static enum err words(struct feel_columns *c, const struct pass *p, const struct feel_column *f,
    size_t from, size_t n, struct diag *d)
{
    struct column_register *r = &c->registers[p->to];
    const uint32_t *codes = (const uint32_t *)f->values + from;
    uint32_t places[FEEL_COLUMN_ROWS], most = 0, last = (uint32_t)f->word_count;
    const uint8_t *away = r->away;
    EACH places[i] = away && away[i] ? last : codes[i];
    EACH most = places[i] > most ? places[i] : most;
    for (size_t i = 0; most >= last && i < n; i++)
        if (places[i] >= last && !(away && away[i]))
            return diag_set(d, ERR_INVALID, "第 %zu 行的词号 %lu 超出词表",
                "row %zu: word %lu is not in the list of words", from + i, (unsigned long)codes[i]);
    if (p->table->truths)
        EACH((uint8_t *)r->numbers)[i] = p->table->truths[places[i]];
    else
        EACH r->numbers[i] = p->table->numbers[places[i]];
    r->away = NULL;
    if (p->table->nulls) {
        uint8_t any = 0;
        EACH any |= r->nulls[i] = p->table->nulls[places[i]];
        r->away = any ? r->nulls : NULL;
    }
    return OK;
}

static enum err load(struct feel_columns *c, const struct pass *p, const struct feel_column *f,
    size_t from, size_t n, struct diag *d)
{
    struct column_register *r = &c->registers[p->to];
    r->away = nulls_of(f, from, n, r->nulls);
    switch ((enum pass_kind)p->kind) {
    case PASS_DECIMAL:
        r->n = (const int64_t *)f->values + from;
        break;
    case PASS_DOUBLE:
        doubles(c, p, (const double *)f->values + from, n);
        break;
    case PASS_DATE:
        EACH r->numbers[i] = ((const int32_t *)f->values)[from + i];
        break;
    case PASS_WORDS:
        return words(c, p, f, from, n, d);
    default:
        EACH((uint8_t *)r->numbers)[i] = ((const uint8_t *)f->values)[from + i] != 0;
        if (r->away)
            EACH((uint8_t *)r->numbers)[i] &= (uint8_t)(r->away[i] ^ 1);
    }
    return OK;
}

/* ---- one pass ----------------------------------------------------------------------------- */

/* The nulls of a result that is null where an operand is. */
static const uint8_t *join(struct column_register *r, const uint8_t *a, const uint8_t *b, size_t n)
{
    if (!a && !b)
        return NULL;
    if (a && b)
        EACH r->nulls[i] = a[i] | b[i];
    else
        memcpy(r->nulls, a ? a : b, n);
    return r->nulls;
}

static enum err run_pass(struct feel_columns *c, const struct pass *p,
    const struct feel_column *columns, size_t from, size_t n, struct diag *d)
{
    struct column_register *r = &c->registers[p->to];
    r->n = r->numbers;
    r->t = (const uint8_t *)r->numbers;
    if (p->kind <= PASS_WORDS)
        return load(c, p, &columns[p->column], from, n, d);
    r->away = NULL;
    const uint8_t *away = NULL;
    if (p->kind <= PASS_COMPARE || p->kind == PASS_NOT)
        away = r->away =
            join(r, c->registers[p->a].away, p->with_constant ? NULL : c->registers[p->b].away, n);
    switch ((enum pass_kind)p->kind) {
    case PASS_ADD:
    case PASS_SUBTRACT:
    case PASS_REVERSE:
    case PASS_MULTIPLY:
    case PASS_MULTIPLY_REST:
        arithmetic(c, p, n, away);
        break;
    case PASS_DIVIDE:
        divide(c, p, n, away);
        break;
    case PASS_ROUND:
    case PASS_ABS:
        one_number(c, p, n, away);
        break;
    case PASS_MIN:
    case PASS_MAX:
        extreme(c, p, n);
        break;
    case PASS_COMPARE:
    case PASS_SAME:
    case PASS_SAME_TRUTH:
    case PASS_IS_NULL:
        truths(c, p, n, away);
        break;
    case PASS_AND:
    case PASS_OR:
    case PASS_BOTH:
        connect(c, p, n);
        break;
    case PASS_NOT:
        negate(c, p, n);
        break;
    case PASS_CHOOSE:
    case PASS_CHOOSE_TRUTH:
        choose(c, p, n);
        break;
    case PASS_DECIMAL:
    case PASS_DOUBLE:
    case PASS_TRUTH:
    case PASS_DATE:
    case PASS_WORDS:
        break;
    }
    return OK;
}

/* ---- rows for the machine ----------------------------------------------------------------- */

static enum err ask_machine(struct feel_columns *c, const struct feel_column *columns, size_t row,
    feel_value *out, struct diag *d)
{
    struct feel_machine m;
    feel_machine_init(&m, &c->scratch, &c->env);
    m.diag = d;
    for (size_t i = 0; i < c->global_count; i++)
        c->globals[i] = feel_column_value(&columns[i], row);
    TRY(feel_machine_part(&m, c->program, c->node, c->globals, out));
    return diag_arena(d, &c->scratch);
}

/* Has the value a place in the arrays? */
static bool place(const struct feel_columns *c, feel_value v, int64_t *number)
{
    if (v.kind != c->kind || c->kind == FEEL_STRING)
        return false;
    if (v.kind == FEEL_BOOLEAN)
        *number = v.boolean;
    else if (v.kind == FEEL_DATE)
        *number = date_to_days(v.date);
    else {
        *number = v.coefficient;
        if (v.scale > c->scale)
            return false;
        for (int i = v.scale; i < c->scale; i++)
            if (__builtin_mul_overflow(*number, 10, number))
                return false;
    }
    return true;
}

static enum err run_faults(struct feel_columns *c, const struct feel_column *columns, size_t from,
    size_t n, struct feel_column_rows *out, struct diag *d)
{
    struct column_register *r = &c->registers[c->result];
    if (r->n != r->numbers) {
        memcpy(r->numbers, r->n, n * sizeof *r->n);
        r->n = r->numbers;
    }
    if (r->away != r->nulls) {
        memset(r->nulls, 0, n);
        r->away = r->nulls;
    }
    for (size_t i = 0; i < n; i++) {
        if (!c->faults[i])
            continue;
        feel_value v;
        int64_t number = 0;
        arena_reset(&c->scratch);
        TRY(ask_machine(c, columns, from + i, &v, d));
        bool placed = v.kind == FEEL_NULL || place(c, v, &number);
        r->nulls[i] = v.kind == FEEL_NULL;
        if (c->kind == FEEL_BOOLEAN)
            ((uint8_t *)r->numbers)[i] = (uint8_t)number;
        else
            r->numbers[i] = number;
        if (placed)
            continue;
        feel_value kept = feel_copy(&c->kept, v);
        TRY(diag_arena(d, &c->kept));
        c->odd[out->odd_count] = (uint32_t)i;
        c->odd_values[out->odd_count++] = kept;
    }
    memset(c->faults, 0, n);
    c->any_fault = false;
    return OK;
}

enum err feel_columns_run(struct feel_columns *c, const struct feel_column *columns, size_t from,
    size_t rows, struct feel_column_rows *out, struct diag *d)
{
    ASSERT(rows <= FEEL_COLUMN_ROWS);
    struct feel_column_rows found = { .odd = c->odd, .odd_values = c->odd_values };
    if (c->env.expired && c->env.expired(c->env.expired_ctx))
        return diag_set(
            d, ERR_LIMIT_STEPS, "规则运算超时,已停止", "the rule ran out of time and was stopped");
    if (c->any_fault) /* left by a run that failed */
        memset(c->faults, 0, FEEL_COLUMN_ROWS);
    c->any_fault = false;
    for (size_t i = 0; i < c->pass_count; i++)
        TRY(run_pass(c, &c->passes[i], columns, from, rows, d));
    if (c->any_fault) {
        arena_reset(&c->kept);
        TRY(run_faults(c, columns, from, rows, &found, d));
    }
    const struct column_register *r = &c->registers[c->result];
    found.numbers = c->kind == FEEL_BOOLEAN ? NULL : r->n;
    found.truths = c->kind == FEEL_BOOLEAN ? r->t : NULL;
    found.nulls = r->away;
    *out = found;
    return OK;
}

feel_value feel_columns_value(
    const struct feel_columns *c, const struct feel_column_rows *rows, size_t i)
{
    for (size_t k = 0; k < rows->odd_count; k++)
        if (rows->odd[k] == i)
            return rows->odd_values[k];
    if (c->kind == FEEL_NULL || (rows->nulls && rows->nulls[i]))
        return feel_null();
    if (c->kind == FEEL_BOOLEAN)
        return feel_boolean(rows->truths[i]);
    if (c->kind == FEEL_DATE)
        return feel_date(date_from_days(rows->numbers[i]));
    if (c->kind == FEEL_STRING)
        return feel_string(c->words[rows->numbers[i]]);
    return feel_decimal(rows->numbers[i], c->scale);
}
