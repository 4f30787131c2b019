/* Matrices of recurring actions, for pages of the kind `matrix`. */
#include "api/schemas.h"

#include "zone/matrix.h"

enum { MATRIX_BYTES_MAX = 128 * 1024 * 1024 };

FIELDS(matrix_group) = { { "key", API_TEXT, R }, { "name", API_NAME, R }, END };
FIELDS(item_fields) = { { "id", API_ID, R }, { "key", API_TEXT, R }, { "label", API_TEXT, R },
    { "period", API_TEXT, R, 0, NULL, "once monthly quarterly yearly" },
    { "from", API_DATE, R | N }, { "to", API_DATE, R | N }, { "done", API_INT, R }, END };
FIELDS(cell_fields) = { { "state", API_TEXT, R, 0, NULL, "done due overdue" },
    { "record", API_ID, R | N }, { "on", API_DATE, R | N }, { "count", API_INT, R }, END };
FIELDS(row_fields) = { { "id", API_ID, R }, { "key", API_TEXT, R }, { "label", API_TEXT, R },
    { "done", API_INT, R }, { "cells", API_LIST, R, 0, "MatrixCell" }, END };
FIELDS(matrix_whole) = { { "group", API_TEXT, R }, { "groups", API_LIST, R, 0, "MatrixGroup" },
    { "on", API_DATE, R }, { "items", API_LIST, R, 0, "MatrixItem" },
    { "rows", API_LIST, R, 0, "MatrixRow" }, { "done", API_INT, R }, { "overdue", API_INT, R },
    { "cells", API_INT, R }, END };
const struct api_schema matrix_schemas[] = { { "MatrixGroup", NULL, matrix_group },
    { "MatrixItem", NULL, item_fields }, { "MatrixCell", NULL, cell_fields },
    { "MatrixRow", NULL, row_fields }, { "Matrix", NULL, matrix_whole }, { 0 } };

static json_t *day_json(struct arena *a, int64_t day)
{
    return json_from_str(date_format(a, date_from_days(day)));
}

static json_t *item_json(struct arena *a, const struct matrix *m, size_t i)
{
    const struct matrix_item *item = &m->items[i];
    json_t *o = json_object();
    int64_t done = 0;
    for (size_t row = 0; row < m->row_count; row++)
        done += matrix_state(m, row, i) == MATRIX_DONE;
    json_set_id(o, "id", item->id);
    json_set_str(o, "key", item->key);
    json_set_str(o, "label", item->label);
    json_set_str(o, "period", str_from(matrix_period_words[item->period]));
    bool once = item->period == MATRIX_ONCE;
    json_object_set_new(o, "from", once ? json_null() : day_json(a, item->from));
    json_object_set_new(o, "to", once ? json_null() : day_json(a, item->to));
    json_set_int(o, "done", done);
    return o;
}

static json_t *cell_json(struct arena *a, const struct matrix *m, size_t row, size_t item)
{
    const struct matrix_cell *cell = matrix_cell(m, row, item);
    json_t *o = json_object();
    json_set_str(o, "state", str_from(matrix_state_words[matrix_state(m, row, item)]));
    if (cell->record)
        json_set_id(o, "record", cell->record);
    else
        json_object_set_new(o, "record", json_null());
    json_object_set_new(o, "on", cell->record ? day_json(a, cell->day) : json_null());
    json_set_int(o, "count", cell->count);
    return o;
}

static json_t *row_json(struct arena *a, const struct matrix *m, size_t row)
{
    json_t *o = json_object(), *cells = json_array();
    int64_t done = 0;
    for (size_t i = 0; i < m->item_count; i++) {
        done += matrix_state(m, row, i) == MATRIX_DONE;
        json_array_append_new(cells, cell_json(a, m, row, i));
    }
    json_set_id(o, "id", m->rows[row].id);
    json_set_str(o, "key", m->rows[row].key);
    json_set_str(o, "label", m->rows[row].label);
    json_set_int(o, "done", done);
    json_object_set_new(o, "cells", cells);
    return o;
}

