/*
 * Doing what was planned, as somebody who may: the same case_create and case_verb that the server
 * calls, with the role's permissions, the scope and every rule of the field in force. What a rule
 * refuses (a rating after the time to rate has passed, a second urging on one day) is counted and
 * life goes on; any other error ends the run.
 */
#include "command/sample.h"

#include <string.h>

bool sample_step_offers(const struct bpmn_node *node, enum verb v)
{
    str words = node ? node->verbs : STR_NONE, word;
    while (str_split(&words, ' ', &word))
        if (str_is(word, verb_info(v)->word))
            return true;
    return false;
}

double sample_share(const struct sample *s, const char *key)
{
    return sample_number(json_object_get(s->lists.behaviour, "shares"), key, 0);
}

static bool english(const struct sample_case *c)
{
    return str_is(json_str(c->text, "language"), "en");
}

static struct sample_facts facts_of(
    const struct sample *s, const struct sample_case *c, int64_t now)
{
    const struct sample_enterprise *e = &s->enterprises[c->enterprise];
    return (struct sample_facts){ .seed = c->seed,
        .slots = json_object_get(s->lists.requests, "slots"),
        .enterprise = e->name,
        .contact = e->contact,
        .place = e->place,
        .unit = !c->unit ? STR_NONE
            : english(c) ? c->unit->name.en
                         : c->unit->name.zh,
        .phone = c->unit ? c->unit->phone : STR_NONE,
        .number = c->number,
        .tz = zone_pack(s->zone)->tz,
        .now_ms = now,
        .due_ms = c->due_ms,
        .english = english(c) };
}

/* A stock sentence of the lists, in the case's language where there is one: those for every topic
 * ("suspend") and those for topics of this nature ("suspend:site") together. */
static str stock(struct sample *s, struct op *op, struct sample_case *c, const char *key)
{
    const json_t *b = s->lists.behaviour;
    const json_t *texts = json_object_get(b, english(c) ? "texts_en" : "texts");
    if (!json_object_get(texts, key))
        texts = json_object_get(b, "texts");
    str nature = json_str(c->topic, "nature");
    str narrow = str_printf(op->arena, "%s:%.*s", key, STR_ARGS(nature));
    const json_t *common = json_object_get(texts, key);
    const json_t *special = narrow.bytes ? json_object_get(texts, narrow.data) : NULL;
    size_t all = json_array_size(common) + json_array_size(special);
    bool is_common =
        !all || sample_below(&c->random, (int64_t)all) < (int64_t)json_array_size(common);
    struct sample_facts f = facts_of(s, c, op->now_ms);
    return sample_sentence(
        op->arena, sample_pick_text(&c->random, is_common ? common : special), &f);
}

/* ---- raising one ---- */

static struct actor applicant(const struct sample *s, const struct sample_case *c)
{
    const struct sample_enterprise *e = &s->enterprises[c->enterprise];
    str role = json_str(s->lists.accounts, "contact_role");
    return (struct actor){ .account = e->account,
        .name = e->contact,
        .enterprise = e->id,
        .role = pack_role(zone_pack(s->zone), role) };
}

/* An open case of the last days that this one repeats: the same words, from the same or another
 * enterprise. */
static void repeat(struct sample *s, int64_t index)
{
    enum { BACK = 60 };
    struct sample_case *c = &s->cases[index];
    if (!sample_chance(&c->random, sample_share(s, "duplicate")))
        return;
    for (int64_t i = index - 1; i >= 0 && i > index - BACK; i--) {
        const struct sample_case *o = &s->cases[i];
        if (!o->id || o->status != CASE_OPEN || o->same_as >= 0 || !o->unit || english(o))
            continue;
        c->same_as = i;
        c->topic = o->topic;
        c->text = o->text;
        c->seed = o->seed;
        c->unnamed = o->unnamed;
        if (sample_chance(&c->random, 0.6))
            c->enterprise = o->enterprise;
        return;
    }
}

static void put(json_t *data, str field, str value)
{
    if (field.bytes && value.bytes)
        json_object_setn_new(data, field.data, field.bytes, json_from_str(value));
}

