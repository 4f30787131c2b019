/*
 * Which passes a node becomes, by its kind (nodes.h), and what is asked of the machine beforehand:
 * a part that reads one text column only gives one value a word.
 */
#include "feel/columns_choose.h"

#include <string.h>

/* ---- words -------------------------------------------------------------------------------- */

static bool grow_places(struct choosing *k)
{
    size_t count = k->word_place_count ? k->word_place_count * 2 : 64;
    uint32_t *places = ARENA_ARRAY(k->columns->arena, uint32_t, count);
    for (size_t i = 0; places && i < k->word_count; i++) {
        size_t at = str_hash(k->words[i]) & (count - 1);
        while (places[at])
            at = (at + 1) & (count - 1);
        places[at] = (uint32_t)i + 1;
    }
    k->word_places = places;
    k->word_place_count = count;
    return places != NULL;
}

/* The same text has the same code, whichever column or constant it comes from. */
bool choose_word(struct choosing *k, str word, int64_t *code)
{
    if (k->word_count >= 2 * FEEL_COLUMN_WORDS_MAX
        || (2 * k->word_count >= k->word_place_count && !grow_places(k)))
        return false;
    size_t at = str_hash(word) & (k->word_place_count - 1);
    for (; k->word_places[at]; at = (at + 1) & (k->word_place_count - 1))
        if (str_equal(k->words[k->word_places[at] - 1], word)) {
            *code = k->word_places[at] - 1;
            return true;
        }
    str *grown =
        arena_room(k->columns->arena, k->words, k->word_count, &k->word_capacity, sizeof *grown);
    if (!grown)
        return false;
    k->words = grown;
    grown[k->word_count] = word;
    *code = (int64_t)k->word_count++;
    k->word_places[at] = (uint32_t)*code + 1;
    return true;
}

/* ---- parts that read one text column ------------------------------------------------------ */

enum { IN_NESTING_MAX = 8 };

struct reader {
    struct choosing *k;
    bool found;
    uint32_t slot;
    uint32_t subjects[IN_NESTING_MAX]; /* locals that `in` sets inside the part itself */
    size_t subject_count;
};

static bool reads_text(struct reader *r, const struct feel_node *n);

static bool items_read_text(struct reader *r, const struct feel_node *n)
{
    for (uint32_t i = 0; i < n->count; i++)
        if (!reads_text(r, n->items[i]))
            return false;
    return true;
}

static bool own_subject(const struct reader *r, uint32_t slot)
{
    for (size_t i = 0; i < r->subject_count; i++)
        if (r->subjects[i] == slot)
            return true;
    return false;
}

static bool in_reads_text(struct reader *r, const struct feel_node *n)
{
    if (r->subject_count == IN_NESTING_MAX || !reads_text(r, n->a))
        return false;
    r->subjects[r->subject_count++] = n->slot;
    bool fits = reads_text(r, n->b);
    r->subject_count--;
    return fits;
}

/* Does it read nothing but one text column, by kinds of node that have no state? */
static bool reads_text(struct reader *r, const struct feel_node *n)
{
    r->k->nodes++;
    if (n->run == run_constant)
        return true;
    if (n->run == run_local)
        return own_subject(r, n->slot);
    if (n->run == run_global) {
        bool fits =
            r->k->given[n->slot].kind == FEEL_COLUMN_TEXT && (!r->found || r->slot == n->slot);
        r->found = true;
        r->slot = n->slot;
        return fits;
    }
    if (n->run == run_arithmetic || n->run == run_compare || n->run == run_and || n->run == run_or
        || n->run == run_range)
        return reads_text(r, n->a) && reads_text(r, n->b);
    if (n->run == run_between || n->run == run_branch)
        return reads_text(r, n->a) && reads_text(r, n->b) && reads_text(r, n->c);
    if (n->run == run_in)
        return in_reads_text(r, n);
    if (n->run == run_test_compare || n->run == run_test_value || n->run == run_test_truth)
        return own_subject(r, n->slot) && reads_text(r, n->a);
    if (n->run == run_negate || n->run == run_coerce)
        return reads_text(r, n->a);
    if (n->run == run_any_test || n->run == run_list || n->run == run_call_builtin)
        return items_read_text(r, n);
    return false;
}

struct table_room {
    struct word_table table;
    int64_t *numbers;
    uint8_t *truths, *nulls, *scales;
    enum feel_kind kind;
    int scale;
};

