/* The versions of the pack as rows: what is stored, what was in use when and why; packs.h. */
#include "zone/packs_internal.h"

#include "zone/ledger.h"
#include "zone/query.h"
#include "zone/register.h"
#include "zone/service.h"

enum err packs_stored_files(
    struct op *op, struct arena *a, str version, struct pack_file **out, size_t *count)
{
    struct store_rows rows;
    struct pack_file *files = ARENA_ARRAY(a, struct pack_file, PACK_FILES_MAX);
    size_t used = 0;
    TRY(diag_arena(op->diag, a));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT path, content FROM pack_file WHERE zone = $1 AND version = $2 ORDER BY path",
        S_TEXT(op->zone->code), S_TEXT(version)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        if (used < PACK_FILES_MAX)
            files[used++] = (struct pack_file){ str_copy(a, store_text(&rows, 0)),
                str_copy(a, store_text(&rows, 1)), STR_NONE };
    }
    if (!used)
        return diag_set(op->diag, ERR_NOT_FOUND, "数据库中没有配置版本 %.*s",
            "the database holds no pack version %.*s",
            (int)(version.bytes > 12 ? 12 : version.bytes), version.data ? version.data : "");
    *out = files;
    *count = used;
    return diag_arena(op->diag, a);
}

enum err packs_zone_stored(struct op *op)
{
    struct store_rows rows;
    enum err e = store_one(
        op->conn, &rows, op->diag, "SELECT zone FROM pack_use ORDER BY id DESC LIMIT 1", NULL, 0);
    if (e == ERR_NOT_FOUND)
        return diag_set(op->diag, e, "数据目录中还没有配置,请先用 --zone 指明配置目录",
            "the data folder holds no pack yet; name its folder with --zone");
    TRY(e);
    op->zone->code = str_copy(&op->zone->arena, store_text(&rows, 0));
    store_rows_end(&rows);
    return diag_arena(op->diag, &op->zone->arena);
}

/* ---- storing ---- */

static enum err store_version(struct op *op, const struct pack *p, int64_t loaded_at)
{
    str zone = op->zone->code, version = str_from(p->version);
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO pack_version (zone, version, loaded_at) VALUES ($1, $2, $3) ON CONFLICT"
        " (zone, version) DO NOTHING",
        S_TEXT(zone), S_TEXT(version), S_INT(loaded_at)));
    if (store_changes(op->conn) == 0) /* known */
        return loaded_at ? STORE_EXEC(op->conn, op->diag,
                   "UPDATE pack_version SET loaded_at = $3 WHERE zone = $1 AND version = $2",
                   S_TEXT(zone), S_TEXT(version), S_INT(loaded_at))
                         : OK;
    for (size_t i = 0; i < p->file_count; i++)
        TRY(STORE_EXEC(op->conn, op->diag,
            "INSERT INTO pack_file (zone, version, path, content) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (zone, version, path) DO NOTHING",
            S_TEXT(zone), S_TEXT(version), S_TEXT(p->files[i].path), S_TEXT(p->files[i].text)));
    return OK;
}

enum err zone_folder_store(struct op *op, const struct pack *p)
{
    return store_version(op, p, 0);
}

static void add_change(json_t *list, const char *change, str path)
{
    json_t *o = json_object();
    json_set_str(o, "path", path);
    json_object_set_new(o, "change", json_string(change));
    json_array_append_new(list, o);
}

json_t *pack_changes(struct arena *a, const struct pack *from, const struct pack *to)
{
    json_t *list = json_keep(a, json_array());
    size_t i = 0, j = 0, olds = from ? from->file_count : 0;
    while (i < olds || j < to->file_count) { /* both sorted by path */
        const struct pack_file *old = i < olds ? &from->files[i] : NULL;
        const struct pack_file *now = j < to->file_count ? &to->files[j] : NULL;
        int order = !old ? 1 : !now ? -1 : str_compare(old->path, now->path);
        if (order < 0)
            add_change(list, "removed", old->path);
        else if (order > 0)
            add_change(list, "added", now->path);
        else if (!str_equal(old->sha256, now->sha256))
            add_change(list, "changed", now->path);
        i += order <= 0;
        j += order >= 0;
    }
    return list;
}

enum err packs_record_use(struct op *op, const struct pack_deployment *p, int64_t *use)
{
    struct pack_use before = { 0 };
    const struct pack *previous = NULL;
    enum err e = pack_use_newest(op, &before);
    if (e == OK)
        e = zone_pack_version(op, before.version, &previous);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    TRY(store_version(op, p->pack, op->now_ms));
    json_t *files =
        previous ? pack_changes(op->arena, previous, p->pack) : json_keep(op->arena, json_array());
    str text = json_text(op->arena, files), folder = packs_folder(op->zone, op->arena);
    TRY(diag_arena(op->diag, op->arena));
    *use = id_next(&op->zone->ids, op->now_ms);
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO pack_use (zone, id, version, previous, at, origin, folder, reason, account_id,"
        " actor, files) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        S_TEXT(op->zone->code), S_INT(*use), S_TEXT(str_from(p->pack->version)),
        S_TEXT(before.version), S_INT(op->now_ms), S_TEXT(p->origin), S_TEXT(folder),
        S_TEXT(p->reason), S_INT(op->actor->account), S_TEXT(op->actor->name), S_TEXT(text)));
    json_t *data = json_pack("{s:s, s:i, s:O}", "version", p->pack->version, "files",
        (int)p->pack->file_count, "changed", files);
    json_set_str(data, "origin", p->origin);
    if (before.version.bytes)
        json_set_str(data, "previous", before.version);
    if (p->reason.bytes)
        json_set_str(data, "text", p->reason);
    return ledger_append(op, &(struct ledger_event){ .kind = "pack.deploy", .data = data }, NULL);
}

