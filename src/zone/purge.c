/* Purging old cases; purge.h tells what goes and what stays. */
#include "zone/purge.h"

#include "zone/batch.h"
#include "zone/case_write.h"
#include "zone/job_internal.h"

#include <stdio.h>
#include <string.h>

static const char gone_title[] = "〔内容已到期清除 content purged〕";

const struct purge_table purge_tables[] = {
    { "task", true, NULL },
    { "promise", true, NULL },
    { "timer", true, NULL },
    { "job", true, NULL },
    { "waiting", true, NULL },
    { "case_decision", true, NULL },
    { "case_before", true, NULL },
    { "supervision", true, NULL },
    { "case_copy", true, NULL },
    { "attachment", true, NULL },
    { "notice", true, NULL },
    { "open311_request", true, NULL },
    { "case_material", true, NULL },
    { "case_item", false, "which items it was about, without a name or a word" },
    { "case_service", false, "limits and days used, for figures" },
    { "case_unit", false, "who may see the row under a figure" },
    { "case_step", false, "how long steps took, without a name or a word" },
    { "licence", false, "a licence stands on its own" },
    { "licence_consent", false, "whom the holder has let look" },
    { "knowledge", false, "answers that were published" },
    { "migration_conflict", false, "numbers and steps only" },
    { "record_case", false, "which record it came from, without a word of either" },
    { 0 },
};

/* ---- one case ---- */

static enum err erase_rows(struct op *op, int64_t id)
{
    TRY(STORE_EXEC(op->conn, op->diag,
        "DELETE FROM promise_event WHERE zone = $1 AND promise_id IN (SELECT id FROM promise WHERE"
        " zone = $1 AND case_id = $2)",
        S_TEXT(op->zone->code), S_INT(id)));
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO purge_file (zone, sha256) SELECT DISTINCT zone, sha256 FROM attachment WHERE"
        " zone = $1 AND case_id = $2 ON CONFLICT (zone, sha256) DO NOTHING",
        S_TEXT(op->zone->code), S_INT(id)));
    TRY(STORE_EXEC(op->conn, op->diag,
        "DELETE FROM file_fact WHERE zone = $1 AND id IN (SELECT id FROM attachment WHERE"
        " zone = $1 AND case_id = $2)",
        S_TEXT(op->zone->code), S_INT(id)));
    for (const struct purge_table *t = purge_tables; t->name; t++) {
        str sql = str_printf(op->arena, "DELETE FROM %s WHERE zone = $1 AND case_id = $2", t->name);
        TRY(diag_arena(op->diag, op->arena));
        if (t->goes)
            TRY(STORE_EXEC(op->conn, op->diag, sql.data, S_TEXT(op->zone->code), S_INT(id)));
    }
    return store_search_remove(op->conn, "case_search", op->zone->code, id, op->diag);
}

static enum err empty_row(struct op *op, int64_t id)
{
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE cases SET title = $4, body = '', place = '', contact_name = '', contact_phone = '',"
        " data = '{}', state = '', answer = '', answered_by = '', rating_text = '', extension = '',"
        " account_id = 0, assignee_id = 0, node = '', version = version + 1, updated_at = $3,"
        " purged_at = $3 WHERE zone = $1 AND id = $2 AND purged_at IS NULL",
        S_TEXT(op->zone->code), S_INT(id), S_INT(op->now_ms), S_TEXT(str_from(gone_title)));
}

static enum err erase_entries(struct op *op, int64_t id, int64_t *count)
{
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE journal SET event = NULL, salt = NULL WHERE zone = $1 AND subject = $2 AND event IS"
        " NOT NULL",
        S_TEXT(op->zone->code), S_INT(id)));
    *count = store_changes(op->conn);
    return OK;
}

static enum err tell(struct op *op, int64_t id, const struct pack_retention *rule, int64_t erased)
{
    struct case_row row;
    str digest;
    TRY(case_get(op, id, &row));
    TRY(case_digest(op, &row, &digest));
    json_t *data = json_object();
    json_set_str(data, "number", row.number);
    json_set_int(data, "entries", erased);
    json_set_int(data, "months", rule->months);
    json_set_str(data, "law", rule->law.zh);
    json_set_str(data, "row", digest);
    return ledger_append(op,
        &(struct ledger_event){
            .kind = "case.purge", .subject = id, .data = data, .is_public = true },
        NULL);
}

struct purging {
    int64_t id;
    const struct pack_retention *rule;
};

static enum err purge_one(struct op *op, void *ctx)
{
    const struct purging *p = ctx;
    int64_t erased;
    TRY(empty_row(op, p->id));
    if (store_changes(op->conn) != 1) /* another process was first */
        return OK;
    TRY(erase_rows(op, p->id));
    TRY(erase_entries(op, p->id, &erased));
    return tell(op, p->id, p->rule, erased);
}

