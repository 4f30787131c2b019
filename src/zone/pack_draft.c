/* Drafts of the pack as rows, and a pack's files seen through one; pack_draft.h. */
#include "zone/pack_draft.h"

#include <stdlib.h>

static enum err no_draft(struct op *op)
{
    return diag_set(op->diag, ERR_NOT_FOUND, "没有这份草稿,可能已启用或已放弃",
        "there is no such draft; it may have been put into use or discarded");
}

/* ---- reading ---- */

static enum err read_files(struct op *op, struct pack_draft *d)
{
    struct store_rows rows;
    const struct pack *pack = zone_pack(op->zone);
    struct pack_draft_file *files =
        ARENA_ARRAY(op->arena, struct pack_draft_file, PACK_DRAFT_FILES_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT path, sha256, base, updated_at, updated_by FROM pack_draft_file WHERE zone = $1"
        " AND draft_id = $2 ORDER BY path",
        S_TEXT(op->zone->code), S_INT(d->id)));
    d->files = files;
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || d->file_count == PACK_DRAFT_FILES_MAX)
            break;
        struct pack_draft_file *f = &files[d->file_count++];
        *f = (struct pack_draft_file){ .path = str_copy(op->arena, store_text(&rows, 0)),
            .sha256 = str_copy(op->arena, store_text(&rows, 1)),
            .base = str_copy(op->arena, store_text(&rows, 2)),
            .updated_at = store_int(&rows, 3),
            .updated_by = str_copy(op->arena, store_text(&rows, 4)) };
        const struct pack_file *now = pack_file(pack, f->path);
        str sha256 = now ? now->sha256 : STR_NONE;
        f->change = str_equal(f->sha256, sha256) ? "same"
            : !f->sha256.bytes                   ? "removed"
            : !now                               ? "added"
                                                 : "changed";
        f->conflict = !str_equal(f->base, sha256) && !str_equal(f->sha256, sha256);
        d->conflict_count += f->conflict;
    }
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

#define DRAFT_COLUMNS                                                                              \
    "SELECT id, number, title, created_at, created_by, account_id, updated_at, updated_by FROM"    \
    " pack_draft WHERE zone = $1"

static struct pack_draft read_draft(struct op *op, const struct store_rows *rows)
{
    return (struct pack_draft){ .id = store_int(rows, 0),
        .number = store_int(rows, 1),
        .title = str_copy(op->arena, store_text(rows, 2)),
        .created_at = store_int(rows, 3),
        .created_by = str_copy(op->arena, store_text(rows, 4)),
        .account = store_int(rows, 5),
        .updated_at = store_int(rows, 6),
        .updated_by = str_copy(op->arena, store_text(rows, 7)) };
}

static enum err find(struct op *op, int64_t id, struct pack_draft *out)
{
    struct store_rows rows;
    enum err e = STORE_ONE(
        op->conn, &rows, op->diag, DRAFT_COLUMNS " AND id = $2", S_TEXT(op->zone->code), S_INT(id));
    if (e == ERR_NOT_FOUND)
        return no_draft(op);
    TRY(e);
    *out = read_draft(op, &rows);
    store_rows_end(&rows);
    return OK;
}

enum err pack_draft_get(struct op *op, int64_t id, struct pack_draft *out)
{
    struct pack_draft d;
    TRY(actor_require(op, "pack.read"));
    TRY(find(op, id, &d));
    TRY(read_files(op, &d));
    *out = d;
    return OK;
}

enum err pack_draft_list(struct op *op, struct pack_draft **out, size_t *count)
{
    struct store_rows rows;
    size_t used = 0;
    TRY(actor_require(op, "pack.read"));
    struct pack_draft *list = ARENA_ARRAY(op->arena, struct pack_draft, PACK_DRAFTS_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag, DRAFT_COLUMNS " ORDER BY updated_at DESC, id DESC",
        S_TEXT(op->zone->code)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || used == PACK_DRAFTS_MAX)
            break;
        list[used++] = read_draft(op, &rows);
    }
    store_rows_end(&rows);
    for (size_t i = 0; i < used; i++)
        TRY(read_files(op, &list[i]));
    *out = list;
    *count = used;
    return OK;
}

