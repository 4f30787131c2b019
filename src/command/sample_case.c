/*
 * A case's life, one act ahead: after each act the next is planned from where the case now stands
 * and from the lists' shares.
 *
 *     raised ─▶ sign ─▶ dispatch (a step that hands out) ─▶ sign ─▶ reply ─▶ rate ─▶ …
 *                       return, transfer ─▶ sign
 *                       suspend ─▶ papers ─▶ resume ─▶ reply
 *                       extend ─▶ approve | refuse ─▶ reply
 *                       merge, withdraw: the end
 *     rated badly ─▶ sign ─▶ dispatch (again) | reply (reasons) ;   closed ─▶ publish, reopen
 *
 * Which step it is follows from the verbs that the procedure offers there, not from its name.
 * Officers act while the office is open; applicants when people do.
 */
#include "command/sample.h"

struct planning {
    struct sample *s;
    struct sample_case *c;
    struct sample_random *r;
    int64_t who, now;
    struct diag *d;
};

static const struct calendar_clock *clock_of(const struct planning *p)
{
    return &zone_pack(p->s->zone)->clock;
}

static enum err plan(struct planning *p, enum sample_what what, int64_t at)
{
    /* A few seconds, so that not everything happens on the full minute. */
    return sample_plan(p->s, p->who, what, at + sample_below(p->r, 55) * MS_PER_SECOND, p->d);
}

/* So many office minutes after an instant. */
static enum err plan_office(
    struct planning *p, enum sample_what what, int64_t from, int64_t minutes)
{
    int64_t at;
    TRY(calendar_add_minutes(clock_of(p), from, minutes, &at, NULL, p->d));
    return plan(p, what, at);
}

/* Between `least` and `most` days later, at an hour at which applicants write. */
static enum err plan_applicant(
    struct planning *p, enum sample_what what, int64_t from, int64_t least, int64_t most)
{
    const struct tz *tz = clock_of(p)->tz;
    const json_t *hours = json_object_get(p->s->lists.behaviour, "hours");
    int64_t day = tz_local_days(tz, from, NULL) + sample_between(p->r, least, most);
    int64_t minute = (int64_t)sample_pick_weight(p->r, hours) * 60 + sample_below(p->r, 60);
    int64_t at = tz_instant_of_days(tz, day, minute * MS_PER_MINUTE);
    if (at <= from)
        at = from + sample_between(p->r, 8, 150) * MS_PER_MINUTE;
    return plan(p, what, at);
}

static double unit_number(const struct planning *p, const char *key, double otherwise)
{
    const json_t *units = json_object_get(p->s->lists.behaviour, "units");
    const struct pack_unit *u = p->c->unit;
    const json_t *own = u ? json_object_getn(units, u->code.data, u->code.bytes) : NULL;
    double common = sample_number(json_object_get(units, "default"), key, otherwise);
    return sample_number(own, key, common);
}

static bool share(struct planning *p, const char *key)
{
    return sample_chance(p->r, sample_share(p->s, key));
}

/* ---- signing for it ---- */

static enum err plan_sign(struct planning *p)
{
    double usual = unit_number(p, "sign_minutes", 40), u = sample_unit(p->r);
    double minutes = 3 + usual * (0.2 + 2.2 * u * u);
    minutes *= sample_season(p->s, p->now, "pace", 1);
    if (sample_chance(p->r, unit_number(p, "sign_late", 0.02)))
        minutes += 240 + 400 * sample_unit(p->r);
    return plan_office(p, SAMPLE_SIGN, p->now, (int64_t)minutes);
}

/* ---- answering ---- */

/* Applicants and overseers grow impatient when an answer takes long. */
static enum err plan_pressure(struct planning *p, int64_t reply_at)
{
    int64_t due = p->c->due_ms;
    if (p->c->late && due < reply_at) {
        int64_t days = (reply_at - due) / MS_PER_DAY;
        if (share(p, "urge_late"))
            TRY(plan_applicant(p, SAMPLE_URGE, due, days ? 1 : 0, days ? 1 : 0));
        if (days > 2 && share(p, "urge_late"))
            TRY(plan_applicant(p, SAMPLE_URGE, due, 2, days));
        if (share(p, "supervise_late"))
            TRY(plan_office(p, SAMPLE_SUPERVISE, due, sample_between(p->r, 60, 500)));
        return OK;
    }
    int64_t half = p->now + (reply_at - p->now) / 2;
    if (reply_at - p->now > 2 * MS_PER_DAY && share(p, "urge"))
        TRY(plan_applicant(p, SAMPLE_URGE, half, 0, 1));
    if (reply_at - p->now > 2 * MS_PER_DAY && share(p, "supervise"))
        TRY(plan_office(p, SAMPLE_SUPERVISE, half, 30));
    return OK;
}