/* ---- what is due ---- */

static int64_t months_before(struct op *op, int months)
{
    struct date d = date_from_days(zone_local_days(op->zone, op->now_ms));
    int month = d.year * 12 + d.month - 1 - months;
    d.year = month / 12;
    d.month = month % 12 + 1;
    if (d.day > 28)
        d.day = 28;
    return zone_day_begin(op->zone, date_to_days(d));
}

static enum err count_due(struct op *op, struct purge_kind *k)
{
    struct store_rows rows;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT count(*) FROM cases WHERE zone = $1 AND kind = $2 AND closed_at IS NOT NULL AND"
        " purged_at IS NULL AND closed_at < $3 AND status > 1",
        S_TEXT(op->zone->code), S_TEXT(k->kind), S_INT(k->before_ms)));
    k->due = store_int(&rows, 0);
    store_rows_end(&rows);
    return OK;
}

static str asked_name(struct op *op, str kind)
{
    return str_printf(op->arena, "purge %.*s", STR_ARGS(kind));
}

static enum err read_asked(struct op *op, struct purge_kind *k)
{
    struct store_rows rows;
    bool there;
    enum err e = STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT value FROM counter WHERE zone = $1 AND name = $2", S_TEXT(op->zone->code),
        S_TEXT(asked_name(op, k->kind)));
    k->asked_ms = there ? store_int(&rows, 0) : 0;
    store_rows_end(&rows);
    return e;
}

enum err purge_plan(
    struct op *op, str kind, int64_t before_ms, struct purge_kind **out, size_t *count)
{
    const struct pack *p = zone_pack(op->zone);
    struct purge_kind *list = ARENA_ARRAY(op->arena, struct purge_kind, p->system_count + 1);
    TRY(actor_require(op, "case.purge"));
    TRY(diag_arena(op->diag, op->arena));
    *count = 0;
    for (size_t i = 0; i < p->system_count; i++) {
        const struct pack_system *s = &p->systems[i];
        struct purge_kind *k = &list[*count];
        if (kind.bytes && !str_equal(kind, s->kind))
            continue;
        ++*count;
        *k = (struct purge_kind){
            .kind = s->kind, .name = s->name, .rule = pack_retention(p, s->kind)
        };
        TRY(read_asked(op, k));
        if (!k->rule)
            continue;
        k->before_ms = months_before(op, k->rule->months);
        if (before_ms && before_ms < k->before_ms)
            k->before_ms = before_ms;
        TRY(count_due(op, k));
    }
    *out = list;
    if (kind.bytes && !*count)
        return diag_set(op->diag, ERR_NOT_FOUND, "配置中没有办件类型 %.*s",
            "the pack has no kind of case %.*s", STR_ARGS(kind));
    return OK;
}

enum err purge_past(struct op *op, size_t limit, struct ledger_row **out, size_t *count)
{
    TRY(actor_require(op, "case.purge"));
    return ledger_newest(op, "purge.start", limit, out, count);
}

enum err purge_ask(struct op *op, str kind, int64_t before_ms, str reason)
{
    struct purge_kind *kinds;
    size_t count, asked = 0;
    TRY(purge_plan(op, kind, before_ms, &kinds, &count));
    for (size_t i = 0; i < count; i++) {
        if (!kinds[i].rule || !kinds[i].due)
            continue;
        asked++;
        TRY(STORE_EXEC(op->conn, op->diag,
            "INSERT INTO counter (zone, name, value) VALUES ($1, $2, $3) ON CONFLICT (zone, name)"
            " DO UPDATE SET value = excluded.value",
            S_TEXT(op->zone->code), S_TEXT(asked_name(op, kinds[i].kind)),
            S_INT(kinds[i].before_ms)));
        json_t *data = json_object();
        json_set_str(data, "kind", kinds[i].kind);
        json_set_str(data, "before", zone_instant_text(op, kinds[i].before_ms));
        json_set_int(data, "cases", kinds[i].due);
        json_set_str(data, "law", kinds[i].rule->law.zh);
        if (reason.bytes)
            json_set_str(data, "text", reason);
        TRY(ledger_append(op, &(struct ledger_event){ .kind = "purge.start", .data = data }, NULL));
    }
    zone_stir(op->zone);
    if (asked)
        return OK;
    return diag_set(op->diag, ERR_NOT_ALLOWED,
        "没有可清除的办件:未到保存期限,或 zone.json 未规定保存期限(retention)",
        "there is nothing to purge: the time to keep cases is not over, or zone.json gives none "
        "(retention)");
}

/* ---- working off ---- */

