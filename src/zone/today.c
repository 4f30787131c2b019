/* How recurring duties stand today, and who hears of them; today.h. */
#include "zone/today.h"

#include "zone/notice.h"
#include "zone/page_rows.h"
#include "zone/record_internal.h"

const char *today_state_word(enum today_state s)
{
    static const char *const words[] = { "missed", "due", "soon", "done", "later" };
    return words[s];
}

enum err today_due(const struct calendar *c, int64_t last, int64_t from, int64_t days,
    bool working, int64_t *due, struct diag *d)
{
    *due = from;
    if (last == INT64_MIN)
        return OK;
    *due = last + days;
    return working ? calendar_add_days(c, last, days, due, NULL, d) : OK;
}

/* "17:00" as a minute of the day; -1 for anything else. */
static int minute_of(str text)
{
    int64_t hour, minute;
    str rest = text, part;
    if (!str_split(&rest, ':', &part) || !str_to_int64(part, &hour) || !str_to_int64(rest, &minute))
        return -1;
    return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 ? (int)(hour * 60 + minute) : -1;
}

/* now: the minute of the day that it is. */
static enum today_state state_on(int64_t today, int now, int64_t last, int64_t due, int at)
{
    if (last >= today)
        return TODAY_DONE;
    if (due < today || (due == today && at >= 0 && now > at))
        return TODAY_MISSED;
    if (due == today)
        return TODAY_DUE;
    return due == today + 1 ? TODAY_SOON : TODAY_LATER;
}

/* The records that are in force: those of another register whose column says so. NULL: all are. */
static enum err in_force(struct op *op, const struct pack_column *under, const char *active,
    struct page_index **out)
{
    *out = NULL;
    if (!under || !active)
        return OK;
    struct query q;
    struct store_rows rows;
    size_t count;
    const struct pack_register *r = under->ref;
    const struct pack_column *c = pack_column(r, str_from(active));
    struct page_index *x = ARENA_NEW(op->arena, struct page_index);
    TRY(diag_arena(op->diag, op->arena));
    TRY(page_count(op, r, TODAY_MAX, &count));
    TRY(page_index_init(x, op, count + 1));
    TRY(page_select(&q, op, r, (const struct pack_column *[]){ r->key, c }, 2));
    QUERY_ADD(&q, " LIMIT ?", S_INT((int64_t)count));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        if (store_int(&rows, 2))
            page_index_put(x, page_row_key(op, r, &rows), 1);
    }
    *out = x;
    return diag_arena(op->diag, op->arena);
}

static int64_t day_of(str text, int64_t otherwise)
{
    struct date date;
    return date_parse(text, &date) ? date_to_days(date) : otherwise;
}

enum { C_EVERY, C_WORKING, C_FROM, C_LAST, C_UNDER, C_AT, COLUMNS };

static enum err read_row(struct op *op, const struct store_rows *rows, struct today_item *item,
    bool *wanted, const struct page_index *force)
{
    int32_t of_day;
    int64_t today = tz_local_days(zone_pack(op->zone)->tz, op->now_ms, &of_day);
    int64_t from = day_of(store_text(rows, 1 + C_FROM), today);
    int64_t every = store_int(rows, 1 + C_EVERY);
    item->id = store_int(rows, 0);
    item->last = day_of(store_text(rows, 1 + C_LAST), INT64_MIN);
    item->at = minute_of(store_text(rows, 1 + C_AT));
    *wanted = from <= today + TODAY_AHEAD_DAYS && every >= 0
        && (every || item->last == INT64_MIN || item->last >= today)
        && (!force || page_index_get(force, store_text(rows, 1 + C_UNDER)) >= 0);
    if (!*wanted)
        return OK;
    item->due = from;
    if (every)
        TRY(today_due(zone_pack(op->zone)->calendar, item->last, from, every,
            store_int(rows, 1 + C_WORKING) != 0, &item->due, op->diag));
    item->state = state_on(
        today, (int)(of_day / MS_PER_MINUTE), item->last, item->due, item->at);
    item->days = item->due < today ? today - item->due : item->due - today;
    return OK;
}

/* Those of one of the register's own lists, where the page names one. */
static enum err listed(struct query *q, struct op *op, const struct pack_page *page)
{
    const struct pack_register *r = page->r;
    str code = pack_page_text(page->members, "list");
    for (size_t i = 0; code.bytes && i < r->list_count; i++)
        for (size_t k = 0; str_equal(r->lists[i].code, code) && k < r->lists[i].where_count; k++)
            TRY(record_condition_add(q, op, &r->lists[i].where[k]));
    return OK;
}

