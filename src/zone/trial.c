/* See trial.h. The text between two acts:
 *     {"v":1,"now":1764...,"ended":"","instance":"<bpmn_save>","timers":[[number,due,"node"],…]} */
#include "zone/trial.h"

#include "zone/case_internal.h"

#include <stdlib.h>
#include <string.h>

struct trying {
    struct op *op;
    const struct trial_input *in;
    struct trial *t;
};

/* ---- decisions ---- */

static const struct dmn_decision *find_decision(
    const struct trying *y, str name, const struct dmn_model **model)
{
    const struct pack *p = zone_pack(y->op->zone);
    const struct dmn_decision *found =
        y->in->system ? pack_decision(y->in->system, name, model) : NULL;
    for (size_t i = 0; !found && i < p->system_count; i++)
        found = pack_decision(&p->systems[i], name, model);
    return found;
}

static enum err decide(
    void *ctx, str decision, const json_t *variables, struct arena *a, json_t **out, struct diag *d)
{
    const struct trying *y = ctx;
    const struct zone *z = y->op->zone;
    const struct dmn_model *model;
    feel_value inputs, result;
    const char *name = str_terminated(a, decision);
    json_t *given = name ? json_object_get(y->in->decided, name) : NULL;
    if (given) {
        *out = json_keep(a, json_deep_copy(given));
        return diag_arena(d, a);
    }
    const struct dmn_decision *found = find_decision(y, decision, &model);
    if (!found)
        return diag_set(d, ERR_UNSUPPORTED, "配置中没有规则 %.*s", "the pack has no decision %.*s",
            STR_ARGS(decision));
    struct feel_env env = { .now = feel_date_time_from_ms(
                                y->t->now_ms, tz_offset_s(zone_pack(z)->tz, y->t->now_ms), NULL) };
    TRY(feel_from_json(a, variables, NULL, &inputs, d));
    TRY(pack_parameters_on(
        zone_pack(z), zone_local_days(z, y->t->now_ms), inputs, a, &inputs, d));
    TRY(dmn_decide(model, found, inputs, &env, a, &result, NULL, d));
    *out = feel_to_json(a, result);
    return diag_arena(d, a);
}

/* ---- effects ---- */

static int by_due(const void *a, const void *b)
{
    const struct trial_timer *x = a, *y = b;
    if (x->due_at != y->due_at)
        return x->due_at < y->due_at ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static enum err timer_add(struct trying *y, const struct bpmn_effect *e)
{
    struct trial *t = y->t;
    int64_t due;
    if (t->timer_count == TRIAL_TIMERS_MAX)
        return diag_set(y->op->diag, ERR_LIMIT, "试走中的定时器超过 %d 个",
            "more than %d timers in a trial", TRIAL_TIMERS_MAX);
    TRY(timer_due(y->op->zone, e, t->now_ms, &due, y->op->diag));
    t->timers[t->timer_count++] = (struct trial_timer){ e->timer, due, e->node->id };
    qsort(t->timers, t->timer_count, sizeof *t->timers, by_due);
    return OK;
}

static void timer_remove(struct trial *t, int64_t number)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->timer_count; i++)
        if (t->timers[i].number != number)
            t->timers[kept++] = t->timers[i];
    t->timer_count = kept;
}

static enum err take(struct trying *y, const struct bpmn_turn *turn)
{
    struct trial *t = y->t;
    for (size_t i = 0; i < turn->effect_count; i++) {
        const struct bpmn_effect *e = &turn->effects[i];
        if (e->kind == BPMN_TIMER_SET)
            TRY(timer_add(y, e));
        else if (e->kind == BPMN_TIMER_CANCELLED)
            timer_remove(t, e->timer);
        else if (e->kind == BPMN_ENDED)
            t->ended = e->text;
        if (t->event_count < TRIAL_EVENTS_MAX)
            t->events[t->event_count++] = (struct trial_event){ t->now_ms, *e };
        else
            t->left_out = true;
    }
    return OK;
}

/* ---- acts ---- */

static struct bpmn_host host_of(struct trying *y)
{
    return (struct bpmn_host){ .ctx = y,
        .now_ms = y->t->now_ms,
        .offset_s = tz_offset_s(zone_pack(y->op->zone)->tz, y->t->now_ms),
        .decide = decide };
}

static enum err taken_or(struct op *op, bool taken, str name)
{
    if (taken)
        return OK;
    return diag_set(op->diag, ERR_NOT_ALLOWED, "现在没有环节在等“%.*s”",
        "nothing waits for \"%.*s\" now", STR_ARGS(name));
}

static enum err act_once(struct trying *y, struct bpmn_turn *turn, int64_t timer)
{
    const struct trial_input *in = y->in;
    struct bpmn_instance *i = y->t->instance;
    bool taken = true;
    switch (in->act) {
    case TRIAL_START:
        return bpmn_start(turn, y->op->arena, in->model, in->process, in->name, in->vars,
            &y->t->instance);
    case TRIAL_COMPLETE:
        return bpmn_complete(turn, i, in->token, in->vars);
    case TRIAL_FAIL:
        return bpmn_fail(turn, i, in->token, in->name);
    case TRIAL_MESSAGE:
        TRY(bpmn_message(turn, i, in->name, in->vars, &taken));
        return taken_or(y->op, taken, in->name);
    case TRIAL_SIGNAL:
        TRY(bpmn_signal(turn, i, in->name, in->vars, &taken));
        return taken_or(y->op, taken, in->name);
    case TRIAL_MOVE:
        return bpmn_move(turn, i, in->token, in->name);
    case TRIAL_ADVANCE:
        return bpmn_timer(turn, i, timer);
    }
    return OK;
}

