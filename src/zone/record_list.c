/*
 * Lists of records. Pages are cut by key, not by offset: the next one begins after the value and id
 * of the last row. What is empty comes last in either direction; so a list by a column is read in
 * two stretches, rows with a value in the order of its index, then rows without one by their ids,
 * and each stretch is a plain walk along an index.
 *
 *     next = "v<value>|<id>"   within the rows with a value
 *            "e<id>"           within those without, and in lists by age
 *
 * Words are looked for in the search index, which gives ids in their order. Many more records can
 * hold them than anybody will page through, so what is found is gathered only where it is not much:
 *
 *     by age                     along what the index finds, newest first
 *     by a column, few found     the ids are found, sorted by the column
 *     by a column, many found    along the column's index; each record's own words are looked at
 *
 * The number of matches is counted up to RECORD_COUNT_MAX: beyond it people are told "more than".
 * That number also says how to go about it. Where few match, they are found by the conditions and
 * sorted; where many do, the walk goes along the index of the order and passes over what does not
 * match. What lies in a box is found by the place's own index in the same way, on every page: a map
 * that shows one street of a large register must not pass over all the others. Left to itself
 * the database would guess, without knowing how many there are.
 */
#include "zone/record_internal.h"

#include <stdio.h>
#include <string.h>

enum { FEW_MAX = 2000 };

/* ---- conditions ---- */

static str condition_value(struct op *op, const struct pack_condition *c)
{
    if (str_is(c->value, "$today"))
        return date_format(op->arena, date_from_days(zone_local_days(op->zone, op->now_ms)));
    if (str_is(c->value, "$me"))
        return str_printf(op->arena, "%lld", (long long)op->actor->account);
    if (str_is(c->value, "$unit"))
        return op->actor->unit;
    return c->value;
}

/* Text from a list's definition or an address as the value that the column is compared with. */
static enum err condition_bind(
    struct op *op, const struct pack_column *c, str text, struct store_value *out)
{
    feel_value number;
    int64_t n = 0;
    *out = S_TEXT(text);
    switch (c->type) {
    case PACK_COLUMN_TEXT:
    case PACK_COLUMN_DATE:
    case PACK_COLUMN_CODE:
    case PACK_COLUMN_REF:
    case PACK_COLUMN_UNIT:
        return OK;
    case PACK_COLUMN_INT:
    case PACK_COLUMN_REAL:
    case PACK_COLUMN_MONEY:
        if (feel_number_parse(text, &number)) {
            *out = S_REAL(feel_to_double(number));
            return OK;
        }
        break;
    case PACK_COLUMN_ACCOUNT:
        if (str_to_int64(text, &n)) {
            *out = S_INT(n);
            return OK;
        }
        break;
    case PACK_COLUMN_BOOL:
        if (str_is(text, "true") || str_is(text, "false")) {
            *out = S_INT(str_is(text, "true"));
            return OK;
        }
        break;
    case PACK_COLUMN_INSTANT:
        if (instant_parse(text, &n)) {
            *out = S_INT(n);
            return OK;
        }
        break;
    case PACK_COLUMN_POINT:
    case PACK_COLUMN_SHAPE:
    case PACK_COLUMN_FILES:
        break;
    }
    diag_field(op->diag, c->name);
    return diag_set(op->diag, ERR_INVALID, "列 %.*s 不能与“%.*s”比较",
        "column %.*s cannot be compared with \"%.*s\"", STR_ARGS(c->name), STR_ARGS(text));
}

static void empty_add(struct query *q, const struct pack_column *c, bool empty)
{
    query_sql(q, " AND ");
    if (c->type == PACK_COLUMN_POINT)
        buf_printf(&q->text, "%.*s_lon", STR_ARGS(c->name));
    else
        query_column(q, c->name);
    query_sql(q, column_is_text(c->type) ? (empty ? " = ''" : " <> ''")
                                         : (empty ? " IS NULL" : " IS NOT NULL"));
}

/* A code and those below it in its table. */
static enum err under_add(struct query *q, struct op *op, const struct pack_column *c, str code)
{
    size_t count = 0;
    query_sql(q, " AND ");
    query_column(q, c->name);
    query_sql(q, " IN (SELECT '' WHERE 1 = 0");
    for (size_t i = 0; c->codes && i < c->codes->count; i++) {
        str at = c->codes->items[i].code;
        for (int depth = 0; at.bytes && !str_equal(at, code) && depth < 12; depth++) {
            const struct pack_code *up = pack_code(c->codes, at);
            at = up ? up->parent : STR_NONE;
        }
        if (!str_equal(at, code))
            continue;
        if (++count > 20)
            return diag_set(op->diag, ERR_LIMIT, "这一类下的代码太多,请选更细的一类",
                "too many codes below this one; choose a finer one");
        QUERY_ADD(q, " UNION ALL SELECT ?", S_TEXT(c->codes->items[i].code));
    }
    query_sql(q, ")");
    return OK;
}