enum err today_read(
    struct op *op, const struct pack_page *page, struct today_item **out, size_t *count)
{
    struct page_source s = { page->r, page->members };
    const struct pack_column *columns[COLUMNS] = { page_column(&s, "every"),
        page_column(&s, "working"), page_column(&s, "from"), page_column(&s, "last"),
        page_column(&s, "under"), page_column(&s, "at") };
    struct query q;
    struct store_rows rows;
    struct page_index *force;
    struct today_item *list = ARENA_ARRAY(op->arena, struct today_item, TODAY_MAX);
    const json_t *active = json_object_get(page->members, "under_active");
    *count = 0;
    TRY(diag_arena(op->diag, op->arena));
    TRY(in_force(op, columns[C_UNDER], json_string_value(active), &force));
    TRY(page_select(&q, op, page->r, columns, COLUMNS));
    TRY(listed(&q, op, page));
    QUERY_ADD(&q, " ORDER BY id LIMIT ?", S_INT(TODAY_MAX));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool more, wanted;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        TRY(read_row(op, &rows, &list[*count], &wanted, force));
        *count += wanted;
    }
    *out = list;
    return diag_arena(op->diag, op->arena);
}

/* ---- reminding ---- */

/* Who is in charge: the account, else everybody of the unit. */
static enum err in_charge(struct op *op, const struct pack_page *page, const struct record *record,
    struct people *out)
{
    struct page_source s = { page->r, page->members };
    const struct pack_column *who = page_column(&s, "who"), *unit = page_column(&s, "unit");
    int64_t account = 0;
    if (who && str_to_int64(record_text(record->data, who), &account) && account)
        return people_of_account(op, account, out);
    str code = unit ? record_text(record->data, unit) : STR_NONE;
    return code.bytes ? people_of_unit(op, code, out) : OK;
}

static struct name2 reminder_text(struct op *op, str label, const struct today_item *item)
{
    struct arena *a = op->arena;
    struct date due = date_from_days(item->due);
    str hour = item->at < 0 ? STR_NONE : str_printf(a, "%02d:%02d", item->at / 60, item->at % 60);
    if (item->state == TODAY_MISSED)
        return (struct name2){ str_printf(a, "“%.*s”应于%d月%d日%.*s前完成,现已误期,请尽快办理",
                                   STR_ARGS(label), due.month, due.day, STR_ARGS(hour)),
            str_printf(a, "\"%.*s\" was due on %04d-%02d-%02d %.*s and is missed", STR_ARGS(label),
                due.year, due.month, due.day, STR_ARGS(hour)) };
    return (struct name2){ str_printf(a, "“%.*s”应于%d月%d日%.*s前完成", STR_ARGS(label), due.month,
                               due.day, STR_ARGS(hour)),
        str_printf(a, "\"%.*s\" is due on %04d-%02d-%02d %.*s", STR_ARGS(label), due.year,
            due.month, due.day, STR_ARGS(hour)) };
}

static enum err remind_one(
    struct op *op, const struct pack_page *page, const struct today_item *item)
{
    const char *phase = item->state == TODAY_MISSED ? "missed"
        : item->state == TODAY_DUE                  ? "due"
                                                    : "before";
    struct people *who = ARENA_NEW(op->arena, struct people);
    struct record record;
    TRY(diag_arena(op->diag, op->arena));
    TRY(record_get(op, page->r->code, item->id, &record));
    TRY(in_charge(op, page, &record, who));
    struct notice notice = { .kind = "duty",
        .page = page->code,
        .by_clock = true,
        .once = str_printf(op->arena, "duty:%lld:%lld:%s", (long long)item->id,
            (long long)item->due, phase),
        .text = reminder_text(op, record_label(op, page->r->code, &record), item) };
    return notice_tell_all(op, who, 0, &notice);
}

static enum err remind_page(struct op *op, const struct pack_page *page, int64_t days)
{
    struct today_item *items;
    size_t count;
    TRY(today_read(op, page, &items, &count));
    for (size_t i = 0; i < count; i++)
        if (items[i].state != TODAY_DONE && (items[i].state == TODAY_MISSED || items[i].days <= days))
            TRY(remind_one(op, page, &items[i]));
    return OK;
}

enum err todays_daily(struct op *op)
{
    const struct pack *p = zone_pack(op->zone);
    for (size_t i = 0; i < p->page_count; i++) {
        int64_t days = str_is(p->pages[i].kind, "today") ? json_int(p->pages[i].members, "remind", 0) : 0;
        if (days)
            TRY(remind_page(op, &p->pages[i], days));
    }
    return OK;
}
