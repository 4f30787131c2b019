/* Issues of bulletins: frozen, numbered, journalled. */
#include "zone/bulletin_internal.h"

#include "zone/query.h"

#include <string.h>

/* A row is never changed after it was made, but for the journal's event being given its number. */
static const char issues[] =
    "CREATE TABLE bulletin_issue (zone TEXT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL,"
    " bulletin TEXT NOT NULL, number TEXT NOT NULL, title_zh TEXT NOT NULL, title_en TEXT NOT NULL,"
    " unit_zh TEXT NOT NULL, unit_en TEXT NOT NULL, month_from TEXT NOT NULL, month_to TEXT NOT"
    " NULL, as_of BIGINT NOT NULL, at BIGINT NOT NULL, version TEXT NOT NULL, actor TEXT NOT NULL,"
    " reason TEXT NOT NULL, is_public BIGINT NOT NULL, content TEXT NOT NULL, digest TEXT NOT NULL,"
    " event BIGINT NOT NULL, PRIMARY KEY (zone, id)){clustered};"
    "CREATE UNIQUE INDEX bulletin_issue_name ON bulletin_issue (zone, name);"
    "CREATE INDEX bulletin_issue_of ON bulletin_issue (zone, bulletin, id);";

const struct store_migration bulletin_migrations[] = { { 1, "issues of bulletins", issues } };
const size_t bulletin_migration_count = sizeof bulletin_migrations / sizeof *bulletin_migrations;

/* ---- publishing ----------------------------------------------------------------------------- */

/* "2026-3" */
static enum err next_number(struct op *op, const struct pack_bulletin *b, str *number)
{
    struct store_rows rows;
    struct date today = date_from_days(zone_local_days(op->zone, op->now_ms));
    str counter = str_printf(
        op->arena, "bulletin:%.*s:%04d", STR_ARGS(b->code), (int)today.year);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "INSERT INTO counter (zone, name, value) VALUES ($1, $2, 1)"
        " ON CONFLICT (zone, name) DO UPDATE SET value = counter.value + 1 RETURNING value",
        S_TEXT(op->zone->code), S_TEXT(counter)));
    *number = str_printf(
        op->arena, "%04d-%lld", (int)today.year, (long long)store_int(&rows, 0));
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

static struct name2 name_in(const json_t *o, const char *key)
{
    const json_t *n = json_object_get(o, key);
    return (struct name2){ json_str(n, "zh"), json_str(n, "en") };
}

static enum err tell(struct op *op, struct bulletin_issue *i)
{
    json_t *data = json_object();
    json_set_str(data, "bulletin", i->bulletin);
    json_set_str(data, "number", i->number);
    json_set_str(data, "version", i->version);
    json_set_str(data, "content", i->digest);
    json_set_str(data, "asOf", zone_instant_text(op, i->as_of_ms));
    json_set_str(data, "text", i->reason);
    return ledger_append(op,
        &(struct ledger_event){ .kind = "bulletin.publish", .subject = i->id, .data = data,
            .is_public = i->is_public, .leaf_hash_hex = &i->leaf },
        &i->event);
}

static enum err insert(struct op *op, const struct bulletin_issue *i, str name)
{
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO bulletin_issue (zone, id, name, bulletin, number, title_zh, title_en, unit_zh,"
        " unit_en, month_from, month_to, as_of, at, version, actor, reason, is_public, content,"
        " digest, event) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
        " $16, $17, $18, $19, $20)",
        S_TEXT(op->zone->code), S_INT(i->id), S_TEXT(name), S_TEXT(i->bulletin), S_TEXT(i->number),
        S_TEXT(i->title.zh), S_TEXT(i->title.en), S_TEXT(i->unit.zh), S_TEXT(i->unit.en),
        S_TEXT(i->from), S_TEXT(i->to), S_INT(i->as_of_ms), S_INT(i->at_ms), S_TEXT(i->version),
        S_TEXT(i->actor), S_TEXT(i->reason), S_INT(i->is_public), S_TEXT(i->content),
        S_TEXT(i->digest), S_INT(i->event));
}

enum err bulletin_publish(struct op *op, const struct pack_bulletin *b, const json_t *content,
    str reason, struct bulletin_issue *out)
{
    struct bulletin_issue i = { .bulletin = b->code, .reason = str_trim(reason),
        .actor = op->actor->name, .at_ms = op->now_ms, .is_public = b->is_public };
    TRY(actor_require(op, "bulletin.publish"));
    if (!i.reason.bytes) {
        diag_field(op->diag, STR("reason"));
        return diag_set(op->diag, ERR_INVALID, "请写明发布的事由", "say why it is published");
    }
    const json_t *period = json_object_get(content, "period");
    i.version = json_str(content, "version");
    if (!str_is(i.version, zone_pack(op->zone)->version))
        return diag_set(op->diag, ERR_CONFLICT, "配置刚刚更换,请重新打开通报再发布",
            "the pack has just been changed: open the bulletin again and publish then");
    i.title = name_in(content, "title");
    i.unit = name_in(content, "unit");
    i.from = json_str(period, "from");
    i.to = json_str(period, "to");
    (void)instant_parse(json_str(content, "asOf"), &i.as_of_ms);
    i.content = json_text(op->arena, content);
    i.digest = ledger_digest(op, i.content);
    i.id = id_next(&op->zone->ids, op->now_ms);
    TRY(next_number(op, b, &i.number));
    str name = str_printf(op->arena, "%.*s-%.*s", STR_ARGS(b->code), STR_ARGS(i.number));
    TRY(diag_arena(op->diag, op->arena));
    TRY(tell(op, &i));
    TRY(insert(op, &i, name));
    *out = i;
    return OK;
}