static bool put_word(struct choosing *k, struct table_room *t, size_t i, feel_value v)
{
    struct term one;
    if (!choose_constant(k, v, &one))
        return false;
    if (v.kind == FEEL_NULL) {
        t->nulls[i] = 1;
        t->table.nulls = t->nulls;
        return true;
    }
    if (t->kind != FEEL_NULL && t->kind != one.kind)
        return false;
    t->kind = one.kind;
    t->numbers[i] = one.value;
    t->truths[i] = (uint8_t)one.value;
    t->scales[i] = (uint8_t)one.scale;
    t->scale = one.scale > t->scale ? one.scale : t->scale;
    return true;
}

static bool ask_word(
    struct choosing *k, const struct feel_node *n, uint32_t slot, feel_value word, feel_value *out)
{
    struct feel_columns *c = k->columns;
    struct feel_machine m;
    struct diag ignored = { 0 };
    arena_reset(&c->scratch);
    feel_machine_init(&m, &c->scratch, &c->env);
    m.diag = &ignored;
    for (size_t i = 0; i < c->global_count; i++)
        c->globals[i] = feel_null();
    c->globals[slot] = word;
    if (feel_machine_part(&m, c->program, n, c->globals, out) != OK || arena_failed(&c->scratch))
        return false; /* the row that asks for this word will meet the fault */
    *out = feel_copy(c->arena, *out);
    return true;
}

/* One number scale for the whole table. */
static bool level(struct table_room *t, size_t count)
{
    for (size_t i = 0; t->kind == FEEL_NUMBER && i < count; i++)
        for (int s = t->scales[i]; s < t->scale; s++)
            if (__builtin_mul_overflow(t->numbers[i], 10, &t->numbers[i]))
                return false;
    t->table.numbers = t->numbers;
    t->table.truths = t->kind == FEEL_BOOLEAN ? t->truths : NULL;
    return t->kind != FEEL_NULL;
}

static bool table_of(struct choosing *k, const struct feel_node *n, uint32_t slot, struct term *out)
{
    const struct feel_column *f = &k->given[slot];
    struct arena *a = k->columns->arena;
    size_t count = f->word_count + 1;
    struct table_room *t =
        f->word_count > FEEL_COLUMN_WORDS_MAX ? NULL : ARENA_NEW(a, struct table_room);
    if (!t)
        return false;
    t->numbers = ARENA_ARRAY(a, int64_t, count);
    t->truths = ARENA_ARRAY(a, uint8_t, count);
    t->nulls = ARENA_ARRAY(a, uint8_t, count);
    t->scales = ARENA_ARRAY(a, uint8_t, count);
    if (arena_failed(a))
        return false;
    for (size_t i = 0; i < count; i++) {
        feel_value v, word = i < f->word_count ? feel_string(f->words[i]) : feel_null();
        if (!ask_word(k, n, slot, word, &v) || !put_word(k, t, i, v))
            return false;
    }
    if (!level(t, count))
        return false;
    *out = (struct term){ .kind = t->kind, .scale = t->kind == FEEL_NUMBER ? t->scale : 0 };
    return choose_pass(k, (struct pass){ .kind = PASS_WORDS, .column = slot, .table = &t->table },
        NULL, NULL, NULL, out);
}

/* ---- columns and locals ------------------------------------------------------------------- */

/* A column is read once a chunk. Doubles become numbers of six places; what has more, or more than
 * fifteen digits, is the machine's. */
static bool column(struct choosing *k, const struct feel_node *n, struct term *out)
{
    static const int64_t million = 1000000;
    const struct feel_column *f = &k->given[n->slot];
    struct term *t = &k->loaded[n->slot];
    struct pass p = { .column = n->slot, .constant = million };
    if (f->kind == FEEL_COLUMN_NONE)
        return choose_constant(k, feel_null(), out);
    if (f->kind == FEEL_COLUMN_OPAQUE)
        return false;
    if (t->kind == FEEL_NULL) {
        switch (f->kind) {
        case FEEL_COLUMN_DOUBLE:
        case FEEL_COLUMN_DECIMAL:
            p.kind = f->kind == FEEL_COLUMN_DOUBLE ? PASS_DOUBLE : PASS_DECIMAL;
            t->kind = FEEL_NUMBER;
            t->scale = f->kind == FEEL_COLUMN_DOUBLE ? 6 : f->scale;
            break;
        case FEEL_COLUMN_BOOLEAN:
            p.kind = PASS_TRUTH;
            t->kind = FEEL_BOOLEAN;
            break;
        case FEEL_COLUMN_DATE:
            p.kind = PASS_DATE;
            t->kind = FEEL_DATE;
            break;
        case FEEL_COLUMN_NONE:
        case FEEL_COLUMN_OPAQUE:
        case FEEL_COLUMN_TEXT:
            break;
        }
        if (f->kind == FEEL_COLUMN_TEXT ? !table_of(k, n, n->slot, t)
                                        : !choose_pass(k, p, NULL, NULL, NULL, t))
            return false;
    }
    choose_hold(k, t); /* beside the one for the column itself, which stays */
    *out = *t;
    return true;
}

