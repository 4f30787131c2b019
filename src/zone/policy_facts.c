/*
 * Reading the facts of a clause into columns (policy.h). The audience's own columns come by one query in the
 * order of ids; each fact of another register by one more, taken together by whom it is about; earlier
 * awards from the lines of lists that were decided.
 */
#include "zone/policy_columns.h"

#include <stdio.h>
#include <string.h>

enum { OWN_MAX = PACK_POLICY_FACTS_MAX, FEW_ROWS = 20 };

struct reading {
    struct op *op;
    struct arena *a;
    const struct policy_asking *q;
    const struct pack_clause *c;
    struct policy_facts *f;
    struct filler *fillers;        /* by facts */
    struct filler groups[PACK_POLICY_GROUPS_MAX];
    const str *vias[OWN_MAX];      /* by facts: keys of what it is a fact of; NULL: the record's own */
    struct key_index own;
    bool has_own;
};

int64_t policy_year(const struct pack_clause *c, int64_t day)
{
    return date_from_days(day).year - c->year_back;
}

static void release_arena(void *arena)
{
    arena_release(arena);
}

struct arena *policy_arena(struct op *op)
{
    struct arena *a = ARENA_NEW(op->arena, struct arena);
    if (!a)
        return NULL;
    arena_init(a, NULL, POLICY_FACTS_BYTES_MAX);
    return arena_defer(op->arena, release_arena, a) ? a : NULL;
}

/* ---- conditions ---- */

static struct store_value where_value(const struct pack_fact_where *w)
{
    int64_t n = 0;
    if (fact_is_text(w->column->type))
        return S_TEXT(w->value);
    if (w->column->type == PACK_COLUMN_BOOL)
        return S_INT(str_is(w->value, "true"));
    (void)str_to_int64(w->value, &n);
    return S_INT(w->column->type == PACK_COLUMN_MONEY ? n * 100 : n);
}

static void add_where(struct query *q, struct arena *a, const struct pack_fact_where *w, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        str part = str_printf(a, " AND %.*s = ?", STR_ARGS(w[i].column->name));
        struct store_value v = where_value(&w[i]);
        query_add(q, part.data ? part.data : "", &v, 1);
    }
}

/* Texts and dates begin with their year. */
static void add_year(struct query *q, struct arena *a, const struct pack_fact *f, int64_t year)
{
    const char *name = f->year ? str_terminated(a, f->year->name) : NULL;
    year -= f->back;
    if (!name)
        return;
    if (!fact_is_text(f->year->type)) {
        str part = str_printf(a, " AND %s %s ?", name, f->before ? "<" : "=");
        QUERY_ADD(q, part.data, S_INT(year));
        return;
    }
    str low = str_printf(a, "%04d", (int)year), high = str_printf(a, "%04d", (int)year + 1);
    str part = str_printf(a, f->before ? " AND %s > ? AND %s < ?" : " AND %s >= ? AND %s < ?", name, name);
    if (f->before)
        QUERY_ADD(q, part.data, S_TEXT(STR_NONE), S_TEXT(low));
    else
        QUERY_ADD(q, part.data, S_TEXT(low), S_TEXT(high));
}

/* ---- the audience ---- */

static bool is_own(const struct reading *r, const struct pack_fact *f)
{
    return !f->period && !f->award_count && !f->via && !f->by && f->r == r->c->audience;
}

static void add_subjects(struct reading *r, struct query *q)
{
    const struct pack_clause *c = r->c;
    str from = str_printf(
        r->a, " FROM register_%.*s WHERE zone = ?", STR_ARGS(c->audience->code));
    QUERY_ADD(q, from.data, S_TEXT(r->op->zone->code));
    add_where(q, r->a, c->where, c->where_count);
    if (r->q->subject)
        QUERY_ADD(q, " AND id = ?", S_INT(r->q->subject));
    if (r->q->payee.bytes) {
        const struct pack_column *of = c->payee ? c->payee : c->audience->key;
        str part = str_printf(r->a, " AND %.*s = ?", STR_ARGS(of->name));
        QUERY_ADD(q, part.data, S_TEXT(r->q->payee));
    }
}