/* ---- changing ---- */

enum err pack_draft_create(struct op *op, str title, int64_t *id)
{
    struct store_rows rows;
    TRY(actor_require(op, "pack.write"));
    if (str_blank(title) || title.bytes > PACK_DRAFT_TITLE_BYTES_MAX) {
        diag_field(op->diag, STR("title"));
        return diag_set(op->diag, ERR_INVALID, "请写明草稿是做什么的(最多 %d 字节)",
            "please say what the draft is for (at most %d bytes)", PACK_DRAFT_TITLE_BYTES_MAX);
    }
    TRY(STORE_ONE(op->conn, &rows, op->diag, "SELECT count(*) FROM pack_draft WHERE zone = $1",
        S_TEXT(op->zone->code)));
    int64_t open = store_int(&rows, 0);
    store_rows_end(&rows);
    if (open >= PACK_DRAFTS_MAX)
        return diag_set(op->diag, ERR_LIMIT, "草稿已有 %d 份,请先放弃不用的",
            "there are %d drafts already; discard those that are not needed", PACK_DRAFTS_MAX);
    *id = id_next(&op->zone->ids, op->now_ms);
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO pack_draft (zone, id, number, title, created_at, created_by, account_id,"
        " updated_at, updated_by) VALUES ($1, $2, 1, $3, $4, $5, $6, $4, $5)",
        S_TEXT(op->zone->code), S_INT(*id), S_TEXT(str_trim(title)), S_INT(op->now_ms),
        S_TEXT(op->actor->name), S_INT(op->actor->account));
}

static enum err touched(struct op *op, int64_t id)
{
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE pack_draft SET number = number + 1, updated_at = $3, updated_by = $4 WHERE zone ="
        " $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(id), S_INT(op->now_ms), S_TEXT(op->actor->name));
}

/* The file as it is seen through the draft: its sha256 ("" when it is not there), what it was made
 * from, and whether the draft has a row for it. */
struct seen {
    str sha256, base;
    bool row;
    size_t others; /* rows of other files */
};

static enum err look(struct op *op, int64_t id, str path, struct seen *out)
{
    struct pack_draft d;
    TRY(actor_require(op, "pack.write"));
    if (!pack_path_good(path)) {
        diag_field(op->diag, STR("path"));
        return diag_set(op->diag, ERR_INVALID,
            "文件路径应如 requests/routing.dmn:英文字母、数字和 . _ -,以 .json .bpmn .dmn .sql .csv .geojson .md 结尾",
            "a path looks like requests/routing.dmn: letters, digits and . _ -, ending in .json"
            " .bpmn .dmn .sql .csv .geojson .md");
    }
    TRY(find(op, id, &d));
    TRY(read_files(op, &d));
    const struct pack_file *now = pack_file(zone_pack(op->zone), path);
    *out = (struct seen){ .others = d.file_count };
    out->sha256 = out->base = now ? now->sha256 : STR_NONE;
    for (size_t i = 0; i < d.file_count; i++) {
        if (!str_equal(d.files[i].path, path))
            continue;
        out->sha256 = d.files[i].sha256;
        out->base = d.files[i].base;
        out->row = true;
        out->others--;
    }
    return OK;
}

static enum err check_seen(struct op *op, const struct seen *s, str seen)
{
    if (str_is(seen, "*") || str_equal(seen, s->sha256))
        return OK;
    diag_field(op->diag, STR("If-Match"));
    if (!s->sha256.bytes)
        return diag_set(op->diag, ERR_PRECONDITION, "这个文件已不在草稿中,请重新打开",
            "the file is no longer in the draft; open it again");
    if (!seen.bytes)
        return diag_set(op->diag, ERR_PRECONDITION, "已有同名的文件,请换一个名称",
            "there is a file of this name already; choose another");
    return diag_set(op->diag, ERR_PRECONDITION, "这个文件刚被别人改过,请看过新的内容再改",
        "somebody else has just changed this file; look at the new text first");
}

static enum err drop_row(struct op *op, int64_t id, str path)
{
    return STORE_EXEC(op->conn, op->diag,
        "DELETE FROM pack_draft_file WHERE zone = $1 AND draft_id = $2 AND path = $3",
        S_TEXT(op->zone->code), S_INT(id), S_TEXT(path));
}