static enum err holds_add(struct query *q, struct op *op, const struct pack_column *c, str text)
{
    struct buf b;
    buf_init(&b, op->arena, 2000);
    buf_add_char(&b, '%');
    for (size_t i = 0; i < text.bytes; i++) {
        if (strchr("%_\\", text.data[i]))
            buf_add_char(&b, '\\');
        buf_add_char(&b, text.data[i]);
    }
    buf_add_char(&b, '%');
    if (buf_failed(&b) || !column_is_text(c->type))
        return diag_set(op->diag, ERR_INVALID, "这一列不能按部分文字查找",
            "this column cannot be searched by a part of it");
    buf_printf(&q->text, " AND %.*s LIKE ", STR_ARGS(c->name));
    QUERY_ADD(q, "? ESCAPE '\\'", S_TEXT(buf_str(&b)));
    return diag_arena(op->diag, op->arena);
}

static enum err compare_add(
    struct query *q, struct op *op, const struct pack_condition *c, const char *sign)
{
    struct store_value value;
    TRY(condition_bind(op, c->column, condition_value(op, c), &value));
    query_sql(q, " AND ");
    query_column(q, c->column->name);
    buf_printf(&q->text, " %s ", sign);
    if (c->column->type == PACK_COLUMN_MONEY) /* said in the coin's whole unit, kept in fen */
        value = S_INT((int64_t)(value.real * 100 + (value.real < 0 ? -0.5 : 0.5)));
    query_add(q, "?", &value, 1);
    if (column_is_text(c->column->type) && sign[0] == '<' && sign[1] != '>')
        empty_add(q, c->column, false); /* nothing is not before anything */
    return OK;
}

enum err record_condition_add(
    struct query *q, struct op *op, const struct pack_condition *c)
{
    switch (c->compare) {
    case PACK_IS:
        return compare_add(q, op, c, "=");
    case PACK_IS_NOT:
        return compare_add(q, op, c, "<>");
    case PACK_BELOW:
        return compare_add(q, op, c, "<");
    case PACK_AT_MOST:
        return compare_add(q, op, c, "<=");
    case PACK_ABOVE:
        return compare_add(q, op, c, ">");
    case PACK_AT_LEAST:
        return compare_add(q, op, c, ">=");
    case PACK_EMPTY:
    case PACK_FILLED:
        empty_add(q, c->column, c->compare == PACK_EMPTY);
        return OK;
    case PACK_HOLDS:
        return holds_add(q, op, c->column, condition_value(op, c));
    case PACK_UNDER:
        return under_add(q, op, c->column, condition_value(op, c));
    }
    return OK;
}

/* Conditions on what one may not see would tell what it is. */
static enum err refuse_unseen(
    struct op *op, const struct pack_register *r, const struct pack_column *c)
{
    if (!c || record_column_seen(op, r, c))
        return OK;
    diag_field(op->diag, c->name);
    diag_set(op->diag, ERR_FORBIDDEN, "“%.*s”不向您显示,不能用来筛选或排序", "%.*s",
        STR_ARGS(c->title.zh));
    snprintf(op->diag->en, sizeof op->diag->en,
        "\"%.*s\" is not shown to you: it cannot be filtered or sorted by", STR_ARGS(c->title.en));
    return ERR_FORBIDDEN;
}

/* How records are found by words. */
enum find {
    FIND_GATHERED, /* where the index is not numbered by ids */
    FIND_AMONG,    /* among the ids that it finds */
    FIND_ALONG,    /* the statement reads them from it already (record_select_found) */
    FIND_BY_LOOK   /* each record's words are looked at */
};

static void text_add(struct query *q, const struct pack_register *r, str text, enum find find)
{
    switch (find) {
    case FIND_ALONG:
        return;
    case FIND_GATHERED:
        buf_printf(&q->text, " AND {typed:register_%.*s_search:id:", STR_ARGS(r->code));
        QUERY_ADD(q, "?}", S_TEXT(text));
        return;
    case FIND_AMONG:
        buf_printf(&q->text, " AND id IN {matching:register_%.*s_search:", STR_ARGS(r->code));
        QUERY_ADD(q, "?}", S_TEXT(text));
        return;
    case FIND_BY_LOOK:
        buf_printf(&q->text,
            " AND EXISTS (SELECT 1 FROM register_%.*s_search s WHERE s.doc = register_%.*s.id AND"
            " {holds:s.text:",
            STR_ARGS(r->code), STR_ARGS(r->code));
        QUERY_ADD(q, "?})", S_TEXT(text));
        return;
    }
}