static enum err plan_reply(struct planning *p)
{
    const struct calendar_clock *clock = clock_of(p);
    double late = unit_number(p, "late", 0.03) * sample_season(p->s, p->now, "late", 1);
    double u = sample_unit(p->r), pace = unit_number(p, "pace", 0.5);
    int64_t due = p->c->due_ms, at;
    p->c->late = due && (p->now > due || sample_chance(p->r, late));
    if (!due || p->now > due) {
        TRY(calendar_add_minutes(clock, p->now, sample_between(p->r, 40, 600), &at, NULL, p->d));
    } else if (p->c->late) {
        int64_t minutes = 20 + (int64_t)(u * u * unit_number(p, "late_minutes", 2400));
        TRY(calendar_add_minutes(clock, due, minutes, &at, NULL, p->d));
    } else {
        double part = pace * (0.3 + 1.4 * u) * sample_season(p->s, p->now, "pace", 1);
        int64_t left = calendar_office_ms_between(clock, p->now, due);
        if (part > 0.97)
            part = 0.97;
        TRY(calendar_add_office_ms(clock, p->now, (int64_t)(part * (double)left), &at, NULL, p->d));
        if (at > due - 2 * MS_PER_MINUTE)
            at = due - 2 * MS_PER_MINUTE;
        if (at <= p->now)
            at = p->now + MS_PER_MINUTE;
    }
    TRY(plan_pressure(p, at));
    return plan(p, SAMPLE_REPLY, at);
}

/* Somewhere in a part of the office time that is left, 0 to 1. */
static enum err plan_within(struct planning *p, enum sample_what what, double least, double most)
{
    const struct calendar_clock *clock = clock_of(p);
    int64_t left = calendar_office_ms_between(clock, p->now, p->c->due_ms), at;
    double part = least + (most - least) * sample_unit(p->r);
    if (left < 60 * MS_PER_MINUTE)
        left = 60 * MS_PER_MINUTE;
    TRY(calendar_add_office_ms(clock, p->now, (int64_t)(part * (double)left), &at, NULL, p->d));
    return plan(p, what, at);
}

static bool may_be_wrong_here(struct planning *p)
{
    return json_array_size(json_object_get(p->c->topic, "others")) > 0;
}

/* What the one who signed does with it. */
static enum err plan_handling(struct planning *p)
{
    struct sample_case *c = p->c;
    if (share(p, "note_staff"))
        TRY(plan_within(p, SAMPLE_NOTE_STAFF, 0.03, 0.15));
    if (c->answered_by)
        return plan_reply(p);
    if (share(p, "note_applicant"))
        TRY(plan_applicant(p, SAMPLE_NOTE_APPLICANT, p->now, 0, 1));
    if (c->same_as >= 0)
        return plan_office(p, SAMPLE_MERGE, p->now, sample_between(p->r, 5, 50));
    if (c->turned)
        return plan_reply(p);
    c->turned = true; /* one turn a case; undone where there is none */
    if (may_be_wrong_here(p) && share(p, "return"))
        return plan_office(p, SAMPLE_RETURN, p->now, sample_between(p->r, 15, 180));
    if (may_be_wrong_here(p) && share(p, "transfer"))
        return plan_office(p, SAMPLE_TRANSFER, p->now, sample_between(p->r, 20, 240));
    if (share(p, "withdraw"))
        return plan_within(p, SAMPLE_WITHDRAW, 0.1, 0.8);
    if (sample_step_offers(c->node, VERB_SUSPEND) && share(p, "suspend"))
        return plan_within(p, SAMPLE_SUSPEND, 0.15, 0.5);
    if (sample_step_offers(c->node, VERB_EXTEND) && c->due_ms - p->now > 2 * MS_PER_DAY
        && share(p, "extend"))
        return plan_within(p, SAMPLE_EXTEND, 0.5, 0.85);
    c->turned = false;
    return plan_reply(p);
}

