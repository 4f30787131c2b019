/* When records will reach a milestone, for pages of the kind `forecast`. */
#include "api/schemas.h"
#include "zone/forecast_read.h"

/* clang-format off */
FIELDS(forecast_item_) = { { "id", API_ID, R, 0, NULL, "of the record" },
    { "step", API_INT, R, 0, NULL, "the milestone last reached, from 0" }, { "since", API_DATE, R },
    { "low", API_DATE, R | N }, { "middle", API_DATE, R | N }, { "high", API_DATE, R | N },
    { "count", API_INT, R, 0, NULL, "histories that it rests on" },
    { "alike", API_BOOL, R, 0, NULL, "of the same kind only" }, END };
FIELDS(forecast_page) = { { "percent", API_INT, R, 0, NULL, "so often the truth lies from low to high" },
    { "items", API_LIST, R, 0, "ForecastItem" }, END };
const struct api_schema forecast_schemas[] = { { "ForecastItem", NULL, forecast_item_ },
    { "Forecasts", "when records will reach a milestone", forecast_page }, { 0 } };
/* clang-format on */

static json_t *day_json(struct op *op, int64_t since, int64_t days)
{
    return days < 0 ? json_null()
                    : json_from_str(date_format(op->arena, date_from_days(since + days)));
}

static void show_forecasts(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_page *page;
    struct forecast_item *list = NULL;
    size_t count = 0;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    (void)app;
    json_object_set_new(o, "items", items);
    if (!api_page(c, "forecast", &page) || !api_read(c))
        return;
    enum err e = forecast_read(&c->op, page, &list, &count);
    for (size_t i = 0; e == OK && i < count; i++) {
        const struct forecast_item *f = &list[i];
        json_t *one = json_object();
        json_set_id(one, "id", f->id);
        json_set_int(one, "step", (int64_t)f->step);
        json_object_set_new(one, "since", day_json(&c->op, f->since, 0));
        json_object_set_new(one, "low", day_json(&c->op, f->since, f->of.low));
        json_object_set_new(one, "middle", day_json(&c->op, f->since, f->of.middle));
        json_object_set_new(one, "high", day_json(&c->op, f->since, f->of.high));
        json_set_int(one, "count", (int64_t)f->of.count);
        json_object_set_new(one, "alike", json_boolean(f->alike));
        json_array_append_new(items, one);
    }
    const json_t *percent = json_object_get(page->members, "percent");
    json_object_set_new(
        o, "percent", json_integer(percent ? json_integer_value(percent) : 80));
    api_read_answer(c, e, o);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route forecast_routes[] = {
    { "GET", "/api/pages/{page}/forecast", show_forecasts, 0, NULL,
        DOC("getForecasts", "When records will reach a milestone, from the zone's own history",
            "pages", API_SESSION, NULL, "Forecasts", 0, NULL) },
    { 0 },
};
