/* How a deadline was counted: in a sentence, by its law, by what happened to it, and day by day. */
#include "api/internal.h"

/* The law it keeps, as it stood on its first day; null for the zone's own promise. */
static json_t *statute_json(struct call *c, const struct pack_promise *def)
{
    const struct pack_statute *s = def ? def->statute : NULL;
    if (!s)
        return json_null();
    json_t *o = json_object(), *pauses = json_array();
    json_object_set_new(o, "law", json_name(s->law));
    json_object_set_new(o, "article", json_name(s->article));
    json_object_set_new(o, "text", json_name(s->text));
    json_object_set_new(o, "start", json_name(s->start));
    json_set_str(o, "inForceFrom", date_format(c->op.arena, date_from_days(s->from)));
    for (size_t i = 0; i < s->pause_count; i++)
        json_array_append_new(pauses, json_name(s->pauses[i].name));
    json_object_set_new(o, "pauses", pauses);
    json_object_set_new(
        o, "silence", s->silence.zh.bytes ? json_name(s->silence) : json_null());
    return o;
}

static json_t *segment_json(struct call *c, const struct calendar_segment *s)
{
    json_t *o = json_object();
    json_set_instant(&c->op, o, "from", s->from_ms);
    json_set_instant(&c->op, o, "to", s->to_ms);
    json_set_int(o, "minutes", s->minutes);
    return o;
}

static json_t *day_json(
    struct call *c, const struct promise_count *n, const struct promise_day *d)
{
    static const char *const kinds[] = { [CALENDAR_WORKING] = "working",
        [CALENDAR_WEEKEND] = "weekend",
        [CALENDAR_HOLIDAY] = "holiday",
        [CALENDAR_MAKEUP] = "makeup" };
    json_t *o = json_object(), *segments = json_array();
    json_set_str(o, "date", date_format(c->op.arena, date_from_days(d->days)));
    json_set_int(o, "weekday", date_weekday(d->days));
    json_object_set_new(o, "kind", json_string(kinds[d->day.kind]));
    json_object_set_new(o, "name",
        d->day.name_zh.bytes ? json_name((struct name2){ d->day.name_zh, d->day.name_en })
                             : json_null());
    json_set_int(o, "counted", d->counted);
    json_set_int(o, "total", d->total);
    json_object_set_new(o, "provisional", json_boolean(d->day.provisional));
    json_object_set_new(o, "start", json_boolean(d->start));
    json_object_set_new(o, "paused", json_boolean(d->paused));
    json_object_set_new(o, "rolled", json_boolean(d->rolled));
    for (size_t i = 0; i < d->segment_count; i++)
        json_array_append_new(segments, segment_json(c, &n->segments[d->segment + i]));
    json_object_set_new(o, "segments", segments);
    return o;
}

static json_t *events_json(struct call *c, const struct promise_count *n)
{
    json_t *events = json_array();
    for (size_t i = 0; i < n->event_count; i++) {
        json_t *e = json_object();
        json_set_instant(&c->op, e, "at", n->events[i].at);
        json_object_set_new(e, "what", json_string(n->events[i].what));
        json_set_int(e, "amount", n->events[i].amount);
        json_set_instant(&c->op, e, "dueAt", n->events[i].due_at);
        json_object_set_new(e, "text",
            json_str_or_null(n->events[i].reason));
        json_array_append_new(events, e);
    }
    return events;
}

/* s: the system in the case's own version of the pack, whose law it is counted by. */
static json_t *count_json(
    struct call *c, const struct pack_system *s, const struct promise_count *n)
{
    const struct pack *p = zone_pack(c->api->zone);
    const struct pack_promise *def = promise_definition(c->api->zone, s, &n->promise);
    json_t *o = json_keep(c->op.arena, json_object()), *days = json_array(), *hours = json_array();
    for (size_t i = 0; i < n->day_count; i++)
        json_array_append_new(days, day_json(c, n, &n->days[i]));
    for (size_t i = 0; i < p->zone.hour_count; i++)
        json_array_append_new(hours, json_from_str(p->zone.hours[i]));
    json_object_set_new(o, "promise", json_promise(&c->op, s, &n->promise));
    json_object_set_new(o, "summary", json_name(promise_sentence(&c->op, n)));
    json_object_set_new(o, "events", events_json(c, n));
    json_object_set_new(o, "days", days);
    json_object_set_new(o, "hours", hours);
    json_object_set_new(o, "law", json_name(def ? def->law : (struct name2){ STR_NONE, STR_NONE }));
    json_object_set_new(o, "statute", statute_json(c, def));
    return o;
}

static void count(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct case_row row;
    struct promise_count n;
    const struct pack *pack;
    int64_t promise;
    (void)app;
    if (!api_param_id(c, "promise", &promise) || !api_read(c))
        return;
    enum err e = api_find_case(c, &row);
    if (e == OK)
        e = promise_explain(&c->op, row.id, promise, &n);
    if (e == OK)
        e = zone_pack_version(&c->op, row.pack_version, &pack);
    json_t *o = e == OK ? count_json(c, pack_kind(pack, row.kind), &n) : NULL;
    api_read_end(c);
    if (o)
        http_reply_json(req, 200, o);
    else
        api_fail(c);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route promise_routes[] = {
    { "GET", "/api/cases/{id}/promises/{promise}/count", count, 0, NULL,
        DOC("countPromise", "How a deadline was counted", "cases", API_SESSION, NULL,
            "PromiseCount", 0, NULL) },
    { 0 },
};
