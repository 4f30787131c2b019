/*
 * When requests come, and the queue of everything that is still to happen.
 *
 * Each day weighs what its weekday, month, holidays and the growth over the year say; exactly as
 * many requests as were asked for are spread over the days by weight, and over a day by the hour.
 * What comes by telephone or in person comes while the office is open.
 *
 * The queue is a binary heap by time, then by the order of planning, so that a run repeats exactly.
 */
#include "command/sample.h"

enum { QUEUE_LEAST = 4096 };

/* ---- the queue ---- */

static bool before(const struct sample_act *a, const struct sample_act *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void swap(struct sample_act *a, struct sample_act *b)
{
    struct sample_act kept = *a;
    *a = *b;
    *b = kept;
}

enum err sample_plan(
    struct sample *s, int64_t who, enum sample_what what, int64_t at, struct diag *d)
{
    if (at > s->until_ms)
        return OK;
    if (s->queue_count == s->queue_capacity) {
        size_t wanted = s->queue_capacity ? s->queue_capacity * 2 : QUEUE_LEAST;
        struct sample_act *larger = arena_grow(
            s->arena, s->queue, s->queue_count * sizeof *larger, wanted * sizeof *larger);
        TRY(diag_arena(d, s->arena));
        s->queue = larger;
        s->queue_capacity = wanted;
    }
    size_t i = s->queue_count++;
    s->queue[i] = (struct sample_act){ at, s->order++, who, what };
    while (i && before(&s->queue[i], &s->queue[(i - 1) / 2])) {
        swap(&s->queue[i], &s->queue[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    return OK;
}

bool sample_take(struct sample *s, struct sample_act *out)
{
    if (!s->queue_count)
        return false;
    *out = s->queue[0];
    s->queue[0] = s->queue[--s->queue_count];
    for (size_t i = 0;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < s->queue_count; child++)
            if (before(&s->queue[child], &s->queue[least]))
                least = child;
        if (least == i)
            return true;
        swap(&s->queue[i], &s->queue[least]);
        i = least;
    }
}

/* ---- seasons ---- */

static bool named_near(const struct calendar *c, str name, int64_t from, int64_t to)
{
    for (int64_t day = from; day <= to; day++) {
        struct calendar_day d = calendar_day(c, day);
        if (d.kind == CALENDAR_HOLIDAY && str_equal(d.name_zh, name))
            return true;
    }
    return false;
}

double sample_season(const struct sample *s, int64_t ms, const char *key, double otherwise)
{
    const struct pack *p = zone_pack(s->zone);
    const json_t *slow = json_object_get(s->lists.behaviour, "slow");
    int64_t day = tz_local_days(p->tz, ms, NULL);
    for (size_t i = 0; i < json_array_size(slow); i++) {
        const json_t *o = json_array_get(slow, i);
        if (named_near(p->calendar, json_str(o, "holiday"), day - json_int(o, "after", 0),
                day + json_int(o, "before", 0)))
            return sample_number(o, key, otherwise);
    }
    return otherwise;
}

static double at(const json_t *array, size_t index)
{
    const json_t *v = json_array_get(array, index);
    return json_is_number(v) ? json_number_value(v) : 1;
}

static double day_weight(const struct sample *s, int64_t day, double share_of_year)
{
    const struct pack *p = zone_pack(s->zone);
    const json_t *b = s->lists.behaviour;
    struct calendar_day d = calendar_day(p->calendar, day);
    double growth = sample_number(b, "growth", 1);
    double w = 1 + (growth - 1) * share_of_year;
    if (d.kind == CALENDAR_HOLIDAY)
        w *= sample_number(b, "holiday", 0.2);
    else if (d.kind == CALENDAR_MAKEUP)
        w *= at(json_object_get(b, "weekdays"), 4);
    else
        w *= at(json_object_get(b, "weekdays"), (size_t)date_weekday(day) - 1);
    w *= at(json_object_get(b, "months"), (size_t)date_from_days(day).month - 1);
    return w * sample_season(s, tz_instant_of_days(p->tz, day, 0), "arrivals", 1);
}

/* ---- one request ---- */

/* How much a topic is asked about in this month, and whether it is rising at the end. */
static const json_t *pick_topic(struct sample *s, struct sample_random *r, int64_t ms)
{
    const json_t *topics = json_object_get(s->lists.requests, "topics");
    double weights[PACK_ITEMS_MAX], sum = 0;
    size_t count = json_array_size(topics);
    ASSERT(count <= PACK_ITEMS_MAX);
    int month = date_from_days(tz_local_days(zone_pack(s->zone)->tz, ms, NULL)).month;
    int64_t rising_from =
        s->until_ms - (int64_t)(sample_number(s->lists.behaviour, "rise_days", 30) * MS_PER_DAY);
    for (size_t i = 0; i < count; i++) {
        const json_t *t = json_array_get(topics, i);
        weights[i] =
            sample_number(t, "weight", 1) * at(json_object_get(t, "months"), (size_t)month - 1);
        if (ms > rising_from)
            weights[i] *= sample_number(t, "rise", 1);
        sum += weights[i];
    }
    double point = sample_unit(r) * sum;
    for (size_t i = 0; i + 1 < count; i++) {
        point -= weights[i];
        if (point < 0)
            return json_array_get(topics, i);
    }
    return json_array_get(topics, count - 1);
}

static bool text_fits(const json_t *text, const struct sample_enterprise *e)
{
    return str_is(json_str(text, "language"), "en") == e->foreign;
}

/* A foreign firm writes in English when the topic has such a text. */
static const json_t *pick_text(
    struct sample_random *r, const json_t *topic, const struct sample_enterprise *e)
{
    const json_t *texts = json_object_get(topic, "texts"), *first = NULL;
    for (int i = 0; i < 40; i++) {
        const json_t *t = sample_pick(r, texts);
        if (text_fits(t, e))
            return t;
        if (!first && !str_is(json_str(t, "language"), "en"))
            first = t;
    }
    return first ? first : json_array_get(texts, 0);
}

/* Some ask often, most once or never; those that can sign in have something to show. */
static int64_t pick_enterprise(struct sample *s, struct sample_random *r)
{
    double share = sample_number(s->lists.accounts, "contacts_share", 0);
    if (s->contact_count && sample_chance(r, share))
        return s->contacts[sample_below(r, (int64_t)s->contact_count)];
    double u = 0.15 + 0.85 * sample_unit(r);
    return (int64_t)((u * u - 0.0225) / 0.9775 * (double)s->enterprise_made);
}

static enum err arrive(struct sample *s, int64_t index, int64_t day, struct diag *d)
{
    const struct pack *p = zone_pack(s->zone);
    const json_t *b = s->lists.behaviour;
    struct sample_case *c = &s->cases[index];
    c->random = (struct sample_random){ sample_next(&s->random) };
    c->seed = sample_next(&c->random);
    c->same_as = -1;
    struct sample_random *r = &c->random;
    const json_t *channel = sample_pick(r, json_object_get(b, "channels"));
    c->channel = json_string_value(json_object_get(channel, "channel"));
    int64_t hour = (int64_t)sample_pick_weight(r, json_object_get(b, "hours"));
    int64_t ms = tz_instant_of_days(
        p->tz, day, hour * MS_PER_HOUR + sample_below(r, MS_PER_HOUR / 1000) * 1000);
    bool office = json_bool(channel, "office_hours", false);
    if (office && !calendar_is_open(&p->clock, ms))
        TRY(calendar_add_minutes(&p->clock, ms, sample_between(r, 5, 200), &ms, NULL, d));
    if (ms > s->until_ms && office)
        TRY(calendar_add_minutes(&p->clock, s->until_ms, -sample_between(r, 5, 400), &ms, NULL, d));
    else if (ms > s->until_ms)
        ms = s->until_ms - sample_below(r, 8 * MS_PER_HOUR);
    c->topic = pick_topic(s, r, ms);
    c->enterprise = pick_enterprise(s, r);
    c->text = pick_text(r, c->topic, &s->enterprises[c->enterprise]);
    c->unnamed = sample_chance(r, sample_number(json_object_get(b, "shares"), "no_topic", 0));
    return sample_plan(s, index, SAMPLE_ARRIVE, ms, d);
}

static enum err plan_timers(struct sample *s, int64_t first, int64_t last, struct diag *d)
{
    const struct pack *p = zone_pack(s->zone);
    for (int64_t day = first; day <= last; day++)
        TRY(sample_plan(
            s, -1, SAMPLE_TIMERS, calendar_close_ms(&p->clock, day) + MS_PER_MINUTE, d));
    return sample_plan(s, -1, SAMPLE_TIMERS, s->until_ms, d);
}

enum err sample_plan_year(struct sample *s, struct diag *d)
{
    const struct tz *tz = zone_pack(s->zone)->tz;
    int64_t first = tz_local_days(tz, s->from_ms, NULL) + 1;
    int64_t last = tz_local_days(tz, s->until_ms, NULL);
    double weights[SAMPLE_DAYS + 8], sum = 0;
    size_t days = (size_t)(last - first + 1);
    ASSERT(last > first && days <= sizeof weights / sizeof *weights);
    /* Today counts as far as it has gone. */
    double today = (double)(s->until_ms - tz_instant_of_days(tz, last, 0)) / MS_PER_DAY;
    for (size_t i = 0; i < days; i++) {
        weights[i] = day_weight(s, first + (int64_t)i, (double)i / (double)days);
        if (i + 1 == days)
            weights[i] *= today;
        sum += weights[i];
    }
    double left = 0;
    int64_t made = 0;
    for (size_t i = 0; i < days; i++) {
        left += weights[i] / sum * (double)s->case_count;
        for (; left >= 1 && made < s->case_count; left--, made++)
            TRY(arrive(s, made, first + (int64_t)i, d));
        left += sample_unit(&s->random) - 0.5; /* days differ; the next one pays it back */
    }
    for (; made < s->case_count; made++)
        TRY(arrive(s, made, last - 1 - made % 7, d));
    return plan_timers(s, first, last, d);
}