/* text NULL: removed. */
static enum err change(struct op *op, int64_t id, str path, const str *text, str seen)
{
    struct seen s;
    TRY(look(op, id, path, &s));
    TRY(check_seen(op, &s, seen));
    str sha256 = text ? pack_sha256(op->arena, *text) : STR_NONE;
    const struct pack_file *now = pack_file(zone_pack(op->zone), path);
    TRY(diag_arena(op->diag, op->arena));
    if (str_equal(sha256, s.sha256)) /* nothing new */
        return OK;
    if (s.others >= PACK_DRAFT_FILES_MAX)
        return diag_set(op->diag, ERR_LIMIT, "一份草稿最多改动 %d 个文件",
            "a draft changes at most %d files", PACK_DRAFT_FILES_MAX);
    if (str_equal(sha256, now ? now->sha256 : STR_NONE)) {
        TRY(drop_row(op, id, path));
        return touched(op, id);
    }
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO pack_draft_file (zone, draft_id, path, content, sha256, base, updated_at,"
        " updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (zone, draft_id, path) DO"
        " UPDATE SET content = $4, sha256 = $5, updated_at = $7, updated_by = $8",
        S_TEXT(op->zone->code), S_INT(id), S_TEXT(path), text ? S_TEXT(*text) : S_NULL,
        S_TEXT(sha256), S_TEXT(s.base), S_INT(op->now_ms), S_TEXT(op->actor->name)));
    return touched(op, id);
}

enum err pack_draft_put(struct op *op, int64_t id, str path, str text, str seen)
{
    diag_field(op->diag, STR("text"));
    if (text.bytes > PACK_DRAFT_FILE_BYTES_MAX)
        return diag_set(op->diag, ERR_TOO_LARGE, "文件有 %zu 字节,在页面上编辑的文件上限 %d",
            "the file has %zu bytes; one that is edited here may have %d", text.bytes,
            PACK_DRAFT_FILE_BYTES_MAX);
    if (!str_is_utf8(text) || str_find(text, (str){ "", 1 }, 0) >= 0)
        return diag_set(
            op->diag, ERR_UTF8, "内容不是有效的 UTF-8 文字", "the content is not valid UTF-8 text");
    diag_field(op->diag, STR_NONE);
    return change(op, id, path, &text, seen);
}

enum err pack_draft_remove(struct op *op, int64_t id, str path, str seen)
{
    return change(op, id, path, NULL, seen);
}

enum err pack_draft_revert(struct op *op, int64_t id, str path)
{
    struct seen s;
    TRY(look(op, id, path, &s));
    if (!s.row)
        return OK;
    TRY(drop_row(op, id, path));
    return touched(op, id);
}

enum err pack_draft_keep(struct op *op, int64_t id, str path)
{
    struct seen s;
    const struct pack_file *now = pack_file(zone_pack(op->zone), path);
    TRY(look(op, id, path, &s));
    if (!s.row)
        return OK;
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE pack_draft_file SET base = $4 WHERE zone = $1 AND draft_id = $2 AND path = $3",
        S_TEXT(op->zone->code), S_INT(id), S_TEXT(path), S_TEXT(now ? now->sha256 : STR_NONE)));
    return touched(op, id);
}

enum err pack_draft_is(struct op *op, int64_t id, int64_t number)
{
    struct pack_draft d;
    TRY(find(op, id, &d));
    if (d.number == number)
        return OK;
    diag_field(op->diag, STR("If-Match"));
    return diag_set(op->diag, ERR_PRECONDITION, "%.*s刚改过这份草稿,请看过新的内容再继续",
        "%.*s has just changed this draft; look at it again first", STR_ARGS(d.updated_by));
}

