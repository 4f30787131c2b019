/*
 * What can happen in one step. Inputs are good ones most of the time, so that cases go far, and
 * broken ones some of the time: those must be refused as invalid and leave nothing.
 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* ---- raising ---- */

struct raising {
    str topic, content, urgency, channel;
    int64_t enterprise;
    struct case_created made;
};

static enum err raise(struct op *op, void *ctx)
{
    struct raising *r = ctx;
    struct diag_list faults;
    json_t *data = json_keep(op->arena, json_object());
    diag_list_init(&faults, op->arena, 16);
    if (r->topic.bytes)
        json_set_str(data, "topic", r->topic);
    json_set_str(data, "title", STR("模拟的一件诉求"));
    json_set_str(data, "content", r->content);
    json_set_str(data, "urgency", r->urgency);
    json_set_str(data, "contact_name", STR("张示例"));
    json_set_str(data, "contact_phone", STR("13800000000"));
    struct case_input in = { .kind = STR("request"),
        .channel = r->channel,
        .data = data,
        .enterprise_id = r->enterprise,
        .faults = &faults };
    return case_create(op, &in, &r->made);
}

static bool raise_one(struct world *w)
{
    static const char *const topics[] = { "power", "network", "labour", "other", "expansion", "",
        "no-such-topic" };
    static const char *const contents[] = { "仓库里手机信号弱,扫码枪经常掉线。",
        "每天下午停电跳闸,生产线停机。", "厂区管道泄漏,有人不舒服,请来看看。",
        "想咨询一下招聘的事情,请问找谁。" };
    const struct actor *a = &w->people[pick(w, w->people_count)];
    bool staff = !a->enterprise, whole;
    struct raising r = { .topic = str_from(topics[chance(w, 97) ? pick(w, 6) : 6]),
        .content = str_from(contents[pick(w, 4)]),
        .urgency = chance(w, 70) ? STR("normal") : STR("urgent"),
        .channel = staff ? STR("phone") : STR_NONE,
        .enterprise = staff ? w->firms[pick(w, FIRMS)] : 0 };
    bool may = actor_may(a, "case.create") && (!staff || actor_may(a, "case.create.for"));
    bool good = may && !str_is(r.topic, "no-such-topic");
    uint64_t before = 0, after;
    snprintf(w->doing, sizeof w->doing, "%.*s raises a case, topic %.*s", STR_ARGS(a->login),
        STR_ARGS(r.topic));
    if (!good)
        PASS(world_hash(w, &before));
    enum err e = world_write(w, a, raise, &r, &whole);
    PASS(whole);
    if (!good) {
        CHECK(w, e == ERR_INVALID || e == ERR_FORBIDDEN || e == ERR_UNAUTHENTICATED,
            "a case that may not be raised: %s", e == OK ? "raised" : w->diag.en);
        PASS(world_hash(w, &after));
        CHECK(w, before == after, "a refused case left something behind");
        w->refused++;
        return true;
    }
    CHECK(w, e == OK, "not raised: %s", w->diag.en);
    w->raised++;
    w->touched[0] = r.made.row.id;
    w->touched_count = 1;
    return true;
}

/* ---- verbs ---- */

struct verbing {
    int64_t id;
    struct verb_input in;
    struct verb_result result;
};

static enum err do_verb(struct op *op, void *ctx)
{
    struct verbing *v = ctx;
    return case_verb(op, v->id, &v->in, &v->result);
}

struct asking {
    int64_t id;
    struct case_row row;
    struct verb_option *options;
    size_t count;
    bool seen;
};

static enum err ask(struct op *op, void *ctx)
{
    struct asking *a = ctx;
    enum err e = case_get(op, a->id, &a->row);
    a->seen = e == OK;
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    return case_verbs(op, &a->row, &a->options, &a->count);
}

struct listing {
    struct case_filter filter;
    struct case_page page;
};

static enum err list(struct op *op, void *ctx)
{
    struct listing *l = ctx;
    return case_list(op, &l->filter, &l->page);
}