/* The next cases of the first kind that has some. */
static enum err next_cases(
    struct op *op, struct purging *list, size_t limit, size_t *count, struct purge_kind *of)
{
    const struct pack *p = zone_pack(op->zone);
    struct store_rows rows;
    *count = 0;
    for (size_t i = 0; i < p->system_count && !*count; i++) {
        struct purge_kind k = { .kind = p->systems[i].kind };
        k.rule = pack_retention(p, k.kind);
        TRY(read_asked(op, &k));
        if (!k.rule || (!k.asked_ms && !k.rule->automatic))
            continue;
        k.before_ms = months_before(op, k.rule->months);
        if (!k.rule->automatic && k.asked_ms < k.before_ms)
            k.before_ms = k.asked_ms;
        TRY(STORE_QUERY(op->conn, &rows, op->diag,
            "SELECT id FROM cases WHERE zone = $1 AND kind = $2 AND closed_at IS NOT NULL AND"
            " purged_at IS NULL AND closed_at < $3 AND status > 1 ORDER BY closed_at, id LIMIT $4",
            S_TEXT(op->zone->code), S_TEXT(k.kind), S_INT(k.before_ms), S_INT((int64_t)limit)));
        for (bool more;;) {
            TRY(store_next(&rows, &more, op->diag));
            if (!more || *count == limit)
                break;
            list[(*count)++] = (struct purging){ store_int(&rows, 0), k.rule };
        }
        store_rows_end(&rows);
        if (*count || k.asked_ms)
            *of = k;
        if (k.asked_ms && !*count)
            return OK; /* it is done */
    }
    return OK;
}

static enum err asked_done(struct op *op, void *ctx)
{
    const struct purge_kind *k = ctx;
    TRY(STORE_EXEC(op->conn, op->diag, "DELETE FROM counter WHERE zone = $1 AND name = $2",
        S_TEXT(op->zone->code), S_TEXT(asked_name(op, k->kind))));
    json_t *data = json_object();
    json_set_str(data, "kind", k->kind);
    return ledger_append(op, &(struct ledger_event){ .kind = "purge.done", .data = data }, NULL);
}

/* ---- files: removed after the commit that says so, found again after a crash ---- */

static enum err next_file(struct op *op, str *sha256, bool *used)
{
    struct store_rows rows;
    bool there;
    enum err e = STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT f.sha256, EXISTS (SELECT 1 FROM attachment a WHERE a.zone = f.zone AND a.sha256 ="
        " f.sha256) FROM purge_file f WHERE f.zone = $1 ORDER BY f.sha256 LIMIT 1",
        S_TEXT(op->zone->code));
    *sha256 = STR_NONE;
    if (there) {
        *sha256 = str_copy(op->arena, store_text(&rows, 0));
        *used = store_int(&rows, 1) != 0;
    }
    store_rows_end(&rows);
    return e;
}

static enum err file_gone(struct op *op, void *ctx)
{
    return STORE_EXEC(op->conn, op->diag, "DELETE FROM purge_file WHERE zone = $1 AND sha256 = $2",
        S_TEXT(op->zone->code), S_TEXT(*(const str *)ctx));
}

static enum err remove_files(struct op *op)
{
    for (;;) {
        str sha256;
        bool used = false;
        TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
        enum err e = next_file(op, &sha256, &used);
        store_read_end(op->conn);
        op->conn = NULL;
        TRY(e);
        if (!sha256.bytes)
            return OK;
        str path = str_printf(
            op->arena, "%s/files/%.*s/%.*s", op->zone->data_dir, 2, sha256.data, STR_ARGS(sha256));
        TRY(diag_arena(op->diag, op->arena));
        const struct sys *sys = op->zone->sys;
        e = used ? OK : sys->file_remove(sys->ctx, path.data, op->diag);
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
        memset(op->diag, 0, sizeof *op->diag);
        TRY(zone_write(op, file_gone, &sha256));
    }
}

static enum err look(
    struct op *op, struct purging *list, size_t limit, size_t *count, struct purge_kind *of)
{
    TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
    enum err e = next_cases(op, list, limit, count, of);
    store_read_end(op->conn);
    op->conn = NULL;
    return e;
}

enum err purge_work(struct op *op, struct batch *b, size_t limit, int64_t *purged, bool *more)
{
    struct purging list[BATCH_MAX];
    struct purge_kind of = { 0 };
    size_t count;
    *more = false;
    TRY(remove_files(op));
    TRY(look(op, list, limit < BATCH_MAX ? limit : BATCH_MAX, &count, &of));
    if (!count)
        return of.asked_ms ? zone_write(op, asked_done, &of) : OK;
    *more = true;
    batch_begin(b);
    for (size_t i = 0; i < count; i++)
        batch_add(b, purge_one, &list[i]);
    batch_run(b, op);
    for (size_t i = 0; i < count; i++) {
        const struct batch_item *item = batch_at(b, i);
        if (item->err != OK) {
            *op->diag = item->diag;
            return item->err;
        }
        ++*purged;
    }
    return remove_files(op);
}