enum err pack_draft_discard(struct op *op, int64_t id, int64_t number)
{
    struct pack_draft d;
    TRY(actor_require(op, "pack.write"));
    TRY(find(op, id, &d));
    if (number)
        TRY(pack_draft_is(op, id, number));
    TRY(STORE_EXEC(op->conn, op->diag,
        "DELETE FROM pack_draft_file WHERE zone = $1 AND draft_id = $2", S_TEXT(op->zone->code),
        S_INT(id)));
    return STORE_EXEC(op->conn, op->diag, "DELETE FROM pack_draft WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(id));
}

/* ---- a pack through a draft ---- */

static int by_path(const void *a, const void *b)
{
    return str_compare(((const struct pack_file *)a)->path, ((const struct pack_file *)b)->path);
}

/* Lays the draft's rows over the pack's files. */
static enum err lay_over(struct op *op, struct arena *a, struct pack_view *v)
{
    struct store_rows rows;
    const struct pack *p = v->pack;
    struct pack_file *files =
        ARENA_ARRAY(a, struct pack_file, p->file_count + PACK_DRAFT_FILES_MAX);
    size_t count = 0, old = 0;
    TRY(diag_arena(op->diag, a));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT path, content, sha256 FROM pack_draft_file WHERE zone = $1 AND draft_id = $2 ORDER"
        " BY path",
        S_TEXT(op->zone->code), S_INT(v->draft)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || count == p->file_count + PACK_DRAFT_FILES_MAX)
            break;
        str path = store_text(&rows, 0);
        while (old < p->file_count && str_compare(p->files[old].path, path) < 0)
            files[count++] = p->files[old++];
        if (old < p->file_count && str_equal(p->files[old].path, path))
            old++;
        if (!store_is_null(&rows, 1))
            files[count++] = (struct pack_file){ str_copy(a, path),
                str_copy(a, store_text(&rows, 1)), str_copy(a, store_text(&rows, 2)) };
    }
    store_rows_end(&rows);
    while (old < p->file_count)
        files[count++] = p->files[old++];
    v->files = files;
    v->count = count;
    return diag_arena(op->diag, a);
}

enum err pack_view_open(
    struct op *op, struct arena *a, int64_t draft, str version, struct pack_view *out)
{
    struct pack_view v = { .pack = zone_pack(op->zone), .draft = draft };
    TRY(actor_require(op, "pack.read"));
    if (draft) {
        struct pack_draft d;
        TRY(find(op, draft, &d));
        TRY(lay_over(op, a, &v));
        *out = v;
        return OK;
    }
    if (version.bytes) {
        bool there;
        TRY(pack_version_stored(op, version, &there));
        if (!there)
            return diag_set(op->diag, ERR_NOT_FOUND, "没有这个配置版本",
                "there is no such version of the pack");
        TRY(zone_pack_version(op, version, &v.pack));
    }
    v.files = v.pack->files;
    v.count = v.pack->file_count;
    *out = v;
    return OK;
}

const struct pack_file *pack_view_file(const struct pack_view *v, str path)
{
    struct pack_file key = { .path = path };
    return v->count ? bsearch(&key, v->files, v->count, sizeof *v->files, by_path) : NULL;
}

static enum err add_conflicts(struct op *op, const struct pack_view *v, struct diag_list *faults)
{
    struct pack_draft d = { .id = v->draft };
    enum err first = OK;
    TRY(read_files(op, &d));
    for (size_t i = 0; i < d.file_count; i++) {
        struct diag fault = { 0 };
        if (!d.files[i].conflict)
            continue;
        diag_at(&fault, str_terminated(op->arena, d.files[i].path), 0, 0);
        first = diag_set(&fault, ERR_CONFLICT,
            "草稿改动这个文件之后,另有人启用了它的新内容:请对照后保留草稿的,或改用现行的",
            "since the draft changed this file, another text of it has come into use: compare, then"
            " keep the draft's or take the other");
        diag_list_add(faults, &fault);
    }
    return first;
}

enum err pack_view_check(
    struct op *op, const struct pack_view *v, struct diag_list *faults, struct loaded_pack **out)
{
    struct loaded_pack *l = NULL;
    enum err conflict = v->draft ? add_conflicts(op, v, faults) : OK;
    enum err e = pack_read(op->zone, v->files, v->count, faults, &l, op->diag);
    if (e == OK)
        e = pack_fit(op, pack_of(l), faults);
    if (e == OK && conflict != OK)
        e = conflict;
    if (e != OK) {
        pack_drop(l);
        if (faults->count)
            *op->diag = *faults->items[0];
        return e;
    }
    *out = l;
    return OK;
}