static enum err where_add(struct query *q, struct op *op, const struct pack_register *r,
    const struct record_filter *f, enum find find)
{
    TRY(record_scope_add(q, op, r));
    for (size_t i = 0; i < f->where_count; i++) {
        TRY(refuse_unseen(op, r, f->where[i].column));
        TRY(record_condition_add(q, op, &f->where[i]));
    }
    if (f->has_box)
        TRY(refuse_unseen(op, r, f->place));
    if (str_trim(f->text).bytes && !record_words_seen(op, r))
        return diag_set(op->diag, ERR_FORBIDDEN, "这个登记表不能按文字查找",
            "this register cannot be searched by words");
    if (str_trim(f->text).bytes)
        text_add(q, r, str_trim(f->text), find);
    if (f->has_box && f->place) {
        buf_printf(&q->text, " AND %.*s_lon", STR_ARGS(f->place->name));
        QUERY_ADD(q, " BETWEEN ? AND ?", S_REAL(f->west), S_REAL(f->east));
        buf_printf(&q->text, " AND %.*s_lat", STR_ARGS(f->place->name));
        QUERY_ADD(q, " BETWEEN ? AND ?", S_REAL(f->south), S_REAL(f->north));
    }
    return OK;
}

/* " LIMIT …" of a SELECT that was begun with "SELECT count(*) FROM (SELECT 1 …"; one more than is told. */
static enum err count_run(struct query *q, struct op *op, int64_t *total)
{
    struct store_rows rows;
    bool there;
    QUERY_ADD(q, " LIMIT ?) counted", S_INT(RECORD_COUNT_MAX + 1));
    TRY(query_run(q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, &there, op->diag));
    *total = there ? store_int(&rows, 0) : 0;
    store_rows_end(&rows);
    return OK;
}

static enum err count_records(struct op *op, const struct pack_register *r,
    const struct record_filter *f, enum find find, int64_t *total)
{
    struct query q;
    query_init(&q, op->arena);
    buf_printf(
        &q.text, "SELECT count(*) FROM (SELECT 1 FROM register_%.*s WHERE zone", STR_ARGS(r->code));
    QUERY_ADD(&q, " = ?", S_TEXT(op->zone->code));
    TRY(where_add(&q, op, r, f, find));
    return count_run(&q, op, total);
}

static enum err count_found(
    struct op *op, const struct pack_register *r, str text, int64_t *total)
{
    struct query q;
    query_init(&q, op->arena);
    buf_printf(&q.text, "SELECT count(*) FROM (SELECT 1 FROM {matching:register_%.*s_search:",
        STR_ARGS(r->code));
    QUERY_ADD(&q, "?}", S_TEXT(text));
    return count_run(&q, op, total);
}

/* Is anything asked beside words: by the list or by what the actor may see? */
static enum err narrowed(struct op *op, const struct pack_register *r,
    const struct record_filter *f, bool *out)
{
    struct query q;
    query_init(&q, op->arena);
    size_t before = q.text.bytes;
    TRY(where_add(&q, op, r, f, FIND_ALONG));
    *out = q.text.bytes > before;
    return OK;
}

/* ---- a stretch of the list ---- */

enum stretch { STRETCH_BY_AGE, STRETCH_VALUES, STRETCH_EMPTY };

struct listing {
    struct op *op;
    const struct pack_register *r;
    const struct record_filter *f;
    struct record_page *page;
    str after_value;
    int64_t after_id;
    bool few; /* so few match that they are found first and sorted then */
    enum find by_age, by_value;
};

static enum err cursor_bad(struct op *op)
{
    diag_field(op->diag, STR("after"));
    return diag_set(op->diag, ERR_INVALID, "翻页位置不对,请从头列出",
        "the place in the list is wrong; begin from the start");
}

