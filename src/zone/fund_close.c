/* Closing a day of funds; fund_check.h says what is checked. */
#include "zone/fund_check_internal.h"

#include "zone/ledger.h"

#include <string.h>

enum { CLOSING_FAULTS_MAX = 50, CLOSINGS_MAX = 400 };

struct last_closing {
    str day; /* empty: none yet */
    int64_t at_ms;
    json_t *upto;
};

static enum err last_closing(struct op *op, struct last_closing *out)
{
    struct store_rows rows;
    bool there;
    *out = (struct last_closing){ 0 };
    TRY(STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT day, at, upto FROM fund_closing WHERE zone = $1 AND ok = 1 ORDER BY day DESC LIMIT 1",
        S_TEXT(op->zone->code)));
    if (!there)
        return OK;
    out->day = str_copy(op->arena, store_text(&rows, 0));
    out->at_ms = store_int(&rows, 1);
    str upto = str_copy(op->arena, store_text(&rows, 2));
    store_rows_end(&rows);
    return json_parse(op->arena, upto, &out->upto, op->diag);
}

static enum err check_day(struct op *op, const struct last_closing *last, str *day)
{
    struct date d;
    str today = date_format(op->arena, date_from_days(zone_local_days(op->zone, op->now_ms)));
    TRY(diag_arena(op->diag, op->arena));
    *day = day->bytes ? *day : today;
    diag_field(op->diag, STR("day"));
    if (!date_parse(*day, &d))
        return diag_set(op->diag, ERR_INVALID, "日期应如 2026-03-02", "a day like 2026-03-02");
    if (str_compare(*day, today) > 0)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "%.*s 还没有到,不能结账",
            "%.*s has not come yet", STR_ARGS(*day));
    if (last->day.bytes && str_compare(*day, last->day) <= 0)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "%.*s 已经结账(最近结账日 %.*s)",
            "%.*s is closed already (closed up to %.*s)", STR_ARGS(*day), STR_ARGS(last->day));
    op->diag->field[0] = 0;
    return OK;
}

static json_t *sums_json(const struct checking *c)
{
    json_t *o = json_object();
    for (size_t i = 0; i < c->out->fund_count; i++) {
        const struct fund_sum *s = &c->closed[i];
        json_t *one = json_object();
        json_set_int(one, "seq", s->seq);
        for (int k = 0; k < FUND_ACCOUNTS; k++)
            json_set_int(one, fund_account_words[k], s->balance[k]);
        json_object_setn_new(o, s->fund.data, s->fund.bytes, one);
    }
    return o;
}

static json_t *faults_json(const struct diag_list *faults)
{
    json_t *list = json_array();
    for (size_t i = 0; i < faults->count; i++) {
        json_t *one = json_object();
        json_set_str(one, "zh", str_from(faults->items[i]->zh));
        json_set_str(one, "en", str_from(faults->items[i]->en));
        json_array_append_new(list, one);
    }
    return list;
}

static enum err keep(struct op *op, struct fund_closing *out)
{
    json_t *data = json_object();
    str upto = json_text(op->arena, out->upto), found = json_text(op->arena, out->found);
    json_set_str(data, "day", out->day);
    json_object_set_new(data, "agrees", json_boolean(out->ok));
    json_set_int(data, "entries", out->entries);
    json_set_int(data, "faults", out->faults);
    json_set_str(data, "sums", ledger_digest(op, upto));
    if (!out->ok)
        json_object_set(data, "found", (json_t *)out->found);
    TRY(ledger_append(op,
        &(struct ledger_event){ .kind = "fund.close", .subject = out->id, .data = data },
        &out->event));
    str actor = op->actor->system ? STR("system")
                                  : str_printf(op->arena, "%lld", (long long)op->actor->account);
    TRY(diag_arena(op->diag, op->arena));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO fund_closing (zone, id, day, at, actor, actor_name, ok, entries, faults, upto,"
        " found, event) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        S_TEXT(op->zone->code), S_INT(out->id), S_TEXT(out->day), S_INT(op->now_ms), S_TEXT(actor),
        S_TEXT(op->actor->name), S_INT(out->ok), S_INT(out->entries), S_INT(out->faults),
        S_TEXT(upto), S_TEXT(found), S_INT(out->event));
}

