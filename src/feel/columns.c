/*
 * Choosing the passes for a program (columns.h): a walk over its nodes that gives each a kind, a
 * scale and a register. What it cannot give one it refuses, and the caller goes row by row.
 *
 *     price * quantity * (1 - discount)
 *     r0 = column price (scale 2)   r1 = column quantity   r2 = r0 * r1 (scale 2)
 *     r3 = column discount (2)      r4 = 100 - r3 (2)      r5 = r2 * r4 (scale 4)
 *
 * Registers are counted references: one that nobody will read again is written anew.
 */
#include "feel/columns_choose.h"

#include <string.h>

enum { REGISTERS_MAX = 512, SCRATCH_BYTES_MAX = 16 << 20 };

static const int64_t powers[FEEL_SCALE_MAX + 1] = { 1, 10, 100, 1000, 10000, 100000, 1000000,
    10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000,
    100000000000000, 1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000 };

size_t feel_column_width(enum feel_column_kind kind)
{
    switch (kind) {
    case FEEL_COLUMN_DECIMAL:
    case FEEL_COLUMN_DOUBLE: return 8;
    case FEEL_COLUMN_TEXT:
    case FEEL_COLUMN_DATE: return 4;
    case FEEL_COLUMN_BOOLEAN: return 1;
    case FEEL_COLUMN_NONE:
    case FEEL_COLUMN_OPAQUE: break;
    }
    return 0;
}

feel_value feel_column_value(const struct feel_column *c, size_t row)
{
    if (c->nulls && c->nulls[row / 8] >> row % 8 & 1)
        return feel_null();
    switch (c->kind) {
    case FEEL_COLUMN_NONE:
    case FEEL_COLUMN_OPAQUE:
        break;
    case FEEL_COLUMN_DECIMAL:
        return feel_decimal(((const int64_t *)c->values)[row], c->scale);
    case FEEL_COLUMN_DOUBLE:
        return feel_from_double(((const double *)c->values)[row]);
    case FEEL_COLUMN_TEXT: {
        uint32_t code = ((const uint32_t *)c->values)[row];
        return code < c->word_count ? feel_string(c->words[code]) : feel_null();
    }
    case FEEL_COLUMN_BOOLEAN:
        return feel_boolean(((const uint8_t *)c->values)[row] != 0);
    case FEEL_COLUMN_DATE:
        return feel_date(date_from_days(((const int32_t *)c->values)[row]));
    }
    return feel_null();
}

/* ---- registers and passes ----------------------------------------------------------------- */

static bool memory(struct choosing *k)
{
    k->err = diag_set(k->diag, ERR_MEMORY, "内存不足", "out of memory");
    return false;
}

/* fresh: one that no pass has written. */
static bool take_register(struct choosing *k, bool fresh, uint16_t *out)
{
    struct feel_columns *c = k->columns;
    size_t i = fresh ? c->register_count : 0;
    while (i < c->register_count && k->uses[i])
        i++;
    if (i == REGISTERS_MAX)
        return false;
    if (i == c->register_count) {
        struct column_register *r = &c->registers[i];
        r->numbers = ARENA_ARRAY(c->arena, int64_t, FEEL_COLUMN_ROWS);
        r->nulls = ARENA_ARRAY(c->arena, uint8_t, FEEL_COLUMN_ROWS);
        if (!r->numbers || !r->nulls)
            return memory(k);
        r->n = r->numbers;
        r->t = (const uint8_t *)r->numbers;
        c->register_count++;
    }
    k->uses[i] = 1;
    *out = (uint16_t)i;
    return true;
}

void choose_hold(struct choosing *k, const struct term *t)
{
    if (!t->constant)
        k->uses[t->reg]++;
}

void choose_drop(struct choosing *k, const struct term *t)
{
    if (!t->constant)
        k->uses[t->reg]--;
}

/* A constant in every row of a register that is never written again. */
bool choose_fill(struct choosing *k, struct term *t)
{
    uint16_t to;
    if (!t->constant)
        return true;
    if (!take_register(k, true, &to))
        return false;
    struct column_register *r = &k->columns->registers[to];
    k->uses[to] = 2; /* one of them for ever */
    for (size_t i = 0; i < FEEL_COLUMN_ROWS; i++)
        if (t->kind == FEEL_BOOLEAN)
            ((uint8_t *)r->numbers)[i] = (uint8_t)t->value;
        else
            r->numbers[i] = t->value;
    if (t->null) {
        memset(r->nulls, 1, FEEL_COLUMN_ROWS);
        r->away = r->nulls;
    }
    t->constant = false;
    t->reg = to;
    return true;
}