/* Another case that this actor sees and that can be merged into; 0 when there is none. */
static str merge_target(struct world *w, const struct actor *a, int64_t not )
{
    struct listing l = { .filter = { .limit = 100 } };
    if (world_read(w, a, list, &l) != OK || !l.page.count)
        return STR_NONE;
    for (size_t i = 0, n = pick(w, l.page.count); i < l.page.count; i++) {
        const struct case_row *c = &l.page.items[(i + n) % l.page.count];
        if (c->id != not &&c->status != CASE_MERGED && c->status != CASE_WITHDRAWN)
            return c->number;
    }
    return STR_NONE;
}

static const char *const units[] = { "POWER", "ECO", "HR", "EMG", "CENTRE" };

static int64_t colleague(struct world *w, str unit, int64_t not )
{
    for (size_t i = 0, n = pick(w, w->people_count); i < w->people_count; i++) {
        const struct actor *a = &w->people[(i + n) % w->people_count];
        if (str_equal(a->unit, unit) && a->account != not )
            return a->account;
    }
    return 0;
}

/* Inputs that the verb must take. False: there are none now. */
static bool good_input(struct world *w, const struct actor *a, const struct asking *asked,
    int64_t task, struct verbing *v)
{
    struct verb_input *in = &v->in;
    unsigned wants = verb_info(in->verb)->inputs;
    if ((wants & (VERB_NEEDS_TEXT | VERB_NEEDS_RATING)) || chance(w, 50))
        in->text = STR("已到现场核实,正在办理。");
    if (wants & VERB_NEEDS_UNIT) {
        do
            in->unit = str_from(units[pick(w, 5)]);
        while (in->verb == VERB_TRANSFER && str_equal(in->unit, asked->row.unit));
        if (chance(w, 30))
            in->assignee = colleague(w, in->unit, 0);
    }
    if (wants & VERB_NEEDS_DAYS)
        in->days = 1 + (int64_t)pick(w, 4);
    if (wants & VERB_NEEDS_RATING)
        in->rating = 1 + (int64_t)pick(w, 5);
    if (wants & VERB_NEEDS_TARGET) {
        in->target = merge_target(w, a, v->id);
        if (!in->target.bytes)
            return false;
    }
    if ((wants & VERB_DAYS) && chance(w, 70))
        in->days = 1 + (int64_t)pick(w, 60);
    in->is_public = chance(w, 50);
    return people_input(w, a, v->id, task, in);
}

/* One thing about the input is broken; false when the verb has nothing to break. */
static bool break_input(struct world *w, struct verbing *v)
{
    struct verb_input *in = &v->in;
    unsigned wants = verb_info(in->verb)->inputs;
    static const int64_t no_such_file = 12345;
    switch (pick(w, 7)) {
    case 0:
        if (!(wants & VERB_NEEDS_TEXT))
            return false;
        in->text = STR("  ");
        return true;
    case 1:
        if (!(wants & VERB_NEEDS_UNIT))
            return false;
        in->unit = STR("LEAD");
        in->assignee = 0; /* who delegates names somebody */
        return true;
    case 2:
        if (!(wants & VERB_NEEDS_UNIT))
            return false;
        in->assignee = colleague(w, STR("LEAD"), 0);
        return true;
    case 3:
        if (!(wants & VERB_NEEDS_DAYS))
            return false;
        in->days = chance(w, 50) ? 0 : 6;
        return true;
    case 4:
        if (wants & VERB_NEEDS_RATING)
            in->rating = chance(w, 50) ? 0 : 6;
        else if (wants & VERB_NEEDS_TARGET)
            in->target = STR("Q2601-99999-0");
        else
            return false;
        return true;
    case 5:
        if (!(wants & (VERB_NEEDS_SIGNERS | VERB_NEEDS_VOTE | VERB_NEEDS_SIGNER | VERB_NODE)))
            return false;
        in->signer_count = 0;
        in->vote = STR_NONE;
        in->signer = 1;
        in->node = STR("nowhere");
        return true;
    default:
        in->files = &no_such_file;
        in->file_count = 1;
        return true;
    }
}