static enum err cursor_read(struct listing *l, enum stretch *stretch)
{
    str after = l->f->after;
    *stretch = l->f->sort ? STRETCH_VALUES : STRETCH_BY_AGE;
    if (!after.bytes)
        return OK;
    if (after.data[0] == 'e') {
        if (l->f->sort)
            *stretch = STRETCH_EMPTY;
        return str_to_int64(str_slice(after, 1, after.bytes), &l->after_id) ? OK
                                                                            : cursor_bad(l->op);
    }
    size_t bar = after.bytes;
    while (bar && after.data[bar - 1] != '|')
        bar--;
    if (after.data[0] != 'v' || bar < 2 || !l->f->sort
        || !str_to_int64(str_slice(after, bar, after.bytes), &l->after_id))
        return cursor_bad(l->op);
    l->after_value = str_slice(after, 1, bar - 1);
    return OK;
}

static enum err after_values(struct query *q, struct listing *l, const char *sign)
{
    const struct pack_column *c = l->f->sort;
    struct store_value value;
    if (!l->after_id)
        return OK;
    TRY(condition_bind(l->op, c, l->after_value, &value));
    buf_printf(&q->text, " AND (%.*s, id) %s ", STR_ARGS(c->name), sign);
    query_add(q, "(?, ?)", (const struct store_value[]){ value, S_INT(l->after_id) }, 2);
    return OK;
}

static void values_order_add(struct query *q, const struct listing *l)
{
    const char *way = l->f->descending ? " DESC" : "";
    q->aside = l->few;
    query_sql(q, " ORDER BY ");
    query_column(q, l->f->sort->name);
    buf_printf(&q->text, "%s, ", way);
    query_column(q, STR("id"));
    query_sql(q, way);
    q->aside = false;
}

static enum err order_add(struct query *q, struct listing *l, enum stretch stretch, bool along)
{
    const struct pack_column *c = l->f->sort;
    switch (stretch) {
    case STRETCH_BY_AGE:
        /* Always a bound on id, so that the walk goes along the primary key. */
        query_sql(q, along ? " AND _found" : " AND id");
        QUERY_ADD(q, " < ?", S_INT(l->after_id ? l->after_id : INT64_MAX));
        query_sql(q, along ? " ORDER BY _found DESC" : " ORDER BY id DESC");
        return OK;
    case STRETCH_EMPTY:
        empty_add(q, c, true);
        if (l->after_id)
            QUERY_ADD(q, " AND id > ?", S_INT(l->after_id));
        query_sql(q, " ORDER BY id");
        return OK;
    case STRETCH_VALUES:
        q->aside = l->few;
        query_sql(q, " AND ");
        query_column(q, c->name);
        query_sql(q, column_is_text(c->type) ? " > ''" : " IS NOT NULL");
        q->aside = false;
        TRY(after_values(q, l, l->f->descending ? "<" : ">"));
        values_order_add(q, l);
        return OK;
    }
    return OK;
}

/* The sort column's value in SQL's own terms, as the cursor carries it. */
static str value_text(struct op *op, const struct pack_column *c, const json_t *data)
{
    const json_t *v = json_object_getn(data, c->name.data, c->name.bytes);
    if (json_is_string(v))
        return str_copy(op->arena, (str){ json_string_value(v), json_string_length(v) });
    if (json_is_integer(v))
        return str_printf(op->arena, "%lld", (long long)json_integer_value(v));
    if (json_is_boolean(v))
        return json_is_true(v) ? STR("true") : STR("false");
    return str_printf(op->arena, "%.17g", json_number_value(v));
}

static enum err read_stretch(struct listing *l, enum stretch stretch)
{
    struct query q;
    struct store_rows rows;
    struct op *op = l->op;
    size_t limit = l->f->limit;
    bool few = l->few && stretch == STRETCH_VALUES; /* only ids and values are sorted then */
    enum find find = stretch == STRETCH_BY_AGE ? l->by_age : l->by_value;
    bool along = find == FIND_ALONG && str_trim(l->f->text).bytes;
    bool boxed = l->few && stretch == STRETCH_BY_AGE && l->f->has_box && !along;
    query_init(&q, op->arena);
    if (along)
        record_select_found(&q, op, l->r, str_trim(l->f->text));
    else
        record_select(&q, op, l->r);
    if (few || boxed) {
        buf_printf(&q.text, " AND id IN (SELECT id FROM register_%.*s WHERE zone", STR_ARGS(l->r->code));
        QUERY_ADD(&q, " = ?", S_TEXT(op->zone->code));
    }
    q.aside = stretch == STRETCH_VALUES && !few;
    TRY(where_add(&q, op, l->r, l->f, find));
    q.aside = false;
    if (boxed) { /* the bound within, else the walk would go along the primary key after all */
        QUERY_ADD(&q, " AND {aside:id} < ?)", S_INT(l->after_id ? l->after_id : INT64_MAX));
        query_sql(&q, " ORDER BY id DESC");
    } else
        TRY(order_add(&q, l, stretch, along));
    QUERY_ADD(&q, " LIMIT ?", S_INT((int64_t)(limit + 1 - l->page->count)));
    if (few) {
        query_sql(&q, ")");
        values_order_add(&q, l);
    }
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        if (l->page->count == limit) {
            const struct record *last = &l->page->items[limit - 1];
            bool by_value = stretch == STRETCH_VALUES;
            l->page->next = by_value
                ? str_printf(op->arena, "v%.*s|%lld",
                    STR_ARGS(value_text(op, l->f->sort, last->data)), (long long)last->id)
                : str_printf(op->arena, "e%lld", (long long)last->id);
            break;
        }
        record_row(op, l->r, &rows, &l->page->items[l->page->count++]);
    }
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