/* The result takes a register while the operands still hold theirs. */
bool choose_pass(struct choosing *k, struct pass p, struct term *a, struct term *b, struct term *c,
    struct term *out)
{
    struct feel_columns *columns = k->columns;
    if (columns->pass_count == FEEL_COLUMN_PASSES_MAX || !take_register(k, false, &p.to))
        return false;
    p.a = a ? a->reg : 0;
    p.b = b ? b->reg : 0;
    p.c = c ? c->reg : 0;
    struct pass *grown = arena_room(
        columns->arena, columns->passes, columns->pass_count, &k->pass_capacity, sizeof *grown);
    if (!grown)
        return memory(k);
    columns->passes = grown;
    grown[columns->pass_count++] = p;
    struct term *const operands[] = { a, b, c };
    for (int i = 0; i < 3; i++)
        if (operands[i])
            choose_drop(k, operands[i]);
    out->constant = out->null = false;
    out->value = 0;
    out->reg = p.to;
    return true;
}

/* ---- numbers ------------------------------------------------------------------------------ */

bool choose_scale(struct choosing *k, struct term *t, int scale)
{
    if (scale > FEEL_SCALE_MAX)
        return false;
    int64_t factor = powers[scale - t->scale];
    t->scale = scale;
    if (factor == 1)
        return true;
    if (t->constant)
        return !__builtin_mul_overflow(t->value, factor, &t->value);
    return choose_pass(k,
        (struct pass){ .kind = PASS_MULTIPLY, .with_constant = true, .constant = factor }, t, NULL,
        NULL, t);
}

/* Both to the kind of the one that is not null; numbers to one scale. */
bool choose_align(struct choosing *k, struct term *a, struct term *b)
{
    if (a->kind == FEEL_NULL && b->kind == FEEL_NULL)
        return false;
    if (a->kind == FEEL_NULL || b->kind == FEEL_NULL) {
        struct term *none = a->kind == FEEL_NULL ? a : b, *some = none == a ? b : a;
        none->kind = some->kind;
        none->scale = some->scale;
        return true;
    }
    if (a->kind != b->kind)
        return false;
    if (a->kind != FEEL_NUMBER)
        return true;
    return choose_scale(k, a->scale < b->scale ? a : b, a->scale < b->scale ? b->scale : a->scale);
}

static bool null_term(struct choosing *k, struct term *a, struct term *b, struct term *out)
{
    choose_drop(k, a);
    if (b)
        choose_drop(k, b);
    *out = (struct term){ .kind = FEEL_NULL, .constant = true, .null = true };
    return true;
}

bool choose_constant(struct choosing *k, feel_value v, struct term *out)
{
    *out = (struct term){ .kind = (enum feel_kind)v.kind, .constant = true };
    switch ((enum feel_kind)v.kind) {
    case FEEL_NULL:
        out->null = true;
        return true;
    case FEEL_BOOLEAN:
        out->value = v.boolean;
        return true;
    case FEEL_DATE:
        out->value = date_to_days(v.date);
        return true;
    case FEEL_STRING:
        return choose_word(k, v.text, &out->value);
    case FEEL_NUMBER:
        if (v.scale > FEEL_SCALE_MAX)
            return false;
        for (; v.scale && v.coefficient % 10 == 0; v.scale--)
            v.coefficient /= 10;
        out->value = v.coefficient;
        out->scale = v.scale;
        return true;
    case FEEL_TIME:
    case FEEL_DATE_TIME:
    case FEEL_DAYS_TIME:
    case FEEL_YEARS_MONTHS:
    case FEEL_LIST:
    case FEEL_CONTEXT:
    case FEEL_RANGE:
    case FEEL_FUNCTION:
        break;
    }
    return false;
}