static bool refused(struct world *w, const struct actor *a, struct verbing *v, const char *what)
{
    uint64_t before, after;
    bool whole;
    PASS(world_hash(w, &before));
    enum err e = world_write(w, a, do_verb, v, &whole);
    PASS(whole);
    bool invalid = e == ERR_INVALID;
    CHECK(w,
        e == ERR_NOT_ALLOWED || e == ERR_FORBIDDEN || e == ERR_NOT_FOUND || invalid
            || e == ERR_PRECONDITION,
        "%s was not refused: %s %s", what, e == OK ? "done" : err_code(e), w->diag.en);
    CHECK(w, w->diag.zh[0] && w->diag.en[0], "%s was refused without a word", what);
    PASS(world_hash(w, &after));
    CHECK(w, before == after, "%s was refused and left something behind", what);
    w->refused += !invalid;
    w->invalid += invalid;
    return true;
}

static int64_t find_number(struct world *w, str number);

static struct known_case *known_case(struct world *w, int64_t id)
{
    for (size_t i = 0; i < w->case_count; i++)
        if (w->cases[i].id == id)
            return &w->cases[i];
    return NULL;
}

/* Verbs that may let go what another has done. */
static bool lets_go(enum verb v)
{
    return v == VERB_OPINION || v == VERB_REMOVE_SIGNER;
}

/* What was taken back stands as it stood before; what may be taken back next is remembered. */
static bool taken_back(struct world *w, struct known_case *k, enum verb v, uint64_t before)
{
    uint64_t now;
    if (!k)
        return true;
    if (v == VERB_UNDO || v == VERB_TAKE_BACK) {
        w->taken_back = true;
        PASS(case_print(w, k->id, &now));
        CHECK(w, w->held_dropped || now == k->print, "taken back, and not as it was before");
    }
    if (verb_info(v)->undo != VERB_UNDO_NEVER)
        k->print = before;
    return true;
}

static bool allowed_one(
    struct world *w, const struct actor *a, struct asking *asked, const struct verb_option *o)
{
    struct verbing v = { .id = asked->id, .in = { .verb = o->verb } };
    struct known_case *k = known_case(w, asked->id);
    uint64_t before = 0;
    bool whole;
    if (!good_input(w, a, asked, o->task_id, &v))
        return !w->why[0];
    if (chance(w, 30) && o->verb != VERB_JUMP)
        v.in.task_id = o->task_id;
    if (chance(w, 30))
        v.in.if_version = asked->row.version;
    if (chance(w, 12) && break_input(w, &v))
        return refused(w, a, &v, "a verb with a broken input");
    if (chance(w, 5)) {
        v.in.if_version = asked->row.version + 1;
        return refused(w, a, &v, "a verb on another version");
    }
    PASS(case_print(w, asked->id, &before));
    w->held_dropped = v.in.verb == VERB_TAKE_BACK && held_by(w, asked->id, a->account);
    int64_t target = v.in.target.bytes ? find_number(w, v.in.target) : 0;
    enum err e = world_write(w, a, do_verb, &v, &whole);
    PASS(whole);
    CHECK(w, e == OK, "allowed, and then refused: %s (%s)", w->diag.en, w->diag.field);
    int64_t grown = v.result.row.version - asked->row.version;
    CHECK(w, grown == 1 || (grown == 2 && lets_go(o->verb)), "the result has version %lld",
        (long long)v.result.row.version);
    PASS(taken_back(w, k, o->verb, before));
    w->done[o->verb]++;
    w->touched[0] = asked->id;
    w->touched_count = 1;
    if (target)
        w->touched[w->touched_count++] = target;
    return true;
}

struct finding {
    str number;
    int64_t id;
};

