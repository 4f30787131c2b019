/* Telling people, and what they have been told. The rules stand in notice.h. */
#include "zone/notice.h"

#include "zone/query.h"

int64_t office_moment(const struct zone *z, int64_t ms)
{
    const struct calendar_clock *c = &zone_pack(z)->clock;
    int64_t after;
    if (calendar_is_open(c, ms) || calendar_add_office_ms(c, ms, 1, &after, NULL, NULL) != OK)
        return ms;
    return after - 1; /* one millisecond of office time ends one after the opening */
}

struct name2 moment_text(struct op *op, int64_t ms)
{
    int32_t of_day;
    struct date d = date_from_days(tz_local_days(zone_pack(op->zone)->tz, ms, &of_day));
    int hour = (int)(of_day / MS_PER_HOUR), minute = (int)(of_day / MS_PER_MINUTE % 60);
    return (struct name2){ str_printf(op->arena, "%d月%d日%02d:%02d", d.month, d.day, hour, minute),
        str_printf(op->arena, "%d-%02d-%02d %02d:%02d", d.year, d.month, d.day, hour, minute) };
}

/* ---- telling ---- */

static enum err insert(struct op *op, const struct notice *n, int64_t id, int64_t at, int64_t digest)
{
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO notice (zone, id, account_id, at, kind, case_id, promise_id, once, digest_id,"
        " items, zh, en, read_at, page, about, about_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
        " 0, $10, $11, 0, $12, $13, $14)",
        S_TEXT(op->zone->code), S_INT(id), S_INT(n->account), S_INT(at),
        S_TEXT(str_from(n->kind)), S_INT(n->case_id), S_INT(n->promise_id), S_TEXT(n->once),
        S_INT(digest), S_TEXT(n->text.zh), S_TEXT(n->text.en), S_TEXT(n->page),
        S_TEXT(n->about ? str_from(n->about) : STR_NONE), S_INT(n->about_id));
}

static enum err one_number(struct op *op, int64_t account, const char *sql, struct store_value v,
    int64_t *out)
{
    struct store_rows rows;
    bool there;
    enum err e = STORE_FIRST(
        op->conn, &rows, &there, op->diag, sql, S_TEXT(op->zone->code), S_INT(account), v);
    *out = there ? store_int(&rows, 0) : 0;
    store_rows_end(&rows);
    return e;
}

/* The line that gathers this day's notices of the clock; made with the first that goes there. */
static enum err digest_of(struct op *op, const struct notice *n, int64_t at, int64_t *digest)
{
    int64_t day = zone_local_days(op->zone, at);
    int64_t from = tz_instant_of_days(zone_pack(op->zone)->tz, day, 0), single = 0;
    *digest = 0;
    TRY(one_number(op, n->account,
        "SELECT count(*) FROM notice WHERE zone = $1 AND account_id = $2 AND at >= $3 AND"
        " digest_id = 0 AND once <> '' AND items = 0",
        S_INT(from), &single));
    if (single < NOTICES_SINGLE)
        return OK;
    str once = str_printf(op->arena, "digest:%lld", (long long)day);
    TRY(one_number(op, n->account,
        "SELECT id FROM notice WHERE zone = $1 AND account_id = $2 AND once = $3", S_TEXT(once),
        digest));
    if (*digest)
        return OK;
    *digest = id_next(&op->zone->ids, op->now_ms);
    struct notice line = { .account = n->account, .kind = "digest", .once = once };
    return insert(op, &line, *digest, at, 0);
}

static enum err count_in(struct op *op, int64_t digest, int64_t at)
{
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE notice SET items = items + 1, read_at = 0, at = $3,"
        " zh = '今天另有' || (items + 1) || '条时限提醒,点开逐条查看',"
        " en = (items + 1) || ' more reminders today; open to see them all'"
        " WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(digest), S_INT(at));
}

enum err notice_tell(struct op *op, const struct notice *n, bool *told)
{
    int64_t at = n->by_clock ? office_moment(op->zone, op->now_ms) : op->now_ms, seen, digest = 0;
    if (told)
        *told = false;
    TRY(diag_arena(op->diag, op->arena));
    if (n->once.bytes) {
        TRY(one_number(op, n->account,
            "SELECT count(*) FROM notice WHERE zone = $1 AND account_id = $2 AND once = $3",
            S_TEXT(n->once), &seen));
        if (seen)
            return OK;
    }
    if (n->by_clock)
        TRY(digest_of(op, n, at, &digest));
    if (told)
        *told = true;
    TRY(insert(op, n, id_next(&op->zone->ids, op->now_ms), at, digest));
    return digest ? count_in(op, digest, at) : OK;
}