/* ---- reading -------------------------------------------------------------------------------- */

static const char columns[] = "SELECT id, bulletin, number, title_zh, title_en, unit_zh, unit_en,"
                              " month_from, month_to, as_of, at, version, actor, reason, is_public,"
                              " digest, event";

static void read_row(struct op *op, const struct store_rows *rows, struct bulletin_issue *out)
{
    struct arena *a = op->arena;
    *out = (struct bulletin_issue){ .id = store_int(rows, 0),
        .bulletin = str_copy(a, store_text(rows, 1)),
        .number = str_copy(a, store_text(rows, 2)),
        .title = { str_copy(a, store_text(rows, 3)), str_copy(a, store_text(rows, 4)) },
        .unit = { str_copy(a, store_text(rows, 5)), str_copy(a, store_text(rows, 6)) },
        .from = str_copy(a, store_text(rows, 7)),
        .to = str_copy(a, store_text(rows, 8)),
        .as_of_ms = store_int(rows, 9),
        .at_ms = store_int(rows, 10),
        .version = str_copy(a, store_text(rows, 11)),
        .actor = str_copy(a, store_text(rows, 12)),
        .reason = str_copy(a, store_text(rows, 13)),
        .is_public = store_int(rows, 14) != 0,
        .digest = str_copy(a, store_text(rows, 15)),
        .event = store_int(rows, 16) };
}

static bool sees_all(const struct op *op)
{
    return op->actor->system || actor_may(op->actor, "figure.read");
}

enum err bulletin_issues(struct op *op, str bulletin, int64_t before, size_t limit,
    struct bulletin_issue **out, size_t *count, bool *more)
{
    struct query q;
    struct store_rows rows;
    size_t n = 0;
    struct bulletin_issue *list = ARENA_ARRAY(op->arena, struct bulletin_issue, limit);
    TRY(diag_arena(op->diag, op->arena));
    query_init(&q, op->arena);
    query_sql(&q, columns);
    QUERY_ADD(&q, " FROM bulletin_issue WHERE zone = ?", S_TEXT(op->zone->code));
    if (!sees_all(op))
        query_sql(&q, " AND is_public = 1");
    if (bulletin.bytes)
        QUERY_ADD(&q, " AND bulletin = ?", S_TEXT(bulletin));
    if (before)
        QUERY_ADD(&q, " AND id < ?", S_INT(before));
    QUERY_ADD(&q, " ORDER BY id DESC LIMIT ?", S_INT((int64_t)limit + 1));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    *more = false;
    for (bool there;;) {
        TRY(store_next(&rows, &there, op->diag));
        if (!there)
            break;
        *more = n == limit;
        if (*more)
            break;
        read_row(op, &rows, &list[n++]);
    }
    store_rows_end(&rows);
    *out = list;
    *count = n;
    return diag_arena(op->diag, op->arena);
}

static enum err read_one(
    struct op *op, const char *where, struct store_value value, struct bulletin_issue *out)
{
    struct store_rows rows;
    struct ledger_row event;
    str sql = str_printf(
        op->arena, "%s, content FROM bulletin_issue WHERE zone = $1 AND %s", columns, where);
    TRY(diag_arena(op->diag, op->arena));
    enum err e = STORE_ONE(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code), value);
    if (e == OK) {
        read_row(op, &rows, out);
        out->content = str_copy(op->arena, store_text(&rows, 17));
        store_rows_end(&rows);
        if (!out->is_public && !sees_all(op))
            e = ERR_NOT_FOUND;
    }
    if (e == ERR_NOT_FOUND)
        return diag_set(op->diag, e, "没有这期通报,或您无权查看",
            "there is no such issue, or you may not see it");
    TRY(e);
    if (ledger_get(op, out->event, &event) == OK)
        out->leaf = event.leaf_hash_hex;
    return diag_arena(op->diag, op->arena);
}

enum err bulletin_issue(struct op *op, int64_t id, struct bulletin_issue *out)
{
    return read_one(op, "id = $2", S_INT(id), out);
}

enum err bulletin_issue_named(struct op *op, str name, struct bulletin_issue *out)
{
    return read_one(op, "name = $2", S_TEXT(name), out);
}