static enum err find(struct op *op, void *ctx)
{
    struct finding *f = ctx;
    struct case_row row;
    TRY(case_by_number(op, f->number, &row));
    f->id = row.id;
    return OK;
}

static int64_t find_number(struct world *w, str number)
{
    struct finding f = { number, 0 };
    return world_read(w, &actor_system, find, &f) == OK ? f.id : 0;
}

/* Cases under way are taken more often than ended ones. */
static const struct known_case *some_case(struct world *w)
{
    const struct known_case *c = NULL;
    for (int i = 0; i < 4; i++) {
        c = &w->cases[pick(w, w->case_count)];
        if (c->status == CASE_OPEN || c->status == CASE_REPLIED)
            break;
    }
    return c;
}

static bool concerned(struct world *w, const struct actor *a, const struct known_case *c)
{
    const struct pack *p = zone_pack(w->zone);
    if (a->enterprise) /* who is slow to rate, so that some clocks run out */
        return a->enterprise == c->enterprise && c->status != CASE_OPEN && chance(w, 25);
    if (a->role && a->role->scope == PACK_SCOPE_ALL && chance(w, 10))
        return true;
    for (size_t i = 0; i < p->unit_count; i++)
        if (str_equal(p->units[i].code, a->unit))
            return c->now >> i & 1;
    return false;
}

/* Somebody whose turn it is, mostly. */
static const struct actor *somebody(struct world *w, const struct known_case *c)
{
    const struct actor *a = &w->people[pick(w, w->people_count)];
    for (int tries = 0; tries < 60 && !concerned(w, a, c) && chance(w, 90); tries++)
        a = &w->people[pick(w, w->people_count)];
    return a;
}

static void say(struct world *w, const struct actor *a, const struct asking *asked, enum verb v)
{
    snprintf(w->doing, sizeof w->doing, "%.*s does %s on %.*s (%s at %.*s)", STR_ARGS(a->login),
        verb_info(v)->word, STR_ARGS(asked->row.number), case_status_word(asked->row.status),
        STR_ARGS(asked->row.node));
}

/* A verb that is in nobody's list, or in the list as not allowed. */
static bool forbidden_one(struct world *w, const struct actor *a, struct asking *asked)
{
    enum verb v = (enum verb)pick(w, VERB_COUNT);
    for (size_t i = 0; i < asked->count; i++) {
        if (asked->options[i].verb != v)
            continue;
        if (asked->options[i].allowed)
            return true;
        CHECK(w, asked->options[i].reason.zh.bytes && asked->options[i].reason.en.bytes,
            "%s is not allowed, and nobody says why", verb_info(v)->word);
    }
    struct verbing doing = { .id = asked->id, .in = { .verb = v } };
    int64_t task = 0;
    say(w, a, asked, v);
    asked->row.unit = asked->seen ? asked->row.unit : STR_NONE;
    if (!good_input(w, a, asked, task, &doing))
        return !w->why[0];
    return refused(w, a, &doing, "a verb that is not allowed");
}

/* Ends and mere words are rarer than work. Taking a signer away is not: he is seldom there. */
static bool rare(enum verb v)
{
    return v == VERB_WITHDRAW || v == VERB_NOTE || v == VERB_MERGE || v == VERB_SUPERVISE
        || v == VERB_URGE || v == VERB_TRANSFER || v == VERB_RETURN || v == VERB_COPY
        || v == VERB_JUMP || v == VERB_DELEGATE || v == VERB_COUNTERSIGN || v == VERB_ADD_SIGNER;
}

/* What an actor may do, the work first. */
struct offer {
    const struct verb_option *can[VERB_COUNT];
    size_t count, work;
};

static bool ask_for_offers(
    struct world *w, const struct actor *a, struct asking *asked, struct offer *o)
{
    *o = (struct offer){ 0 };
    CHECK(w, world_read(w, a, ask, asked) == OK, "case_verbs: %s", w->diag.en);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; asked->seen && i < asked->count; i++)
            if (asked->options[i].allowed && rare(asked->options[i].verb) == (pass == 1))
                o->can[o->count++] = &asked->options[i];
        if (!pass)
            o->work = o->count;
    }
    return true;
}