static enum err count_subjects(struct reading *r)
{
    struct query q;
    struct store_rows rows;
    bool more;
    query_init(&q, r->a);
    query_sql(&q, "SELECT count(*)");
    add_subjects(r, &q);
    TRY(query_run(&q, r->op->conn, &rows, r->op->diag));
    TRY(store_next(&rows, &more, r->op->diag));
    int64_t count = more ? store_int(&rows, 0) : 0;
    store_rows_end(&rows);
    if (count > POLICY_ROWS_MAX)
        return diag_set(r->op->diag, ERR_LIMIT, "登记表有 %lld 条,一次至多匹配 %d 条",
            "the register has %lld records; at most %d can be matched at once", (long long)count,
            POLICY_ROWS_MAX);
    r->f->rows = (size_t)count;
    return OK;
}

static void select_column(struct buf *b, const struct pack_column *c)
{
    buf_printf(b, ", %.*s", STR_ARGS(c->name));
}

/* Columns of the one query: id, key, label, payee, the own facts, groups, vias. */
static void select_subjects(struct reading *r, struct query *q)
{
    const struct pack_clause *c = r->c;
    struct buf b;
    buf_init(&b, r->a, QUERY_BYTES_MAX);
    buf_printf(&b, "SELECT id, %.*s", STR_ARGS(c->audience->key->name));
    select_column(&b, c->audience->label ? c->audience->label : c->audience->key);
    select_column(&b, c->payee ? c->payee : c->audience->key);
    for (size_t i = 0; i < c->fact_count; i++)
        if (is_own(r, &c->facts[i]))
            select_column(&b, c->facts[i].column);
    for (size_t i = 0; i < c->group_count; i++)
        select_column(&b, c->groups[i]);
    for (size_t i = 0; i < c->fact_count; i++)
        if (c->facts[i].via)
            select_column(&b, c->facts[i].via);
    buf_add_char(&b, '\0');
    query_init(q, r->a);
    query_sql(q, buf_failed(&b) ? "" : b.data);
    add_subjects(r, q);
    query_sql(q, " ORDER BY id");
}

static void take_subject(struct reading *r, const struct store_rows *rows, size_t row)
{
    const struct pack_clause *c = r->c;
    struct policy_facts *f = r->f;
    int at = 4;
    f->ids[row] = store_int(rows, 0);
    f->keys[row] = str_copy(r->a, store_text(rows, 1));
    if (f->labels)
        f->labels[row] = str_copy(r->a, store_text(rows, 2));
    if (f->payees)
        f->payees[row] = str_copy(r->a, store_text(rows, 3));
    for (size_t i = 0; i < c->fact_count; i++)
        if (is_own(r, &c->facts[i]))
            filler_sql(&r->fillers[i], row, rows, at++, c->facts[i].column);
    for (size_t i = 0; i < c->group_count; i++)
        filler_sql(&r->groups[i], row, rows, at++, c->groups[i]);
    for (size_t i = 0; i < c->fact_count; i++)
        if (c->facts[i].via)
            ((str *)r->vias[i])[row] = str_copy(r->a, store_text(rows, at++));
}

static enum err make_arrays(struct reading *r)
{
    struct policy_facts *f = r->f;
    const struct pack_clause *c = r->c;
    f->ids = ARENA_ARRAY(r->a, int64_t, f->rows + 1);
    f->keys = ARENA_ARRAY(r->a, str, f->rows + 1);
    f->labels = r->q->labels ? ARENA_ARRAY(r->a, str, f->rows + 1) : NULL;
    f->payees = c->payee ? ARENA_ARRAY(r->a, str, f->rows + 1) : NULL;
    r->fillers = ARENA_ARRAY(r->a, struct filler, c->fact_count + 1);
    TRY(diag_arena(r->op->diag, r->a));
    for (size_t i = 0; i < c->fact_count; i++) {
        f->columns[i] = pack_fact_column(&c->facts[i], NULL, 0);
        if (c->facts[i].period)
            continue;
        filler_init(&r->fillers[i], r->a, &f->columns[i], f->rows);
        if (c->facts[i].via)
            r->vias[i] = ARENA_ARRAY(r->a, str, f->rows + 1);
    }
    for (size_t i = 0; i < c->group_count; i++) {
        f->groups[i] = (struct feel_column){ .kind = FEEL_COLUMN_TEXT };
        filler_init(&r->groups[i], r->a, &f->groups[i], f->rows);
    }
    return diag_arena(r->op->diag, r->a);
}

static enum err read_subjects(struct reading *r)
{
    struct query q;
    struct store_rows rows;
    size_t count = 0;
    bool more;
    TRY(count_subjects(r));
    TRY(make_arrays(r));
    select_subjects(r, &q);
    TRY(query_run(&q, r->op->conn, &rows, r->op->diag));
    for (;;) {
        TRY(store_next(&rows, &more, r->op->diag));
        if (!more || count == r->f->rows)
            break;
        take_subject(r, &rows, count++);
    }
    store_rows_end(&rows);
    r->f->rows = count;
    for (size_t i = 0; i < r->c->group_count; i++)
        filler_done(&r->groups[i]);
    return diag_arena(r->op->diag, r->a);
}