/* What the one who hands out does with it. */
static enum err plan_handing_out(struct planning *p)
{
    struct sample_case *c = p->c;
    int64_t minutes = sample_between(p->r, 6, 70);
    if (c->answered_by && !share(p, "rework"))
        return plan_office(p, SAMPLE_REPLY, p->now, minutes + sample_between(p->r, 60, 400));
    if (c->answered_by)
        return plan_office(p, SAMPLE_DISPATCH, p->now, minutes + sample_between(p->r, 30, 300));
    bool simple = json_bool(c->text, "centre", false);
    if ((simple && share(p, "centre_reply")) || !sample_unit_for(p->s, c, false))
        return plan_office(p, SAMPLE_REPLY, p->now, minutes + 30);
    return plan_office(p, SAMPLE_DISPATCH, p->now, minutes);
}

/* ---- after the answer ---- */

static enum err plan_rating(struct planning *p)
{
    if (share(p, "rated")) {
        double u = sample_unit(p->r);
        int64_t day = (int64_t)(u * u * 7);
        return plan_applicant(p, SAMPLE_RATE, p->now, day, day);
    }
    if (!share(p, "reopen"))
        return OK;
    int64_t closes;
    int64_t today = tz_local_days(clock_of(p)->tz, p->now, NULL);
    TRY(calendar_add_days(clock_of(p)->calendar, today, 7, &closes, NULL, p->d));
    return plan_applicant(p, SAMPLE_REOPEN, calendar_close_ms(clock_of(p), closes), 1, 8);
}

static bool published(const struct sample *s, const json_t *text)
{
    for (size_t i = 0; i < s->published_count; i++)
        if (s->published[i] == text)
            return true;
    return false;
}

static enum err plan_after_close(struct planning *p)
{
    struct sample_case *c = p->c;
    bool good = c->rating > p->s->system->rating_bad_at_most + 1 && !c->late;
    if (good && json_str(c->text, "question").bytes && !published(p->s, c->text)
        && share(p, "publish"))
        return plan_office(p, SAMPLE_PUBLISH, p->now, sample_between(p->r, 200, 2000));
    return OK;
}

/* Where the case stands, whatever brought it there. */
static enum err plan_step(struct planning *p)
{
    const struct bpmn_node *node = p->c->node;
    switch (p->c->status) {
    case CASE_OPEN:
        if (sample_step_offers(node, VERB_SIGN))
            return plan_sign(p);
        return sample_step_offers(node, VERB_REPLY) ? plan_reply(p) : OK;
    case CASE_REPLIED:
        return plan_rating(p);
    case CASE_CLOSED:
        return plan_after_close(p);
    case CASE_WITHDRAWN:
    case CASE_MERGED:
        return OK;
    }
    return OK;
}

static enum err plan_signed(struct planning *p)
{
    if (sample_step_offers(p->c->node, VERB_DISPATCH))
        return plan_handing_out(p);
    return plan_handling(p);
}

enum err sample_follow(struct sample *s, struct diag *d, const struct sample_act *act, bool did)
{
    struct sample_case *c = &s->cases[act->who];
    struct planning p = { s, c, &c->random, act->who, act->at, d };
    switch (act->what) {
    case SAMPLE_ARRIVE:
    case SAMPLE_DISPATCH:
    case SAMPLE_REPLY:
    case SAMPLE_RATE:
    case SAMPLE_REOPEN:
        return did ? plan_step(&p) : OK;
    case SAMPLE_TRANSFER:
    case SAMPLE_RETURN:
    case SAMPLE_WITHDRAW:
    case SAMPLE_MERGE:
        return did ? plan_step(&p) : c->status == CASE_OPEN ? plan_reply(&p) : OK;
    case SAMPLE_SIGN:
        return did ? plan_signed(&p) : OK;
    case SAMPLE_SUSPEND:
        return did ? plan_applicant(&p, SAMPLE_PAPERS, p.now, 1, 11) : plan_reply(&p);
    case SAMPLE_PAPERS:
        return plan_office(&p, SAMPLE_RESUME, p.now, sample_between(p.r, 20, 300));
    case SAMPLE_EXTEND:
        if (!did)
            return plan_reply(&p);
        return plan_office(&p, share(&p, "extend_refused") ? SAMPLE_REFUSE : SAMPLE_APPROVE, p.now,
            sample_between(p.r, 40, 420));
    case SAMPLE_RESUME:
    case SAMPLE_APPROVE:
    case SAMPLE_REFUSE:
        return plan_reply(&p);
    case SAMPLE_TIMERS:
    case SAMPLE_URGE:
    case SAMPLE_SUPERVISE:
    case SAMPLE_NOTE_STAFF:
    case SAMPLE_NOTE_APPLICANT:
    case SAMPLE_PUBLISH:
    case SAMPLE_WHAT_COUNT:
        return OK;
    }
    return OK;
}