static enum err check_expected(struct op *op, const struct pack_deployment *p)
{
    struct pack_use now;
    TRY(pack_use_newest(op, &now));
    if (p->expected.bytes && !str_equal(now.version, p->expected))
        return diag_set(op->diag, ERR_CONFLICT,
            "%.*s已启用了另一版本,请按新的版本重新检查、比较后再启用",
            "%.*s has put another version into use; check and compare with that one first",
            STR_ARGS(now.actor));
    if (str_is(now.version, p->pack->version))
        return diag_set(op->diag, ERR_CONFLICT, "这个版本正在使用,没有需要启用的改动",
            "this version is in use already; there is nothing to change");
    return OK;
}

enum err pack_deploy(
    struct op *op, const struct pack_deployment *p, struct diag_list *faults, int64_t *use)
{
    TRY(actor_require(op, "pack.deploy"));
    if (str_blank(p->reason) || p->reason.bytes > PACK_REASON_BYTES_MAX) {
        diag_field(op->diag, STR("reason"));
        return diag_set(op->diag, ERR_INVALID, "请写明启用的理由(最多 %d 字节)",
            "please say why it is put into use (at most %d bytes)", PACK_REASON_BYTES_MAX);
    }
    TRY(packs_room(op->zone, op->diag));
    TRY(check_expected(op, p));
    TRY(pack_fit(op, p->pack, faults));
    TRY(register_prepare(op, p->pack));
    TRY(service_prepare(op, p->pack));
    return packs_record_use(op, p, use);
}

/* ---- what was in use ---- */

static const char use_columns[] = "SELECT id, version, previous, at, origin, folder, reason,"
                                  " account_id, actor, files FROM pack_use WHERE zone = ?";

static enum err read_use(struct op *op, const struct store_rows *rows, struct pack_use *u)
{
    struct arena *a = op->arena;
    json_t *files;
    struct diag none = { 0 };
    *u = (struct pack_use){ .id = store_int(rows, 0),
        .version = str_copy(a, store_text(rows, 1)),
        .previous = str_copy(a, store_text(rows, 2)),
        .at_ms = store_int(rows, 3),
        .origin = str_copy(a, store_text(rows, 4)),
        .folder = str_copy(a, store_text(rows, 5)),
        .reason = str_copy(a, store_text(rows, 6)),
        .account = store_int(rows, 7),
        .actor = str_copy(a, store_text(rows, 8)) };
    u->files = json_parse(a, store_text(rows, 9), &files, &none) == OK ? files : NULL;
    return diag_arena(op->diag, a);
}

enum err pack_uses(
    struct op *op, int64_t before, size_t limit, struct pack_use **out, size_t *count, bool *more)
{
    struct query q;
    struct store_rows rows;
    size_t used = 0;
    struct pack_use *list = ARENA_ARRAY(op->arena, struct pack_use, limit);
    TRY(diag_arena(op->diag, op->arena));
    query_init(&q, op->arena);
    QUERY_ADD(&q, use_columns, S_TEXT(op->zone->code));
    if (before)
        QUERY_ADD(&q, " AND id < ?", S_INT(before));
    QUERY_ADD(&q, " ORDER BY id DESC LIMIT ?", S_INT((int64_t)limit + 1));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool there;;) {
        TRY(store_next(&rows, &there, op->diag));
        *more = there && used == limit;
        if (!there || *more)
            break;
        TRY(read_use(op, &rows, &list[used++]));
    }
    store_rows_end(&rows);
    *out = list;
    *count = used;
    return OK;
}

enum err pack_use_newest(struct op *op, struct pack_use *out)
{
    struct pack_use *list;
    size_t count;
    bool more;
    TRY(pack_uses(op, 0, 1, &list, &count, &more));
    if (!count)
        return diag_set(op->diag, ERR_NOT_FOUND, "还没有启用过配置", "no pack has been in use yet");
    *out = list[0];
    return OK;
}

enum err pack_version_stored(struct op *op, str version, bool *there)
{
    struct store_rows rows;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT 1 FROM pack_version WHERE zone = $1 AND version = $2", S_TEXT(op->zone->code),
        S_TEXT(version)));
    enum err e = store_next(&rows, there, op->diag);
    store_rows_end(&rows);
    return e;
}