enum err fund_close(struct op *op, str day, struct fund_closing *out)
{
    struct last_closing last;
    struct fund_report report = { 0 };
    struct diag_list faults;
    diag_list_init(&faults, op->arena, CLOSING_FAULTS_MAX);
    TRY(last_closing(op, &last));
    TRY(check_day(op, &last, &day));
    struct checking c = { .op = op,
        .out = &report,
        .faults = &faults,
        .base = last.upto,
        .since_ms = last.at_ms,
        .through = day };
    TRY(fund_check_run(&c));
    *out = (struct fund_closing){ .id = id_next(&op->zone->ids, op->now_ms),
        .at_ms = op->now_ms,
        .faults = (int64_t)faults.total,
        .day = day,
        .actor_name = op->actor->name,
        .ok = !faults.total,
        .automatic = op->actor->system,
        .upto = json_keep(op->arena, sums_json(&c)),
        .found = json_keep(op->arena, faults_json(&faults)) };
    for (size_t i = 0; i < report.fund_count; i++)
        out->entries += c.closed[i].seq - json_int(last.upto ? json_object_getn(last.upto,
            c.closed[i].fund.data, c.closed[i].fund.bytes) : NULL, "seq", 0);
    TRY(diag_arena(op->diag, op->arena));
    return keep(op, out);
}

enum err fund_closings(struct op *op, size_t limit, struct fund_closing **out, size_t *count)
{
    struct store_rows rows;
    size_t used = 0, most = limit < CLOSINGS_MAX ? limit : CLOSINGS_MAX;
    struct fund_closing *list = ARENA_ARRAY(op->arena, struct fund_closing, most);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT id, at, entries, faults, event, day, actor_name, ok, actor, upto, found FROM"
        " fund_closing WHERE zone = $1 ORDER BY id DESC LIMIT $2",
        S_TEXT(op->zone->code), S_INT((int64_t)most)));
    for (bool more;;) {
        json_t *upto = NULL, *found = NULL;
        TRY(store_next(&rows, &more, op->diag));
        if (!more || used == most)
            break;
        struct fund_closing *c = &list[used++];
        *c = (struct fund_closing){ .id = store_int(&rows, 0),
            .at_ms = store_int(&rows, 1),
            .entries = store_int(&rows, 2),
            .faults = store_int(&rows, 3),
            .event = store_int(&rows, 4),
            .day = str_copy(op->arena, store_text(&rows, 5)),
            .actor_name = str_copy(op->arena, store_text(&rows, 6)),
            .ok = store_int(&rows, 7) != 0,
            .automatic = str_is(store_text(&rows, 8), "system") };
        TRY(json_parse(op->arena, str_copy(op->arena, store_text(&rows, 9)), &upto, op->diag));
        TRY(json_parse(op->arena, str_copy(op->arena, store_text(&rows, 10)), &found, op->diag));
        c->upto = upto;
        c->found = found;
    }
    store_rows_end(&rows);
    *out = list;
    *count = used;
    return diag_arena(op->diag, op->arena);
}

static str yesterday(struct op *op)
{
    return date_format(op->arena, date_from_days(zone_local_days(op->zone, op->now_ms) - 1));
}

static enum err close_yesterday(struct op *op, void *ctx)
{
    struct fund_closing *closing = ctx;
    return fund_close(op, yesterday(op), closing);
}

enum err funds_daily(struct op *op)
{
    struct store_rows rows;
    struct fund_closing closing;
    bool due = false;
    if (!zone_pack(op->zone)->funds)
        return OK;
    TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT EXISTS (SELECT 1 FROM fund_balance WHERE zone = $1 AND seq > 0) AND NOT EXISTS"
        " (SELECT 1 FROM fund_closing WHERE zone = $1 AND day >= $2)",
        S_TEXT(op->zone->code), S_TEXT(yesterday(op)));
    due = e == OK && store_int(&rows, 0) != 0;
    store_rows_end(&rows);
    store_read_end(op->conn);
    op->conn = NULL;
    TRY(e);
    return due ? zone_write(op, close_yesterday, &closing) : OK;
}