enum err notice_tell_all(
    struct op *op, const struct people *who, int64_t but, const struct notice *n)
{
    for (size_t i = 0; i < who->count; i++) {
        struct notice one = *n;
        one.account = who->ids[i];
        if (one.account != but)
            TRY(notice_tell(op, &one, NULL));
    }
    return OK;
}

/* ---- whom ---- */

static enum err add_people(struct op *op, struct people *out, struct query *q)
{
    struct store_rows rows;
    query_sql(q, " ORDER BY a.id LIMIT 200");
    TRY(query_run(q, op->conn, &rows, op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        int64_t id = store_int(&rows, 0);
        bool there = out->count == NOTICE_PEOPLE_MAX;
        for (size_t i = 0; i < out->count; i++)
            there = there || out->ids[i] == id;
        if (there)
            continue;
        out->ids[out->count] = id;
        out->names[out->count++] = str_copy(op->arena, store_text(&rows, 1));
    }
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

static void begin(struct op *op, struct query *q)
{
    query_init(q, op->arena);
    QUERY_ADD(q, "SELECT a.id, a.name FROM account a WHERE a.zone = ? AND a.disabled = 0",
        S_TEXT(op->zone->code));
}

enum err people_of_applicant(struct op *op, const struct case_row *c, struct people *out)
{
    struct query q;
    begin(op, &q);
    if (c->enterprise_id)
        QUERY_ADD(&q, " AND a.enterprise_id = ?", S_INT(c->enterprise_id));
    else
        QUERY_ADD(&q, " AND a.id = ?", S_INT(c->account_id));
    return add_people(op, out, &q);
}

enum err people_of_enterprise(struct op *op, int64_t enterprise, struct people *out)
{
    struct query q;
    begin(op, &q);
    QUERY_ADD(&q, " AND a.enterprise_id = ?", S_INT(enterprise));
    return add_people(op, out, &q);
}

enum err people_of_unit(struct op *op, str unit, struct people *out)
{
    struct query q;
    begin(op, &q);
    QUERY_ADD(&q, " AND a.unit = ?", S_TEXT(unit));
    return add_people(op, out, &q);
}

enum err people_of_account(struct op *op, int64_t account, struct people *out)
{
    struct query q;
    begin(op, &q);
    QUERY_ADD(&q, " AND a.id = ?", S_INT(account));
    return add_people(op, out, &q);
}

enum err people_of_step(
    struct op *op, const struct case_row *c, int64_t task_id, struct people *out)
{
    struct case_task *tasks;
    size_t count;
    TRY(case_tasks(op, c->id, &tasks, &count));
    for (size_t i = 0; i < count; i++) {
        const struct case_task *t = &tasks[i];
        struct query q;
        bool open = str_is(t->state, "open") || str_is(t->state, "suspended");
        if (!open || !t->unit.bytes || (task_id && t->id != task_id))
            continue;
        begin(op, &q);
        if (t->assignee_id)
            QUERY_ADD(&q, " AND a.id = ?", S_INT(t->assignee_id));
        else
            QUERY_ADD(&q, " AND a.unit = ? AND a.role = ?", S_TEXT(t->unit), S_TEXT(t->role));
        TRY(add_people(op, out, &q));
    }
    return OK;
}

enum err people_of_role(struct op *op, const struct case_row *c, str role, struct people *out)
{
    const struct pack_role *r = pack_role(zone_pack(op->zone), role);
    struct query q;
    begin(op, &q);
    QUERY_ADD(&q, " AND a.role = ?", S_TEXT(role));
    if (r && r->scope == PACK_SCOPE_UNIT)
        QUERY_ADD(&q, " AND a.unit = ?", S_TEXT(c->unit));
    return add_people(op, out, &q);
}

static bool is_applicants(const struct pack *p, const struct pack_register *r)
{
    for (size_t i = 0; i < p->system_count; i++)
        if (str_equal(p->systems[i].applicant, r->code))
            return true;
    return false;
}

enum err people_of_key(
    struct op *op, const struct pack_register *r, str key, struct people *out)
{
    struct query q;
    out->count = 0;
    if (!r || !r->key || !key.bytes || !is_applicants(zone_pack(op->zone), r))
        return OK;
    begin(op, &q);
    buf_printf(&q.text, " AND a.enterprise_id IN (SELECT e.id FROM register_%.*s e WHERE e.zone",
        STR_ARGS(r->code));
    QUERY_ADD(&q, " = ?", S_TEXT(op->zone->code));
    buf_printf(&q.text, " AND e.%.*s", STR_ARGS(r->key->name));
    QUERY_ADD(&q, " = ?)", S_TEXT(key));
    return add_people(op, out, &q);
}

/* ---- reading ---- */

enum err notice_list(struct op *op, const struct notice_filter *f, struct notice_page *out)
{
    struct query q;
    struct store_rows rows;
    size_t limit = f->limit ? f->limit : 50;
    struct notice_page page = { .items = ARENA_ARRAY(op->arena, struct notice_row, limit) };
    TRY(diag_arena(op->diag, op->arena));
    query_init(&q, op->arena);
    QUERY_ADD(&q,
        "SELECT n.id, n.at, n.read_at, n.case_id, n.items, n.kind, n.zh, n.en,"
        " coalesce(c.number, ''), coalesce(c.title, ''), n.page, n.about, n.about_id FROM notice n"
        " LEFT JOIN cases c ON"
        " c.zone = n.zone AND c.id = n.case_id WHERE n.zone = ? AND n.account_id = ? AND"
        " n.digest_id = ? AND n.at <= ?",
        S_TEXT(op->zone->code), S_INT(op->actor->account), S_INT(f->digest), S_INT(op->now_ms));
    if (f->unread)
        query_sql(&q, " AND n.read_at = 0");
    if (f->after_id)
        QUERY_ADD(&q, " AND (n.at, n.id) < (?, ?)", S_INT(f->after_at), S_INT(f->after_id));
    QUERY_ADD(&q, " ORDER BY n.at DESC, n.id DESC LIMIT ?", S_INT((int64_t)limit + 1));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        if (page.count == limit) {
            page.more = true;
            break;
        }
        struct arena *a = op->arena;
        struct notice_row *n = &page.items[page.count++];
        *n = (struct notice_row){ store_int(&rows, 0), store_int(&rows, 1), store_int(&rows, 2),
            store_int(&rows, 3), store_int(&rows, 4), str_copy(a, store_text(&rows, 5)),
            str_copy(a, store_text(&rows, 8)), str_copy(a, store_text(&rows, 9)),
            str_copy(a, store_text(&rows, 10)),
            { str_copy(a, store_text(&rows, 6)), str_copy(a, store_text(&rows, 7)) },
            str_copy(a, store_text(&rows, 11)), store_int(&rows, 12) };
        page.next_at = n->at;
        page.next_id = n->id;
    }
    store_rows_end(&rows);
    *out = page;
    return diag_arena(op->diag, op->arena);
}

enum err notice_unread(struct op *op, int64_t *count)
{
    return one_number(op, op->actor->account,
        "SELECT count(*) FROM notice WHERE zone = $1 AND account_id = $2 AND at <= $3 AND read_at"
        " = 0 AND digest_id = 0",
        S_INT(op->now_ms), count);
}

enum err notice_read(struct op *op, int64_t id)
{
    str zone = op->zone->code;
    int64_t me = op->actor->account;
    if (!id)
        return STORE_EXEC(op->conn, op->diag,
            "UPDATE notice SET read_at = $3 WHERE zone = $1 AND account_id = $2 AND read_at = 0"
            " AND at <= $3",
            S_TEXT(zone), S_INT(me), S_INT(op->now_ms));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE notice SET read_at = CASE WHEN read_at = 0 THEN $3 ELSE read_at END WHERE zone ="
        " $1 AND account_id = $2 AND id = $4",
        S_TEXT(zone), S_INT(me), S_INT(op->now_ms), S_INT(id)));
    if (store_changes(op->conn) == 0)
        return diag_set(op->diag, ERR_NOT_FOUND, "没有这条通知", "there is no such notice");
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE notice SET read_at = $3 WHERE zone = $1 AND account_id = $2 AND digest_id = $4 AND"
        " read_at = 0",
        S_TEXT(zone), S_INT(me), S_INT(op->now_ms), S_INT(id));
}

enum err notice_fresh(struct op *op, int64_t from, int64_t to, int64_t *accounts, size_t *count)
{
    struct store_rows rows;
    size_t limit = *count;
    *count = 0;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT DISTINCT account_id FROM notice WHERE zone = $1 AND at > $2 AND at <= $3 LIMIT $4",
        S_TEXT(op->zone->code), S_INT(from), S_INT(to), S_INT((int64_t)limit)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || *count == limit)
            break;
        accounts[(*count)++] = store_int(&rows, 0);
    }
    store_rows_end(&rows);
    return OK;
}