static bool local(struct choosing *k, uint32_t slot, struct term *out)
{
    struct subject *s = k->subjects;
    while (s && s->slot != slot)
        s = s->outer;
    if (!s)
        return false;
    choose_hold(k, &s->term);
    *out = s->term;
    return true;
}

/* ---- tests -------------------------------------------------------------------------------- */

static bool range(struct choosing *k, uint32_t subject, struct term *low, struct term *high,
    const bool closed[2], struct term *out)
{
    struct term v, above, below;
    bool no_low = low->null && low->constant && !closed[0];
    bool no_high = high->null && high->constant && !closed[1];
    if (no_low && no_high)
        return false;
    if (!no_low
        && (!local(k, subject, &v)
            || !choose_compare(k, closed[0] ? OP_GREATER_EQUAL : OP_GREATER, &v, low, &above)))
        return false;
    if (!no_high
        && (!local(k, subject, &v)
            || !choose_compare(k, closed[1] ? OP_LESS_EQUAL : OP_LESS, &v, high, &below)))
        return false;
    if (no_low || no_high) {
        *out = no_low ? below : above;
        return true;
    }
    return choose_connect(k, PASS_BOTH, &above, &below, out);
}

static bool range_value(
    struct choosing *k, uint32_t subject, const struct feel_range *r, struct term *out)
{
    struct term low, high;
    return choose_constant(k, r->low, &low) && choose_constant(k, r->high, &high)
        && range(k, subject, &low, &high, (bool[]){ r->low_closed, r->high_closed }, out);
}

/* Equal to the subject. A truth on its own would be a condition. */
static bool same(struct choosing *k, uint32_t subject, struct term *test, struct term *out)
{
    struct term v;
    return local(k, subject, &v) && (test->kind != FEEL_BOOLEAN || v.kind == FEEL_BOOLEAN)
        && choose_compare(k, OP_EQUAL, &v, test, out);
}

/* In a list nothing but true counts. */
static bool only_true(struct choosing *k, struct term *t)
{
    struct term yes, out;
    if (t->kind != FEEL_BOOLEAN || !choose_constant(k, feel_boolean(true), &yes)
        || !choose_compare(k, OP_EQUAL, t, &yes, &out))
        return false;
    *t = out;
    return true;
}

static bool also(struct choosing *k, bool first, struct term *all, struct term *one)
{
    struct term out;
    if (first) {
        *all = *one;
        return true;
    }
    if (!choose_connect(k, PASS_OR, all, one, &out))
        return false;
    *all = out;
    return true;
}

static bool list_value(
    struct choosing *k, uint32_t subject, const struct feel_list *list, struct term *out)
{
    struct term item, one;
    if (!list->count)
        return choose_constant(k, feel_boolean(false), out);
    for (size_t i = 0; i < list->count; i++) {
        feel_value v = list->items[i];
        bool fit = v.kind == FEEL_RANGE
            ? range_value(k, subject, v.range, &one)
            : choose_constant(k, v, &item) && same(k, subject, &item, &one);
        if (!fit || !only_true(k, &one) || !also(k, i == 0, out, &one))
            return false;
    }
    return true;
}

static bool test_value(struct choosing *k, const struct feel_node *n, struct term *out)
{
    const struct feel_node *a = n->a;
    struct term test, low, high;
    k->nodes++;
    if (a->run == run_constant && a->value->kind == FEEL_RANGE)
        return range_value(k, n->slot, a->value->range, out);
    if (a->run == run_constant && a->value->kind == FEEL_LIST)
        return list_value(k, n->slot, a->value->list, out);
    if (a->run == run_range) {
        bool closed[] = { a->op & RANGE_LOW_CLOSED, a->op & RANGE_HIGH_CLOSED };
        return choose_node(k, a->a, &low) && choose_node(k, a->b, &high)
            && (a->op & RANGE_ONE_END || (!low.null && !high.null))
            && range(k, n->slot, &low, &high, closed, out);
    }
    return choose_node(k, a, &test) && same(k, n->slot, &test, out);
}