/* ---- facts of other registers ---- */

static str taken(struct reading *r, const struct pack_fact *f)
{
    static const char *const words[] = { [PACK_FACT_SUM] = "sum", [PACK_FACT_COUNT] = "count",
        [PACK_FACT_MAX] = "max", [PACK_FACT_MIN] = "min" };
    switch (f->take) {
    case PACK_FACT_COUNT:
    case PACK_FACT_ANY: return STR("count(*)");
    case PACK_FACT_BEST: return str_copy(r->a, f->column->name);
    case PACK_FACT_SUM:
    case PACK_FACT_MAX:
    case PACK_FACT_MIN:
        if (f->column->type == PACK_COLUMN_DATE) /* the empty text is no date */
            return str_printf(r->a, "nullif(%s(%.*s), '')", words[f->take], STR_ARGS(f->column->name));
        return str_printf(r->a, "%s(%.*s)", words[f->take], STR_ARGS(f->column->name));
    }
    return STR_NONE;
}

static void add_few(struct reading *r, struct query *q, const char *by, const str *keys)
{
    if (r->f->rows > FEW_ROWS)
        return;
    str part = str_printf(r->a, " AND %s IN (''", by);
    query_sql(q, part.data ? part.data : "");
    for (size_t i = 0; i < r->f->rows; i++)
        QUERY_ADD(q, ", ?", S_TEXT(keys[i]));
    query_sql(q, ")");
}

static int order_of(const struct pack_column *c, str code)
{
    const struct pack_code *found = c->codes ? pack_code(c->codes, code) : NULL;
    return found ? found->order : INT32_MAX;
}

/* Of codes the one that stands first in its table. */
static void put_fact(struct reading *r, size_t fact, size_t row, const struct store_rows *rows)
{
    const struct pack_fact *f = &r->c->facts[fact];
    struct filler *to = &r->fillers[fact];
    if (f->take == PACK_FACT_BEST && f->by && !filler_is_null(to, row) && f->column->codes) {
        str had = to->words.items[((const uint32_t *)to->values)[row]];
        if (order_of(f->column, had) <= order_of(f->column, store_text(rows, 1)))
            return;
    }
    filler_sql(to, row, rows, 1,
        f->take == PACK_FACT_COUNT || f->take == PACK_FACT_ANY ? NULL : f->column);
}

static enum err read_other(struct reading *r, size_t fact)
{
    const struct pack_fact *f = &r->c->facts[fact];
    const str *keys = r->vias[fact] ? r->vias[fact] : r->f->keys;
    struct key_index index = r->own;
    struct query q;
    struct store_rows rows;
    const char *by = str_terminated(r->a, f->by ? f->by->name : f->r->key->name);
    str what = f->by ? taken(r, f) : f->column->name;
    str head = str_printf(r->a, "SELECT %s, %.*s FROM register_%.*s WHERE zone = ?", by ? by : "",
        STR_ARGS(what), STR_ARGS(f->r->code));
    TRY(diag_arena(r->op->diag, r->a));
    if (keys != r->f->keys || !r->has_own) {
        if (!key_index_make(r->a, keys, r->f->rows, &index))
            return diag_arena(r->op->diag, r->a);
        r->has_own |= keys == r->f->keys;
        if (keys == r->f->keys)
            r->own = index;
    }
    query_init(&q, r->a);
    QUERY_ADD(&q, head.data, S_TEXT(r->op->zone->code));
    add_year(&q, r->a, f, r->f->year);
    add_where(&q, r->a, f->where, f->where_count);
    add_few(r, &q, by, keys);
    if (f->by && f->take != PACK_FACT_BEST) {
        str group = str_printf(r->a, " GROUP BY %s", by);
        query_sql(&q, group.data ? group.data : "");
    }
    TRY(query_run(&q, r->op->conn, &rows, r->op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, r->op->diag));
        if (!more)
            return OK;
        for (uint32_t at = 0; (at = key_index_next(&index, store_text(&rows, 0), at));)
            put_fact(r, fact, at - 1, &rows);
    }
}

/* ---- earlier awards ---- */

static int64_t row_of(const struct policy_facts *f, int64_t id)
{
    size_t low = 0, high = f->rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < f->rows && f->ids[low] == id ? (int64_t)low : -1;
}

