/* What recurs and how it stands today, for pages of the kind `today`. */
#include "api/schemas.h"
#include "zone/today.h"

/* clang-format off */
FIELDS(today_item_) = { { "id", API_ID, R, 0, NULL, "of the record" }, { "due", API_DATE, R },
    { "last", API_DATE, R | N }, { "state", API_TEXT, R, 0, NULL, "missed due soon done later" },
    { "days", API_INT, R, 0, NULL, "late by so many, or to go" },
    { "at", API_TEXT, R | N, 0, NULL, "the time by which it is due, such as 17:00" }, END };
FIELDS(today_page) = { { "day", API_DATE, R }, { "items", API_LIST, R, 0, "TodayItem" }, END };
const struct api_schema today_schemas[] = { { "TodayItem", NULL, today_item_ },
    { "Today", "duties and how they stand today", today_page }, { 0 } };
/* clang-format on */

static json_t *day_json(struct op *op, int64_t days)
{
    return days == INT64_MIN ? json_null()
                             : json_from_str(date_format(op->arena, date_from_days(days)));
}

static void show_today(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_page *page;
    struct today_item *list = NULL;
    size_t count = 0;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    (void)app;
    json_object_set_new(o, "items", items);
    if (!api_page(c, "today", &page) || !api_read(c))
        return;
    enum err e = today_read(&c->op, page, &list, &count);
    for (size_t i = 0; e == OK && i < count; i++) {
        json_t *one = json_object();
        json_set_id(one, "id", list[i].id);
        json_object_set_new(one, "due", day_json(&c->op, list[i].due));
        json_object_set_new(one, "last", day_json(&c->op, list[i].last));
        json_object_set_new(one, "state", json_string(today_state_word(list[i].state)));
        json_set_int(one, "days", list[i].days);
        json_object_set_new(one, "at",
            list[i].at < 0 ? json_null()
                           : json_from_str(str_printf(c->op.arena, "%02d:%02d", list[i].at / 60,
                                 list[i].at % 60)));
        json_array_append_new(items, one);
    }
    json_object_set_new(o, "day", day_json(&c->op, zone_local_days(c->op.zone, c->op.now_ms)));
    api_read_answer(c, e, o);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route today_routes[] = {
    { "GET", "/api/pages/{page}/today", show_today, 0, NULL,
        DOC("getToday", "Recurring duties and how they stand today", "pages", API_SESSION, NULL,
            "Today", 0, NULL) },
    { 0 },
};