/* What a group is called: a code, or a record of the register that items refer to. */
static json_t *groups_json(struct op *op, const struct pack_page *page, const struct matrix *m)
{
    json_t *list = json_array();
    const json_t *items = json_object_get(page->members, "items");
    const struct pack_register *r
        = pack_register(zone_pack(op->zone), pack_page_text(items, "register"));
    const struct pack_column *c = pack_column(r, pack_page_text(items, "group"));
    for (size_t i = 0; i < m->group_count; i++) {
        json_t *o = json_object();
        struct name2 name = { m->groups[i], m->groups[i] };
        struct record found;
        struct op look = *op;
        struct diag none = { 0 };
        look.diag = &none;
        const struct pack_code *code = c && c->codes ? pack_code(c->codes, m->groups[i]) : NULL;
        if (code)
            name = code->name;
        else if (c && c->ref && c->ref->key && register_seen(op, c->ref)
            && record_by_key(&look, c->ref->code, m->groups[i], &found) == OK)
            name.zh = name.en = record_label(&look, c->ref->code, &found);
        json_set_str(o, "key", m->groups[i]);
        json_object_set_new(o, "name", json_name(name));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *matrix_json(
    struct op *op, const struct pack_page *page, const struct matrix *m, str group, int64_t day)
{
    json_t *o = json_object(), *items = json_array(), *rows = json_array();
    int64_t done = 0, overdue = 0;
    for (size_t i = 0; i < m->item_count; i++)
        json_array_append_new(items, item_json(op->arena, m, i));
    for (size_t row = 0; row < m->row_count; row++) {
        json_array_append_new(rows, row_json(op->arena, m, row));
        for (size_t i = 0; i < m->item_count; i++) {
            done += matrix_state(m, row, i) == MATRIX_DONE;
            overdue += matrix_state(m, row, i) == MATRIX_OVERDUE;
        }
    }
    json_set_str(o, "group", m->item_count ? m->items[0].group : group);
    json_object_set_new(o, "groups", groups_json(op, page, m));
    json_object_set_new(o, "on", day_json(op->arena, day));
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "rows", rows);
    json_set_int(o, "done", done);
    json_set_int(o, "overdue", overdue);
    json_set_int(o, "cells", (int64_t)(m->row_count * m->item_count));
    return o;
}

static bool which_day(struct call *c, int64_t *day)
{
    str text;
    struct date date;
    *day = zone_local_days(c->api->zone, c->op.now_ms);
    if (!api_query(c, "on", &text))
        return false;
    if (!text.bytes)
        return true;
    if (date_parse(text, &date)) {
        *day = date_to_days(date);
        return true;
    }
    diag_field(&c->diag, STR("on"));
    diag_set(&c->diag, ERR_INVALID, "on 应为日期,如 2026-11-23", "on must be a day such as 2026-11-23");
    api_fail(c);
    return false;
}

static void show_matrix(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_page *page;
    struct matrix m;
    struct arena room;
    int64_t day;
    str group;
    json_t *o = NULL;
    (void)app;
    if (!api_page(c, "matrix", &page) || !api_query(c, "group", &group) || !which_day(c, &day)
        || !api_read(c))
        return;
    struct op own = c->op;
    arena_init(&room, NULL, MATRIX_BYTES_MAX);
    own.arena = &room;
    enum err e = matrix_read(&own, page, group, day, &m);
    if (e == OK)
        o = json_keep(req->arena, matrix_json(&own, page, &m, group, day));
    arena_release(&room);
    api_read_answer(c, e, o);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
static const struct api_param matrix_params[] = { { "group", "string", "of items; the first when absent" },
    { "on", "date", "the day whose periods are shown; today when absent" }, { 0 } };
const struct http_route matrix_routes[] = {
    { "GET", "/api/pages/{page}/matrix", show_matrix, 0, NULL,
        DOC("getMatrix", "Who has done which recurring action in the period of a day", "pages",
            API_SESSION, NULL, "Matrix", 0, matrix_params) },
    { 0 },
};