static void add_clauses(struct query *q, const str *codes, size_t count)
{
    query_sql(q, " AND clause IN (''");
    for (size_t i = 0; i < count; i++)
        QUERY_ADD(q, ", ?", S_TEXT(codes[i]));
    query_sql(q, ")");
}

static enum err read_awards(struct reading *r, size_t fact)
{
    const struct pack_fact *f = &r->c->facts[fact];
    struct query q;
    struct store_rows rows;
    query_init(&q, r->a);
    query_sql(&q, f->take == PACK_FACT_COUNT ? "SELECT subject, count(*)"
            : f->take == PACK_FACT_MAX ? "SELECT subject, max(l.fen - coalesce(c.recovered, 0))"
                                       : "SELECT subject, sum(l.fen - coalesce(c.recovered, 0))");
    QUERY_ADD(&q, " FROM benefit_line l LEFT JOIN fund_commitment c ON c.zone = l.zone AND"
                  " c.id = l.commitment WHERE l.zone = ? AND state IN ('awarded', 'waiting')"
                  " AND l.fen > coalesce(c.recovered, 0)",
        S_TEXT(r->op->zone->code));
    add_clauses(&q, f->awards, f->award_count);
    if (r->q->subject)
        QUERY_ADD(&q, " AND subject = ?", S_INT(r->q->subject));
    query_sql(&q, " GROUP BY subject");
    TRY(query_run(&q, r->op->conn, &rows, r->op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, r->op->diag));
        if (!more)
            return OK;
        int64_t row = row_of(r->f, store_int(&rows, 0));
        if (row >= 0)
            filler_number(&r->fillers[fact], (size_t)row, store_int(&rows, 1));
    }
}

static void note_bar(struct policy_facts *f, size_t row, enum policy_bar bar)
{
    if (f->bars[row] == POLICY_BAR_NONE || bar == POLICY_BAR_ONCE)
        f->bars[row] = (uint8_t)bar;
}

/* subject, clause, year, state, fen left, payee */
static void take_bar(struct reading *r, const struct key_index *payees, const struct store_rows *rows)
{
    const struct pack_clause *c = r->c;
    struct policy_facts *f = r->f;
    bool open = str_is(store_text(rows, 3), "open"), same = store_int(rows, 2) == f->year;
    int64_t row = row_of(f, store_int(rows, 0));
    if (str_equal(store_text(rows, 1), c->code)) {
        if (row < 0)
            return;
        f->awarded[row] += open ? 0 : store_int(rows, 4);
        if (open)
            note_bar(f, (size_t)row, POLICY_BAR_UNDERWAY);
        else if (c->once || same)
            note_bar(f, (size_t)row, c->once ? POLICY_BAR_ONCE : POLICY_BAR_YEAR);
        return;
    }
    for (uint32_t at = 0; same && (at = key_index_next(payees, store_text(rows, 5), at));)
        note_bar(f, at - 1, POLICY_BAR_EXCLUDED);
}

static enum err read_bars(struct reading *r)
{
    struct policy_facts *f = r->f;
    struct key_index payees = { 0 };
    struct query q;
    struct store_rows rows;
    query_init(&q, r->a);
    QUERY_ADD(&q, "SELECT subject, clause, year, state, l.fen - coalesce(c.recovered, 0), l.payee"
                  " FROM benefit_line l LEFT JOIN fund_commitment c ON c.zone = l.zone AND"
                  " c.id = l.commitment WHERE l.zone = ? AND state IN ('open', 'awarded', 'waiting')"
                  " AND l.fen > coalesce(c.recovered, 0)",
        S_TEXT(r->op->zone->code));
    query_sql(&q, " AND clause IN (''");
    QUERY_ADD(&q, ", ?", S_TEXT(r->c->code));
    for (size_t i = 0; i < r->c->exclude_count; i++)
        QUERY_ADD(&q, ", ?", S_TEXT(r->c->excludes[i]));
    query_sql(&q, ")");
    TRY(query_run(&q, r->op->conn, &rows, r->op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, r->op->diag));
        if (!more)
            return OK;
        if (!f->bars) {
            f->bars = ARENA_ARRAY(r->a, uint8_t, f->rows + 1);
            f->awarded = ARENA_ARRAY(r->a, int64_t, f->rows + 1);
            if (!f->bars || !f->awarded
                || !key_index_make(r->a, f->payees ? f->payees : f->keys, f->rows, &payees))
                return diag_arena(r->op->diag, r->a);
        }
        take_bar(r, &payees, &rows);
    }
}