static enum err turn_of(struct trying *y, int64_t timer)
{
    struct bpmn_host host = host_of(y);
    struct bpmn_turn turn;
    bpmn_turn_init(&turn, &host, y->op->arena, y->op->diag);
    enum err e = act_once(y, &turn, timer);
    if (e == ERR_NOT_FOUND && timer) /* gone meanwhile */
        return OK;
    TRY(e);
    return take(y, &turn);
}

/* Timers fire in their order, each at the instant it is due; those that they set as well. */
static enum err advance(struct trying *y)
{
    struct trial *t = y->t;
    int64_t to = y->in->at_ms ? y->in->at_ms : t->timer_count ? t->timers[0].due_at : 0;
    if (!to)
        return diag_set(y->op->diag, ERR_NOT_ALLOWED, "现在没有定时器在等",
            "no timer is waiting now");
    if (to < t->now_ms)
        return diag_set(y->op->diag, ERR_INVALID, "时钟只能向后拨", "the clock only goes forward");
    for (size_t fired = 0; t->timer_count && t->timers[0].due_at <= to && !t->ended.bytes; fired++) {
        if (fired == TRIAL_FIRED_MAX) {
            t->still_due = true;
            return OK;
        }
        struct trial_timer first = t->timers[0];
        if (first.due_at > t->now_ms)
            t->now_ms = first.due_at;
        timer_remove(t, first.number);
        TRY(turn_of(y, first.number));
        if (!y->in->at_ms)
            return OK;
    }
    if (to > t->now_ms)
        t->now_ms = to;
    return OK;
}

/* ---- the text between two acts ---- */

static enum err spoilt(struct op *op)
{
    diag_field(op->diag, STR("state"));
    return diag_set(op->diag, ERR_INVALID, "试走的状态不完整,请重新开始试走",
        "the state of the trial is not whole; please begin it again");
}

static enum err restore(struct trying *y)
{
    struct op *op = y->op;
    struct trial *t = y->t;
    json_t *o;
    if (y->in->state.bytes > TRIAL_STATE_BYTES_MAX
        || json_parse(op->arena, y->in->state, &o, op->diag) != OK || json_int(o, "v", 0) != 1)
        return spoilt(op);
    const json_t *timers = json_object_get(o, "timers");
    t->now_ms = json_int(o, "now", 0);
    t->ended = json_str(o, "ended");
    if (t->now_ms <= 0 || t->now_ms > 32503680000000 || json_array_size(timers) > TRIAL_TIMERS_MAX)
        return spoilt(op);
    for (size_t i = 0; i < json_array_size(timers); i++) {
        const json_t *one = json_array_get(timers, i), *node = json_array_get(one, 2);
        int64_t due = json_integer_value(json_array_get(one, 1));
        if (due <= 0 || !json_is_string(node))
            return spoilt(op);
        t->timers[t->timer_count++] =
            (struct trial_timer){ json_integer_value(json_array_get(one, 0)), due,
                { json_string_value(node), json_string_length(node) } };
    }
    if (t->ended.bytes)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "试走已经结束,请重新开始",
            "the trial has ended; please begin it again");
    return bpmn_restore(op->arena, y->in->model, json_str(o, "instance"), &t->instance, op->diag);
}

static enum err save(struct trying *y)
{
    struct op *op = y->op;
    struct trial *t = y->t;
    str instance;
    TRY(bpmn_save(t->instance, op->arena, &instance, op->diag));
    json_t *o = json_keep(op->arena, json_object()), *timers = json_array();
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < t->timer_count; i++) {
        json_t *one = json_array();
        json_array_append_new(one, json_integer(t->timers[i].number));
        json_array_append_new(one, json_integer(t->timers[i].due_at));
        json_array_append_new(one, json_from_str(t->timers[i].node));
        json_array_append_new(timers, one);
    }
    json_set_int(o, "v", 1);
    json_set_int(o, "now", t->now_ms);
    json_set_str(o, "ended", t->ended);
    json_set_str(o, "instance", instance);
    json_object_set_new(o, "timers", timers);
    t->state = json_text(op->arena, o);
    if (t->state.bytes > TRIAL_STATE_BYTES_MAX)
        return diag_set(op->diag, ERR_LIMIT, "试走的状态过大", "the state of the trial is too large");
    return diag_arena(op->diag, op->arena);
}

enum err trial_act(struct op *op, const struct trial_input *in, struct trial *out)
{
    struct trying y = { op, in, out };
    *out = (struct trial){ .model = in->model,
        .now_ms = in->at_ms ? in->at_ms : op->now_ms,
        .timers = ARENA_ARRAY(op->arena, struct trial_timer, TRIAL_TIMERS_MAX),
        .events = ARENA_ARRAY(op->arena, struct trial_event, TRIAL_EVENTS_MAX) };
    TRY(diag_arena(op->diag, op->arena));
    if (in->act != TRIAL_START)
        TRY(restore(&y));
    TRY(in->act == TRIAL_ADVANCE ? advance(&y) : turn_of(&y, 0));
    if (bpmn_ended(out->instance) && !out->ended.bytes)
        out->ended = STR("completed");
    return save(&y);
}
