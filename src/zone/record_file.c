/* Files of records; record_file.h says whose they are. */
#include "zone/record_file.h"

#include "zone/record_internal.h"

#include <string.h>

static enum err refuse(struct op *op, const struct pack_column *c, size_t at)
{
    diag_field(op->diag, c->name);
    return diag_set(op->diag, ERR_INVALID, "第%zu个附件不存在或已用于别处,请重新上传",
        "attachment %zu is not there or is used elsewhere; please upload it again", at + 1);
}

/* It is this record's already, or is now: sent by the actor and put to nothing else. */
static enum err link_one(struct op *op, const struct record_writing *w, const struct pack_column *c,
    int64_t file, size_t at)
{
    struct store_rows rows;
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT a.account_id, a.case_id, coalesce(f.register, ''), coalesce(f.record_id, 0) FROM"
        " attachment a LEFT JOIN record_file f ON f.zone = a.zone AND f.file_id = a.id"
        " WHERE a.zone = $1 AND a.id = $2",
        S_TEXT(op->zone->code), S_INT(file));
    if (e == ERR_NOT_FOUND)
        return refuse(op, c, at);
    TRY(e);
    bool linked = store_int(&rows, 3) != 0;
    bool ours = str_equal(store_text(&rows, 2), w->r->code) && store_int(&rows, 3) == w->id;
    bool sent = op->actor->system || store_int(&rows, 0) == op->actor->account;
    bool loose = store_int(&rows, 1) == 0 && !linked;
    store_rows_end(&rows);
    if (ours)
        return OK;
    if (!loose || !sent)
        return refuse(op, c, at);
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO record_file (zone, file_id, register, record_id, name) VALUES ($1, $2, $3, $4,"
        " $5)",
        S_TEXT(op->zone->code), S_INT(file), S_TEXT(w->r->code), S_INT(w->id), S_TEXT(c->name));
}

enum err record_files_link(struct op *op, const struct record_writing *w)
{
    for (size_t i = 0; i < w->r->column_count; i++) {
        const struct pack_column *c = &w->r->columns[i];
        if (c->type != PACK_COLUMN_FILES)
            continue;
        const json_t *list = json_object_getn(w->data, c->name.data, c->name.bytes);
        for (size_t k = 0; k < json_array_size(list); k++) {
            int64_t file = 0;
            const json_t *v = json_array_get(list, k);
            if (!json_is_string(v) || !str_to_int64(str_from(json_string_value(v)), &file))
                return refuse(op, c, k);
            TRY(link_one(op, w, c, file, k));
        }
    }
    return OK;
}

enum err file_describe(struct op *op, int64_t id, const struct file_facts *f)
{
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO file_fact (zone, id, caption, taken_on, lon, lat) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (zone, id) DO UPDATE SET caption = excluded.caption, taken_on ="
        " excluded.taken_on, lon = excluded.lon, lat = excluded.lat",
        S_TEXT(op->zone->code), S_INT(id), S_TEXT(f->caption), S_TEXT(f->taken_on),
        f->has_place ? S_REAL(f->lon) : S_NULL, f->has_place ? S_REAL(f->lat) : S_NULL);
}

/* Of a record that anyone sees, some columns are for those inside. */
static bool column_shown(struct op *op, const struct pack_register *r, str name)
{
    const struct pack_column *c = pack_column(r, name);
    return c && record_column_seen(op, r, c);
}

enum err record_files(struct op *op, const struct pack_register *r, int64_t id,
    struct record_file **out, size_t *count)
{
    struct store_rows rows;
    struct record_file *list = ARENA_ARRAY(op->arena, struct record_file, RECORD_FILES_MAX);
    *count = 0;
    *out = list;
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT a.id, a.bytes, a.at, a.name, a.type, a.sha256, f.name, coalesce(t.caption, ''),"
        " coalesce(t.taken_on, ''), t.lon, t.lat, (SELECT p.name FROM account p WHERE p.zone ="
        " a.zone AND p.id = a.account_id) FROM record_file f JOIN attachment a ON a.zone = f.zone"
        " AND a.id = f.file_id LEFT JOIN file_fact t ON t.zone = f.zone AND t.id = f.file_id"
        " WHERE f.zone = $1 AND f.register = $2 AND f.record_id = $3 ORDER BY a.id LIMIT $4",
        S_TEXT(op->zone->code), S_TEXT(r->code), S_INT(id), S_INT(RECORD_FILES_MAX)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        struct arena *a = op->arena;
        if (!column_shown(op, r, store_text(&rows, 6)))
            continue;
        list[(*count)++] = (struct record_file){ .id = store_int(&rows, 0),
            .bytes = store_int(&rows, 1),
            .at = store_int(&rows, 2),
            .name = str_copy(a, store_text(&rows, 3)),
            .type = str_copy(a, store_text(&rows, 4)),
            .sha256 = str_copy(a, store_text(&rows, 5)),
            .column = str_copy(a, store_text(&rows, 6)),
            .facts = { .caption = str_copy(a, store_text(&rows, 7)),
                .taken_on = str_copy(a, store_text(&rows, 8)),
                .has_place = !store_is_null(&rows, 9),
                .lon = store_real(&rows, 9),
                .lat = store_real(&rows, 10) },
            .by = str_copy(a, store_text(&rows, 11)) };
    }
    return diag_arena(op->diag, op->arena);
}

enum err record_of_file(struct op *op, int64_t file, struct file_place *out)
{
    struct store_rows rows;
    bool there;
    struct record record;
    struct op look = *op;
    struct diag none = { 0 };
    look.diag = &none;
    *out = (struct file_place){ 0 };
    TRY(STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT register, record_id, name FROM record_file WHERE zone = $1 AND file_id = $2",
        S_TEXT(op->zone->code), S_INT(file)));
    if (!there)
        return OK;
    out->r = pack_register(zone_pack(op->zone), store_text(&rows, 0));
    out->id = store_int(&rows, 1);
    bool shown = out->r && column_shown(op, out->r, store_text(&rows, 2));
    store_rows_end(&rows);
    out->seen = shown && register_seen(op, out->r)
        && record_open(&look, out->r, out->id, &record) == OK;
    return OK;
}