/* What has to be done before the verb may be. */
static enum verb leads_to(enum verb v)
{
    switch (v) {
    case VERB_SEND_BACK:
        return VERB_RETURN;
    case VERB_GIVE_BACK:
        return VERB_DELEGATE;
    case VERB_OPINION:
        return VERB_COUNTERSIGN;
    case VERB_REMOVE_SIGNER:
        return VERB_ADD_SIGNER;
    case VERB_READ:
        return VERB_COPY;
    case VERB_REPORT:
    case VERB_ACCEPT:
    case VERB_REJECT:
        return VERB_SUPERVISE;
    default:
        return v;
    }
}

/* NULL: not now. */
static const struct verb_option *favoured(struct world *w, const struct offer *offer)
{
    const enum verb wanted[] = { w->favours, leads_to(w->favours) };
    if (!chance(w, 70))
        return NULL;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < offer->count; i++)
            if (offer->can[i]->verb == wanted[k])
                return offer->can[i];
    return NULL;
}

static bool act(struct world *w)
{
    const struct actor *a = NULL;
    struct offer offer = { 0 };
    struct asking asked;
    for (int tries = 0; tries < 6 && !offer.work; tries++) {
        const struct known_case *c = some_case(w);
        a = somebody(w, c);
        asked = (struct asking){ .id = c->id, .row.id = c->id };
        PASS(ask_for_offers(w, a, &asked, &offer));
        if (chance(w, 15))
            break;
    }
    if (!offer.count || chance(w, 12))
        return forbidden_one(w, a, &asked);
    size_t among = offer.work && chance(w, 85) ? offer.work : offer.count;
    const struct verb_option *o = favoured(w, &offer);
    if (!o)
        o = offer.can[pick(w, among)];
    say(w, a, &asked, o->verb);
    return allowed_one(w, a, &asked, o);
}

/* ---- time ---- */

static enum err fire(struct op *op, void *ctx)
{
    return case_timers(op, 3, ctx);
}

static bool fire_timers(struct world *w)
{
    size_t fired = 3;
    bool whole;
    snprintf(w->doing, sizeof w->doing, "timers");
    while (fired == 3) {
        CHECK(
            w, world_write(w, &actor_system, fire, &fired, &whole) == OK, "timers: %s", w->diag.en);
        PASS(whole);
        w->fired += (int64_t)fired;
    }
    w->timers_fired = true;
    struct op op = world_op(w, &actor_system);
    int64_t looked;
    CHECK(w, promises_watch(&op, &looked) == OK, "promises: %s", w->diag.en);
    return true;
}

static void pass_time(struct world *w)
{
    switch (pick(w, 4)) {
    case 0:
        w->now_ms += 1 + (int64_t)pick(w, 10 * MS_PER_MINUTE);
        break;
    case 1:
        w->now_ms += (int64_t)pick(w, 3 * MS_PER_HOUR);
        break;
    case 2:
        w->now_ms += (int64_t)pick(w, 14 * MS_PER_HOUR);
        break;
    default:
        if (chance(w, 30))
            w->now_ms += (int64_t)pick(w, 6) * MS_PER_DAY;
    }
}

bool take_step(struct world *w)
{
    w->touched_count = 0;
    w->timers_fired = false;
    w->taken_back = w->held_dropped = false;
    w->doing[0] = 0;
    pass_time(w);
    if (chance(w, 2)) {
        if (chance(w, 50)) /* quickly, or after a while */
            w->now_ms += 1500;
        snprintf(w->doing, sizeof w->doing, "restart");
        return world_restart(w);
    }
    if (chance(w, 12))
        return fire_timers(w);
    if (!w->case_count || (w->case_count < CASES_MAX && chance(w, 16)))
        return raise_one(w);
    return act(w);
}
