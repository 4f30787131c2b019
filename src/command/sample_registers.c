/*
 * Records of the zone's registers, out of tables: <zone>/<system>/sample/<register>.csv, one a
 * register, in any of the systems. The first line names columns; an empty cell is nothing. "@12" in
 * a column that refers to the enterprises is the twelfth one made (their codes are random); "@-30"
 * in a date is thirty days before the day up to which the sample goes.
 *
 * A table may refer to records of another: tables are taken in the order in which what they refer
 * to is there. All of a table goes through the checks of the server, and a row that is refused is
 * an error that names file and row: a sample is whole or not there.
 */
#include "command/sample.h"
#include "zone/csv.h"
#include "zone/record.h"

#include <string.h>

enum { TABLE_BYTES_MAX = 16 * 1024 * 1024, COLUMNS_MAX = 200, ROWS_A_WRITE = 200 };

struct table {
    const struct pack_register *r;
    str path, text;
    bool done;
};

struct filling {
    struct sample *s;
    const struct table *table;
    struct csv *csv;
    const struct pack_column *columns[COLUMNS_MAX];
    size_t column_count;
    bool more;
    int64_t made;
};

static enum err bad_row(
    struct diag *d, const struct table *t, int64_t row, const char *zh, const char *en)
{
    diag_at(d, t->path.data, (int)row, 0);
    return diag_set(d, ERR_INVALID, "%1$s%2$.0s", "%1$.0s%2$s", zh, en);
}

static enum err read_header(struct filling *f, struct diag *d)
{
    struct csv_row row;
    TRY(csv_next(f->csv, &row, &f->more, d));
    if (!f->more || row.fault != OK || row.count > COLUMNS_MAX)
        return bad_row(d, f->table, 1, "缺少列名", "the names of the columns are missing");
    for (size_t i = 0; i < row.count; i++) {
        f->columns[i] = pack_column(f->table->r, row.fields[i]);
        if (!f->columns[i])
            return bad_row(
                d, f->table, 1, "有一列不是登记表的列", "a column is none of the register's");
    }
    f->column_count = row.count;
    return OK;
}

/* "@12": the key of the twelfth enterprise. */
static enum err enterprise_key(
    struct filling *f, struct op *op, const struct pack_column *c, str text, json_t **out)
{
    int64_t n = 0;
    struct record record;
    if (c->type != PACK_COLUMN_REF || !str_starts(text, STR("@"))
        || !str_to_int64(str_slice(text, 1, text.bytes), &n) || n < 1)
        return OK;
    if (n > f->s->enterprise_made)
        n = 1 + (n - 1) % f->s->enterprise_made;
    TRY(record_get(op, c->ref->code, f->s->enterprises[n - 1].id, &record));
    json_t *key = json_object_getn(record.data, c->ref->key->name.data, c->ref->key->name.bytes);
    json_decref(*out);
    *out = json_incref(key);
    return OK;
}

/* "@-30" in a date: thirty days before the day up to which the sample goes. */
static str relative_date(struct filling *f, struct op *op, const struct pack_column *c, str text)
{
    int64_t days = 0;
    if (c->type != PACK_COLUMN_DATE || !str_starts(text, STR("@"))
        || !str_to_int64(str_slice(text, 1, text.bytes), &days))
        return text;
    int64_t today = zone_local_days(f->s->zone, f->s->until_ms);
    return date_format(op->arena, date_from_days(today + days));
}

static enum err put_row(struct filling *f, struct op *op, const struct csv_row *row)
{
    struct diag_list faults;
    int64_t id = 0;
    json_t *data = json_keep(op->arena, json_object());
    diag_list_init(&faults, op->arena, 8);
    TRY(diag_arena(op->diag, op->arena));
    if (row->fault != OK || row->count != f->column_count)
        return bad_row(op->diag, f->table, row->number, "这一行的列数不对或有误",
            "the row has not as many columns as the first, or is malformed");
    for (size_t i = 0; i < row->count; i++) {
        const struct pack_column *c = f->columns[i];
        json_t *v = column_from_text(op, c, relative_date(f, op, c, row->fields[i]));
        TRY(enterprise_key(f, op, c, row->fields[i], &v));
        json_object_setn_new(data, c->name.data, c->name.bytes, v);
    }
    enum err e = record_put(op, f->table->r->code, &id, data, STR("sample"), &faults);
    if (e != OK)
        diag_at(op->diag, f->table->path.data, (int)row->number, 0);
    f->made += e == OK;
    return e;
}

static enum err some_rows(struct op *op, void *ctx)
{
    struct filling *f = ctx;
    struct arena scratch;
    struct op own = *op;
    enum err e = OK;
    arena_init(&scratch, NULL, 64 * MIB);
    own.arena = &scratch;
    for (int i = 0; e == OK && f->more && i < ROWS_A_WRITE; i++) {
        struct csv_row row;
        arena_reset(&scratch);
        e = csv_next(f->csv, &row, &f->more, own.diag);
        if (e == OK && f->more)
            e = put_row(f, &own, &row);
    }
    arena_release(&scratch);
    return e;
}

static enum err fill(struct sample *s, struct op *op, struct table *t)
{
    struct filling f = { .s = s, .table = t };
    struct csv_text text = { .text = t->text };
    struct csv_source source = csv_text_source(&text);
    TRY(csv_create(op->arena, &source, ',', &f.csv, op->diag));
    TRY(read_header(&f, op->diag));
    while (f.more)
        TRY(zone_write(op, some_rows, &f));
    t->done = true;
    s->record_count += f.made;
    return OK;
}

/* Reads the table of a register, if some system has one. */
static enum err find_table(struct sample *s, const struct pack_register *r, struct table *t)
{
    const struct pack *p = zone_pack(s->zone);
    *t = (struct table){ .r = r, .done = true };
    for (size_t i = 0; i < p->system_count; i++) {
        struct diag ignored = { 0 };
        str path = str_printf(s->arena, "%s/%.*s/sample/%.*s.csv", s->zone_dir,
            STR_ARGS(p->systems[i].folder), STR_ARGS(r->code));
        TRY(diag_arena(&s->line->diag, s->arena));
        if (s->line->sys->file_read(
                s->line->sys->ctx, s->arena, path.data, TABLE_BYTES_MAX, &t->text, &ignored)
            != OK)
            continue;
        t->path = path;
        t->done = false;
        return OK;
    }
    return OK;
}

/* Is everything that its records may refer to there, as far as there are tables of it? */
static bool is_ready(const struct table *tables, size_t count, const struct table *t)
{
    for (size_t c = 0; c < t->r->column_count; c++)
        for (size_t i = 0; i < count; i++)
            if (t->r->columns[c].ref == tables[i].r && &tables[i] != t && !tables[i].done)
                return false;
    return true;
}

enum err sample_make_records(struct sample *s, struct op *op)
{
    const struct pack *p = zone_pack(s->zone);
    struct table *tables = ARENA_ARRAY(s->arena, struct table, p->register_count);
    bool moved = true;
    TRY(diag_arena(op->diag, s->arena));
    for (size_t i = 0; i < p->register_count; i++)
        TRY(find_table(s, &p->registers[i], &tables[i]));
    while (moved) {
        moved = false;
        for (size_t i = 0; i < p->register_count; i++) {
            if (tables[i].done || !is_ready(tables, p->register_count, &tables[i]))
                continue;
            TRY(fill(s, op, &tables[i]));
            moved = true;
        }
    }
    return OK;
}