/* The page is full just where the rows with a value end: are there rows without? */
static enum err peek_empty(struct listing *l)
{
    struct record_filter one = *l->f;
    struct record_page page = { .items = ARENA_ARRAY(l->op->arena, struct record, 1) };
    struct listing look = { .op = l->op, .r = l->r, .f = &one, .page = &page,
        .by_value = l->by_value };
    TRY(diag_arena(l->op->diag, l->op->arena));
    one.limit = 1;
    TRY(read_stretch(&look, STRETCH_EMPTY));
    if (page.count)
        l->page->next = STR("e0");
    return OK;
}

/* How words are looked for, by how much they find; total as count_records tells it, -1: not yet. */
static enum err choose(struct listing *l, int64_t *total)
{
    struct op *op = l->op;
    const struct record_filter *f = l->f;
    char index[REGISTER_NAME_BYTES_MAX + 32];
    str text = str_trim(f->text);
    bool by_id, more_asked;
    int64_t found = 0;
    *total = -1;
    l->by_age = l->by_value = FIND_GATHERED;
    snprintf(index, sizeof index, "register_%.*s_search", STR_ARGS(l->r->code));
    TRY(narrowed(op, l->r, f, &more_asked)); /* and whether they may be looked for at all */
    if (text.bytes)
        TRY(store_search_by_id(op->conn, index, &by_id, op->diag));
    if (!text.bytes || !by_id)
        return f->after.bytes && !f->has_box ? OK : count_records(op, l->r, f, FIND_GATHERED, total);
    l->by_age = FIND_ALONG;
    if (!f->sort && !more_asked)
        return OK; /* counted afterwards, if it is more than the page */
    TRY(count_found(op, l->r, text, &found));
    l->by_value = found > RECORD_COUNT_MAX ? FIND_BY_LOOK : FIND_AMONG;
    *total = found;
    if (more_asked && !f->after.bytes)
        TRY(count_records(op, l->r, f, l->by_value, total));
    if (more_asked && l->by_value == FIND_BY_LOOK && *total <= FEW_MAX)
        l->by_age = FIND_BY_LOOK; /* along the index one would pass over all the others */
    return OK;
}

enum err record_list(struct op *op, const struct pack_register *r, const struct record_filter *f,
    struct record_page *out)
{
    struct record_page page = { .items = ARENA_ARRAY(op->arena, struct record, f->limit),
        .total = -1 };
    struct listing l = { .op = op, .r = r, .f = f, .page = &page };
    enum stretch stretch;
    TRY(diag_arena(op->diag, op->arena));
    TRY(refuse_unseen(op, r, f->sort));
    TRY(cursor_read(&l, &stretch));
    int64_t total;
    TRY(choose(&l, &total));
    l.few = ((!f->after.bytes || f->has_box) && total >= 0 && total <= FEW_MAX) || l.by_value == FIND_AMONG;
    TRY(read_stretch(&l, stretch));
    if (stretch == STRETCH_VALUES && !page.next.bytes) {
        l.after_id = 0;
        TRY(page.count < f->limit ? read_stretch(&l, STRETCH_EMPTY) : peek_empty(&l));
    }
    if (!f->after.bytes && total < 0 && page.next.bytes)
        TRY(count_found(op, r, str_trim(f->text), &total));
    else if (!f->after.bytes && total < 0)
        total = (int64_t)page.count;
    if (!f->after.bytes) {
        page.total_more = total > RECORD_COUNT_MAX;
        page.total = page.total_more ? RECORD_COUNT_MAX : total;
    }
    for (size_t i = 0; i < page.count; i++)
        record_hide(op, r, page.items[i].data);
    *out = page;
    return diag_arena(op->diag, op->arena);
}