static bool any_test(struct choosing *k, const struct feel_node *n, struct term *out)
{
    struct term one, all = { 0 };
    for (uint32_t i = 0; i < n->count; i++)
        if (!choose_node(k, n->items[i], &one) || !also(k, i == 0, &all, &one))
            return false;
    if (!n->count)
        return false;
    if (n->op)
        return choose_not(k, &all, out);
    *out = all;
    return true;
}

static bool within(struct choosing *k, uint32_t slot, const struct term *subject,
    const struct feel_node *test, struct term *out)
{
    struct subject s = { k->subjects, slot, *subject };
    k->subjects = &s;
    bool fit = choose_node(k, test, out);
    k->subjects = s.outer;
    choose_drop(k, subject);
    return fit;
}

/* A declared type of the kind that is there anyway; its allowed values are tests of slot 0. */
static bool coerce(struct choosing *k, const struct feel_node *n, struct term *out)
{
    const struct feel_type *t = n->target;
    struct term v, null, yes;
    if (!choose_node(k, n->a, &v)
        || (t->form != FEEL_TYPE_ANY
            && (t->form != FEEL_TYPE_SIMPLE || (v.kind != t->kind && v.kind != FEEL_NULL))))
        return false;
    *out = v;
    if (!t->allowed)
        return true;
    choose_hold(k, &v);
    struct subject *outer = k->subjects;
    k->subjects = NULL;
    bool fit = within(k, 0, &v, t->allowed->root, &yes);
    k->subjects = outer;
    return fit && choose_constant(k, feel_null(), &null)
        && choose_branch(k, &yes, false, &v, &null, out);
}

/* ---- functions ---------------------------------------------------------------------------- */

static bool extreme(
    struct choosing *k, const struct feel_node *n, enum pass_kind kind, struct term *out)
{
    const struct feel_node *of = n->count == 1 && n->items[0]->run == run_list ? n->items[0] : n;
    struct term best, one, next;
    if (of->count < (of == n ? 2u : 1u) || !choose_node(k, of->items[0], &best))
        return false;
    if (best.kind != FEEL_NUMBER && best.kind != FEEL_DATE && best.kind != FEEL_NULL)
        return false;
    for (uint32_t i = 1; i < of->count; i++) {
        if (!choose_node(k, of->items[i], &one) || !choose_extreme(k, kind, &best, &one, &next))
            return false;
        best = next;
    }
    *out = best;
    return true;
}

static bool round_to(
    struct choosing *k, const struct feel_node *n, enum number_rounding how, struct term *out)
{
    int64_t places = 0;
    struct term v;
    if (n->count == 2
        && (n->items[1]->run != run_constant || !feel_to_int64(*n->items[1]->value, &places)))
        return false;
    return choose_node(k, n->items[0], &v) && choose_round(k, &v, places, how, out);
}

static bool absolute(struct choosing *k, const struct feel_node *n, struct term *out)
{
    struct term v;
    if (!choose_node(k, n->items[0], &v) || v.kind != FEEL_NUMBER || v.constant)
        return false;
    *out = (struct term){ .kind = v.kind, .scale = v.scale };
    return choose_pass(
        k, (struct pass){ .kind = PASS_ABS, .with_constant = true }, &v, NULL, NULL, out);
}

static bool builtin(struct choosing *k, const struct feel_node *n, struct term *out)
{
    static const struct {
        const char *name;
        enum number_rounding how;
    } roundings[] = { { "decimal", NUMBER_HALF_EVEN }, { "floor", NUMBER_FLOOR },
        { "ceiling", NUMBER_CEILING }, { "round up", NUMBER_UP }, { "round down", NUMBER_DOWN },
        { "round half up", NUMBER_HALF_UP }, { "round half down", NUMBER_HALF_DOWN } };
    const struct feel_builtin *b = n->extra;
    struct term v;
    if (n->count < (uint32_t)b->min || (b->max >= 0 && n->count > (uint32_t)b->max))
        return false;
    for (size_t i = 0; i < sizeof roundings / sizeof *roundings; i++)
        if (strcmp(b->name, roundings[i].name) == 0)
            return round_to(k, n, roundings[i].how, out);
    if (strcmp(b->name, "min") == 0)
        return extreme(k, n, PASS_MIN, out);
    if (strcmp(b->name, "max") == 0)
        return extreme(k, n, PASS_MAX, out);
    if (strcmp(b->name, "abs") == 0)
        return absolute(k, n, out);
    if (strcmp(b->name, "not") == 0)
        return choose_node(k, n->items[0], &v) && choose_not(k, &v, out);
    return false;
}

