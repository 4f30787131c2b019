/* Rows of a table as records; record_rows.h. */
#include "zone/record_rows.h"

#include "zone/record_bulk.h"
#include "zone/record_internal.h"

#include <stdio.h>
#include <string.h>

const struct pack_column *record_rows_column(const struct pack_register *r, str name)
{
    name = str_trim(name);
    const struct pack_column *found = pack_column(r, name);
    for (size_t i = 0; !found && i < r->column_count; i++)
        if (str_equal(r->columns[i].title.zh, name) || str_equal(r->columns[i].title.en, name))
            found = &r->columns[i];
    return found;
}

static enum err head(
    struct record_rows *t, const str *names, size_t count, bool gaps, struct diag *d)
{
    if (!count || count > RECORD_ROWS_COLUMNS_MAX)
        return diag_set(
            d, ERR_INVALID, "文件第一行应是列名", "the first line must name the columns");
    for (size_t i = 0; i < count; i++) {
        if (gaps && !names[i].bytes) {
            t->columns[t->column_count++] = NULL;
            continue;
        }
        const struct pack_column *c = record_rows_column(t->r, names[i]);
        if (!c)
            return diag_set(d, ERR_INVALID, "登记表没有列“%.*s”;第一行应写列名或标题",
                "the register has no column \"%.*s\"; the first line holds names or titles",
                STR_ARGS(names[i]));
        for (size_t k = 0; k < t->column_count; k++)
            if (t->columns[k] == c)
                return diag_set(d, ERR_INVALID, "列“%.*s”出现了两次",
                    "column \"%.*s\" stands there twice", STR_ARGS(names[i]));
        t->columns[t->column_count++] = pack_column_derived(c) ? NULL : c;
    }
    return OK;
}

enum err record_rows_head(struct record_rows *t, const str *names, size_t count, struct diag *d)
{
    return head(t, names, count, false, d);
}

enum err record_rows_head_mapped(
    struct record_rows *t, const str *names, size_t count, struct diag *d)
{
    return head(t, names, count, true, d);
}

enum err record_rows_begin(struct op *op, struct record_rows *t)
{
    t->bulk = NULL;
    return record_bulk_may(op, t->r) ? record_bulk_begin(op, t->r, t->batch, t->reason, &t->bulk) : OK;
}

/* An apostrophe in front of what a spreadsheet would take for a formula is the export's. */
static str plain_text(str s)
{
    bool ours = s.bytes > 1 && s.data[0] == '\'' && strchr("=+-@\t\r", s.data[1]);
    return ours ? str_slice(s, 1, s.bytes) : s;
}

/* The record that has this key already; 0: none. */
static enum err present(
    struct op *op, const struct record_rows *t, const json_t *data, int64_t *id)
{
    char sql[REGISTER_NAME_BYTES_MAX * 2 + 80];
    struct store_rows rows;
    bool there;
    *id = 0;
    str key = t->r->key ? record_text(data, t->r->key) : STR_NONE;
    if (!key.bytes)
        return OK;
    snprintf(sql, sizeof sql, "SELECT id FROM register_%.*s WHERE zone = $1 AND %.*s = $2",
        STR_ARGS(t->r->code), STR_ARGS(t->r->key->name));
    TRY(STORE_QUERY(op->conn, &rows, op->diag, sql, S_TEXT(op->zone->code), S_TEXT(key)));
    TRY(store_next(&rows, &there, op->diag));
    *id = there ? store_int(&rows, 0) : 0;
    store_rows_end(&rows);
    return OK;
}

enum err record_rows_add(struct op *op, struct record_rows *t, const str *cells, size_t count,
    struct diag_list *faults)
{
    struct record made;
    struct record_change change = { .reason = t->reason, .batch = t->batch, .faults = faults };
    if (count != t->column_count)
        return diag_set(op->diag, ERR_INVALID, "这一行有 %zu 列,第一行有 %zu 列",
            "the row has %zu columns, the first line %zu", count, t->column_count);
    change.data = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < count; i++) {
        const struct pack_column *c = t->columns[i];
        if (c)
            json_object_setn_new(change.data, c->name.data, c->name.bytes,
                column_from_text(op, c, plain_text(cells[i])));
    }
    TRY(present(op, t, change.data, &change.id));
    if (t->bulk && !change.id)
        return record_bulk_add(op, t->bulk, change.data, faults);
    return record_save(op, t->r, &change, &made);
}

bool record_rows_full(const struct record_rows *t)
{
    return t->bulk && record_bulk_full(t->bulk);
}

enum err record_rows_end(struct op *op, struct record_rows *t)
{
    return t->bulk ? record_bulk_end(op, t->bulk) : OK;
}