/* constant - x, computed just now for nobody else, is taken into the multiplication. */
static bool takes_rest(struct choosing *k, const struct term *a, struct term *b, int64_t *constant)
{
    struct feel_columns *c = k->columns;
    const struct pass *last = c->pass_count ? &c->passes[c->pass_count - 1] : NULL;
    if (!last || last->kind != PASS_REVERSE || a->constant || b->constant || last->to != b->reg
        || k->uses[b->reg] != 1 || a->reg == b->reg)
        return false;
    *constant = last->constant;
    k->uses[b->reg] = 0;
    b->reg = last->a;
    k->uses[b->reg]++;
    c->pass_count--;
    return true;
}

static bool multiply(struct choosing *k, struct term *a, struct term *b, struct term *out)
{
    if (a->constant) {
        struct term swap = *a;
        *a = *b;
        *b = swap;
    }
    out->kind = FEEL_NUMBER;
    out->scale = a->scale + b->scale;
    if (out->scale > FEEL_SCALE_MAX)
        return false;
    struct pass p = { .kind = PASS_MULTIPLY, .with_constant = b->constant, .constant = b->value };
    if (takes_rest(k, a, b, &p.constant))
        p.kind = PASS_MULTIPLY_REST;
    return choose_pass(k, p, a, b->constant ? NULL : b, NULL, out);
}

/* 10^k / v when that is whole for some k: v has no prime factors but 2 and 5. */
static bool reciprocal(int64_t v, int64_t *factor, int *places)
{
    for (*places = 0; *places <= FEEL_SCALE_MAX; ++*places)
        if (powers[*places] % v == 0) {
            *factor = powers[*places] / v;
            return true;
        }
    return false;
}

static bool divide(struct choosing *k, struct term *a, struct term *b, struct term *out)
{
    int64_t factor;
    int places;
    if (b->constant && b->value == 0)
        return null_term(k, a, NULL, out);
    out->kind = FEEL_NUMBER;
    if (b->constant && reciprocal(b->value, &factor, &places)) {
        struct term by = { .kind = FEEL_NUMBER, .constant = true, .value = factor };
        int scale = a->scale + places - b->scale;
        for (; scale < 0; scale++)
            if (__builtin_mul_overflow(by.value, 10, &by.value))
                return false;
        a->scale = 0;
        if (scale > FEEL_SCALE_MAX || !multiply(k, a, &by, out))
            return false;
        out->scale = scale;
        return true;
    }
    out->scale = a->scale < 4 ? 4 : a->scale;
    int shift = b->scale - a->scale + out->scale;
    return shift <= FEEL_SCALE_MAX && choose_fill(k, a) && choose_fill(k, b)
        && choose_pass(
            k, (struct pass){ .kind = PASS_DIVIDE, .constant = powers[shift] }, a, b, NULL, out);
}

static bool add(struct choosing *k, int op, struct term *a, struct term *b, struct term *out)
{
    struct pass p = { .kind = op == OP_ADD ? PASS_ADD : PASS_SUBTRACT };
    if (!choose_align(k, a, b))
        return false;
    if (op == OP_SUBTRACT && b->constant) {
        if (b->value == INT64_MIN)
            return false;
        p.kind = PASS_ADD;
        b->value = -b->value;
    }
    out->kind = FEEL_NUMBER;
    out->scale = a->scale;
    if (!a->constant && !b->constant)
        return choose_pass(k, p, a, b, NULL, out);
    p.with_constant = true;
    p.constant = a->constant ? a->value : b->value;
    if (a->constant && op == OP_SUBTRACT)
        p.kind = PASS_REVERSE;
    return choose_pass(k, p, a->constant ? b : a, NULL, NULL, out);
}

bool choose_arithmetic(struct choosing *k, int op, struct term *a, struct term *b, struct term *out)
{
    bool numbers = (a->kind == FEEL_NUMBER || a->kind == FEEL_NULL)
        && (b->kind == FEEL_NUMBER || b->kind == FEEL_NULL);
    if (!numbers || op == OP_POWER)
        return false;
    if (a->kind == FEEL_NULL || b->kind == FEEL_NULL)
        return null_term(k, a, b, out);
    if (a->constant && b->constant) {
        feel_value x = feel_decimal(a->value, a->scale), y = feel_decimal(b->value, b->scale);
        return choose_constant(k,
            op == OP_ADD            ? number_add(x, y)
                : op == OP_SUBTRACT ? number_subtract(x, y)
                : op == OP_MULTIPLY ? number_multiply(x, y)
                                    : number_divide(x, y),
            out);
    }
    return op == OP_MULTIPLY ? multiply(k, a, b, out)
        : op == OP_DIVIDE    ? divide(k, a, b, out)
                             : add(k, op, a, b, out);
}