/* ---- nodes -------------------------------------------------------------------------------- */

static bool two(struct choosing *k, const struct feel_node *n, struct term *a, struct term *b)
{
    return choose_node(k, n->a, a) && choose_node(k, n->b, b);
}

static bool between(struct choosing *k, const struct feel_node *n, struct term *out)
{
    struct term a, low, high, again, above, below;
    if (!two(k, n, &a, &low))
        return false;
    choose_hold(k, &a);
    again = a;
    return choose_compare(k, OP_GREATER_EQUAL, &a, &low, &above) && choose_node(k, n->c, &high)
        && choose_compare(k, OP_LESS_EQUAL, &again, &high, &below)
        && choose_connect(k, PASS_AND, &above, &below, out);
}

static bool branch(struct choosing *k, const struct feel_node *n, struct term *out)
{
    struct term condition, yes, no;
    return two(k, n, &condition, &yes) && choose_node(k, n->c, &no)
        && choose_branch(k, &condition, n->op, &yes, &no, out);
}

static bool negate(struct choosing *k, const struct feel_node *n, struct term *out)
{
    struct term a, zero;
    return choose_node(k, n->a, &a) && (a.kind == FEEL_NUMBER || a.kind == FEEL_NULL)
        && choose_constant(k, feel_integer(0), &zero)
        && choose_arithmetic(k, OP_SUBTRACT, &zero, &a, out);
}

static bool test_compare(struct choosing *k, const struct feel_node *n, struct term *out)
{
    struct term v, end;
    return local(k, n->slot, &v) && choose_node(k, n->a, &end)
        && choose_compare(k, n->op, &v, &end, out);
}

static bool test_truth(struct choosing *k, const struct feel_node *n, struct term *out)
{
    return choose_node(k, n->a, out) && (out->kind == FEEL_BOOLEAN || out->kind == FEEL_NULL);
}

static bool binary(struct choosing *k, const struct feel_node *n, struct term *out)
{
    struct term a, b;
    if (!two(k, n, &a, &b))
        return false;
    if (n->run == run_arithmetic)
        return choose_arithmetic(k, n->op, &a, &b, out);
    if (n->run == run_compare)
        return choose_compare(k, n->op, &a, &b, out);
    return choose_connect(k, n->run == run_and ? PASS_AND : PASS_OR, &a, &b, out);
}

bool choose_node(struct choosing *k, const struct feel_node *n, struct term *out)
{
    struct reader r = { .k = k };
    struct term a;
    k->nodes++;
    if (n->run == run_constant)
        return choose_constant(k, *n->value, out);
    if (n->run == run_global)
        return column(k, n, out);
    if (n->run == run_local)
        return local(k, n->slot, out);
    if (!k->subjects && reads_text(&r, n) && r.found && table_of(k, n, r.slot, out))
        return true;
    if (k->err != OK)
        return false;
    if (n->run == run_arithmetic || n->run == run_compare || n->run == run_and || n->run == run_or)
        return binary(k, n, out);
    if (n->run == run_negate)
        return negate(k, n, out);
    if (n->run == run_between)
        return between(k, n, out);
    if (n->run == run_in)
        return choose_node(k, n->a, &a) && within(k, n->slot, &a, n->b, out);
    if (n->run == run_any_test)
        return any_test(k, n, out);
    if (n->run == run_test_compare)
        return test_compare(k, n, out);
    if (n->run == run_test_value)
        return test_value(k, n, out);
    if (n->run == run_test_truth)
        return test_truth(k, n, out);
    if (n->run == run_branch)
        return branch(k, n, out);
    if (n->run == run_coerce)
        return coerce(k, n, out);
    return n->run == run_call_builtin && builtin(k, n, out);
}