/* ---- the whole ---- */

static void take_supplied(struct reading *r, size_t fact)
{
    const struct pack_fact *f = &r->c->facts[fact];
    struct diag ignored = { 0 };
    feel_value v;
    const json_t *given = r->q->supplied
        ? json_object_getn(r->q->supplied, f->input.data, f->input.bytes) : NULL;
    if (!given || r->f->rows != 1 || feel_from_json(r->a, given, f->type, &v, &ignored) != OK)
        return;
    filler_value(&r->fillers[fact], 0, v);
}

static void take_absent(struct reading *r, size_t fact)
{
    const struct pack_fact *f = &r->c->facts[fact];
    struct filler *to = &r->fillers[fact];
    for (size_t i = 0; f->has_absent && !to->bad && i < r->f->rows; i++)
        if (filler_is_null(to, i))
            filler_value(to, i, f->absent);
}

static enum err read_fact(struct reading *r, size_t i)
{
    const struct pack_fact *f = &r->c->facts[i];
    struct dmn_sheet_fact *g = &r->f->given[i];
    g->name = f->input;
    if (f->period) {
        g->same = true;
        g->value = pack_fact_period(f->period, r->f->year);
        return OK;
    }
    if (f->award_count)
        TRY(read_awards(r, i));
    else if (!is_own(r, f))
        TRY(read_other(r, i));
    take_absent(r, i);
    take_supplied(r, i);
    filler_done(&r->fillers[i]);
    g->column = r->f->columns[i];
    if (r->fillers[i].bad && !arena_failed(r->a))
        return diag_set(r->op->diag, ERR_LIMIT, "列“%.*s”的不同取值太多",
            "column \"%.*s\" has too many different values", STR_ARGS(f->input));
    return diag_arena(r->op->diag, r->a);
}

static void give_parameters(struct policy_facts *f)
{
    const struct pack_clause *c = f->clause;
    for (size_t i = 0; i < c->parameter_count; i++) {
        const struct pack_parameter_value *v = pack_parameter_on(c->parameters[i], f->day);
        f->given[c->fact_count + i] = (struct dmn_sheet_fact){ .name = c->parameters[i]->code,
            .same = true, .value = v ? v->value : feel_null() };
    }
}

enum err policy_read_facts(
    struct op *op, struct arena *a, const struct policy_asking *q, struct policy_facts **out)
{
    const struct pack_clause *c = q->clause;
    struct policy_facts *f = ARENA_NEW(a, struct policy_facts);
    struct reading r = { .op = op, .a = a, .q = q, .c = c, .f = f };
    TRY(diag_arena(op->diag, a));
    *f = (struct policy_facts){ .clause = c, .day = q->day, .year = policy_year(c, q->day),
        .read_at = op->now_ms, .given_count = c->fact_count + c->parameter_count };
    f->given = ARENA_ARRAY(a, struct dmn_sheet_fact, f->given_count + 1);
    f->columns = ARENA_ARRAY(a, struct feel_column, f->given_count + 1);
    TRY(diag_arena(op->diag, a));
    TRY(read_subjects(&r));
    for (size_t i = 0; i < c->fact_count; i++)
        TRY(read_fact(&r, i));
    give_parameters(f);
    TRY(read_bars(&r));
    *out = f;
    return diag_arena(op->diag, a);
}

enum err policy_facts_for(struct op *op, struct arena *a, const struct policy_facts *read,
    const struct pack_clause *clause, struct policy_facts **out)
{
    const struct pack_clause *c = clause;
    struct policy_facts *f = ARENA_NEW(a, struct policy_facts);
    struct policy_asking q = { .clause = c, .day = read->day, .labels = read->labels };
    TRY(diag_arena(op->diag, a));
    *f = *read;
    f->clause = c;
    f->given_count = c->fact_count + c->parameter_count;
    f->given = ARENA_ARRAY(a, struct dmn_sheet_fact, f->given_count + 1);
    f->columns = ARENA_ARRAY(a, struct feel_column, f->given_count + 1);
    TRY(diag_arena(op->diag, a));
    for (size_t i = 0; i < c->fact_count; i++) {
        size_t k = 0;
        while (k < read->clause->fact_count
            && !str_equal(read->clause->facts[k].input, c->facts[i].input))
            k++;
        if (k == read->clause->fact_count)
            return policy_read_facts(op, a, &q, out); /* it asks for more than was read */
        f->given[i] = read->given[k];
        f->columns[i] = read->columns[k];
    }
    give_parameters(f);
    *out = f;
    return OK;
}
