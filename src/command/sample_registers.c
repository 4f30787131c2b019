/*
 * Records of the zone's registers, out of tables: <zone>/<system>/sample/<register>.csv, one a
 * register, in any of the systems. The first line names columns; an empty cell is nothing. Cells that
 * say more than they hold:
 *
 *     @12              of the enterprises: the twelfth one made (their codes are random); of fewer,
 *                      counted round, and where that stands already, the row is passed over
 *     @chain=nev#12    of the enterprises: the twelfth whose column chain is nev; where there are not
 *                      so many, the row is passed over
 *     ?L-12            of any register: this record; where it was passed over, so is the row
 *     @enterprise.name in a text: that column of the enterprise which an earlier cell named
 *     @login           in an account: the one of that sign-in name
 *     @month-3         in a text: the third month before that day's
 *     @month-1-08      in a date: the eighth of the month before, that day where it would be later
 *     @-30T19:05       in an instant: thirty days before, at that time of the zone
 *     @-30             in a date: thirty days before the day up to which the sample goes
 *     @year-1          in a number: the year before; in a date, with month and day behind it
 *     a.jpg=@-3 …      in a column of files: a picture beside the table (sample_files.c)
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
    /* The enterprise that a cell named last: the next row goes on from there. */
    str where, value;
    int64_t index, nth;
    bool round; /* enterprises of this table were counted round */
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

static str enterprise_text(const struct filling *f, int64_t index, str column)
{
    const json_t *v
        = json_object_getn(f->s->enterprises[index].data, column.data, column.bytes);
    return json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) } : STR_NONE;
}

/* "chain=nev#12": the index of the twelfth enterprise whose column chain is nev; -1: not so many. */
static int64_t nth_enterprise(struct filling *f, str text)
{
    str rest = text, column, value;
    int64_t nth = 0;
    if (!str_split(&rest, '=', &column) || !str_split(&rest, '#', &value)
        || !str_to_int64(rest, &nth))
        return -1;
    if (!str_equal(column, f->where) || !str_equal(value, f->value) || nth <= f->nth)
        f->index = -1, f->nth = 0;
    f->where = str_copy(f->s->arena, column);
    f->value = str_copy(f->s->arena, value);
    while (f->nth < nth && ++f->index < f->s->enterprise_made)
        f->nth += str_equal(enterprise_text(f, f->index, column), value);
    return f->index < f->s->enterprise_made ? f->index : -1;
}

/* "@12", "@chain=nev#12" and "?L-12". *passed: the row is not for this sample. */
static enum err named_record(struct filling *f, struct op *op, const struct pack_column *c,
    str text, json_t **out, bool *passed)
{
    int64_t n = 0;
    struct record found;
    if (c->type != PACK_COLUMN_REF || text.bytes < 2)
        return OK;
    if (text.data[0] == '?') {
        struct op look = *op;
        struct diag ignored = { 0 };
        look.diag = &ignored;
        str key = str_slice(text, 1, text.bytes);
        *passed |= record_by_key(&look, c->ref->code, key, &found) != OK;
        json_decref(*out);
        *out = json_from_str(key);
        return OK;
    }
    if (text.data[0] != '@')
        return OK;
    text = str_slice(text, 1, text.bytes);
    f->round |= str_to_int64(text, &n) && n > f->s->enterprise_made;
    if (str_to_int64(text, &n) && n >= 1)
        f->index = (n - 1) % f->s->enterprise_made, f->nth = INT64_MAX;
    else if (nth_enterprise(f, text) < 0) {
        *passed = true;
        return OK;
    }
    json_decref(*out);
    *out = json_from_str(enterprise_text(f, f->index, c->ref->key->name));
    return OK;
}

/* "@login" in an account: its id as text. */
static str account_text(struct filling *f, struct op *op, const struct pack_column *c, str text)
{
    str login = str_slice(text, 1, text.bytes);
    if (c->type != PACK_COLUMN_ACCOUNT || !str_starts(text, STR("@")))
        return text;
    for (size_t i = 0; i < f->s->staff_count; i++)
        if (str_equal(f->s->staff[i].actor.login, login))
            return str_printf(op->arena, "%lld", (long long)f->s->staff[i].actor.account);
    return text;
}

/* "@enterprise.name" in a text: of the enterprise that this row named. */
static str text_of_enterprise(struct filling *f, const struct pack_column *c, str text)
{
    static const char begin[] = "@enterprise.";
    bool named = f->index >= 0 && f->index < f->s->enterprise_made;
    if (c->type != PACK_COLUMN_TEXT || !str_starts(text, STR("@enterprise.")) || !named)
        return text;
    return enterprise_text(f, f->index, str_slice(text, sizeof begin - 1, text.bytes));
}

/* "@year-1" in a number, "@year-1-03-15" in a date. */
static str relative_year(struct filling *f, struct op *op, const struct pack_column *c, str text)
{
    int64_t back;
    str rest = str_slice(text, sizeof "@year-" - 1, text.bytes), number;
    if (!str_starts(text, STR("@year-")) || !str_split(&rest, '-', &number)
        || !str_to_int64(number, &back))
        return text;
    int year = date_from_days(zone_local_days(f->s->zone, f->s->until_ms)).year - (int)back;
    if (c->type == PACK_COLUMN_INT && !rest.bytes)
        return str_printf(op->arena, "%d", year);
    return c->type == PACK_COLUMN_DATE ? str_printf(op->arena, "%04d-%.*s", year, STR_ARGS(rest)) : text;
}

