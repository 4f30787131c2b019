/*
 * Unsent writings; writing.h.
 *
 *     writing        one an account and name      writing_file   every upload that ever stood in one,
 *                                                                with the name it stands in now ('': none)
 *
 * An upload becomes a case's when the case is made (attachment.case_id); until then it is only here.
 */
#include "zone/writing.h"

#include "zone/ledger.h"
#include "zone/register.h"

static const char tables[] =
    "CREATE TABLE writing (zone TEXT NOT NULL, account_id BIGINT NOT NULL, name TEXT NOT NULL, data"
    " TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (zone, account_id, name)){clustered};"
    "CREATE TABLE writing_file (zone TEXT NOT NULL, file_id BIGINT NOT NULL, account_id BIGINT NOT"
    " NULL, name TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (zone, file_id)){clustered};"
    "CREATE INDEX writing_file_of ON writing_file (zone, account_id, name);";
static const char loose[]
    = "CREATE INDEX attachment_loose ON attachment (zone, at, id) WHERE case_id = 0;";
const struct store_migration writing_migrations[]
    = { { 1, "unsent writings", tables }, { 2, "uploads of nothing", loose } };
const size_t writing_migration_count = 2;

#define ACCOUNT(op) S_INT((op)->actor->account)

static enum err name_good(struct op *op, str name)
{
    if (!op->actor->account)
        return diag_set(op->diag, ERR_UNAUTHENTICATED, "请先登录", "please sign in");
    if (name.bytes && name.bytes <= WRITING_NAME_BYTES_MAX && str_is_utf8(name))
        return OK;
    diag_field(op->diag, STR("name"));
    return diag_set(op->diag, ERR_INVALID, "草稿名称应为 1 至 %d 字节",
        "the name of a draft has 1 to %d bytes", WRITING_NAME_BYTES_MAX);
}

/* ---- reading ---- */

static enum err read_files(struct op *op, str name, struct writing *out)
{
    struct store_rows rows;
    bool more = true;
    struct writing_file *list = ARENA_ARRAY(op->arena, struct writing_file, WRITING_FILES_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT a.id, a.bytes, a.name, a.type FROM writing_file w JOIN attachment a ON a.zone ="
        " w.zone AND a.id = w.file_id WHERE w.zone = $1 AND w.account_id = $2 AND w.name = $3 AND"
        " a.case_id = 0 ORDER BY a.id LIMIT 60",
        S_TEXT(op->zone->code), ACCOUNT(op), S_TEXT(name)));
    out->files = list;
    while (out->file_count < WRITING_FILES_MAX) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        list[out->file_count++] = (struct writing_file){ .id = store_int(&rows, 0),
            .bytes = store_int(&rows, 1),
            .name = str_copy(op->arena, store_text(&rows, 2)),
            .type = str_copy(op->arena, store_text(&rows, 3)) };
    }
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

enum err writing_get(struct op *op, str name, struct writing *out)
{
    struct store_rows rows;
    TRY(name_good(op, name));
    *out = (struct writing){ 0 };
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT data, at FROM writing WHERE zone = $1 AND account_id = $2 AND name = $3",
        S_TEXT(op->zone->code), ACCOUNT(op), S_TEXT(name));
    if (e == ERR_NOT_FOUND)
        return diag_set(op->diag, e, "没有这份草稿", "there is no such draft");
    TRY(e);
    str text = str_copy(op->arena, store_text(&rows, 0));
    out->at = store_int(&rows, 1);
    store_rows_end(&rows);
    TRY(json_parse(op->arena, text, &out->data, op->diag));
    return read_files(op, name, out);
}

/* ---- keeping ---- */

static enum err room_for(struct op *op, str name)
{
    struct store_rows rows;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT count(*) FROM writing WHERE zone = $1 AND account_id = $2 AND name <> $3",
        S_TEXT(op->zone->code), ACCOUNT(op), S_TEXT(name)));
    int64_t others = store_int(&rows, 0);
    store_rows_end(&rows);
    if (others < WRITINGS_MAX)
        return OK;
    return diag_set(op->diag, ERR_LIMIT, "至多保存%d份草稿,请先提交或者删除旧的草稿",
        "at most %d drafts are kept; send or remove an old one first", WRITINGS_MAX);
}

static enum err keep_file(struct op *op, str name, int64_t id, size_t at)
{
    struct store_rows rows;
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT 1 FROM attachment WHERE zone = $1 AND id = $2 AND account_id = $3 AND case_id = 0",
        S_TEXT(op->zone->code), S_INT(id), ACCOUNT(op));
    store_rows_end(&rows);
    if (e == ERR_NOT_FOUND) {
        diag_field(op->diag, STR("files"));
        return diag_set(op->diag, ERR_INVALID, "第%zu个文件不存在或者已经用于办件,请重新上传",
            "file %zu is not there or belongs to a case; please upload it again", at + 1);
    }
    TRY(e);
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO writing_file (zone, file_id, account_id, name, at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (zone, file_id) DO UPDATE SET name = excluded.name, at = excluded.at",
        S_TEXT(op->zone->code), S_INT(id), ACCOUNT(op), S_TEXT(name), S_INT(op->now_ms));
}