static json_t *form_of(struct sample *s, struct op *op, struct sample_case *c)
{
    const struct pack_fields *f = &s->system->fields;
    const struct sample_enterprise *e = &s->enterprises[c->enterprise];
    struct sample_facts facts = facts_of(s, c, op->now_ms);
    json_t *data = json_keep(op->arena, json_object());
    if (!data)
        return NULL;
    put(data, f->title, sample_sentence(op->arena, json_str(c->text, "title"), &facts));
    put(data, f->text, sample_sentence(op->arena, json_str(c->text, "content"), &facts));
    if (!c->unnamed)
        put(data, f->topic, json_str(c->topic, "topic"));
    if (sample_chance(&c->random, sample_share(s, "place")))
        put(data, f->place, e->place);
    bool urgent = sample_chance(&c->random, sample_number(c->text, "urgent", 0));
    put(data, f->urgency, urgent ? STR("urgent") : STR("normal"));
    put(data, f->contact_name, e->contact);
    put(data, f->contact_phone, e->phone);
    return data;
}

static enum err take_row(
    struct sample *s, struct op *op, struct sample_case *c, const struct case_row *row)
{
    const struct pack *p = zone_pack(s->zone);
    c->status = row->status;
    c->unit = pack_unit(p, row->unit);
    c->node = row->node.bytes ? bpmn_node_by_id(s->system->procedure, row->node) : NULL;
    c->assignee = row->assignee_id;
    c->due_ms = row->due_at;
    c->rating = row->rating;
    if (!c->number.bytes)
        c->number = str_copy(s->arena, row->number);
    return diag_arena(op->diag, s->arena);
}

static enum err raise_case(struct sample *s, struct op *op, int64_t index)
{
    struct sample_case *c = &s->cases[index];
    struct case_created made;
    struct diag_list faults;
    repeat(s, index);
    struct actor self = applicant(s, c);
    bool by_staff = !str_is(str_from(c->channel), "web");
    const struct sample_staff *clerk =
        by_staff ? sample_somebody(s, &c->random, NULL, "case.create.for", true) : NULL;
    diag_list_init(&faults, op->arena, 16);
    struct case_input in = { .kind = s->system->kind,
        .channel = str_from(c->channel),
        .data = form_of(s, op, c),
        .enterprise_id = s->enterprises[c->enterprise].id,
        .faults = &faults };
    TRY(diag_arena(op->diag, op->arena));
    op->actor = clerk ? &clerk->actor : &self;
    enum err e = case_create(op, &in, &made);
    op->actor = &actor_system;
    TRY(e);
    c->id = made.row.id;
    return take_row(s, op, c, &made.row);
}

/* ---- verbs ---- */

static enum err do_verb(struct sample *s, struct op *op, const struct sample_act *act,
    const struct actor *actor, const struct verb_input *in, bool *did)
{
    struct verb_result result;
    struct sample_case *c = &s->cases[act->who];
    *did = false;
    if (!actor)
        return OK;
    op->actor = actor;
    enum err e = case_verb(op, c->id, in, &result);
    op->actor = &actor_system;
    if (e == ERR_NOT_ALLOWED || e == ERR_FORBIDDEN) {
        if (op->diag)
            *op->diag = (struct diag){ 0 };
        return OK;
    }
    TRY(e);
    *did = true;
    return take_row(s, op, c, &result.row);
}

const struct pack_unit *sample_unit_for(const struct sample *s, struct sample_case *c, bool other)
{
    const struct pack *p = zone_pack(s->zone);
    const struct pack_unit *own = pack_unit(p, json_str(c->topic, "unit"));
    const json_t *others = json_object_get(c->topic, "others");
    if (!other && own && own != c->returned_by)
        return own;
    for (size_t i = 0; i < json_array_size(others); i++) {
        const char *code = json_string_value(json_array_get(others, i));
        const struct pack_unit *u = pack_unit(p, str_from(code));
        if (u && u != c->unit && u != c->returned_by)
            return u;
    }
    return other && own != c->unit ? own : NULL;
}

static str answer_text(struct sample *s, struct op *op, struct sample_case *c)
{
    struct sample_facts f = facts_of(s, c, op->now_ms);
    if (c->answered_by)
        return stock(
            s, op, c, sample_step_offers(c->node, VERB_DISPATCH) ? "explain" : "reply_again");
    return sample_sentence(
        op->arena, sample_pick_text(&c->random, json_object_get(c->text, "reply")), &f);
}

static int64_t days_asked(const struct sample *s, struct sample_case *c)
{
    for (size_t i = 0; i < s->system->promise_count; i++)
        if (s->system->promises[i].extend_times)
            return sample_between(&c->random, 1, s->system->promises[i].extend_most);
    return 0;
}

/* 1 worst … 5 best, by how the answer came. */
static int64_t rating_of(const struct sample *s, struct sample_case *c)
{
    const json_t *b = json_object_get(s->lists.behaviour, "ratings");
    const char *key = c->rating ? "again" : c->late ? "late" : "on_time";
    return 1 + (int64_t)sample_pick_weight(&c->random, json_object_get(b, key));
}