/* "@month-3" in a text: the third month before that of the day up to which the sample goes. */
static str relative_month(struct filling *f, struct op *op, const struct pack_column *c, str text)
{
    static const char begin[] = "@month";
    int64_t back = 0;
    if (c->type != PACK_COLUMN_TEXT || !str_starts(text, STR("@month"))
        || !str_to_int64(str_slice(text, sizeof begin - 1, text.bytes), &back))
        return text;
    struct date d = date_from_days(zone_local_days(f->s->zone, f->s->until_ms));
    int64_t month = (int64_t)d.year * 12 + d.month - 1 + back;
    return str_printf(op->arena, "%04d-%02d", (int)(month / 12), (int)(month % 12) + 1);
}

/* "@month-1-08" in a date. */
static str day_of_month(struct filling *f, struct op *op, const struct pack_column *c, str text)
{
    int64_t back = 0, day = 0, today = zone_local_days(f->s->zone, f->s->until_ms);
    str rest = str_slice(text, sizeof "@month-" - 1, text.bytes), number;
    if (c->type != PACK_COLUMN_DATE || !str_starts(text, STR("@month-"))
        || !str_split(&rest, '-', &number) || !str_to_int64(number, &back)
        || !str_to_int64(rest, &day) || day < 1 || day > 28)
        return text;
    struct date d = date_from_days(today);
    int month = d.year * 12 + d.month - 1 - (int)back;
    int64_t days = date_to_days((struct date){ month / 12, month % 12 + 1, (int)day });
    return date_format(op->arena, date_from_days(days < today ? days : today));
}

/* "@-30T19:05" in an instant. */
static str relative_instant(
    struct filling *f, struct op *op, const struct pack_column *c, str text)
{
    const struct tz *tz = zone_pack(f->s->zone)->tz;
    int64_t days = 0, hour = 0, minute = 0;
    str rest = str_slice(text, 1, text.bytes), part;
    if (c->type != PACK_COLUMN_INSTANT || !str_starts(text, STR("@"))
        || !str_split(&rest, 'T', &part) || !str_to_int64(part, &days)
        || !str_split(&rest, ':', &part) || !str_to_int64(part, &hour)
        || !str_to_int64(rest, &minute))
        return text;
    int64_t day = zone_local_days(f->s->zone, f->s->until_ms) + days;
    int64_t ms = tz_instant_of_days(tz, day, hour * MS_PER_HOUR + minute * MS_PER_MINUTE);
    return instant_format(op->arena, ms, tz_offset_s(tz, ms));
}

/* "@-30" in a date: thirty days before the day up to which the sample goes. */
static str relative_date(struct filling *f, struct op *op, const struct pack_column *c, str text)
{
    int64_t days = 0;
    if (c->type != PACK_COLUMN_DATE || !str_starts(text, STR("@"))
        || !str_to_int64(str_slice(text, 1, text.bytes), &days))
        return relative_month(f, op, c, text);
    int64_t today = zone_local_days(f->s->zone, f->s->until_ms);
    return date_format(op->arena, date_from_days(today + days));
}

/* The pictures that a cell names, taken where the record's first point is. */
static enum err files_of(struct filling *f, struct op *op, str text, const json_t *data, json_t **out)
{
    const struct pack_register *r = f->table->r;
    const json_t *place = NULL;
    str folder = f->table->path;
    while (folder.bytes && folder.data[folder.bytes - 1] != '/')
        folder.bytes--;
    for (size_t i = 0; i < r->column_count && !place; i++)
        if (r->columns[i].type == PACK_COLUMN_POINT)
            place = json_object_getn(data, r->columns[i].name.data, r->columns[i].name.bytes);
    json_decref(*out);
    *out = json_array();
    return sample_files(f->s, op, folder, text, place, *out);
}

static enum err put_row(struct filling *f, struct op *op, const struct csv_row *row)
{
    struct diag_list faults;
    int64_t id = 0;
    bool passed = false;
    json_t *data = json_keep(op->arena, json_object());
    diag_list_init(&faults, op->arena, 8);
    TRY(diag_arena(op->diag, op->arena));
    if (row->fault != OK || row->count != f->column_count)
        return bad_row(op->diag, f->table, row->number, "这一行的列数不对或有误",
            "the row has not as many columns as the first, or is malformed");
    for (size_t i = 0; i < row->count; i++) {
        const struct pack_column *c = f->columns[i];
        str text = day_of_month(f, op, c, relative_year(f, op, c, row->fields[i]));
        text = relative_instant(f, op, c, text);
        text = text_of_enterprise(f, c, relative_date(f, op, c, text));
        text = account_text(f, op, c, text);
        json_t *v = column_from_text(op, c, text);
        enum err e = named_record(f, op, c, text, &v, &passed);
        if (e == OK && c->type == PACK_COLUMN_FILES)
            e = files_of(f, op, text, data, &v);
        json_object_setn_new(data, c->name.data, c->name.bytes, v);
        if (e != OK) {
            diag_at(op->diag, f->table->path.data, (int)row->number, 0);
            return e;
        }
    }
    if (passed)
        return OK;
    enum err e = record_put(op, f->table->r->code, &id, data, STR("sample"), &faults);
    if (e == ERR_CONFLICT && f->round) { /* fewer enterprises than the table counts on */
        *op->diag = (struct diag){ 0 };
        return OK;
    }
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
    struct filling f = { .s = s, .table = t, .index = -1 };
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