enum err writing_put(
    struct op *op, str name, const json_t *data, const int64_t *files, size_t count)
{
    TRY(name_good(op, name));
    str text = json_text(op->arena, data ? data : json_null());
    TRY(diag_arena(op->diag, op->arena));
    if (text.bytes > WRITING_BYTES_MAX || count > WRITING_FILES_MAX) {
        diag_field(op->diag, count > WRITING_FILES_MAX ? STR("files") : STR("data"));
        return diag_set(op->diag, ERR_LIMIT, "一份草稿至多 %d KiB、%d 个文件",
            "a draft holds at most %d KiB and %d files", WRITING_BYTES_MAX / 1024, WRITING_FILES_MAX);
    }
    TRY(room_for(op, name));
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO writing (zone, account_id, name, data, at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (zone, account_id, name) DO UPDATE SET data = excluded.data, at = excluded.at",
        S_TEXT(op->zone->code), ACCOUNT(op), S_TEXT(name), S_TEXT(text), S_INT(op->now_ms)));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE writing_file SET name = '' WHERE zone = $1 AND account_id = $2 AND name = $3",
        S_TEXT(op->zone->code), ACCOUNT(op), S_TEXT(name)));
    for (size_t i = 0; i < count; i++)
        TRY(keep_file(op, name, files[i], i));
    return OK;
}

enum err writing_drop(struct op *op, str name)
{
    TRY(name_good(op, name));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE writing_file SET name = '' WHERE zone = $1 AND account_id = $2 AND name = $3",
        S_TEXT(op->zone->code), ACCOUNT(op), S_TEXT(name)));
    return STORE_EXEC(op->conn, op->diag,
        "DELETE FROM writing WHERE zone = $1 AND account_id = $2 AND name = $3",
        S_TEXT(op->zone->code), ACCOUNT(op), S_TEXT(name));
}

/* ---- what is over ---- */

static enum err forget(struct op *op, void *ctx)
{
    int64_t over = op->now_ms - (int64_t)WRITING_DAYS * MS_PER_DAY;
    str zone = op->zone->code;
    (void)ctx;
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE writing_file SET name = '' WHERE zone = $1 AND name <> '' AND EXISTS (SELECT 1 FROM"
        " writing w WHERE w.zone = writing_file.zone AND w.account_id = writing_file.account_id AND"
        " w.name = writing_file.name AND w.at < $2)",
        S_TEXT(zone), S_INT(over)));
    return STORE_EXEC(op->conn, op->diag, "DELETE FROM writing WHERE zone = $1 AND at < $2",
        S_TEXT(zone), S_INT(over));
}

enum { UPLOADS_A_WRITE = 200 };

struct cleaning {
    int64_t ids[UPLOADS_A_WRITE];
    size_t count;
    int64_t bytes;
};

/* Uploads of no case, no record, no claim and no writing: a day after they were taken out of one, or
 * once nobody has used them for as long as the zone keeps them. */
static enum err loose_uploads(struct op *op, struct cleaning *c)
{
    struct store_rows rows;
    int days = zone_pack(op->zone)->zone.upload_unused_days;
    bool more = true;
    c->count = 0;
    c->bytes = 0;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT a.id, a.bytes FROM attachment a LEFT JOIN writing_file w ON w.zone = a.zone AND"
        " w.file_id = a.id WHERE a.zone = $1 AND a.case_id = 0 AND a.event_id = 0 AND"
        " coalesce(w.name, '') = '' AND (a.at < $3 OR w.at < $2) AND NOT EXISTS (SELECT 1 FROM"
        " record_file r WHERE r.zone = a.zone AND r.file_id = a.id) AND NOT EXISTS (SELECT 1 FROM"
        " benefit_file b WHERE b.zone = a.zone AND b.file_id = a.id) ORDER BY a.id LIMIT $4",
        S_TEXT(op->zone->code), S_INT(op->now_ms - MS_PER_DAY),
        S_INT(op->now_ms - days * (int64_t)MS_PER_DAY), S_INT(UPLOADS_A_WRITE)));
    while (c->count < UPLOADS_A_WRITE) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            return OK;
        c->ids[c->count++] = store_int(&rows, 0);
        c->bytes += store_int(&rows, 1);
    }
    store_rows_end(&rows);
    return OK;
}

/* Rows first; the content goes with the purge's files unless another upload has the same. */
static enum err clean_one(struct op *op, int64_t id)
{
    str zone = op->zone->code;
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO purge_file (zone, sha256) SELECT zone, sha256 FROM attachment WHERE zone = $1"
        " AND id = $2 ON CONFLICT (zone, sha256) DO NOTHING",
        S_TEXT(zone), S_INT(id)));
    TRY(STORE_EXEC(op->conn, op->diag, "DELETE FROM file_fact WHERE zone = $1 AND id = $2",
        S_TEXT(zone), S_INT(id)));
    TRY(STORE_EXEC(op->conn, op->diag, "DELETE FROM writing_file WHERE zone = $1 AND file_id = $2",
        S_TEXT(zone), S_INT(id)));
    return STORE_EXEC(op->conn, op->diag, "DELETE FROM attachment WHERE zone = $1 AND id = $2",
        S_TEXT(zone), S_INT(id));
}

static enum err clean(struct op *op, void *ctx)
{
    struct cleaning *c = ctx;
    TRY(loose_uploads(op, c));
    if (!c->count)
        return OK;
    for (size_t i = 0; i < c->count; i++)
        TRY(clean_one(op, c->ids[i]));
    json_t *data = json_object();
    json_set_int(data, "count", (int64_t)c->count);
    json_set_int(data, "bytes", c->bytes);
    json_set_int(data, "days", zone_pack(op->zone)->zone.upload_unused_days);
    return ledger_append(op, &(struct ledger_event){ .kind = "upload.clean", .data = data }, NULL);
}

enum err writings_daily(struct op *op)
{
    struct cleaning c = { .count = UPLOADS_A_WRITE };
    TRY(zone_write(op, forget, NULL));
    while (c.count == UPLOADS_A_WRITE)
        TRY(zone_write(op, clean, &c));
    return OK;
}