static str rating_text(struct sample *s, struct op *op, struct sample_case *c, int64_t rating)
{
    static const char *const keys[] = { "rate1", "rate2", "rate3", "rate4", "rate5" };
    ASSERT(rating >= 1 && rating <= 5);
    if (rating > s->system->rating_bad_at_most
        && !sample_chance(&c->random, sample_share(s, "rated_with_words")))
        return STR_NONE;
    return stock(s, op, c, keys[rating - 1]);
}

static str question(struct sample *s, struct op *op, struct sample_case *c)
{
    struct sample_facts f = facts_of(s, c, op->now_ms);
    return sample_sentence(op->arena, json_str(c->text, "question"), &f);
}

/* What is given with the verb beside the text. */
static void fill(struct sample *s, struct op *op, struct sample_case *c, struct verb_input *in)
{
    const struct pack_unit *u = NULL;
    switch (in->verb) {
    case VERB_DISPATCH:
        u = c->answered_by ? c->answered_by : sample_unit_for(s, c, false);
        in->text = stock(s, op, c, c->answered_by ? "rework" : "dispatch");
        break;
    case VERB_TRANSFER:
        u = sample_unit_for(s, c, true);
        break;
    case VERB_EXTEND:
        in->days = days_asked(s, c);
        break;
    case VERB_MERGE:
        in->target = s->cases[c->same_as].number;
        break;
    case VERB_RATE:
        in->rating = rating_of(s, c);
        in->text = rating_text(s, op, c, in->rating);
        break;
    case VERB_PUBLISH:
        in->text = question(s, op, c);
        break;
    case VERB_REPLY:
        in->text = answer_text(s, op, c);
        break;
    case VERB_SIGN:
    case VERB_RETURN:
    case VERB_SUSPEND:
    case VERB_RESUME:
    case VERB_APPROVE:
    case VERB_REFUSE:
    case VERB_URGE:
    case VERB_SUPERVISE:
    case VERB_WITHDRAW:
    case VERB_REOPEN:
    case VERB_NOTE:
    case VERB_CHECK:
    case VERB_SUBMIT:
    case VERB_DECIDE:
    case VERB_DELIVER:
    case VERB_DELEGATE: /* those below are not planned by the sample */
    case VERB_GIVE_BACK:
    case VERB_COUNTERSIGN:
    case VERB_ADD_SIGNER:
    case VERB_REMOVE_SIGNER:
    case VERB_OPINION:
    case VERB_SEND_BACK:
    case VERB_TAKE_BACK:
    case VERB_UNDO:
    case VERB_COPY:
    case VERB_READ:
    case VERB_REPORT:
    case VERB_ACCEPT:
    case VERB_REJECT:
    case VERB_JUMP:
    case VERB_COUNT:
        break;
    }
    if (u)
        in->unit = u->code;
}

/* How each act is done: the verb, whose it is, its stock sentence. */
static const struct way {
    enum verb verb;
    enum { BY_SOMEBODY, BY_HOLDER, BY_APPLICANT, BY_JUDGE, BY_OVERSEER, BY_CLERK } by;
    const char *text;
} ways[SAMPLE_WHAT_COUNT] = {
    [SAMPLE_SIGN] = { VERB_SIGN, BY_SOMEBODY, NULL },
    [SAMPLE_DISPATCH] = { VERB_DISPATCH, BY_HOLDER, NULL },
    [SAMPLE_REPLY] = { VERB_REPLY, BY_HOLDER, NULL },
    [SAMPLE_TRANSFER] = { VERB_TRANSFER, BY_HOLDER, "transfer" },
    [SAMPLE_RETURN] = { VERB_RETURN, BY_HOLDER, "return" },
    [SAMPLE_SUSPEND] = { VERB_SUSPEND, BY_HOLDER, "suspend" },
    [SAMPLE_PAPERS] = { VERB_NOTE, BY_APPLICANT, "papers" },
    [SAMPLE_RESUME] = { VERB_RESUME, BY_HOLDER, "resume" },
    [SAMPLE_EXTEND] = { VERB_EXTEND, BY_HOLDER, "extend" },
    [SAMPLE_APPROVE] = { VERB_APPROVE, BY_JUDGE, "approve" },
    [SAMPLE_REFUSE] = { VERB_REFUSE, BY_JUDGE, "refuse" },
    [SAMPLE_URGE] = { VERB_URGE, BY_APPLICANT, "urge" },
    [SAMPLE_SUPERVISE] = { VERB_SUPERVISE, BY_OVERSEER, "supervise" },
    [SAMPLE_WITHDRAW] = { VERB_WITHDRAW, BY_APPLICANT, "withdraw" },
    [SAMPLE_MERGE] = { VERB_MERGE, BY_HOLDER, "merge" },
    [SAMPLE_RATE] = { VERB_RATE, BY_APPLICANT, NULL },
    [SAMPLE_REOPEN] = { VERB_REOPEN, BY_APPLICANT, "reopen" },
    [SAMPLE_NOTE_STAFF] = { VERB_NOTE, BY_HOLDER, "note_staff" },
    [SAMPLE_NOTE_APPLICANT] = { VERB_NOTE, BY_APPLICANT, "note_applicant" },
    [SAMPLE_PUBLISH] = { VERB_PUBLISH, BY_CLERK, NULL },
};