bool choose_round(
    struct choosing *k, struct term *a, int64_t places, enum number_rounding how, struct term *out)
{
    if (a->kind == FEEL_NULL || (a->kind == FEEL_NUMBER && places >= a->scale)) {
        *out = *a;
        return true;
    }
    int64_t cut = a->scale - places;
    if (a->kind != FEEL_NUMBER || a->constant || cut > FEEL_SCALE_MAX || places < -9)
        return false;
    out->kind = FEEL_NUMBER;
    if (!choose_pass(k,
            (struct pass){ .kind = PASS_ROUND,
                .op = (uint8_t)how,
                .with_constant = true,
                .constant = powers[cut] },
            a, NULL, NULL, out))
        return false;
    out->scale = places < 0 ? 0 : (int)places;
    struct term ten = {
        .kind = FEEL_NUMBER, .constant = true, .value = places < 0 ? powers[-places] : 1
    };
    return places >= 0 || multiply(k, out, &ten, out);
}

/* ---- truths ------------------------------------------------------------------------------- */

static int turned(int op)
{
    switch (op) {
    case OP_LESS:
        return OP_GREATER;
    case OP_LESS_EQUAL:
        return OP_GREATER_EQUAL;
    case OP_GREATER:
        return OP_LESS;
    case OP_GREATER_EQUAL:
        return OP_LESS_EQUAL;
    default:
        return op;
    }
}

static bool compare_null(
    struct choosing *k, int op, struct term *a, struct term *b, struct term *out)
{
    struct term *some = a->kind == FEEL_NULL ? b : a;
    if (op != OP_EQUAL && op != OP_NOT_EQUAL)
        return null_term(k, a, b, out);
    if (some->constant)
        return choose_constant(k, feel_boolean((a->kind == b->kind) == (op == OP_EQUAL)), out);
    out->kind = FEEL_BOOLEAN;
    return choose_pass(
        k, (struct pass){ .kind = PASS_IS_NULL, .op = (uint8_t)op }, some, NULL, NULL, out);
}

/* A constant that a column's scale is too coarse for is left to the machine's own rescaling. */
bool choose_compare(struct choosing *k, int op, struct term *a, struct term *b, struct term *out)
{
    bool equality = op == OP_EQUAL || op == OP_NOT_EQUAL;
    struct pass p = { .op = (uint8_t)op };
    if (a->kind == FEEL_NULL || b->kind == FEEL_NULL)
        return compare_null(k, op, a, b, out);
    if (!choose_align(k, a, b)
        || ((a->kind == FEEL_BOOLEAN || a->kind == FEEL_STRING) && !equality))
        return false;
    p.kind = a->kind == FEEL_BOOLEAN ? PASS_SAME_TRUTH : equality ? PASS_SAME : PASS_COMPARE;
    if (a->constant) {
        struct term swap = *a;
        *a = *b;
        *b = swap;
        p.op = (uint8_t)turned(op);
    }
    if (!choose_fill(k, a) || (p.kind == PASS_SAME_TRUTH && !choose_fill(k, b)))
        return false;
    p.with_constant = b->constant;
    p.constant = b->value;
    out->kind = FEEL_BOOLEAN;
    out->scale = 0;
    return choose_pass(k, p, a, b->constant ? NULL : b, NULL, out);
}

static bool truth(struct term *t)
{
    if (t->kind == FEEL_NULL)
        t->kind = FEEL_BOOLEAN;
    return t->kind == FEEL_BOOLEAN;
}

bool choose_connect(
    struct choosing *k, enum pass_kind kind, struct term *a, struct term *b, struct term *out)
{
    if (!truth(a) || !truth(b) || !choose_fill(k, a) || !choose_fill(k, b))
        return false;
    out->kind = FEEL_BOOLEAN;
    out->scale = 0;
    return choose_pass(k, (struct pass){ .kind = (uint8_t)kind }, a, b, NULL, out);
}

bool choose_not(struct choosing *k, struct term *a, struct term *out)
{
    if (!truth(a) || !choose_fill(k, a))
        return false;
    out->kind = FEEL_BOOLEAN;
    out->scale = 0;
    return choose_pass(
        k, (struct pass){ .kind = PASS_NOT, .with_constant = true }, a, NULL, NULL, out);
}