static const struct actor *doer(
    struct sample *s, struct sample_case *c, const struct way *way, const struct actor *self)
{
    const struct sample_staff *p = NULL;
    switch (way->by) {
    case BY_APPLICANT:
        return self;
    case BY_SOMEBODY:
        p = sample_somebody(s, &c->random, c->unit, "verb.sign", true);
        break;
    case BY_HOLDER:
        p = sample_staff_of(s, c->assignee);
        break;
    case BY_JUDGE:
        p = sample_somebody(s, &c->random, c->unit, "verb.approve", false);
        if (!p)
            p = sample_somebody(s, &c->random, NULL, "verb.approve", false);
        break;
    case BY_OVERSEER:
        p = sample_somebody(s, &c->random, NULL, "verb.supervise", false);
        break;
    case BY_CLERK:
        p = sample_somebody(s, &c->random, NULL, "verb.publish", true);
        break;
    }
    return p ? &p->actor : NULL;
}

/* What the lists cannot see: whether it makes sense now. */
static bool sensible(const struct sample *s, struct sample_case *c, enum sample_what what)
{
    const struct sample_case *same = c->same_as >= 0 ? &s->cases[c->same_as] : NULL;
    if (what == SAMPLE_TRANSFER)
        return sample_unit_for(s, c, true) != NULL;
    if (what == SAMPLE_DISPATCH)
        return c->answered_by || sample_unit_for(s, c, false);
    if (what == SAMPLE_MERGE)
        return same && same->number.bytes && same->unit == c->unit && same->status <= CASE_CLOSED;
    if (what == SAMPLE_PUBLISH)
        return s->published_count < SAMPLE_PUBLISHED_MAX;
    return true;
}

static enum err act_on_case(
    struct sample *s, struct op *op, const struct sample_act *act, bool *did)
{
    struct sample_case *c = &s->cases[act->who];
    const struct way *way = &ways[act->what];
    struct actor self = applicant(s, c);
    struct verb_input in = { .verb = way->verb };
    *did = false;
    if (!sensible(s, c, act->what))
        return OK;
    if (way->text)
        in.text = stock(s, op, c, way->text);
    fill(s, op, c, &in);
    TRY(diag_arena(op->diag, op->arena));
    const struct pack_unit *held_by = c->unit;
    TRY(do_verb(s, op, act, doer(s, c, way, &self), &in, did));
    if (!*did)
        return OK;
    if (act->what == SAMPLE_SIGN)
        c->signed_at = op->now_ms;
    if (act->what == SAMPLE_REPLY)
        c->answered_by = held_by;
    if (act->what == SAMPLE_RETURN)
        c->returned_by = held_by;
    if (act->what == SAMPLE_PUBLISH)
        s->published[s->published_count++] = c->text;
    return OK;
}

static enum err fire_timers(struct op *op)
{
    enum { AT_ONCE = 200 };
    size_t fired = AT_ONCE;
    while (fired == AT_ONCE)
        TRY(case_timers(op, AT_ONCE, &fired));
    return OK;
}

enum err sample_do(struct sample *s, struct op *op, const struct sample_act *act)
{
    bool did = true;
    s->world.now_ms = op->now_ms = act->at;
    if (act->what == SAMPLE_TIMERS)
        return fire_timers(op);
    if (act->what == SAMPLE_ARRIVE)
        TRY(raise_case(s, op, act->who));
    else
        TRY(act_on_case(s, op, act, &did));
    s->acts[act->what] += did;
    s->refused[act->what] += !did;
    return sample_follow(s, op->diag, act, did);
}