bool choose_branch(struct choosing *k, struct term *condition, bool strict, struct term *yes,
    struct term *no, struct term *out)
{
    if (!truth(condition) || !choose_fill(k, condition) || !choose_align(k, yes, no)
        || !choose_fill(k, yes) || !choose_fill(k, no))
        return false;
    struct pass p = { .op = strict,
        .kind = yes->kind == FEEL_BOOLEAN ? PASS_CHOOSE_TRUTH : PASS_CHOOSE };
    out->kind = yes->kind;
    out->scale = yes->scale;
    return choose_pass(k, p, yes, no, condition, out);
}

bool choose_extreme(
    struct choosing *k, enum pass_kind kind, struct term *a, struct term *b, struct term *out)
{
    if (a->kind == FEEL_NULL || b->kind == FEEL_NULL)
        return null_term(k, a, b, out);
    if (!choose_align(k, a, b) || (a->kind != FEEL_NUMBER && a->kind != FEEL_DATE))
        return false;
    if (a->constant) {
        struct term swap = *a;
        *a = *b;
        *b = swap;
    }
    if (!choose_fill(k, a))
        return false;
    struct pass p = { .kind = (uint8_t)kind, .with_constant = b->constant, .constant = b->value };
    out->kind = a->kind;
    out->scale = a->scale;
    return choose_pass(k, p, a, b->constant ? NULL : b, NULL, out);
}

/* ---- making ------------------------------------------------------------------------------- */

static void release(void *arena)
{
    arena_release(arena);
}

static bool make_room(struct choosing *k)
{
    struct feel_columns *c = k->columns;
    struct arena *a = c->arena;
    k->uses = ARENA_ARRAY(a, uint16_t, REGISTERS_MAX);
    k->loaded = ARENA_ARRAY(a, struct term, c->global_count);
    c->registers = ARENA_ARRAY(a, struct column_register, REGISTERS_MAX);
    c->faults = ARENA_ARRAY(a, uint8_t, FEEL_COLUMN_ROWS);
    c->odd = ARENA_ARRAY(a, uint32_t, FEEL_COLUMN_ROWS);
    c->odd_values = ARENA_ARRAY(a, feel_value, FEEL_COLUMN_ROWS);
    c->globals = ARENA_ARRAY(a, feel_value, c->global_count);
    arena_init(&c->scratch, a->source, SCRATCH_BYTES_MAX);
    arena_init(&c->kept, a->source, SCRATCH_BYTES_MAX);
    return arena_defer(a, release, &c->scratch) && arena_defer(a, release, &c->kept)
        && !arena_failed(a);
}

enum err feel_columns_create(struct arena *a, const struct feel_program *p,
    const struct feel_node *node, const struct feel_column *columns, const struct feel_env *env,
    struct feel_columns **out, struct diag *d)
{
    struct feel_columns *c = ARENA_NEW(a, struct feel_columns);
    *out = NULL;
    if (!c)
        return diag_arena(d, a);
    *c = (struct feel_columns){
        .arena = a, .program = p, .node = node ? node : p->root, .global_count = p->global_count
    };
    if (env)
        c->env = *env;
    c->env.warnings = NULL;
    struct choosing k = { .columns = c, .given = columns, .diag = d };
    struct term t;
    if (!make_room(&k))
        return diag_arena(d, a);
    bool fit = choose_node(&k, c->node, &t) && t.kind != FEEL_NULL && choose_fill(&k, &t);
    if (arena_failed(a))
        return diag_arena(d, a);
    if (k.err != OK)
        return k.err;
    if (!fit || (c->env.limits.steps && c->env.limits.steps < k.nodes))
        return OK;
    c->result = t.reg;
    c->kind = t.kind;
    c->scale = t.scale;
    c->words = k.words;
    c->word_count = k.word_count;
    *out = c;
    return OK;
}

enum feel_kind feel_columns_kind(const struct feel_columns *c)
{
    return c->kind;
}

int feel_columns_scale(const struct feel_columns *c)
{
    return c->scale;
}

size_t feel_columns_word_count(const struct feel_columns *c)
{
    return c->word_count;
}

str feel_columns_word(const struct feel_columns *c, int64_t code)
{
    ASSERT(code >= 0 && (size_t)code < c->word_count);
    return c->words[code];
}
